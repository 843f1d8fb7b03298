#!/usr/bin/env python3
"""Writes a cache for each example pipeline, as Amorsize would have left it behind at the version that the example begins with.

Usage: Tests/Examples/generate.py [--documents N] [--seed N] FOLDER

FOLDER, which must not exist, gets new-features/, renormalise/, recluster/ and knn-to-vector/, each with N documents (1000) below
ml_training/ and two files that are none. Needs Python 3.8 and its standard library. The same seed gives the same bytes.
"""

import argparse
import json
import random
from pathlib import Path

EPOCH = 1_735_689_600
# Kinds of work, for the clusters: items, seconds an item, bytes of memory.
KINDS = [(50_000, 2e-05, 16 * 10**9), (800, 0.02, 64 * 10**9), (200_000, 0.0008, 4 * 10**9), (40, 0.6, 256 * 10**9)]


def execution(pick, number):
    """One execution at version 1, every member in the order in which Amorsize writes them."""
    if pick.random() < 0.85:
        size, seconds, memory = pick.choice(KINDS)
        spread = pick.choice([0.1, 0.1, 0.1, 0.3])
        size, seconds, memory = (middle * 10 ** pick.gauss(0, spread) for middle in (size, seconds, memory))
    else:
        size, seconds, memory = 10 ** pick.uniform(0.5, 6.5), 10 ** pick.uniform(-6.5, 0.5), 10 ** pick.uniform(9, 12)
    cores = pick.choice([2, 4, 8, 16, 64])
    fingerprint = {
        "physical_cores": cores,
        "l3_cache_mb": pick.choice([8.0, 16.0, 25.5, 32]),
        "numa_nodes": pick.choice([1, 2]),
        "memory_bandwidth_gb_s": pick.choice([25.0, 51.2, 204.8]),
        "start_method": pick.choice(["fork", "spawn"]),
        "system_id": f"{pick.getrandbits(64):016x}",
    }
    document = {
        "features": {
            "data_size": max(1, round(size)),
            "estimated_item_time": seconds if pick.random() < 0.5 else float(f"{seconds:.2g}"),
            "physical_cores": cores,
            "available_memory": round(memory),
            "start_method": pick.choice(["fork", "spawn", "forkserver"]),
            "pickle_size": pick.choice([None, 0, 64, 2048, 250_000, 40_000_000]),
            "coefficient_of_variation": pick.choice([None, 0.0, 0.3, round(pick.uniform(0, 2), 6), float("nan")]),
            "function_complexity": pick.choice([None, 24, 412, 9_000]),
        },
        "n_jobs": pick.choice([1, 2, 4, 8, 16]),
        "chunksize": pick.choice([1, 10, 50, 500]),
        "speedup": pick.choice([1.0, round(pick.uniform(0.8, 14), 14), float("inf")]),
        "timestamp": EPOCH + round(pick.uniform(0, 10_000_000), 6),
        "function_signature": f"{pick.getrandbits(64):016x}",
        "function_name": pick.choice(["resize", "größe", "\N{SNOWMAN}\t\"quoted\""]),
    }
    if number % 4 == 0:
        document.update(buffer_size=24, use_ordered=pick.random() < 0.5, is_streaming=True)
    else:
        document.update(
            system_fingerprint=pick.choice([fingerprint, fingerprint, fingerprint, None]), adaptive_chunking_enabled=True,
            adaptation_rate=0.3, min_chunksize=5, max_chunksize=None)
    # Older files lack members, the oldest nearly all.
    if number % 25 == 7:
        for name in pick.sample(sorted(document["features"]), 4):
            del document["features"][name]
    if number % 50 == 11:
        document = {"n_jobs": document["n_jobs"], "chunksize": document["chunksize"]}
    return document


def versioned(document, version, first):
    return {"version": version, **document} if first else {**document, "version": version}


def beginning(example, pick, number):
    """A document at the version that the example begins with; some are at its last one already."""
    document = execution(pick, number)
    if example == "recluster":
        if number % 100 == 99:
            document["cluster"] = {"method": "dbscan", "id": 0, "core": True}
            return versioned(document, 4, pick.random() < 0.5)
        document["cluster"] = {"method": "k-means", "id": pick.randrange(5), "distance": round(pick.uniform(0, 2), 6)}
        return versioned(document, 3, pick.random() < 0.5)
    if number % 100 == 99:
        return versioned(document, 4 if example == "renormalise" else 3, True)
    if example == "new-features" and number % 20 == 3 and "features" in document:
        # Written by somebody who could not wait: what is there counts.
        document["features"].update(gpu_count=2, gpu_memory=24 * 2**30)
    kind = pick.random()
    if kind < 0.5:
        return document
    return versioned(document, 1 if kind < 0.6 else 2, pick.random() < 0.5)


def layout(document, pick):
    """As json.dump with two spaces writes it, mostly."""
    kind = pick.random()
    if kind < 0.8:
        text = json.dumps(document, indent=2)
    elif kind < 0.87:
        text = json.dumps(document, separators=(",", ":"))
    elif kind < 0.94:
        text = json.dumps(document, indent="\t", ensure_ascii=False) + "\n"
    else:
        text = json.dumps(document, indent=4).replace("\n", "\r\n") + "\r\n"
    # Literals that a program which reads and writes JSON would not keep.
    if pick.random() < 0.1:
        text = text.replace('"speedup":', '"exact": 1234567890123456789012345678901234567890, "negative": -0.0, "speedup":')
    if pick.random() < 0.1:
        text = text.replace('"version":', '"\\u0076ersion":')
    return text.encode()


def write(folder, example, documents, seed):
    pick = random.Random(f"{seed} {example}")
    training = folder / example / "ml_training"
    training.mkdir(parents=True)
    milliseconds = EPOCH * 1000
    for number in range(documents):
        milliseconds += pick.randrange(1000, 3_600_000)
        kind = "ml_training_streaming" if number % 4 == 0 else "ml_training"
        name = f"{kind}_{pick.getrandbits(64):016x}_{milliseconds}.json"
        (training / name).write_bytes(layout(beginning(example, pick, number), pick))
    (training / "ml_calibration.tmp").write_bytes(b"")
    (folder / example / "notes.txt").write_bytes(b"Kept by the operator. Not a document.\n")


def main():
    parser = argparse.ArgumentParser(description="Write a cache for each example pipeline.")
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True)
    for example in ["new-features", "renormalise", "recluster", "knn-to-vector"]:
        write(arguments.folder, example, arguments.documents, arguments.seed)


if __name__ == "__main__":
    main()
