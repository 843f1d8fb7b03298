"""Answers every document with its cluster, found by DBSCAN.

Usage: python3 dbscan.py RADIUS NEAR < documents > answers

A document a line in; out, in the same order, {"method": "dbscan", "id": …, "core": …} a line. A point is three features on log scales,
each about 0 to 1: data_size, estimated_item_time, available_memory. One that has at least NEAR points within RADIUS, itself
included, is a core; cores within RADIUS of each other are of one cluster. Another point belongs to the cluster of the nearest core
within RADIUS (of several, the least), and otherwise to none: its id is null, as is that of a document without these features.

Clusters are numbered from 0 by their least core, points compared feature by feature. So an answer depends on the set of documents, not on
their order. Only Python's standard library is needed.
"""

import itertools
import json
import math
import sys

SCALES = {"data_size": (1, 6), "estimated_item_time": (-6, 0), "available_memory": (9, 12)}  # bounds as powers of ten


def point(document):
    """The document as a point, or None where a feature is missing or no positive, finite number."""
    features = document.get("features") if isinstance(document, dict) else None
    coordinates = []
    for name, (low, high) in SCALES.items():
        value = features.get(name) if isinstance(features, dict) else None
        if not isinstance(value, float) or not 0 < value < math.inf:
            return None
        coordinates.append((math.log10(value) - low) / (high - low))
    return tuple(coordinates)


class Grid:
    """Points in cubes a little wider than the radius, so that only those of the cubes around have to be looked at."""

    def __init__(self, points, radius):
        self.radius = radius
        self.width = radius * 1.000001
        self.cubes = {}
        for index, p in enumerate(points):
            self.cubes.setdefault(self.cube(p), []).append(index)
        self.points = points

    def cube(self, p):
        return tuple(math.floor(x / self.width) for x in p)

    def near(self, p):
        """The indices of all points within the radius, also of p."""
        for offset in itertools.product((-1, 0, 1), repeat=len(p)):
            cube = tuple(map(sum, zip(self.cube(p), offset)))
            for index in self.cubes.get(cube, ()):
                if math.dist(p, self.points[index]) <= self.radius:
                    yield index


def dbscan(points, radius, near_enough):
    """The cluster of each point and whether it is a core, by the point."""
    different = sorted(set(points))
    count = dict.fromkeys(different, 0)
    for p in points:
        count[p] += 1
    grid = Grid(different, radius)
    near = [list(grid.near(p)) for p in different]
    core = [sum(count[different[n]] for n in around) >= near_enough for around in near]

    cluster = [None] * len(different)
    clusters = 0
    for start, is_core in enumerate(core):
        if not is_core or cluster[start] is not None:
            continue
        cluster[start] = clusters
        reached = [start]
        while reached:
            for n in near[reached.pop()]:
                if core[n] and cluster[n] is None:
                    cluster[n] = clusters
                    reached.append(n)
        clusters += 1

    answers = {}
    for index, p in enumerate(different):
        if not core[index]:
            cores = [n for n in near[index] if core[n]]
            if cores:
                cluster[index] = cluster[min(cores, key=lambda n: (math.dist(p, different[n]), n))]
        answers[p] = {"method": "dbscan", "id": cluster[index], "core": core[index]}
    return answers


def main():
    radius, near_enough = float(sys.argv[1]), int(sys.argv[2])
    sys.setrecursionlimit(5000)  # documents may be 1000 levels deep
    # Integers as doubles: Python refuses to read those of thousands of digits.
    points = [point(json.loads(line, parse_int=float)) for line in sys.stdin if line.strip()]
    answers = dbscan([p for p in points if p is not None], radius, near_enough)
    answers[None] = {"method": "dbscan", "id": None, "core": False}
    for p in points:
        print(json.dumps(answers[p]))


if __name__ == "__main__":
    main()
