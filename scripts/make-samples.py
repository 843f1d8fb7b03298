#!/usr/bin/env python3
"""Writes samples/: a cache tree as Amorsize leaves it behind, and the same tree as backup snapshots.

Usage:
  scripts/make-samples.py [DIRECTORY]           write DIRECTORY (default: samples/ beside scripts/), replacing what is there
  scripts/make-samples.py --check [DIRECTORY]   write elsewhere and compare; exit status 1 on any difference

Needs Python 3.8 or later, its standard library, and the program zstd. Seeded, with fixed times and owners: a second run gives
the same bytes. Another version of zlib or zstd may compress differently, so --check compares what compressed files hold.
"""

import gzip
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

SEED = 20250630
EPOCH = 1_735_689_600  # 2025-01-01T00:00:00Z, the time of every member of a snapshot
NAN, INFINITY = float("nan"), float("inf")


def dump(value):
    """The bytes that Amorsize writes for a value."""
    return json.dumps(value, indent=2).encode("ascii")


def hexadecimal(name):
    return hashlib.sha256(name.encode()).hexdigest()[:16]


class Tree:
    """The files of the tree in the order in which they were added, each with what it shows and what becomes of it."""

    def __init__(self):
        self.random = random.Random(SEED)
        self.files = {}  # path → bytes, or a str: the destination of a symbolic link
        self.notes = {}  # path → (outcome, what it shows)
        self.milliseconds = EPOCH * 1000

    def add(self, path, content, outcome, note):
        assert path not in self.files, path
        self.files[path] = content
        self.notes[path] = (outcome, note)

    def training(self, content, outcome, note, streaming=False, function=None):
        """Adds a file of training data under a name of the reference's kind."""
        self.milliseconds += self.random.randrange(60_000, 86_400_000)
        signature = hexadecimal(function or note)
        kind = "ml_training_streaming" if streaming else "ml_training"
        path = f"ml_training/{kind}_{signature}_{self.milliseconds}.json"
        self.add(path, dump(content) if isinstance(content, dict) else content, outcome, note)
        return path

    def features(self):
        pick = self.random
        return {
            "data_size": pick.choice([10, 128, 1000, 25_000, 1_000_000]),
            "estimated_item_time": pick.choice([1e-05, 2.5e-06, 0.01, 0.00123, 0.25, 1.0]),
            "physical_cores": pick.choice([2, 4, 8, 16, 64]),
            "available_memory": pick.choice([4, 16, 64, 512]) * 10**9 + pick.randrange(10**6),
            "start_method": pick.choice(["fork", "spawn", "forkserver"]),
            "pickle_size": pick.choice([None, 64, 1024, 250_000]),
            "coefficient_of_variation": pick.choice([None, 0.0, 0.3, round(pick.uniform(0, 2), 6)]),
            "function_complexity": pick.choice([None, 24, 50, 412]),
        }

    def fingerprint(self):
        pick = self.random
        cores = pick.choice([4, 8, 64])
        return {
            "physical_cores": cores,
            "l3_cache_mb": pick.choice([8.0, 16.0, 32.0]),
            "numa_nodes": pick.choice([1, 2]),
            "memory_bandwidth_gb_s": pick.choice([25.0, 51.2, 204.8]),
            "start_method": pick.choice(["fork", "spawn"]),
            "system_id": hexadecimal(f"system with {cores} cores"),
        }

    def execution(self, function):
        """One execution at version 1, with every member in the reference's order."""
        pick = self.random
        adaptive = pick.random() < 0.5
        return {
            "features": self.features(),
            "n_jobs": pick.choice([1, 2, 4, 8, 16]),
            "chunksize": pick.choice([1, 10, 50, 500]),
            "speedup": round(pick.uniform(0.8, 14), pick.choice([1, 2, 14])),
            "timestamp": EPOCH + round(pick.uniform(0, 10_000_000), 6),
            "function_signature": hexadecimal(function),
            "system_fingerprint": self.fingerprint(),
            "adaptive_chunking_enabled": adaptive,
            "adaptation_rate": 0.3 if adaptive else None,
            "min_chunksize": 5 if adaptive else None,
            "max_chunksize": 400 if adaptive else None,
        }

    def streaming(self, function):
        value = self.execution(function)
        for name in list(value)[6:]:
            del value[name]
        value["buffer_size"] = value["n_jobs"] * 3
        value["use_ordered"] = self.random.random() < 0.5
        value["is_streaming"] = True
        return value


