#!/usr/bin/env python3
"""Checks what an example pipeline made of a cache, without anything of Uprev's: what each document should be is computed here from the
originals, in another way where there is one (every pair of points is compared, nothing is streamed).

Usage: Tests/Examples/check.py EXAMPLE ORIGINALS RESULTS

Computed values are compared as values, numbers within 1e-12. What an example leaves alone must have its very bytes: numbers' digits,
escapes, names, white space, also between two members that were neighbours before; and members keep their order, new ones at the end. Says what differs, and exits with 1 then.
"""

import json
import math
import sys
from pathlib import Path

LOG_SCALES = {
    "data_size": (1, 6), "estimated_item_time": (-6, 0), "available_memory": (9, 12), "pickle_size": (1, 7),
    "function_complexity": (2, 4)}
LINEAR_SCALES = {"physical_cores": 128, "coefficient_of_variation": 2}
START_METHODS = {"fork": 0, "forkserver": 0.5, "spawn": 1}


def skip(text, at):
    while text[at] in " \t\r\n":
        at += 1
    return at


def literals(text):
    """The members of an object as they are written: {name: (name before it, text between them, text of the value)}, in their order."""
    decoder, members, at = json.JSONDecoder(), {}, skip(text, 0)
    if text[at] != "{":
        raise ValueError("not an object")
    before, end = None, 0
    at = skip(text, at + 1)
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        at = skip(text, skip(text, at) + 1)
        between, (_, after) = text[end:at], decoder.raw_decode(text, at)
        members[name] = (before, between, text[at:after])
        before, end = name, after
        at = skip(text, end)
        if text[at] == ",":
            at = skip(text, at + 1)
    return members


def alike(expected, found):
    if isinstance(expected, dict):
        return isinstance(found, dict) and list(expected) == list(found) and all(alike(expected[k], found[k]) for k in expected)
    if isinstance(expected, list):
        return isinstance(found, list) and len(expected) == len(found) and all(map(alike, expected, found))
    if isinstance(expected, (int, float)) and not isinstance(expected, bool):
        return isinstance(found, (int, float)) and not isinstance(found, bool) and abs(expected - found) <= 1e-12
    return type(expected) is type(found) and expected == found


def number(value):
    """A finite number, or None."""
    return value if isinstance(value, (int, float)) and math.isfinite(value) else None


def log_scale(value, low, high):
    if value <= 0:
        return 0
    share = (math.log10(value) - low) / (high - low)
    return 0 if share < 0 else 1 if share > 1 else math.floor(share * 1e9 + 0.5) / 1e9


def stamped(document, version):
    """With the version where it stands, or at the end."""
    return {**document, "version": version}


def new_features(documents):
    results = {}
    for path, document in documents.items():
        if document.get("version", 1) == 3:
            continue
        result = document if "version" in document else stamped(document, 2)
        features = dict(result.get("features", {}))
        features.setdefault("gpu_count", 0)
        features.setdefault("gpu_memory", None)
        size = (document.get("system_fingerprint") or {}).get("l3_cache_mb")
        features["l3_cache_size"] = None if size is None else math.floor(size * 2**20)
        results[path] = stamped({**result, "features": features}, 3)
    return results


def renormalise(documents):
    results = {}
    for path, document in documents.items():
        if document.get("version", 1) == 4:
            continue
        features, normalised = document.get("features", {}), {}
        for name, (low, high) in LOG_SCALES.items():
            value = number(features.get(name))
            normalised[name] = None if value is None else log_scale(value, low, high)
        for name, divisor in LINEAR_SCALES.items():
            value = number(features.get(name))
            normalised[name] = None if value is None else value / divisor
        normalised["start_method"] = START_METHODS.get(features.get("start_method"))
        results[path] = {**stamped(document, 4), "normalised": normalised}
    scale = {}
    for name in [*LOG_SCALES, *LINEAR_SCALES]:
        known = [result["normalised"][name] for result in results.values() if result["normalised"][name] is not None]
        low, high = min(known), max(known)
        scale[name] = {"low": low, "high": high}
        for result in results.values():
            value = result["normalised"][name]
            if value is not None:
                result["normalised"][name] = (value - low) / (high - low)
    for result in results.values():
        result["scale"] = scale
    return results


