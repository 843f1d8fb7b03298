"""What is measured, by whom, and which marks are to be reached.

A work is one job on one kind of data; its contestants do that job. The first contestant of a work is Uprev, to which
the others are compared.
"""

import collections
import pathlib
import sys
import tarfile

import check
import codec
import generate

HERE = pathlib.Path(__file__).parent
PEERS = HERE / "peers"
UPREV = "uprev"

# small_tree, large_tree, snapshot, jq: numbers of documents. binaries: bytes in a snapshot beside its documents.
Scale = collections.namedtuple("Scale", "small_tree large_tree snapshot jq binaries")
FULL = Scale(small_tree=10_000, large_tree=100_000, snapshot=100_000, jq=2_000, binaries=200_000_000)
QUICK = Scale(small_tree=1_000, large_tree=1_000, snapshot=1_000, jq=50, binaries=2_000_000)

# key: for marks and JSON. label: for people. kind, documents, binaries: the data set. command: (target, setting) →
# arguments. check: of the result. needs: programs that must be found.
Contestant = collections.namedtuple("Contestant", "key label kind documents binaries command check needs")

# name: for ONLY. title: for people. pairs: rounds, None for as many as asked for.
Work = collections.namedtuple("Work", "name title contestants pairs default")

# uprev: the program. report: where its report goes. state: its state directory, which is empty before each run. jobs: workers.
# build: a folder with compiled peers.
Setting = collections.namedtuple("Setting", "uprev report state jobs build")

RATIO, COST, PEAK, GROWTH = "ratio", "cost", "peak", "growth"
# what: RATIO, the contestant's wall time a document by Uprev's, at least; COST, the same, at most; PEAK, its memory in MB, less
# than; GROWTH, its memory by that of the work's first contestant, at most. flushes: holds only where a flush reaches a disk.
Mark = collections.namedtuple("Mark", "work contestant what value flushes", defaults=(False,))

MARKS = (
    Mark("tree-10k", "python-fsync", RATIO, 8.0, True),
    Mark("tree-100k", "python", RATIO, 2.0, True),
    Mark("safety-10k", "uprev-journal", COST, 1.3, True),
    Mark("safety-100k", "uprev-journal", COST, 1.3, True),
    Mark("snapshot-tar", "python-tarfile", RATIO, 5.0),
    Mark("snapshot-gz", "python-tarfile", RATIO, 2.0),
    Mark("snapshot-zst", "python-tarfile", RATIO, 5.0),
    Mark("tree-100k", UPREV, PEAK, 150.0),
    Mark("snapshot-tar", UPREV, PEAK, 150.0),
    Mark("snapshot-gz", UPREV, PEAK, 150.0),
    Mark("snapshot-zst", UPREV, PEAK, 150.0),
    Mark("memory-tree", "uprev-10x", PEAK, 150.0),
    Mark("memory-tar", UPREV, PEAK, 150.0),
    Mark("memory-gz", UPREV, PEAK, 150.0),
    Mark("memory-zst", UPREV, PEAK, 150.0),
    Mark("memory-tar", "uprev-10x", GROWTH, 1.10),
    Mark("memory-gz", "uprev-10x", GROWTH, 1.10),
    Mark("memory-zst", "uprev-10x", GROWTH, 1.10),
)


def uprev_command(target, setting):
    return [
        *(setting.uprev, "migrate", "--no-state", "--report", setting.report),
        *("-j", str(setting.jobs), target),
    ]


def uprev(kind, documents, binaries=0, key=UPREV, label="Uprev"):
    right = check.tree_by_bytes if kind == "tree" else check.archive_migrated
    return Contestant(key, label, kind, documents, binaries, uprev_command, right, ())


def uprev_with_journal(documents):
    return uprev("tree", documents, key="uprev-journal", label="Uprev, with journal and undo")._replace(
        command=lambda target, setting: [
            *(setting.uprev, "migrate", "--state", setting.state, "--report", setting.report),
            *("-j", str(setting.jobs), target),
        ]
    )


def uprev_with_jq(documents):
    """The same result through a jq program."""
    return uprev("tree", documents, key=UPREV, label="Uprev, a jq step")._replace(
        command=lambda target, setting: [
            *(setting.uprev, "migrate", "--no-state", "--report", setting.report),
            *("-p", HERE / "pipelines" / "jq", "-j", str(setting.jobs), target),
        ]
    )


def python_loop(documents, fsync=False):
    options = ["--fsync"] if fsync else []
    return Contestant(
        "python-fsync" if fsync else "python",
        "Python loop, fsync a file" if fsync else "Python loop, no flush",
        *("tree", documents, 0),
        lambda target, setting: [sys.executable, PEERS / "python_loop.py", *options, target],
        check.tree_by_bytes,
        (),
    )


