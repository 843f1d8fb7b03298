#!/usr/bin/env python3
"""The loop of people in a hurry: orjson in several processes, a temporary and os.replace a file; nothing is flushed.

usage: python_orjson.py PROCESSES FOLDER

Migrates every ml_training_*.json below FOLDER/ml_training. orjson writes some numbers in another way (1e-06), so that the
result is the same only by value.
"""

import fnmatch
import multiprocessing
import os
import sys

import orjson


def migrate(folder, names):
    for name in names:
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            data = orjson.loads(file.read())
        if data.get("version", 1) >= 2:
            continue
        data["version"] = 2
        temporary = path + ".tmp"
        with open(temporary, "wb") as file:
            file.write(orjson.dumps(data, option=orjson.OPT_INDENT_2))
        os.replace(temporary, path)


def main():
    count, root = int(sys.argv[1]), sys.argv[2]
    folder = os.path.join(root, "ml_training")
    names = sorted(name for name in os.listdir(folder) if fnmatch.fnmatch(name, "ml_training_*.json"))
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=migrate, args=(folder, names[index::count])) for index in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode != 0 for process in processes):
        raise SystemExit("a process failed")


if __name__ == "__main__":
    main()