def add_well_formed(tree):
    for number in range(14):
        function = f"function {number % 5}"
        tree.training(tree.execution(function), "migrated", "version 1", function=function)
    for number in range(4):
        function = f"function {number}"
        value = {"version": 2, **tree.execution(function)}
        tree.training(value, "current", "version 2, saved natively: version first", function=function)
    for number in range(3):
        function = f"function {number}"
        value = {**tree.execution(function), "version": 2}
        tree.training(value, "current", "version 2, migrated: version last", function=function)
    for number in range(4):
        function = f"stream {number}"
        tree.training(tree.streaming(function), "migrated", "streaming, version 1", streaming=True, function=function)
    tree.training(
        {"version": 2, **tree.streaming("stream 0")}, "current", "streaming, version 2, saved natively", streaming=True)
    tree.training(
        {**tree.streaming("stream 1"), "version": 2}, "current", "streaming, version 2, migrated", streaming=True)


def add_older(tree):
    value = tree.execution("older 1")
    for name in ["adaptive_chunking_enabled", "adaptation_rate", "min_chunksize", "max_chunksize"]:
        del value[name]
    tree.training(value, "migrated", "older: no adaptive members")
    value = tree.execution("older 2")
    for name in list(value)[6:]:
        del value[name]
    tree.training(value, "migrated", "older: no fingerprint either")
    del value["function_signature"]
    tree.training(value, "migrated", "older: no function signature either")
    tree.training(
        {"features": {"data_size": 1000}, "n_jobs": 4, "chunksize": 50}, "migrated", "older: hardly any features")
    tree.training({"n_jobs": 2, "chunksize": 10}, "migrated", "the least that the loader takes")
    tree.training(
        {"version": 1, **tree.execution("explicit")}, "migrated", "version 1 written out: replaced where it stands")


def add_non_finite(tree):
    for name, number in [("NaN", NAN), ("Infinity", INFINITY), ("-Infinity", -INFINITY)]:
        value = tree.execution(name)
        value["speedup"] = number
        tree.training(value, "migrated", f"speedup {name}")
    value = {"version": 2, **tree.execution("non-finite and current")}
    value["features"]["coefficient_of_variation"] = NAN
    tree.training(value, "current", "version 2 with NaN")


def add_layouts(tree):
    def as_text(value, **options):
        return json.dumps(value, **options).encode()

    value = tree.execution("layouts")
    tree.training(as_text(value, separators=(",", ":")), "migrated", "layout: compact")
    tree.training(as_text(value), "migrated", "layout: one line with spaces")
    tree.training(as_text(value, indent=4), "migrated", "layout: four spaces")
    tree.training(as_text(value, indent="\t") + b"\n", "migrated", "layout: tabs, final newline")
    tree.training(
        as_text(value, indent=2).replace(b"\n", b"\r\n") + b"\r\n", "migrated", "layout: CRLF line ends")
    tree.training(
        b"\n" + as_text(value, indent=2, separators=(" ,", " : ")) + b"\n\n", "migrated", "layout: white space all over")
    tree.training(as_text(value, indent=0), "migrated", "layout: lines without indent")
    text = dump(tree.execution("literals"))
    text = text.replace(b'"n_jobs": ', b'"n_jobs": 1E0, "was_n_jobs": ')
    text = text.replace(b'"speedup": ', b'"speedup": -0.0, "was_speedup": ')
    text = text.replace(
        b'"function_signature": "', b'"digits": 1234567890123456789012345678901234567890, "function_signature": "\\u00e9\\/')
    tree.training(text, "migrated", "literals: 1E0, -0.0, a 40-digit integer, escapes")
    value = tree.execution("names")
    value["function_name"] = "größe_\N{SNOWMAN}_\N{GRINNING FACE}"
    tree.training(json.dumps(value, indent=2, ensure_ascii=False).encode(), "migrated", "text outside ASCII, not escaped")
    tree.training(dump(value), "migrated", "text outside ASCII, escaped")
    text = dump({"version": 1, **tree.execution("escaped name")})
    tree.training(text.replace(b'"version"', b'"\\u0076ersion"'), "migrated", "the name version, escaped")


