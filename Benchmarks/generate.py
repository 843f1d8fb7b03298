#!/usr/bin/env python3
"""Data for the benchmarks: training documents as Amorsize saves them, in trees and snapshots, from a seed.

The same parameters give the same bytes on every machine. A data set is one file (a tree is kept as a tar that is
unpacked for each run) and a description with the digests of what it holds before and after the migration; the
expected result of a document is what Python writes: json.dump({**old, "version": 2}, indent=2).

usage: generate.py tree|current|tar|gz|zst DOCUMENTS [--folders N] [--binaries BYTES [--sparse]] [--data FOLDER]
"""

import argparse
import collections
import contextlib
import hashlib
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tarfile

SEED = "uprev-benchmarks-1"
ROOT = "amorsize"
SMALLEST, LARGEST = 563, 862  # bytes of a document, before
CHUNK = 1000
BINARY_FILES = 8
MEBIBYTE = 1 << 20
ZEROS = bytes(MEBIBYTE)
SPARSE_NOISE = 4 * MEBIBYTE  # at the start of each sparse binary: no compressor makes a stream of almost nothing of it

# kind of data set → tar format, filter, file name suffix
KINDS = {
    "tree": (tarfile.GNU_FORMAT, "none", ".tree.tar"),
    "current": (tarfile.GNU_FORMAT, "none", ".current.tar"),
    "tar": (tarfile.PAX_FORMAT, "none", ".tar"),
    "gz": (tarfile.GNU_FORMAT, "gzip", ".tar.gz"),
    "zst": (tarfile.PAX_FORMAT, "zstd", ".tar.zst"),
}

TREES = ("tree", "current")

# What a data set is made from. kind: of KINDS; `current` is a tree in which nothing is left to migrate. documents: their number.
# folders: over how many folders they are spread, those of one folder being next to each other. binaries: bytes in a snapshot
# beside its documents. sparse: whether nearly all bytes of the binaries are zeros, and a plain archive a file with holes.
Wanted = collections.namedtuple("Wanted", "kind documents folders binaries sparse", defaults=(1, 0, False))

DataSet = collections.namedtuple(
    "DataSet", "kind path documents migrated bytes members_before members_after stream_before stream_after"
)


def document(rng, timestamp, signature):
    """One execution, in the reference's member order; a fifth is saved natively at version 2, which stands first."""

    def pick(choices):
        return choices[int(rng.random() * len(choices))]

    data = {"version": 2} if rng.random() < 0.2 else {}
    start_method = pick(("fork", "spawn", "forkserver"))
    cores = pick((2, 4, 8, 16, 32, 64, 128))
    data["features"] = {
        "data_size": 10 ** pick((1, 2, 3, 4, 5, 6)) + int(rng.random() * 1000),
        "estimated_item_time": pick((0.01, 1e-05, 0.0001, rng.random() / 1000, rng.random())),
        "physical_cores": cores,
        "available_memory": pick((4, 8, 16, 32, 64, 256)) * 1024**3 - int(rng.random() * 10**8),
        "start_method": start_method,
        "pickle_size": None if rng.random() < 0.2 else int(rng.random() * 10**6),
        "coefficient_of_variation": None if rng.random() < 0.2 else rng.random() * 2,
        "function_complexity": None if rng.random() < 0.2 else int(rng.random() * 9900) + 100,
    }
    data["n_jobs"] = 1 + int(rng.random() * cores)
    data["chunksize"] = 1 + int(rng.random() * 500)
    data["speedup"] = pick((1.0, round(rng.random() * cores, 2), rng.random() * cores))
    data["timestamp"] = timestamp
    data["function_signature"] = signature
    if rng.random() < 0.1:
        data["system_fingerprint"] = None
    else:
        data["system_fingerprint"] = {
            "physical_cores": cores,
            "l3_cache_mb": pick((8.0, 16.0, 32.0, 36.0)),
            "numa_nodes": pick((1, 1, 2)),
            "memory_bandwidth_gb_s": pick((25.6, 50.0, 102.4, rng.random() * 200)),
            "start_method": start_method,
            "system_id": "%016x" % rng.getrandbits(64),
        }
    adaptive = rng.random() < 0.8
    data["adaptive_chunking_enabled"] = adaptive or pick((False, None))
    data["adaptation_rate"] = pick((0.3, rng.random())) if adaptive else None
    data["min_chunksize"] = 1 + int(rng.random() * 10) if adaptive else None
    data["max_chunksize"] = pick((None, 1000 + int(rng.random() * 9000))) if adaptive else None
    return data


