"""The results as data, as a table for a terminal, and as Markdown. One row a contestant, as dictionaries."""

import os
import statistics

import codec
import instructions
import marks
from marks import MEGABYTE

# Works of a kind of their own have columns of their own.
KINDS = {"codec": codec, "instructions": instructions}


def row(contestant, data, measurements, size, failure):
    """What is known of one contestant of one work. `size`: bytes of the archive that it made, the last time, or None.
    `failure`: None, or why its times do not count.
    """
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
        if size is not None:
            result["bytes"] = size
            result["sizeRatio"] = size / os.path.getsize(data.path)
    return result


def compare(rows):
    """Adds to each row how it stands to the first: by wall and processor time a document, round by round."""
    first = rows[0]
    for other in rows[1:]:
        if "wall" not in first or "wall" not in other:
            continue
        scale = first["documents"] / other["documents"]
        pairs = list(zip(other["runs"], first["runs"]))
        other["ratios"] = [theirs["wall"] * scale / ours["wall"] for theirs, ours in pairs]
        other["ratio"] = statistics.median(other["ratios"])
        other["cpuRatio"] = other["cpu"] * scale / first["cpu"] if first["cpu"] else None


COLUMNS = (
    *("", "documents", "wall s", "CPU s", "peak MB", "documents/s"),
    *("wall ÷ Uprev’s", "range", "CPU ÷ Uprev’s", "mark"),
)


def columns(work):
    return KINDS[work["kind"]].COLUMNS if "kind" in work else COLUMNS


def marks_of(work, found):
    return "; ".join(marks.text(m) for m in work["marks"] if m["contestant"] == found["contestant"])


def subject(work):
    """What the figures of a work are of."""
    migrated = f", {work['migrated']:,} documents to migrate" if "migrated" in work else ""
    return f"median of {work['pairs']}{migrated}"


def cells(work):
    """Rows of text for a work's table, in the order of its columns."""
    if "kind" in work:
        yield from KINDS[work["kind"]].cells(work, marks_of)
        return
    for found in work["rows"]:
        reached = marks_of(work, found)
        if found["failure"] is not None:
            yield [found["label"], f"{found['documents']:,}", "failed", *[""] * 6, reached]
            continue
        ratios = found.get("ratios")
        yield [
            found["label"],
            f"{found['documents']:,}",
            seconds_text(found["wall"]),
            f"{found['cpu']:.2f}",
            f"{found['peakBytes'] / MEGABYTE:.1f}",
            f"{found['documentsPerSecond']:,.0f}",
            ratio_text(found["ratio"]) if ratios else "",
            f"{ratio_text(min(ratios))}–{ratio_text(max(ratios))}" if ratios and len(ratios) > 1 else "",
            f"{found['cpuRatio']:.2f}" if ratios and found["cpuRatio"] is not None else "",
            reached,
        ]


def seconds_text(seconds):
    return f"{seconds:.4f}" if seconds < 0.1 else f"{seconds:.3f}" if seconds < 10 else f"{seconds:.1f}"


def ratio_text(ratio):
    return f"{ratio:.2f}" if ratio < 99.5 else f"{ratio:.0f}"


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