def limit(documents):
    return Contestant(
        "limit",
        "the machine's limit (C, one flush)",
        *("tree", documents, 0),
        lambda target, setting: [setting.build / "limit", str(setting.jobs), target],
        check.tree_by_bytes,
        ("cc",),
    )


def jq_loop(documents):
    return Contestant(
        "jq",
        f"xargs -P jq, no flush ({documents:,} documents)",
        *("tree", documents, 0),
        lambda target, setting: [PEERS / "jq_loop.sh", str(setting.jobs), target],
        check.tree_by_value,
        ("jq", "xargs"),
    )


def snapshot_peers(kind, documents, binaries):
    compression = generate.KINDS[kind][1]
    bsdtar_format = "gnutar" if generate.KINDS[kind][0] == tarfile.GNU_FORMAT else "pax"
    filters = {"none": (), "gzip": ("gzip",), "zstd": ("zstd",)}[compression]
    return [
        Contestant(
            "python-tarfile",
            "Python tarfile loop, one flush",
            *(kind, documents, binaries),
            lambda target, setting: [sys.executable, PEERS / "python_tarfile.py", compression, target],
            check.archive_migrated,
            filters,
        ),
        Contestant(
            "bsdtar",
            "bsdtar copy, one flush (migrates nothing)",
            *(kind, documents, binaries),
            lambda target, setting: [PEERS / "bsdtar_copy.sh", compression, bsdtar_format, target],
            check.archive_unchanged,
            ("bsdtar", *filters),
        ),
    ]


def tree_work(name, documents, contestants):
    return Work(name, f"tree of {documents:,} documents", [uprev("tree", documents), *contestants], None, True)


def snapshot_work(kind, scale):
    documents, binaries = scale.snapshot, scale.binaries
    return Work(
        f"snapshot-{kind}",
        f"snapshot{generate.KINDS[kind][2]}: {documents:,} documents and {binaries / 1e6:,.0f} MB of binaries",
        [uprev(kind, documents, binaries), *snapshot_peers(kind, documents, binaries)],
        None,
        True,
    )


def safety_work(name, documents):
    """What it costs to write down every change before it is made."""
    return Work(
        f"safety-{name}",
        f"the cost of undo, tree of {documents:,} documents",
        [uprev("tree", documents, label="Uprev, --no-state"), uprev_with_journal(documents)],
        None,
        True,
    )


def memory_work(kind, documents, binaries):
    larger = 10 * documents
    what = "tree" if kind == "tree" else f"snapshot{generate.KINDS[kind][2]}"
    return Work(
        f"memory-{kind}",
        f"memory, {what}: {documents:,} and {larger:,} documents",
        [
            uprev(kind, documents, binaries, label=f"Uprev, {documents:,}"),
            uprev(kind, larger, binaries, key="uprev-10x", label=f"Uprev, {larger:,}"),
        ],
        2,
        False,
    )


def works(scale):
    """All works in the order in which they run."""
    small, large = scale.small_tree, scale.large_tree
    return [
        tree_work(
            "tree-10k",
            small,
            [python_loop(small, fsync=True), python_loop(small), limit(small), jq_loop(scale.jq)],
        ),
        tree_work("tree-100k", large, [python_loop(large), limit(large)]),
        Work(
            "jq-step",
            f"`.version = 2` by jq, tree of {small:,} documents",
            [uprev_with_jq(small), jq_loop(scale.jq)],
            None,
            True,
        ),
        safety_work("10k", small),
        safety_work("100k", large),
        *(snapshot_work(kind, scale) for kind in ("tar", "gz", "zst")),
        memory_work("tree", small, 0),
        *(memory_work(kind, scale.snapshot, scale.binaries) for kind in ("tar", "gz", "zst")),
        *codec.works(scale),
    ]


def selected(all_works, only):
    """The works that `only` names: names, first parts of names (`snapshot`), or `all`; the default ones if it is empty.

    Raises ValueError with the names there are.
    """
    if not only:
        return [work for work in all_works if work.default]
    chosen = set()
    for name in only:
        found = {w.name for w in all_works if name in ("all", w.name) or w.name.split("-")[0] == name}
        if not found:
            known = ", ".join([work.name for work in all_works] + ["tree", "snapshot", "memory", "codec", "all"])
            raise ValueError(f"no work is named '{name}'; there are {known}")
        chosen |= found
    return [work for work in all_works if work.name in chosen]
