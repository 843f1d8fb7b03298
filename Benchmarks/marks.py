"""What is to be reached, and whether it is."""

import collections
import statistics

MEGABYTE = 1e6

RATIO, WITHIN, COST, WALL = "ratio", "within", "cost", "wall"
PEAK, GROWTH, SCALE, SIZE = "peak", "growth", "scale", "size"
# work, contestant: whom the mark is about. flushes: holds only where a flush reaches a disk. what:
#   RATIO   the contestant's wall time a document by Uprev's, at least
#   WITHIN  Uprev's wall time a document by the contestant's, at most
#   COST    the contestant's wall time a document by Uprev's, at most
#   WALL    wall time in milliseconds, less than
#   PEAK    memory in MB, less than
#   GROWTH  memory by that of the contestant in `than`, at most
#   SIZE    bytes of the contestant's result by those of what it was given, at most
#   SCALE   growth of the wall time a document from than[0] to the contestant, by its growth from than[1] to than[2], at most
Mark = collections.namedtuple("Mark", "work contestant what value flushes than", defaults=(False, ()))


def growth_of_time(by_key, mark):
    """A value a round; empty without a valid result."""
    before, peer_before, peer = mark.than
    rows = [by_key[key] for key in (mark.contestant, before, peer, peer_before)]
    if any("wall" not in row for row in rows):
        return []
    rounds = zip(*([run["wall"] / row["documents"] for run in row["runs"]] for row in rows))
    return [(large / small) / (peer_large / peer_small) for large, small, peer_large, peer_small in rounds]


def value_of(mark, by_key):
    """(value, its range a round or None); the value is None without a valid result."""
    row = by_key[mark.contestant]
    if mark.what == SCALE:
        values = growth_of_time(by_key, mark)
        return (statistics.median(values), (min(values), max(values))) if values else (None, None)
    if mark.what == GROWTH:
        rows = (row, by_key[mark.than[0]])
        return (rows[0]["peakBytes"] / rows[1]["peakBytes"] if all("peakBytes" in r for r in rows) else None), None
    if mark.what == PEAK:
        return (row["peakBytes"] / MEGABYTE if "peakBytes" in row else None), None
    if mark.what == SIZE:
        return row.get("sizeRatio"), None
    if mark.what == WALL:
        return (1000 * row["wall"] if "wall" in row else None), None
    ratio = row.get("ratio")
    if mark.what == WITHIN:
        return (1 / ratio if ratio else None), None
    return ratio, None


def is_reached(mark, value):
    if mark.what == RATIO:
        return value >= mark.value
    if mark.what in (PEAK, WALL):
        return value < mark.value
    return value <= mark.value


def judged(marks, work_name, rows, place_flushes, quick):
    """Every mark of a work with its value and whether it is reached (None: not judged here, `why` says why)."""
    by_key = {row["contestant"]: row for row in rows}
    for mark in (mark for mark in marks if mark.work == work_name):
        value, span = value_of(mark, by_key)
        passed, why = None, None
        if quick:
            why = "too little data to judge"
        elif mark.flushes and not place_flushes:
            why = "not judged on this file system"
        elif value is None:
            passed, why = False, "no valid result"
        else:
            passed = is_reached(mark, value)
        yield {
            "contestant": mark.contestant,
            "what": mark.what,
            "mark": mark.value,
            "value": value,
            "range": span,
            "passed": passed,
            "why": why,
        }


# what → (what is wanted, what it is) as formats of the mark's value and the value; what the table shows anyway is left out.
WORDS = {
    RATIO: ("≥ {:g}×", ""),
    WITHIN: ("Uprev ≤ {:.2f}×", "{:.2f}×"),
    COST: ("≤ {:g}×", ""),
    WALL: ("< {:g} ms", "{:.1f} ms"),
    PEAK: ("< {:g} MB", ""),
    GROWTH: ("memory ≤ {:.2f}×", "{:.2f}×"),
    SIZE: ("size ≤ {:.2f}× the original’s", "{:.3f}×"),
    SCALE: ("growth a document ≤ {:.2f}× its peer’s", "{:.2f}×"),
    "rate": ("≥ {:g} MB/s", ""),
    "microseconds": ("< {:g} µs", ""),
    "instructions": ("≤ {:.2f}× of recorded", "{:.3f}×"),
}


def text(mark):
    wanted, found = WORDS[mark["what"]]
    said = wanted.format(mark["mark"])
    if found and mark["value"] is not None:
        span = mark.get("range")
        between = f", {span[0]:.2f}–{span[1]:.2f}" if span and span[0] != span[1] else ""
        said += f" (is {found.format(mark['value'])}{between})"
    return f"{said} {({True: 'pass', False: 'MISS', None: 'not judged'})[mark['passed']]}"