def recluster(documents, radius=0.05, near_enough=5):
    results, points = {}, {}
    for path, document in documents.items():
        if document["version"] == 4:
            continue
        results[path] = {**document, "version": 4, "cluster": {"method": "dbscan", "id": None, "core": False}}
        values = [number(document.get("features", {}).get(name)) for name in list(LOG_SCALES)[:3]]
        if all(value is not None and value > 0 for value in values):
            bounds = list(LOG_SCALES.values())
            points[path] = tuple((math.log10(v) - low) / (high - low) for v, (low, high) in zip(values, bounds))
    near = {p: [q for q in points if math.dist(points[p], points[q]) <= radius] for p in points}
    cores = {p for p in points if len(near[p]) >= near_enough}
    cluster = {p: p for p in cores}
    changing = True
    while changing:  # every core takes the least name among the cores around it, until none changes
        changing = False
        for p in cores:
            least = min(cluster[q] for q in near[p] if q in cores)
            if least != cluster[p]:
                cluster[p], changing = least, True
    least_point = {}
    for p in cores:
        least_point[cluster[p]] = min(points[p], least_point.get(cluster[p], points[p]))
    numbers = {name: index for index, name in enumerate(sorted(least_point, key=least_point.get))}
    for p in points:
        around = [q for q in near[p] if q in cores]
        if p in cores:
            results[p]["cluster"].update(id=numbers[cluster[p]], core=True)
        elif around:
            nearest = min(around, key=lambda q: (math.dist(points[p], points[q]), points[q]))
            results[p]["cluster"]["id"] = numbers[cluster[nearest]]
    found = [result["cluster"] for result in results.values()]
    print(f"check: {len(numbers)} clusters, {sum(c['core'] for c in found)} cores, "
          f"{sum(not c['core'] and c['id'] is not None for c in found)} at their borders, "
          f"{sum(c['id'] is None for c in found)} in none")
    return results


def knn_to_vector(documents):
    gone = {"features", "n_jobs", "chunksize", "system_fingerprint", "adaptive_chunking_enabled", "adaptation_rate",
            "min_chunksize", "max_chunksize", "buffer_size", "use_ordered", "is_streaming"}
    otherwise = {"data_size": 1000, "estimated_item_time": 0.01}
    results = {}
    for path, document in documents.items():
        if document.get("version", 1) == 3:
            continue
        features, vector = document.get("features", {}), []
        for name, (low, high) in LOG_SCALES.items():
            value = number(features.get(name))
            vector.append(log_scale(otherwise.get(name, 0) if value is None else value, low, high))
        for name, divisor in LINEAR_SCALES.items():
            vector.append(math.floor((number(features.get(name)) or 0) / divisor * 1e9 + 0.5) / 1e9)
        vector.append(START_METHODS.get(features.get("start_method"), 0))
        result = {name: value for name, value in stamped(document, 3).items() if name not in gone}
        results[path] = {**result, "vector": vector, "label": [document["n_jobs"], document["chunksize"]]}
    return results


# What each example computes; in /features of new-features only what is new.
EXAMPLES = {
    "new-features": (new_features, {"version", "features"}),
    "renormalise": (renormalise, {"version", "normalised", "scale"}),
    "recluster": (recluster, {"version", "cluster"}),
    "knn-to-vector": (knn_to_vector, {"version", "vector", "label"}),
}


def differences(expected, computed, original, result):
    """What is wrong with a result, as sentences. All texts of objects; `expected` is the value of the whole."""
    before, after = literals(original), literals(result)
    if list(after) != list(expected):
        yield f"members {list(after)}, expected {list(expected)}"
    for name in [name for name in expected if name in after]:
        neighbour, between, text = after[name]
        if name in before:
            was = before[name][1]
            if before[name][0] != neighbour:  # then only the name itself
                was, between = was[was.index('"'):], between[between.index('"'):]
            if between != was:
                yield f"{between!r} before the value of {name}, was {was!r}"
        if name not in computed:
            if text != before[name][2]:
                yield f"{name}: {text}, was {before[name][2]}, which nothing was to change"
        elif name == "features":
            old = before[name][2] if name in before else "{}"
            for sentence in differences(expected[name], set(expected[name]) - set(literals(old)), old, text):
                yield f"features/{sentence}"
        elif not alike(expected[name], json.loads(text)):
            yield f"{name}: {text}, expected {json.dumps(expected[name])}"


def main():
    example, originals, results = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    expect, computed = EXAMPLES[example]
    files = {root: sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
             for root in (originals, results)}
    if files[originals] != files[results]:
        sys.exit("check: there are other files than before")
    texts = {path: (originals / path).read_bytes().decode() for path in files[originals]}
    expected = expect({path: json.loads(text) for path, text in texts.items() if path.endswith(".json")})
    wrong = 0
    for path, text in texts.items():
        result = (results / path).read_bytes().decode()
        if path not in expected:
            sentences = [] if result == text else ["changed, and nothing was to change it"]
        else:
            sentences = list(differences(expected[path], computed, text, result))
        wrong += bool(sentences)
        for sentence in sentences[:5]:
            print(f"check: {path}: {sentence}", file=sys.stderr)
    if wrong or not expected:
        sys.exit(f"check: {wrong} of {len(texts)} files are not as they should be")
    print(f"check: {len(expected)} documents as computed here, {len(texts) - len(expected)} other files untouched")


if __name__ == "__main__":
    main()
