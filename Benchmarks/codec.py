"""Works on documents in memory, on one thread: what Uprev's libraries do to a document, against Python's.

Every contestant is one process that times itself: reading files and starting up are left out. Each prints a checksum, which
must be what the data says.
"""

import collections
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

import generate
import machine
from generate import Wanted

PEERS = pathlib.Path(__file__).parent / "peers"
TRAINING = machine.ROOT / "pipelines" / "amorsize"
SCHEMA = TRAINING / "schemas" / "v1.json"
UPREV = "uprev"
PRODUCT = "CodecBenchmark"
DAMAGED_EVERY = 100

# Tools that the works' contestants run: Uprev's own program, and Python.
Tools = collections.namedtuple("Tools", "program python")

# command: (tools, folder) → arguments.
CodecContestant = collections.namedtuple("CodecContestant", "key label command needs", defaults=((),))
# checksum: what every contestant must print, of (data set, number of documents); None: what the first one prints.
CodecWork = collections.namedtuple("CodecWork", "name title documents damaged contestants checksum pairs default")

RATIO, RATE, MICROSECONDS = "ratio", "rate", "microseconds"
# what: RATIO, the contestant's processor time by Uprev's, at least; RATE, MB/s, at least; MICROSECONDS, a document, less than.
CodecMark = collections.namedtuple("CodecMark", "work contestant what value")

MARKS = (
    CodecMark("codec-scan", UPREV, RATE, 800.0),
    CodecMark("codec-validate", "fastjsonschema", RATIO, 5.0),
    CodecMark("codec-decide", UPREV, MICROSECONDS, 3.0),
)


def ours(work):
    return CodecContestant(UPREV, "Uprev", lambda tools, folder: [tools.program, work, folder, TRAINING])


def python(work, module, label):
    schema = [SCHEMA] if work == "validate" else []
    return CodecContestant(
        module,
        label,
        lambda tools, folder: [tools.python, PEERS / "codec_python.py", work, module, folder, *schema],
    )


def works(scale):
    documents = scale.small
    return [
        CodecWork(
            "codec-scan",
            "one thread: text to index (Uprev), to objects (Python)",
            documents,
            False,
            [ours("scan"), python("scan", "orjson", "Python orjson.loads"), python("scan", "json", "Python json.loads")],
            None,
            None,
            True,
        ),
        CodecWork(
            "codec-validate",
            "one thread: a parsed document against its schema",
            documents,
            True,
            [
                ours("validate"),
                python("validate", "fastjsonschema", "Python fastjsonschema"),
                python("validate", "jsonschema", "Python jsonschema"),
            ],
            lambda data: data.documents // DAMAGED_EVERY,
            None,
            True,
        ),
        CodecWork(
            "codec-decide",
            "one thread: detection, stamp, splice and the scans of both texts",
            documents,
            False,
            [ours("decide")],
            lambda data: data.migrated,
            None,
            True,
        ),
    ]


def program():
    """A release build of what measures Uprev's side, with the options of what is installed: so its modules are built once."""
    static = ["--static-swift-stdlib"] if sys.platform.startswith("linux") else []
    build = ["swift", "build", "-c", "release", *static, "--product", PRODUCT, "--package-path", str(machine.ROOT)]
    if subprocess.run(build, stdout=sys.stderr).returncode != 0:
        raise SystemExit(f"the release build of {PRODUCT} failed")
    where = subprocess.run([*build, "--show-bin-path"], capture_output=True, text=True, check=True)
    return str(pathlib.Path(where.stdout.strip()) / PRODUCT)


def corpus(data, place, damaged):
    """A folder with the data set's documents; if asked for, all as of version 1, every hundredth without a required member."""
    folder = place.path / "corpus"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = ["tar", "--no-same-owner", "--strip-components=2", "-xf", data.path, "-C", folder]
    subprocess.run([*command, f"{generate.ROOT}/ml_training"], check=True)
    if damaged:
        for number, path in enumerate(sorted(folder.glob("*.json"))):
            value = json.loads(path.read_bytes())
            value.pop("version", None)
            if number % DAMAGED_EVERY == 0:
                del value["n_jobs"]
            path.write_text(json.dumps(value, indent=2))
    return folder


