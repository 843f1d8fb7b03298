"""The results as data, as a table for a terminal, and as Markdown. One row a contestant, as dictionaries."""

import statistics

import codec
import works

MEGABYTE = 1e6


def row(contestant, data, measurements, failure):
    """What is known of one contestant of one work. `failure`: None, or why its times do not count."""
    result = {"contestant": contestant.key, "label": contestant.label, "documents": data.documents, "failure": failure}
    result["runs"] = [
        {"wall": m.wall, "cpuUser": m.cpu_user, "cpuSystem": m.cpu_system, "peakBytes": m.peak} for m in measurements
    ]
    if measurements and failure is None:
        wall = statistics.median(m.wall for m in measurements)
        result["wall"] = wall
        result["cpu"] = statistics.median(m.cpu_user + m.cpu_system for m in measurements)
        result["peakBytes"] = max(m.peak for m in measurements)
        result["documentsPerSecond"] = data.documents / wall
    return result


def compare(rows):
    """Adds to each row how it stands to the first: by wall and processor time a document, round by round; by memory."""
    first = rows[0]
    for other in rows[1:]:
        if "wall" not in first or "wall" not in other:
            continue
        scale = first["documents"] / other["documents"]
        pairs = list(zip(other["runs"], first["runs"]))
        other["ratios"] = [theirs["wall"] * scale / ours["wall"] for theirs, ours in pairs]
        other["ratio"] = statistics.median(other["ratios"])
        other["cpuRatio"] = other["cpu"] * scale / first["cpu"] if first["cpu"] else None
        other["growth"] = other["peakBytes"] / first["peakBytes"]


def judge(work_name, rows, place_flushes, quick):
    """Every mark of a work with its value and whether it is reached (None: not judged here, `why` says why)."""
    judged = []
    by_key = {row["contestant"]: row for row in rows}
    for mark in (mark for mark in works.MARKS if mark.work == work_name):
        found = by_key[mark.contestant]
        value = {
            works.RATIO: found.get("ratio"),
            works.COST: found.get("ratio"),
            works.PEAK: found["peakBytes"] / MEGABYTE if "peakBytes" in found else None,
            works.GROWTH: found.get("growth"),
        }[mark.what]
        passed, why = None, None
        if quick:
            why = "too little data to judge"
        elif mark.flushes and not place_flushes:
            why = "not judged on this file system"
        elif value is None:
            passed, why = False, "no valid result"
        else:
            passed = {
                works.RATIO: lambda: value >= mark.value,
                works.COST: lambda: value <= mark.value,
                works.PEAK: lambda: value < mark.value,
                works.GROWTH: lambda: value <= mark.value,
            }[mark.what]()
        judged.append(
            {
                "contestant": mark.contestant,
                "what": mark.what,
                "mark": mark.value,
                "value": value,
                "passed": passed,
                "why": why,
            }
        )
    return judged


def mark_text(mark):
    wanted = {
        works.RATIO: f"≥ {mark['mark']:g}×",
        works.COST: f"≤ {mark['mark']:g}×",
        works.PEAK: f"< {mark['mark']:g} MB",
        works.GROWTH: f"memory ≤ {mark['mark']:.2f}×",
        codec.RATE: f"≥ {mark['mark']:g} MB/s",
        codec.MICROSECONDS: f"< {mark['mark']:g} µs",
    }[mark["what"]]
    value = f" (is {mark['value']:.2f}×)" if mark["what"] == works.GROWTH and mark["value"] is not None else ""
    verdict = {True: "pass", False: "MISS", None: "not judged"}[mark["passed"]]
    return f"{wanted}{value} {verdict}"


COLUMNS = (
    *("", "documents", "wall s", "CPU s", "peak MB", "documents/s"),
    *("wall ÷ Uprev’s", "range", "CPU ÷ Uprev’s", "mark"),
)


def columns(work):
    return codec.COLUMNS if work.get("kind") == "codec" else COLUMNS


def marks_of(work, found):
    return "; ".join(mark_text(m) for m in work["marks"] if m["contestant"] == found["contestant"])


def subject(work):
    """What the figures of a work are of."""
    migrated = f", {work['migrated']:,} documents to migrate" if "migrated" in work else ""
    return f"median of {work['pairs']}{migrated}"


def cells(work):
    """Rows of text for a work's table, in the order of its columns."""
    if work.get("kind") == "codec":
        yield from codec.cells(work, marks_of)
        return
    for found in work["rows"]:
        marks = marks_of(work, found)
        if found["failure"] is not None:
            yield [found["label"], f"{found['documents']:,}", "failed", *[""] * 6, marks]
            continue
        ratios = found.get("ratios")
        yield [
            found["label"],
            f"{found['documents']:,}",
            f"{found['wall']:.3f}" if found["wall"] < 10 else f"{found['wall']:.1f}",
            f"{found['cpu']:.2f}",
            f"{found['peakBytes'] / MEGABYTE:.1f}",
            f"{found['documentsPerSecond']:,.0f}",
            f"{found['ratio']:.2f}" if ratios else "",
            f"{min(ratios):.2f}–{max(ratios):.2f}" if ratios and len(ratios) > 1 else "",
            f"{found['cpuRatio']:.2f}" if ratios and found["cpuRatio"] is not None else "",
            marks,
        ]


def text_table(work):
    table = [list(columns(work)), *cells(work)]
    last = len(table[0]) - 1
    widths = [max(len(line[column]) for line in table) for column in range(last + 1)]
    title = f"{work['name']}: {work['title']} ({subject(work)})"
    lines = ["", title]
    for line in table:
        padded = [
            cell.ljust(width) if column in (0, last) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        ]
        lines.append("  ".join(padded).rstrip())
    lines += [f"{row['label']}: {row['failure']}" for row in work["rows"] if row["failure"] is not None]
    return "\n".join(lines)


def heading(results):
    """(name, value) of what the figures were measured on."""
    machine, place = results["machine"], results["fileSystem"]
    yield "machine", (
        f"{machine['processor']}, {machine['processors']} processors, {machine['memoryBytes'] / 2**30:.0f} GiB; "
        f"{machine['system']}, {machine['kernel']}; load at start {machine['loadAtStart']}"
    )
    yield "file system", place["name"] + (f". {place['note']}" if place["note"] else "")
    yield "versions", "; ".join(f"{name} {version}" for name, version in results["versions"].items())
    yield "run", f"{results['startedAt']}, Uprev with -j {results['jobs']}, page cache warm"


def text_heading(results):
    return "\n".join(f"{name + ':':13}{value}" for name, value in heading(results))


def markdown(results):
    """Heading and tables as Markdown, without a title."""
    lines = [f"- {name}: {value}" for name, value in heading(results)]
    for work in results["works"]:
        lines += ["", f"### {work['title'][0].upper()}{work['title'][1:]}", ""]
        lines.append(f"{subject(work)[0].upper()}{subject(work)[1:]}.")
        names = columns(work)
        lines += ["", "| " + " | ".join(names) + " |", "|---|" + "--:|" * (len(names) - 2) + "---|"]
        lines += ["| " + " | ".join(line) + " |" for line in cells(work)]
    return "\n".join(lines) + "\n"
