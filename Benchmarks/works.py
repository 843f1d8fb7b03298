"""What is measured, and which marks are to be reached.

A work is one job on one kind of data; its contestants do that job. The first contestant of a work is Uprev, to which
the others are compared.
"""

import collections

import codec
import contestants as by
import instructions
from contestants import UPREV, snapshot
from generate import KINDS, Wanted
from marks import COST, GROWTH, PEAK, RATIO, SCALE, SIZE, WALL, WITHIN, Mark

# few, small, large, largest: numbers of documents in trees and snapshots. binaries: bytes in a snapshot beside its documents.
# huge: the same in the snapshots of mostly zeros. folder: documents in each folder of a tree that has several. counted: documents
# whose instructions are counted.
Scale = collections.namedtuple("Scale", "few small large largest binaries huge folder counted")
FULL = Scale(2_000, 10_000, 100_000, 1_000_000, 200_000_000, 20_000_000_000, 10_000, 1_000)
QUICK = Scale(50, 1_000, 1_000, 2_000, 2_000_000, 40_000_000, 1_000, 1_000)

# name: for ONLY. title: for people. least, most: rounds, whatever is asked for. default: whether it is run if nothing is said.
# shared: all contestants run on one copy of the data, which they leave as it is.
Work = collections.namedtuple("Work", "name title contestants default least most shared", defaults=(True, 1, None, False))

MARKS = (
    Mark("startup", UPREV, WALL, 20.0),
    Mark("tree-2k", "jq", RATIO, 100.0),
    Mark("tree-10k", "python-fsync", RATIO, 12.0, True),
    Mark("tree-100k", "limit", WITHIN, 1.0, True),
    Mark("tree-100k", "python", RATIO, 2.8, True),
    Mark("tree-100k", "orjson", RATIO, 1.3, True),
    Mark("tree-100k", UPREV, PEAK, 100.0),
    Mark("tree-current", "find", WITHIN, 2.0),
    Mark("safety-10k", "uprev-journal", COST, 1.3, True),
    Mark("safety-100k", "uprev-journal", COST, 1.3, True),
    Mark("snapshot-tar", "bsdtar", WITHIN, 1.0),
    Mark("snapshot-tar", "python-tarfile", RATIO, 5.0),
    Mark("snapshot-gz", "bsdtar", RATIO, 3.5),
    Mark("snapshot-gz", "pigz", RATIO, 2.0),
    Mark("snapshot-gz", "python-tarfile", RATIO, 9.0),
    Mark("snapshot-zst", "zstd", WITHIN, 1.25),
    Mark("snapshot-zst", "bsdtar", RATIO, 1.3),
    Mark("snapshot-zst", "python-tarfile", RATIO, 5.0),
    *(Mark(f"snapshot-{kind}", UPREV, PEAK, 100.0) for kind in ("tar", "gz", "zst")),
    *(Mark(f"snapshot-{kind}", UPREV, SIZE, 1.05) for kind in ("gz", "zst")),
    *(Mark(f"memory-{kind}", key, PEAK, 100.0) for kind in ("tar", "gz", "zst") for key in (UPREV, "uprev-10x")),
    *(Mark(f"memory-{kind}", "uprev-10x", GROWTH, 1.10, than=(UPREV,)) for kind in ("tar", "gz", "zst")),
    Mark("scale-tree", "uprev-1m", SCALE, 1.15, True, (UPREV, "limit", "limit-1m")),
    Mark("scale-tree", "uprev-100k", PEAK, 100.0),
    Mark("scale-tree", "uprev-1m", PEAK, 100.0),
    Mark("scale-tree", "uprev-1m", GROWTH, 1.10, than=("uprev-100k",)),
    Mark("scale-folder", "uprev-1m", SCALE, 1.15, True, (UPREV, "limit", "limit-1m")),
    # The names of the largest folder are held: at most 100 bytes each.
    Mark("scale-folder", "uprev-1m", PEAK, 200.0),
    *(
        Mark(f"scale-{kind}", "uprev-1m", SCALE, 1.15, False, (UPREV, "bsdtar", "bsdtar-1m"))
        for kind in ("tar", "gz", "zst")
    ),
    *(Mark(f"scale-20gb-{kind}", UPREV, PEAK, 100.0) for kind in ("gz", "zst")),
    Mark("huge-tar", UPREV, PEAK, 100.0),
)


def tree(documents, folders=1):
    return Wanted("tree", documents, folders)


def tree_works(scale):
    few, small, large = tree(scale.few), tree(scale.small), tree(scale.large)
    current = Wanted("current", scale.large)
    return [
        Work(
            "startup",
            "from start to end on a folder with one document",
            [by.uprev_dry_run(tree(1)), by.nothing(tree(1))],
            least=21,
            shared=True,
        ),
        Work("tree-2k", f"tree of {scale.few:,} documents", [by.uprev(few), by.jq_loop(few)]),
        Work(
            "tree-10k",
            f"tree of {scale.small:,} documents",
            [
                by.uprev(small),
                by.python_loop(small, fsync=True),
                by.python_loop(small),
                by.limit(small),
                *([by.limit_exchange(small)] if by.HAS_LEASES else []),
            ],
        ),
        Work(
            "tree-100k",
            f"tree of {scale.large:,} documents",
            [
                by.uprev(large),
                by.limit(large),
                by.limit_by_name(large),
                *([by.limit_exchange(large)] if by.HAS_LEASES else []),
                by.python_loop(large),
                by.orjson_loop(large),
            ],
        ),
        Work(
            "tree-current",
            f"tree of {scale.large:,} documents, all current, known from the run before",
            [by.uprev_again(current), by.stat_walk(current)],
            shared=True,
        ),
        Work(
            "jq-step",
            f"`.version = 2` by jq, tree of {scale.small:,} documents",
            [by.uprev_with_jq(small), by.jq_loop(few)],
        ),
        *(
            Work(
                f"safety-{name}",
                f"the cost of undo, tree of {data.documents:,} documents",
                # What it costs to write down every change before it is made.
                [by.uprev(data, label="Uprev, --no-state"), by.uprev_with_journal(data)],
            )
            for name, data in (("10k", small), ("100k", large))
        ),
    ]