def one_run(contestant, tools, folder):
    """What the contestant printed; raises ValueError with what is wrong."""
    command = [str(word) for word in contestant.command(tools, folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise ValueError(f"exit status {done.returncode}: {done.stderr.strip()[-300:]}")
    return json.loads(done.stdout)


def measured(work, arguments, place, say, tools):
    """One work's entry of the results."""
    data = generate.data_set(arguments.data, Wanted("tree", work.documents), say)
    folder = corpus(data, place, work.damaged)
    expected = work.checksum(data) if work.checksum else None
    rows = [{"contestant": c.key, "label": c.label, "failure": None, "runs": []} for c in work.contestants]
    pairs = arguments.pairs
    for pair in range(pairs):
        for contestant, row in zip(work.contestants, rows):
            if row["failure"] is not None:
                continue
            try:
                run = one_run(contestant, tools, folder)
                expected = run["checksum"] if expected is None else expected
                if run["checksum"] != expected or run["documents"] != work.documents:
                    raise ValueError(f"wrong result: {run['checksum']} of {run['documents']}, expected {expected}")
                row["runs"].append(run)
                say(f"{work.name} {pair + 1}/{pairs} {row['contestant']}: {run['secondsPerPass']:.4f} s a pass")
            except ValueError as error:
                row["failure"] = str(error)
                say(f"{work.name} {row['contestant']}: FAILED: {error}")
    shutil.rmtree(folder)
    for row in rows:
        figures(row)
    compare(rows)
    return {
        "kind": "codec",
        "name": work.name,
        "title": work.title,
        "pairs": pairs,
        "rows": rows,
        "marks": [judged(mark, rows, arguments.quick) for mark in MARKS if mark.work == work.name],
    }


def figures(row):
    if row["runs"] and row["failure"] is None:
        row["microseconds"] = statistics.median(1e6 * r["secondsPerPass"] / r["documents"] for r in row["runs"])
        row["rate"] = statistics.median(r["bytes"] / r["secondsPerPass"] / 1e6 for r in row["runs"])


def compare(rows):
    for row in rows[1:]:
        if "microseconds" in row and "microseconds" in rows[0]:
            row["ratios"] = [
                theirs["secondsPerPass"] / ours["secondsPerPass"] for theirs, ours in zip(row["runs"], rows[0]["runs"])
            ]
            row["ratio"] = statistics.median(row["ratios"])


def judged(mark, rows, quick):
    row = next(row for row in rows if row["contestant"] == mark.contestant)
    value = row.get(mark.what)
    passed, why = None, None
    if quick:
        why = "too little data to judge"
    elif value is None:
        passed, why = False, "no valid result"
    else:
        passed = value < mark.value if mark.what == MICROSECONDS else value >= mark.value
    return {"contestant": mark.contestant, "what": mark.what, "mark": mark.value, "value": value, "passed": passed, "why": why}


COLUMNS = ("", "CPU µs a document", "MB/s", "CPU ÷ Uprev’s", "range", "mark")


def cells(work, marks_of):
    """Rows of text for a work's table, in COLUMNS' order."""
    for row in work["rows"]:
        marks = marks_of(work, row)
        if row["failure"] is not None:
            yield [row["label"], "failed", "", "", "", marks]
            continue
        ratios = row.get("ratios")
        yield [
            row["label"],
            f"{row['microseconds']:.2f}",
            f"{row['rate']:,.0f}",
            f"{row['ratio']:.1f}" if ratios else "",
            f"{min(ratios):.1f}–{max(ratios):.1f}" if ratios and len(ratios) > 1 else "",
            marks,
        ]
