#!/usr/bin/env python3
"""The loop people write for a snapshot: tarfile in, json, tarfile out.

usage: python_tarfile.py none|gzip|zstd ARCHIVE

Rewrites ARCHIVE in its own tar format and filter: gzip through tarfile itself, zstd through the zstd command at both
ends. The result is flushed once, then replaces the archive: the durability that Uprev gives.
"""

import contextlib
import fnmatch
import io
import json
import os
import subprocess
import sys
import tarfile


@contextlib.contextmanager
def opened_source(archive, compression):
    if compression == "zstd":
        with subprocess.Popen(["zstd", "-dcq", archive], stdout=subprocess.PIPE) as process:
            with tarfile.open(fileobj=process.stdout, mode="r|") as source:
                yield source
            process.stdout.read()
        if process.returncode != 0:
            raise SystemExit("zstd -d failed")
    else:
        with tarfile.open(archive, "r:gz" if compression == "gzip" else "r:") as source:
            yield source


@contextlib.contextmanager
def opened_result(path, compression, tar_format):
    if compression == "zstd":
        with open(path, "wb") as file:
            with subprocess.Popen(["zstd", "-cq", "-3"], stdin=subprocess.PIPE, stdout=file) as process:
                with tarfile.open(fileobj=process.stdin, mode="w|", format=tar_format) as result:
                    yield result
                process.stdin.close()
            if process.returncode != 0:
                raise SystemExit("zstd failed")
    elif compression == "gzip":
        with tarfile.open(path, "w:gz", format=tar_format, compresslevel=6) as result:
            yield result
    else:
        with tarfile.open(path, "w", format=tar_format) as result:
            yield result


def tar_format_of(archive, compression):
    """GNU's magic ends in blanks, POSIX's in a zero; found in the first header."""
    command = {"none": ["cat"], "gzip": ["gzip", "-dc"], "zstd": ["zstd", "-dcq"]}[compression]
    with subprocess.Popen(command + [archive], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        header = process.stdout.read(512)
        process.kill()
    return tarfile.GNU_FORMAT if header[257:265] == b"ustar  \0" else tarfile.PAX_FORMAT


def copy(source, result):
    for member in source:
        if not member.isreg():
            result.addfile(member)
        elif fnmatch.fnmatch(os.path.basename(member.name), "ml_training_*.json"):
            data = json.load(source.extractfile(member))
            data["version"] = 2
            text = json.dumps(data, indent=2).encode()
            member.size = len(text)
            result.addfile(member, io.BytesIO(text))
        else:
            result.addfile(member, source.extractfile(member))
        # tarfile remembers every member; without these lines its memory grows with the archive.
        source.members = []
        result.members = []


def main():
    compression, archive = sys.argv[1:]
    temporary = archive + ".tmp"
    tar_format = tar_format_of(archive, compression)
    with opened_source(archive, compression) as source:
        with opened_result(temporary, compression, tar_format) as result:
            copy(source, result)
    folder = os.path.dirname(os.path.abspath(archive))
    for path, then in ((temporary, lambda: os.replace(temporary, archive)), (folder, lambda: None)):
        descriptor = os.open(path, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        then()


if __name__ == "__main__":
    main()