def snapshot_work(kind, scale):
    data = snapshot(kind, scale.large, scale.binaries)
    peers = [by.bsdtar(data), by.python_tarfile(data)]
    if kind != "tar":
        peers.append(by.filter_copy(data))
    if kind != "gz":
        peers.append(by.limit_archive(data))
    return Work(
        f"snapshot-{kind}",
        f"snapshot{KINDS[kind][2]}: {data.documents:,} documents and {data.binaries / 1e6:,.0f} MB of binaries",
        [by.uprev(data), *peers],
    )


def memory_work(kind, scale):
    data = snapshot(kind, scale.large, scale.binaries)
    larger = data._replace(documents=10 * scale.large)
    return Work(
        f"memory-{kind}",
        f"memory, snapshot{KINDS[kind][2]}: {data.documents:,} and {larger.documents:,} documents, "
        f"{data.binaries / 1e6:,.0f} MB of binaries",
        [
            by.uprev(data, label=f"Uprev, {data.documents:,}"),
            by.uprev(larger, "uprev-10x", f"Uprev, {larger.documents:,}"),
        ],
        default=False,
        most=2,
    )


def scale_work(name, title, small, large, largest, peer, peer_name):
    """Uprev and a peer on little data and on a hundred times as much; in between Uprev alone, for its memory."""
    return Work(
        name,
        f"{title}: {small.documents:,} to {largest.documents:,} documents",
        [
            by.uprev(small, label=f"Uprev, {small.documents:,}"),
            *([] if large is None else [by.uprev(large, "uprev-100k", f"Uprev, {large.documents:,}")]),
            by.uprev(largest, "uprev-1m", f"Uprev, {largest.documents:,}"),
            peer(small, label=f"{peer_name}, {small.documents:,}"),
            peer(largest, f"{peer(largest).key}-1m", f"{peer_name}, {largest.documents:,}"),
        ],
        default=False,
    )


def huge_work(name, kind, scale):
    data = snapshot(kind, scale.small, scale.huge, sparse=True)
    return Work(
        name,
        f"snapshot{KINDS[kind][2]} of {scale.huge / 1e9:g} GB, nearly all zeros, {data.documents:,} documents",
        [by.uprev(data)],
        default=False,
        most=2,
    )


def scale_works(scale):
    def folders(documents):
        return tree(documents, -(-documents // scale.folder))

    small = tree(scale.small)
    return [
        scale_work(
            "scale-tree",
            f"tree, {scale.folder:,} documents a folder",
            *(small, folders(scale.large), folders(scale.largest)),
            *(by.limit, "C, one flush"),
        ),
        scale_work("scale-folder", "one folder", small, None, tree(scale.largest), by.limit, "C, one flush"),
        *(
            scale_work(
                f"scale-{kind}",
                f"snapshot{KINDS[kind][2]}",
                *(snapshot(kind, scale.small), snapshot(kind, scale.large), snapshot(kind, scale.largest)),
                *(by.bsdtar, "bsdtar copy"),
            )
            for kind in ("tar", "gz", "zst")
        ),
        *(huge_work(f"scale-20gb-{kind}", kind, scale) for kind in ("gz", "zst")),
        # What stays zeros in the file system before are zeros on the disk after, all of them.
        huge_work("huge-tar", "tar", scale),
    ]


def works(scale):
    """All works in the order in which they run."""
    return [
        *tree_works(scale),
        *(snapshot_work(kind, scale) for kind in ("tar", "gz", "zst")),
        *codec.works(scale),
        *instructions.works(scale),
        *(memory_work(kind, scale) for kind in ("tar", "gz", "zst")),
        *scale_works(scale),
    ]


def room(chosen):
    """(bytes, files) that the largest of the works' data need on the file system that they lie on, with their results."""
    most_bytes, most_files = 6 << 30, 400_000
    for contestant in (contestant for work in chosen for contestant in getattr(work, "contestants", ())):
        data = getattr(contestant, "data", None)
        if data is None:
            continue
        # Twice each document, in a block and an inode of its own; an archive's documents take a header and less than 1 KiB.
        size = data.documents * (2 * (4096 + 256) + 256 if data.kind in ("tree", "current") else 3 * 1536)
        most_bytes = max(most_bytes, size + (2 << 30) + (data.binaries if data.kind == "tar" else data.binaries // 30))
        most_files = max(most_files, 200_000 + (2 * data.documents if data.kind in ("tree", "current") else 0))
    return most_bytes, most_files


def selected(all_works, only):
    """The works that `only` names: names, first parts of names (`snapshot`, `scale-20gb`), or `all`; the default ones if it is empty.

    Raises ValueError with the names there are.
    """
    if not only:
        return [work for work in all_works if work.default]
    chosen = set()
    for name in only:
        found = {w.name for w in all_works if name in ("all", w.name) or w.name.startswith(f"{name}-")}
        if not found:
            kinds = sorted({work.name.split("-")[0] for work in all_works if "-" in work.name})
            known = ", ".join([work.name for work in all_works] + kinds + ["all"])
            raise ValueError(f"no work is named '{name}'; there are {known}")
        chosen |= found
    return [work for work in all_works if work.name in chosen]