def member_digest(name, kind, mode, mtime, size, data_digest):
    """What must be right about one archive member or one file of a tree, as 32 bytes."""
    return hashlib.sha256(repr((name, kind, mode, int(mtime), size, data_digest)).encode()).digest()


def file_digest(name, text):
    return hashlib.sha256(name.encode() + b"\0" + hashlib.sha256(text).digest()).digest()


def header(name, size, mtime, tar_format, kind=tarfile.REGTYPE, mode=0o644):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.size, info.mtime = kind, mode, size, mtime
    info.uid = info.gid = 1000
    info.uname = info.gname = "amorsize"
    return info.tobuf(tar_format, "utf-8", "surrogateescape")


def padded(data):
    return data + bytes(-len(data) % 512)


def chunk(arguments):
    """Documents start..<stop of a data set of `total`: tar blocks and digests before and after.

    Names rise with the index (signatures are spread over 64 bits in order), so that the order of the archive is also
    the byte order of the names.
    """
    kind, total, folders, start, stop = arguments
    tar_format = KINDS[kind][0]
    in_folder = -(-total // folders)
    rng = random.Random(f"{SEED}/{total}/{start}")
    step = (1 << 64) // total
    before, after, digests_before, digests_after, migrated = [], [], [], [], 0
    for index in range(start, stop):
        signature = "%016x" % (index * step + int(rng.random() * step * 0.9))
        milliseconds = 1_700_000_000_000 + index * 1000 + int(rng.random() * 1000)
        old_text = b""
        while not SMALLEST <= len(old_text) <= LARGEST:
            old = document(rng, milliseconds / 1000, signature)
            old_text = json.dumps(old, indent=2).encode()
        if "version" in old:
            new_text = old_text
        else:
            new_text = json.dumps({**old, "version": 2}, indent=2).encode()
            if kind == "current":
                old_text = new_text
            else:
                migrated += 1
        folder = folder_name(index // in_folder, folders)
        name = f"{folder}/ml_training_{signature}_{milliseconds}.json"
        if index % in_folder == 0 and folders > 1:
            block = header(f"{ROOT}/{folder}/", 0, 1_700_000_000, tar_format, tarfile.DIRTYPE, 0o755)
            before.append(block)
            after.append(block)
            if kind not in TREES:
                digest = member_digest(f"{ROOT}/{folder}", tarfile.DIRTYPE, 0o755, 1_700_000_000, 0, "")
                digests_before.append(digest)
                digests_after.append(digest)
        # One in ten members of a pax archive carries an extended header.
        mtime = milliseconds // 1000
        if tar_format == tarfile.PAX_FORMAT and index % 10 == 0:
            mtime += 0.25
        member = f"{ROOT}/{name}"
        for text, blocks, digests in ((old_text, before, digests_before), (new_text, after, digests_after)):
            blocks.append(header(member, len(text), mtime, tar_format) + padded(text))
            if kind in TREES:
                digests.append(file_digest(name, text))
            else:
                data_digest = hashlib.sha256(text).hexdigest()
                digests.append(member_digest(member, tarfile.REGTYPE, 0o644, mtime, len(text), data_digest))
    return tuple(b"".join(part) for part in (before, after, digests_before, digests_after)) + (migrated,)


def folder_name(number, folders):
    """The folder with this number, below ROOT; names rise with the number."""
    return "ml_training" if folders == 1 else f"ml_training/{number:04}"


def sparse_binary(index, size):
    """Pieces of one binary that is zeros after a short beginning."""
    rng = random.Random(f"{SEED}/sparse/{index}")
    written = 0
    while written < size:
        length = min(MEBIBYTE, size - written)
        piece = rng.getrandbits(8 * MEBIBYTE).to_bytes(MEBIBYTE, "little") if written < SPARSE_NOISE else ZEROS
        yield piece if length == MEBIBYTE else piece[:length]
        written += length


def binary(index, size):
    """Pieces of one binary: by turns random bytes and, as in tables of numbers, few byte values that recur."""
    rng = random.Random(f"{SEED}/binary/{index}")
    few = bytes(16 * (value & 15) for value in range(256))
    repeated = [rng.getrandbits(8 * 4096).to_bytes(4096, "little").translate(few) for _ in range(32)]
    written = 0
    while written < size:
        length = min(MEBIBYTE, size - written)
        piece = rng.getrandbits(8 * MEBIBYTE).to_bytes(MEBIBYTE, "little")
        if (written // MEBIBYTE) % 2:
            noise = piece.translate(few)
            blocks = (
                repeated[int(rng.random() * 32)] if rng.random() < 0.5 else noise[at : at + 4096]
                for at in range(0, MEBIBYTE, 4096)
            )
            piece = b"".join(blocks)
        yield piece[:length]
        written += length


def worker_signals():
    """Workers are ended by the pool of their parent, which handles the signals."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def chunks(wanted):
    """Results of `chunk` in order; never more than a few ahead of what has been taken."""
    kind, total, folders = wanted.kind, wanted.documents, wanted.folders
    ranges = [(kind, total, folders, start, min(start + CHUNK, total)) for start in range(0, total, CHUNK)]
    workers = min(os.cpu_count() or 1, len(ranges))
    with multiprocessing.get_context("fork").Pool(workers, worker_signals) as pool:
        waiting = collections.deque()
        for arguments in ranges:
            waiting.append(pool.apply_async(chunk, (arguments,)))
            if len(waiting) > 3 * workers:
                yield waiting.popleft().get()
        while waiting:
            yield waiting.popleft().get()


@contextlib.contextmanager
def filtered(path, compression):
    """A writable stream whose bytes reach `path` through the filter's command."""
    command = {"gzip": ["gzip", "-6nc"], "zstd": ["zstd", "-3qc"]}.get(compression)
    with open(path, "wb") as file:
        if command is None:
            yield file
            # The last bytes may be a hole.
            file.truncate()
            return
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file) as process:
            yield process.stdin
            process.stdin.close()
        if process.returncode != 0:
            raise SystemExit(f"{command[0]} failed with status {process.returncode}")


class Stream:
    """The tar stream before (written) and after (only digested), and what is digested of the members."""

    def __init__(self, out):
        self.out = out
        self.stream_before, self.stream_after = hashlib.sha256(), hashlib.sha256()
        self.members_before, self.members_after = hashlib.sha256(), hashlib.sha256()

    def same(self, block):
        self.changed(block, block)

    def changed(self, before, after):
        if before is ZEROS and self.out.seekable():
            self.out.seek(len(before), os.SEEK_CUR)
        else:
            self.out.write(before)
        self.stream_before.update(before)
        self.stream_after.update(after)

    def member(self, digest_before, digest_after):
        self.members_before.update(digest_before)
        self.members_after.update(digest_after)

    def finish(self, total):
        # Trailing zeros are no part of the stream's digest: writers differ in how far they fill the last record.
        self.out.write(bytes(1024 + -(total + 1024) % tarfile.RECORDSIZE))


def write_archive(wanted, path):
    kind, documents, _, binaries, sparse = wanted
    tar_format, compression, _ = KINDS[kind]
    migrated = size = 0
    with filtered(path, compression) as out:
        stream = Stream(out)

        def directory(name):
            nonlocal size
            block = header(name + "/", 0, 1_700_000_000, tar_format, tarfile.DIRTYPE, 0o755)
            stream.same(block)
            if kind not in TREES:
                digest = member_digest(name, tarfile.DIRTYPE, 0o755, 1_700_000_000, 0, "")
                stream.member(digest, digest)
            size += len(block)

        directory(ROOT)
        directory(f"{ROOT}/ml_training")
        for before, after, digests_before, digests_after, count in chunks(wanted):
            stream.changed(before, after)
            stream.member(digests_before, digests_after)
            migrated += count
            size += len(before)
        if binaries:
            directory(f"{ROOT}/models")
            for index in range(BINARY_FILES):
                name, length = f"{ROOT}/models/model-{index}.bin", binaries // BINARY_FILES
                head = header(name, length, 1_700_000_000, tar_format)
                stream.same(head)
                data_digest = hashlib.sha256()
                for piece in (sparse_binary if sparse else binary)(index, length):
                    stream.same(piece)
                    data_digest.update(piece)
                stream.same(bytes(-length % 512))
                digest = member_digest(
                    name, tarfile.REGTYPE, 0o644, 1_700_000_000, length, data_digest.hexdigest()
                )
                stream.member(digest, digest)
                size += len(head) + length + -length % 512
        stream.finish(size)
    return {
        "documents": documents,
        "migrated": migrated,
        "bytes": size,
        "members_before": stream.members_before.hexdigest(),
        "members_after": stream.members_after.hexdigest(),
        "stream_before": stream.stream_before.hexdigest(),
        "stream_after": stream.stream_after.hexdigest(),
    }


def data_set(data, wanted, say=lambda text: None):
    """The data set with these parameters, generated if `data` does not hold it yet.

    `data`: the cache folder. Returns a DataSet; digests are hexadecimal SHA-256. A data set made by another version of
    this file is made anew.
    """
    data = pathlib.Path(data)
    data.mkdir(parents=True, exist_ok=True)
    kind, documents, folders, binaries, sparse = wanted
    name = f"{documents}{f'in{folders}' if folders > 1 else ''}{f'+{binaries}' if binaries else ''}"
    path = data / f"{name}{'-sparse' if sparse else ''}{KINDS[kind][2]}"
    description = path.with_name(path.name + ".json")
    stamp = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    facts = None
    if description.exists() and path.exists():
        facts = json.loads(description.read_text())
        if facts.pop("stamp") != stamp:
            facts = None
    if facts is None:
        description.unlink(missing_ok=True)
        temporary = path.with_name(path.name + ".making")
        try:
            if kind == "zst":
                # The same stream as the plain archive, which is most of the work.
                plain = data_set(data, wanted._replace(kind="tar"), say)
                say(f"compressing {path.name}")
                with open(plain.path, "rb") as source, filtered(temporary, "zstd") as out:
                    shutil.copyfileobj(source, out, MEBIBYTE)
                facts = {name: value for name, value in plain._asdict().items() if name not in ("kind", "path")}
            else:
                say(f"generating {path.name}")
                facts = write_archive(wanted, temporary)
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        description.write_text(json.dumps({"stamp": stamp, **facts}, indent=2))
    return DataSet(kind=kind, path=str(path), **facts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("documents", type=int)
    parser.add_argument("--folders", type=int, default=1, metavar="N")
    parser.add_argument("--binaries", type=int, default=0, metavar="BYTES")
    parser.add_argument("--sparse", action="store_true")
    parser.add_argument("--data", default=pathlib.Path(__file__).parent / ".data", metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.documents < 1 or arguments.binaries < 0 or arguments.folders < 1:
        parser.error("DOCUMENTS and N are 1 or more, BYTES 0 or more")

    def say(text):
        print(text, file=sys.stderr, flush=True)

    wanted = Wanted(arguments.kind, arguments.documents, arguments.folders, arguments.binaries, arguments.sparse)
    print(json.dumps(data_set(arguments.data, wanted, say)._asdict(), indent=2))


if __name__ == "__main__":
    main()
