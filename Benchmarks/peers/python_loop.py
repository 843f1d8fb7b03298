#!/usr/bin/env python3
"""The loop people write: json.load, set the version, json.dump to a temporary, os.replace.

usage: python_loop.py [--fsync] FOLDER

Migrates every ml_training_*.json below FOLDER/ml_training. With --fsync each temporary is flushed before it replaces
the document, and the folder at the end; without, a power loss can lose documents.
"""

import fnmatch
import json
import os
import sys


def main():
    arguments = sys.argv[1:]
    flush = "--fsync" in arguments
    (root,) = [argument for argument in arguments if argument != "--fsync"]
    folder = os.path.join(root, "ml_training")
    for name in sorted(os.listdir(folder)):
        if not fnmatch.fnmatch(name, "ml_training_*.json"):
            continue
        path = os.path.join(folder, name)
        with open(path) as file:
            data = json.load(file)
        if data.get("version", 1) >= 2:
            continue
        data["version"] = 2
        temporary = path + ".tmp"
        with open(temporary, "w") as file:
            json.dump(data, file, indent=2)
            if flush:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    if flush:
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


if __name__ == "__main__":
    main()