def add_versions(tree):
    def with_version(literal, note, outcome):
        text = dump({"version": 1, **tree.execution(note)})
        tree.training(text.replace(b'"version": 1,', b'"version": ' + literal + b","), outcome, note)

    with_version(b"2.0", "version 2.0 is 2", "current")
    with_version(b"1.0", "version 1.0 is 1", "migrated")
    with_version(b"20e-1", "version 20e-1 is 2", "current")
    with_version(b"999", "version 999", "newer")
    with_version(b"3", "version 3", "newer")
    with_version(b'"invalid"', 'version "invalid"', "rejected: invalid-version")
    with_version(b"null", "version null", "rejected: invalid-version")
    with_version(b'"2"', 'version "2"', "rejected: invalid-version")
    with_version(b"true", "version true", "rejected: invalid-version")
    with_version(b"1.5", "version 1.5", "rejected: invalid-version")
    with_version(b"0", "version 0", "rejected: unknown-version")
    with_version(b"-1", "version -1", "rejected: unknown-version")


def add_damaged(tree):
    text = dump(tree.execution("damaged"))
    tree.training(text[: len(text) // 2], "rejected: invalid-json", "damaged: cut off in the middle")
    tree.training(b"", "rejected: invalid-json", "damaged: empty file")
    tree.training(
        text.replace(b'"function_signature": "', b'"function_signature": "\xff\xfe'), "rejected: not-utf8",
        "damaged: no UTF-8")
    tree.training(
        text.replace(b'"n_jobs": ', b'"n_jobs": 3,\n  "n_jobs": '), "rejected: duplicate-key", "damaged: n_jobs twice")
    tree.training(b"\xef\xbb\xbf" + text, "rejected: invalid-json", "damaged: byte order mark")
    tree.training(text + b"\n}", "rejected: invalid-json", "damaged: one bracket too many")
    tree.training(text.replace(b'": ', b"': ", 1), "rejected: invalid-json", "damaged: a quote of another kind")
    tree.training(b"\0" * 512, "rejected: invalid-json", "damaged: zeros, as a crash leaves them")
    value = tree.execution("damaged: no n_jobs")
    del value["n_jobs"]
    tree.training(value, "rejected: schema-violation", "damaged: no n_jobs")
    tree.training(b"[1, 2, 3]\n", "rejected: step-failed", "an array: nowhere to put the version")


def add_others(tree):
    pick = tree.random
    predictions = [
        {"confidence": round(pick.uniform(0.5, 1), 3), "accuracy": round(pick.uniform(0, 1), 3)} for _ in range(12)]
    tree.add("ml_training/ml_calibration.json", dump({
        "predictions": predictions, "adjusted_threshold": 0.72, "last_update": EPOCH + 0.5, "baseline_threshold": 0.7,
        "version": "1.0",
    }), "current", 'calibration: its version is the string "1.0"')
    tree.add("ml_training/system_fingerprint.json", dump({
        "fingerprint": tree.fingerprint(), "last_updated": EPOCH + 1234.5, "version": "1.0",
    }), "current", 'fingerprint: its version is the string "1.0"')
    leftover = dump(tree.execution("interrupted"))
    name = f"ml_training/ml_training_{hexadecimal('interrupted')}_{tree.milliseconds + 5}"
    tree.add(name + ".tmp", leftover[:200], "unmatched", "left by an interrupted save")
    tree.add("ml_training/ml_calibration.tmp", b"", "unmatched", "left by an interrupted save, empty")
    first = next(path for path in tree.files if path.startswith("ml_training/ml_training_"))
    link = f"ml_training/ml_training_{hexadecimal('link')}_{EPOCH}000.json"
    tree.add(link, first.split("/")[1], "skipped", "a symbolic link to the first file")
    for size, time in [("small", "fast"), ("medium", "medium"), ("large", "slow"), ("xlarge", "instant")]:
        function = hexadecimal(f"optimised {size}")
        tree.add(f"optimization_cache/func:{function}_size:{size}_time:{time}_v:1.json", dump({
            "n_jobs": pick.choice([1, 4, 8]), "chunksize": pick.choice([1, 25, 100]), "executor_type": "process",
            "estimated_speedup": round(pick.uniform(1, 8), 2), "reason": "Optimized for throughput", "warnings": [],
            "timestamp": EPOCH + pick.randrange(10**6) + 0.25,
            "system_info": {"physical_cores": 8, "available_memory": 16_000_000_000, "start_method": "fork"},
            "cache_version": 1,
        }), "current", "optimizer results; colons in the name")
    for number in range(3):
        tree.add(f"benchmark_cache/{hexadecimal(f'benchmark {number}')}.json", dump({
            "serial_time": round(pick.uniform(1, 9), 4), "parallel_time": round(pick.uniform(0.2, 1), 4),
            "actual_speedup": round(pick.uniform(1, 9), 2), "predicted_speedup": round(pick.uniform(1, 9), 2),
            "timestamp": EPOCH + pick.randrange(10**6) + 0.125, "cache_version": 1,
        }), "current", "benchmark results")
    tree.add("notes.txt", b"Kept by the operator. Not a document.\n", "unmatched", "not JSON")


def make_tree():
    tree = Tree()
    add_well_formed(tree)
    add_older(tree)
    add_non_finite(tree)
    add_layouts(tree)
    add_versions(tree)
    add_damaged(tree)
    add_others(tree)
    return tree


def members(tree):
    """The folders and files of the tree in the order of a backup: a folder before what it holds."""
    names = {""}
    for path in tree.files:
        names.update([path, path.rpartition("/")[0]])
    return sorted(names - {""})


def tar(tree, tar_format, prefix, pax_headers=None):
    """A tar of the tree. In a pax archive every fifth member has a fractional time, every seventh a vendor's own key."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tar_format, pax_headers=pax_headers) as archive:
        for index, name in enumerate(members(tree)):
            content = tree.files.get(name)
            info = tarfile.TarInfo(prefix + name)
            info.uid = info.gid = 1000
            info.uname = info.gname = "amorsize"
            info.mtime = EPOCH + index
            info.mode = 0o644
            if tar_format == tarfile.PAX_FORMAT:
                if index % 5 == 0:
                    info.mtime += 0.25
                if index % 7 == 0:
                    info.pax_headers = {"EXAMPLE.backup.generation": str(index)}
            if content is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            elif isinstance(content, str):
                info.type, info.linkname, info.mode = tarfile.SYMTYPE, content, 0o777
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return output.getvalue()


def zip_file(tree):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in members(tree):
            content = tree.files.get(name)
            if isinstance(content, str):
                continue  # symbolic links are no part of the portable subset of zip
            info = zipfile.ZipInfo("amorsize/" + name + ("/" if content is None else ""), (2025, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = (0o40755 << 16 | 0x10) if content is None else 0o100644 << 16
            info.compress_type = zipfile.ZIP_STORED if content is None else zipfile.ZIP_DEFLATED
            archive.writestr(info, content or b"")
    return output.getvalue()


def cpio(tree):
    """A cpio archive of the kind newc: cpio(5)."""
    output = bytearray()

    def entry(name, mode, content, inode):
        encoded = name.encode() + b"\0"
        time, links = (0, 1) if inode == 0 else (EPOCH + inode, 1)
        fields = [inode, mode, 0, 0, links, time, len(content), 0, 0, 0, 0, len(encoded), 0]
        output.extend(b"070701" + b"".join(b"%08X" % field for field in fields) + encoded)
        output.extend(b"\0" * (-len(output) % 4) + content)
        output.extend(b"\0" * (-len(output) % 4))

    for index, name in enumerate(members(tree)):
        content = tree.files.get(name)
        if content is None:
            entry("amorsize/" + name, 0o40755, b"", index + 1)
        elif isinstance(content, str):
            entry("amorsize/" + name, 0o120777, content.encode(), index + 1)
        else:
            entry("amorsize/" + name, 0o100644, content, index + 1)
    entry("TRAILER!!!", 0, b"", 0)
    output.extend(b"\0" * (-len(output) % 512))
    return bytes(output)


def gzipped(data):
    return gzip.compress(data, compresslevel=9, mtime=EPOCH)


def zstandard(data):
    return subprocess.run(["zstd", "-19", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def unpacked(name, data):
    """What a compressed snapshot holds, independent of who compressed it."""
    if name.endswith(".gz"):
        return gzip.decompress(data)
    if name.endswith(".zst"):
        return subprocess.run(["zstd", "-d", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return [(i.filename, i.date_time, i.external_attr, archive.read(i)) for i in archive.infolist()]
    return data


def snapshots(tree):
    long_prefix = "backups/fleet-node-07/2025-06-30/home/operator/.cache/amorsize/"
    pax = tar(tree, tarfile.PAX_FORMAT, "amorsize/", {"comment": "nightly backup, node 7"})
    return {
        "2025-06-28-ustar.tar": tar(tree, tarfile.USTAR_FORMAT, "./"),
        "2025-06-29-pax.tar.gz": gzipped(pax),
        "2025-06-30-gnu.tar.zst": zstandard(tar(tree, tarfile.GNU_FORMAT, long_prefix)),
        "2025-06-30.zip": zip_file(tree),
        "2025-06-30.cpio.gz": gzipped(cpio(tree)),
    }


def readme(tree):
    counts = {}
    for outcome, _ in tree.notes.values():
        counts[outcome.partition(":")[0]] = counts.get(outcome.partition(":")[0], 0) + 1
    total = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    lines = [
        "# Samples", "",
        "A cache tree as Amorsize leaves it behind, with everything that a migration meets, and the same tree as backup",
        "snapshots. Written by `scripts/make-samples.py`; `scripts/make-samples.py --check` shows that it still is.", "",
        f"`cache/`: {len(tree.files)} files; `uprev migrate` makes of them: {total}. Because some are rejected, its exit",
        "status is 3.", "",
        "| `snapshots/` | what is special |", "|---|---|",
        "| `2025-06-28-ustar.tar` | names begin with `./` |",
        "| `2025-06-29-pax.tar.gz` | a global comment, fractional times, a vendor's own keys |",
        "| `2025-06-30-gnu.tar.zst` | names longer than 100 bytes |",
        "| `2025-06-30.zip`, `2025-06-30.cpio.gz` | read, and migrated with `--output` |", "",
        "| `cache/` | outcome | what it shows |", "|---|---|---|",
    ]
    for path, (outcome, note) in sorted(tree.notes.items()):
        lines.append(f"| `{path}` | {outcome} | {note} |")
    return ("\n".join(lines) + "\n").encode()


def write(directory):
    """Writes all of samples/ into an empty or missing directory."""
    tree = make_tree()
    for path, content in tree.files.items():
        file = directory / "cache" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            file.symlink_to(content)
        else:
            file.write_bytes(content)
    (directory / "snapshots").mkdir()
    for name, data in snapshots(tree).items():
        (directory / "snapshots" / name).write_bytes(data)
    (directory / "README.md").write_bytes(readme(tree))


def listing(directory):
    return sorted(
        os.path.relpath(os.path.join(folder, name), directory) for folder, _, names in os.walk(directory) for name in names)


def check(directory):
    """Prints how directory differs from what this script writes; true if it does not."""
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary) / "samples"
        write(fresh)
        there, expected = listing(directory), listing(fresh)
        differences = [f"missing: {name}" for name in expected if name not in there]
        differences += [f"not written by this script: {name}" for name in there if name not in expected]
        for name in expected:
            if name not in there:
                continue
            old, new = directory / name, fresh / name
            if old.is_symlink() or new.is_symlink():
                same = old.is_symlink() and new.is_symlink() and os.readlink(old) == os.readlink(new)
            else:
                one, other = old.read_bytes(), new.read_bytes()
                same = one == other or unpacked(name, one) == unpacked(name, other)
            if not same:
                differences.append(f"different: {name}")
    for line in differences:
        print(line, file=sys.stderr)
    return not differences


def main(arguments):
    checking = "--check" in arguments
    rest = [argument for argument in arguments if argument != "--check"]
    if len(rest) > 1 or any(argument.startswith("-") for argument in rest):
        print(__doc__, file=sys.stderr)
        return 64
    directory = Path(rest[0]) if rest else Path(__file__).resolve().parent.parent / "samples"
    if checking:
        return 0 if check(directory) else 1
    for name in ["cache", "snapshots", "README.md"]:
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
    directory.mkdir(parents=True, exist_ok=True)
    write(directory)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
