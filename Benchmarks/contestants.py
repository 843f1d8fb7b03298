"""Who does the work: Uprev in its ways of running, and its peers in peers/."""

import collections
import pathlib
import sys
import tarfile

import check
import generate
from generate import Wanted

HERE = pathlib.Path(__file__).parent
PEERS = HERE / "peers"
UPREV = "uprev"
# Peers in C and the libraries that they are linked with.
COMPILED = {"limit": [], "limit_archive": ["-lnettle", "-lzstd"]}
# Leases and the exchange of names, as it calls for them, are Linux's.
HAS_LEASES = sys.platform.startswith("linux")
if HAS_LEASES:
    COMPILED["limit_exchange"] = ["-lnettle"]

# uprev: the program. report: where its report goes. state: its state directory, which is empty before each copy of the data.
# jobs: workers, processes of peers. build: a folder with compiled peers. python: a Python that has orjson.
Setting = collections.namedtuple("Setting", "uprev report state jobs build python")

# key: for marks and JSON. label: for people. data: a Wanted. command: (target, setting) → arguments. check: of the result.
# needs: programs that must be found, and Python packages as `python:NAME`. counts: of a DataSet, what Uprev's report must say;
# None: there is no report. before: (target, setting) → commands that run on a new copy of the data, untimed.
Contestant = collections.namedtuple(
    "Contestant", "key label data command check needs counts before", defaults=((), None, lambda target, setting: [])
)


def migrated(data):
    return {"migrated": data.migrated, "current": data.documents - data.migrated, "rejected": 0, "newer": 0}


def uprev(data, key=UPREV, label="Uprev", options=("--no-state",), right=None):
    """Uprev's `migrate`. `options`: beside the report and the workers; a function of the setting, or what it would give."""
    if right is None:
        right = check.tree_by_bytes if data.kind in generate.TREES else check.archive_migrated

    def command(target, setting):
        given = options(setting) if callable(options) else options
        return [setting.uprev, "migrate", "--report", setting.report, "-j", setting.jobs, *given, target]

    return Contestant(key, label, data, command, right, counts=migrated)


def with_state(setting):
    return ["--state", setting.state]


def uprev_with_journal(data):
    return uprev(data, "uprev-journal", "Uprev, with journal and undo", with_state)


def uprev_with_jq(data):
    """The same result through a jq program."""
    return uprev(data, label="Uprev, a jq step", options=("--no-state", "-p", HERE / "pipelines" / "jq"))


def uprev_again(data):
    """A second run on a tree that is current, with the state that the first one left."""
    again = uprev(data, label="Uprev, second run", options=with_state, right=check.tree_unchanged)
    # Files that changed less than two seconds before they were looked at are looked at again.
    return again._replace(before=lambda target, setting: [["sleep", "3"], again.command(target, setting)])


def uprev_dry_run(data):
    return uprev(
        data,
        label="Uprev, --dry-run",
        options=lambda setting: ["--dry-run", *with_state(setting)],
        right=check.tree_unchanged,
    )


def python_loop(data, fsync=False):
    options = ["--fsync"] if fsync else []
    return Contestant(
        "python-fsync" if fsync else "python",
        "Python loop, fsync a file" if fsync else "Python loop, no flush",
        data,
        lambda target, setting: [sys.executable, PEERS / "python_loop.py", *options, target],
        check.tree_by_bytes,
    )


def orjson_loop(data):
    return Contestant(
        "orjson",
        "orjson, a process a processor, no flush",
        data,
        lambda target, setting: [setting.python, PEERS / "python_orjson.py", setting.jobs, target],
        check.tree_by_value,
        ("python:orjson",),
    )


def limit(data, key="limit", label="the machine's limit (C, one flush)"):
    return Contestant(
        key,
        label,
        data,
        lambda target, setting: [setting.build / "limit", setting.jobs, target],
        check.tree_by_bytes,
        ("cc",),
    )


def limit_by_name(data):
    return limit(data, "limit-by-name", "the same, in the order of names")._replace(
        command=lambda target, setting: [setting.build / "limit", setting.jobs, target, "by-name"]
    )


def limit_exchange(data):
    return Contestant(
        "limit-exchange",
        "the machine's limit (C, exchanges and looks)",
        data,
        lambda target, setting: [setting.build / "limit_exchange", target],
        check.tree_by_bytes,
        ("cc",),
    )


def limit_archive(data):
    return Contestant(
        "limit",
        "the machine's limit (C, with the same hashes and check)",
        data,
        lambda target, setting: [setting.build / "limit_archive", target],
        check.archive_migrated,
        ("cc",),
    )


def jq_loop(data):
    return Contestant(
        "jq",
        f"find · xargs -P jq, no flush ({data.documents:,} documents)",
        data,
        lambda target, setting: [PEERS / "jq_loop.sh", setting.jobs, target],
        check.tree_by_value,
        ("jq", "xargs"),
    )


def stat_walk(data):
    return Contestant(
        "find",
        "find -printf '%s %T@' (opens nothing)",
        data,
        lambda target, setting: [PEERS / "stat_walk.sh", target],
        check.tree_unchanged,
        ("find",),
    )


def nothing(data):
    return Contestant("true", "true (does nothing)", data, lambda target, setting: ["true"], check.nothing)


def compression(data):
    return generate.KINDS[data.kind][1]


FILTER_TOOLS = {"none": (), "gzip": ("gzip",), "zstd": ("zstd",)}


def python_tarfile(data):
    return Contestant(
        "python-tarfile",
        "Python tarfile loop, one flush",
        data,
        lambda target, setting: [sys.executable, PEERS / "python_tarfile.py", compression(data), target],
        check.archive_migrated,
        FILTER_TOOLS[compression(data)],
    )


def bsdtar(data, key="bsdtar", label="bsdtar copy, one flush (migrates nothing)"):
    tar_format = "gnutar" if generate.KINDS[data.kind][0] == tarfile.GNU_FORMAT else "pax"
    return Contestant(
        key,
        label,
        data,
        lambda target, setting: [PEERS / "bsdtar_copy.sh", compression(data), tar_format, target],
        check.archive_unchanged,
        ("bsdtar", *FILTER_TOOLS[compression(data)]),
    )


def filter_copy(data):
    key, label, needs = {
        "gzip": ("pigz", "pigz -dc · pigz -p -6, one flush (migrates nothing)", ("pigz", "gzip")),
        "zstd": ("zstd", "zstd -dc · zstd -T -3, one flush (migrates nothing)", ("zstd",)),
    }[compression(data)]
    return Contestant(
        key,
        label,
        data,
        lambda target, setting: [PEERS / "filter_copy.sh", compression(data), setting.jobs, target],
        check.archive_unchanged,
        needs,
    )


def snapshot(kind, documents, binaries=0, sparse=False):
    return Wanted(kind, documents, 1, binaries, sparse)
