"""Instructions a document, counted by valgrind: what shows a slower path where the time of a busy machine cannot.

The count for twice as many documents less the count for as many leaves out starting up and compiling the pipeline. It is held
against figures that were recorded before, in instructions.json; they are of one compiler and one C library.

SHA-256 is counted apart: under valgrind it runs without the processor's own instructions for it, and would drown the rest.
"""

import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys

import check
import contestants as by
import generate
from contestants import snapshot
from generate import Wanted
from measure import RunFailed

RECORDED = pathlib.Path(__file__).with_name("instructions.json")
MOST = 1.10  # times the figure recorded
LEAST = 10_000  # a smaller count is held against this: one SHA-256 of a document takes more
PARTS = ("instructions", "hashing")

# contestants: (documents) → the Contestant whose path is counted, by name of the path.
CountedWork = collections.namedtuple("CountedWork", "name title documents paths needs default")


def paths():
    """Name of a path → what runs it on so many documents, with one worker."""
    return {
        "tree, --dry-run": lambda count: by.uprev_dry_run(Wanted("tree", count)),
        "tree": lambda count: by.uprev(Wanted("tree", count)),
        "tree, with journal and undo": lambda count: by.uprev_with_journal(Wanted("tree", count)),
        "tree, current, known from the run before": lambda count: by.uprev_again(Wanted("current", count)),
        "snapshot.tar": lambda count: by.uprev(snapshot("tar", count)),
    }


def works(scale):
    return [
        CountedWork(
            "instructions",
            "instructions of the program a document, one worker",
            scale.counted,
            paths(),
            ("valgrind", "strip"),
            sys.platform.startswith("linux"),
        )
    ]


def countable(program, folder):
    """A copy of the program that valgrind can read: without the debugging information, with the functions' names."""
    copy = folder / "uprev-counted"
    shutil.copyfile(program, copy)
    copy.chmod(0o755)
    subprocess.run(["strip", "--strip-debug", copy], check=True)
    return str(copy)


def in_hashing(profile):
    """Instructions of a profile that are SHA-256's."""
    command = ["callgrind_annotate", "--threshold=100", "--auto=no", profile]
    shown = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True).stdout
    return sum(int(found.replace(",", "")) for found in re.findall(r"^ *([\d,]+) .*sha256_compress", shown, re.MULTILINE))


def counted(command, place, environment, profile):
    """Instructions that a command takes: (in hashing, otherwise); raises RunFailed.

    `profile`: where callgrind_annotate finds who took them.
    """
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *map(str, command)]
    done = subprocess.run(
        valgrind, capture_output=True, text=True, errors="replace", cwd=place.path, env=environment, stdin=subprocess.DEVNULL
    )
    found = re.search(r"^==\d+== Collected : (\d+)", done.stderr, re.MULTILINE)
    if done.returncode != 0 or found is None:
        raise RunFailed(f"ended with status {done.returncode}: {done.stderr.strip()[-600:]}")
    hashing = in_hashing(profile)
    return hashing, int(found.group(1)) - hashing


def one_count(contestant, data, place, setting, environment, fresh_copy, profile):
    target = fresh_copy(place, contestant, data, setting)
    total = counted(contestant.command(target, setting), place, environment, profile)
    contestant.check(target, data)
    check.uprev_report(setting.report, contestant.counts(data))
    return total


def measured(work, arguments, place, setting, environment, fresh_copy, say):
    """The work's entry of the results; with --record the figures are written down as well."""
    setting = setting._replace(uprev=countable(setting.uprev, place.path), jobs=1)
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    rounds = 1 if arguments.quick else min(arguments.pairs, 2)
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for path, made in work.paths.items():
        row = {"contestant": path, "label": path, "failure": None, "runs": [], "recorded": recorded.get(path)}
        rows.append(row)
        try:
            for number in range(rounds):
                totals = []
                for documents in (work.documents, 2 * work.documents):
                    contestant = made(documents)
                    data = generate.data_set(arguments.data, contestant.data, say)
                    profile = arguments.json.parent / f"instructions-{len(rows)}.callgrind"
                    totals.append(one_count(contestant, data, place, setting, environment, fresh_copy, profile))
                hashing, others = ((more - few) / work.documents for few, more in zip(*totals))
                row["runs"].append({"totals": totals, "instructions": others, "hashing": hashing})
                say(f"{work.name} {number + 1}/{rounds} {path}: {others:,.0f} a document, {hashing:,.0f} in hashing")
            row.update({part: min(run[part] for run in row["runs"]) for part in PARTS})
        except RunFailed as error:
            row["failure"] = str(error)
            say(f"{work.name} {path}: FAILED: {error}")
    if arguments.record and all("instructions" in row for row in rows):
        figures = {row["contestant"]: {part: round(row[part]) for part in PARTS} for row in rows}
        RECORDED.write_text(json.dumps(figures, indent=2) + "\n")
        say(f"recorded in {RECORDED}")
    return {
        "kind": "instructions",
        "name": work.name,
        "title": work.title,
        "pairs": rounds,
        "rows": rows,
        "marks": [judged(row) for row in rows if row["recorded"] is not None],
    }


def judged(row):
    """The mark of a path; counts are as good on a busy machine."""
    value = None
    if row["failure"] is None:
        value = max(row[part] / max(row["recorded"][part], LEAST) for part in PARTS)
    return {
        "contestant": row["contestant"],
        "what": "instructions",
        "mark": MOST,
        "value": value,
        "passed": value is not None and value <= MOST,
        "why": None if value is not None else "no valid result",
    }


COLUMNS = ("", "instructions a document", "range", "recorded", "SHA-256 besides", "recorded", "mark")


def cells(work, marks_of):
    """Rows of text for the work's table, in COLUMNS' order."""
    for row in work["rows"]:
        marks = marks_of(work, row)
        if row["failure"] is not None:
            yield [row["label"], "failed", *[""] * 4, marks]
            continue
        each = [run["instructions"] for run in row["runs"]]
        known = row["recorded"]
        yield [
            row["label"],
            f"{row['instructions']:,.0f}",
            f"{min(each):,.0f}–{max(each):,.0f}" if len(each) > 1 else "",
            f"{known['instructions']:,}" if known is not None else "",
            f"{row['hashing']:,.0f}",
            f"{known['hashing']:,}" if known is not None else "",
            marks,
        ]
