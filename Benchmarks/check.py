"""Whether a contestant's result is right: every document, every other file, nothing left over.

Each check takes (target, data set) and raises RunFailed. What is expected was computed with Python's json when the
data was generated; digests decide, and only a difference is looked into.
"""

import hashlib
import json
import os
import re
import subprocess
import tarfile

import generate
from measure import RunFailed

MEBIBYTE = 1 << 20
DECOMPRESS = {"none": ["cat"], "gzip": ["gzip", "-dc"], "zstd": ["zstd", "-dcq"]}


def files_below(folder):
    """Paths of all that is no directory below `folder`, relative to it, in byte order."""
    found = []
    for parent, _, names in os.walk(folder):
        inside = os.path.relpath(parent, folder)
        found += [name if inside == "." else f"{inside}/{name}" for name in names]
    return sorted(found, key=os.fsencode)


def expected_documents(data):
    """(path in the target, value before, text after) of every document of a tree's data set."""
    with tarfile.open(data.path) as archive:
        for member in archive:
            if member.isreg():
                old = json.load(archive.extractfile(member))
                new = json.dumps({**old, "version": 2}, indent=2).encode()
                yield member.name.partition("/")[2], old, new


def read(path):
    with open(path, "rb") as file:
        return file.read()


def tree_digest(target):
    digest = hashlib.sha256()
    for name in files_below(target):
        path = os.path.join(target, name)
        if not os.path.islink(path):
            digest.update(generate.file_digest(name, read(path)))
    return digest.hexdigest()


def tree_unchanged(target, data):
    """For a contestant that changes nothing."""
    if tree_digest(target) != data.members_before:
        raise RunFailed("wrong result: the tree changed")


def nothing(target, data):
    """For a contestant that is given nothing to do."""


def tree_by_bytes(target, data):
    """Every file is byte for byte what Python would have written, and no other file is there."""
    if tree_digest(target) == data.members_after:
        return
    expected = {name: new for name, _, new in expected_documents(data)}
    found = files_below(target)
    for name in found:
        if name not in expected:
            raise RunFailed(f"wrong result: {name} should not be there")
    for name, new in expected.items():
        path = os.path.join(target, name)
        if not os.path.isfile(path) or os.path.islink(path):
            raise RunFailed(f"wrong result: {name} is missing")
        if read(path) != new:
            raise RunFailed(f"wrong result: {name} has other bytes than expected")
    raise RunFailed("wrong result: the digests differ")


def tree_by_value(target, data):
    """Every document has the value expected, however it is written, and no other file is there."""
    found = set(files_below(target))
    for name, old, _ in expected_documents(data):
        if name not in found:
            raise RunFailed(f"wrong result: {name} is missing")
        found.remove(name)
        try:
            value = json.loads(read(os.path.join(target, name)))
        except ValueError as error:
            raise RunFailed(f"wrong result: {name} is no JSON: {error}") from None
        if value != {**old, "version": 2}:
            raise RunFailed(f"wrong result: {name} has another value than expected")
    if found:
        raise RunFailed(f"wrong result: {min(found)} should not be there")


def stream_digest(target, compression):
    """Digest of the decompressed stream up to its last byte that is not zero; two blocks of zeros must follow."""
    digest, zeros, total = hashlib.sha256(), 0, 0
    with subprocess.Popen([*DECOMPRESS[compression], target], stdout=subprocess.PIPE) as process:
        while piece := process.stdout.read(MEBIBYTE):
            total += len(piece)
            # Telling that all are zeros is ten times as fast as looking for the last that is not.
            kept = b"" if piece == generate.ZEROS else piece.rstrip(b"\0")
            if kept:
                for _ in range(zeros // MEBIBYTE):
                    digest.update(generate.ZEROS)
                digest.update(bytes(zeros % MEBIBYTE))
                digest.update(kept)
                zeros = 0
            zeros += len(piece) - len(kept)
    if process.returncode != 0:
        raise RunFailed("wrong result: the archive cannot be decompressed")
    if zeros < 1024 or total % 512 != 0:
        raise RunFailed("wrong result: the archive has no end")
    return digest.hexdigest()


def members_digest(target, compression):
    """Digest of every member's name, kind, mode, time in seconds, size and data, in order, as tarfile sees them."""
    digest = hashlib.sha256()
    with subprocess.Popen([*DECOMPRESS[compression], target], stdout=subprocess.PIPE) as process:
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                for member in archive:
                    data_digest = ""
                    if member.isreg():
                        content, file = hashlib.sha256(), archive.extractfile(member)
                        while piece := file.read(MEBIBYTE):
                            content.update(piece)
                        data_digest = content.hexdigest()
                    digest.update(
                        generate.member_digest(
                            member.name, member.type, member.mode, member.mtime, member.size, data_digest
                        )
                    )
                    archive.members = []
        except (tarfile.TarError, EOFError) as error:
            raise RunFailed(f"wrong result: the archive cannot be read: {error}") from None
        finally:
            process.kill()
    return digest.hexdigest()


# (stream digest, members digest): streams that were found right member by member, once.
_right_streams = set()


def archive_members(target, data, members, stream=None):
    """The archive holds the members expected, and nothing lies beside it.

    `members`: the digest to reach. `stream`: the digest of the stream that a writer produces which changes nothing but
    sizes and checksums; reaching it spares reading the members.
    """
    beside = [name for name in os.listdir(os.path.dirname(target)) if name != os.path.basename(target)]
    if beside:
        raise RunFailed(f"wrong result: {min(beside)} should not lie beside the archive")
    compression = generate.KINDS[data.kind][1]
    found = stream_digest(target, compression)
    if found == stream or (found, members) in _right_streams:
        return
    if members_digest(target, compression) != members:
        raise RunFailed("wrong result: members of the archive differ from what is expected")
    _right_streams.add((found, members))


def archive_migrated(target, data):
    archive_members(target, data, data.members_after, data.stream_after)


def archive_unchanged(target, data):
    """For a contestant that copies and migrates nothing."""
    archive_members(target, data, data.members_before, data.stream_before)


def uprev_report(path, expected):
    """Uprev's report says success, and counts what is expected: outcome → documents."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - 64 * 1024))
            end = file.read().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise RunFailed(f"the report cannot be read: {error}") from None
    # Documents come first and may be a million; the summary stands near the end.
    start = [match.end() for match in re.finditer(r'"summary"\s*:\s*', end)]
    status = re.findall(r'"status"\s*:\s*"(\w+)"', end)
    if not start or not status:
        raise RunFailed("the report has no summary or no status")
    try:
        summary, _ = json.JSONDecoder().raw_decode(end, start[-1])
    except ValueError as error:
        raise RunFailed(f"the report's summary is no JSON: {error}") from None
    counted = {name: summary.get(name) for name in expected}
    if status[-1] != "success" or counted != expected:
        raise RunFailed(f"the report says {status[-1]}, {counted}; expected success, {expected}")
