"""Where benchmark data lies while it is worked on, and the certainty that nothing of it stays behind.

As root on Linux this is an ext4 with a journal in a file of its own, loop-mounted: what users have, and the same on
every machine. The file system of a build machine often is neither (no journal, blocking discards).
"""

import collections
import contextlib
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# path: the folder to work in. name: for the table. flushes: whether a flush reaches a disk, so that comparisons of
# durable writing mean something. note: what the reader must know about it, or "".
Place = collections.namedtuple("Place", "path name flushes note")


class Interrupted(BaseException):
    """A signal asked the run to end; what was begun is cleaned up on the way out."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def raise_on_signals():
    owner = os.getpid()

    def interrupted(number, _):
        if os.getpid() != owner:
            os._exit(128 + number)
        raise Interrupted(number)

    for number in ENDING_SIGNALS:
        signal.signal(number, interrupted)


@contextlib.contextmanager
def signals_held():
    """No signal interrupts what is inside; one that comes is dropped, for the program is on its way out."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def only_run(data):
    """Holds the data folder for this run, and clears away what a killed one left there."""
    data.mkdir(parents=True, exist_ok=True)
    with open(data / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit(f"another benchmark run is using {data}") from None
        for left in data.glob("scratch-*"):
            remove(left)
        yield


def remove(folder):
    """Unmounts what is mounted in a scratch folder and removes the folder."""
    mount = folder / "mount"
    for attempt in range(20):
        if not os.path.ismount(mount):
            break
        # A process that was just killed may hold the mount a moment longer.
        options = [] if attempt < 19 else ["-l"]
        if subprocess.run(["umount", *options, mount], stderr=subprocess.DEVNULL).returncode != 0:
            time.sleep(0.25)
    if os.path.ismount(mount):
        print(f"could not unmount {mount}; unmount it, then remove {folder}", file=sys.stderr)
        return
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        print(f"could not remove {folder}", file=sys.stderr)


def mount_image(folder, room):
    """A fresh ext4 with a journal in `folder`, with `room` (bytes, files).

    Raises CalledProcessError or OSError if this system allows none.
    """
    image, mount = folder / "image", folder / "mount"
    mount.mkdir()
    with open(image, "wb") as file:
        file.truncate(room[0])
    # Nothing lazy: a kernel thread that still writes tables would disturb the measurements.
    subprocess.run(
        ["mkfs.ext4", "-q", "-F", "-N", str(room[1]), "-O", "has_journal", "-m", "0"]
        + ["-E", "lazy_itable_init=0,lazy_journal_init=0", image],
        check=True,
        stderr=subprocess.PIPE,
    )
    subprocess.run(["mount", "-o", "loop", image, mount], check=True, stderr=subprocess.PIPE)
    return mount


def file_system_of(path):
    """(mount point, type, source) of the file system that holds `path`."""
    best = ("/", "unknown", "unknown")
    path = os.path.realpath(path)
    if sys.platform.startswith("linux"):
        for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
            fields = line.split()
            point = fields[4].encode().decode("unicode_escape")
            after = fields.index("-") + 1
            inside = path == point or path.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best[0]):
                best = (point, fields[after], fields[after + 1])
    else:
        for line in subprocess.run(["mount"], capture_output=True, text=True).stdout.splitlines():
            source, _, rest = line.partition(" on ")
            point, _, options = rest.partition(" (")
            inside = path == point or path.startswith(point.rstrip("/") + "/")
            if inside and len(point) >= len(best[0]):
                best = (point, options.split(",")[0].rstrip(")"), source)
    return best


def described(path):
    """A Place for a folder on a file system that was there before."""
    point, kind, source = file_system_of(path)
    name, note = f"{kind} at {point}", ""
    if kind == "ext4":
        journal = any(pathlib.Path("/proc/fs/jbd2").glob(f"{os.path.basename(os.path.realpath(source))}-*"))
        name += " with a journal" if journal else " without a journal"
    flushes = kind not in ("tmpfs", "ramfs")
    if not flushes:
        note = "In memory: a flush costs nothing here, so that comparisons of durable writing say nothing."
    elif point == "/":
        note = "The machine's root file system: shared with everything else, not comparable with other machines."
    return Place(pathlib.Path(path), name, flushes and point != "/", note)


@contextlib.contextmanager
def scratch(data, wanted, loop, room, say):
    """A Place of this run's own; removed, and unmounted, on the way out.

    `wanted`: a folder to work in, or None. `loop`: whether to try a loop mount. `room`: (bytes, files) to be had. Without
    either, or where the system allows no loop mount, a tmpfs or the folder for temporary files is taken, and the Place says so.
    """
    folder = None
    try:
        if wanted is None and loop and sys.platform.startswith("linux") and os.geteuid() == 0:
            folder = data / f"scratch-{os.getpid()}"
            folder.mkdir()
            try:
                mounted = Place(mount_image(folder, room), "ext4 with a journal, loop-mounted", True, "")
            except (OSError, subprocess.CalledProcessError) as error:
                reason = getattr(error, "stderr", None) or str(error).encode()
                say(f"no loop mount here: {reason.decode(errors='replace').strip()}")
                with signals_held():
                    remove(folder)
                folder, mounted = None, None
            if mounted is not None:
                yield mounted
                return
        parent = wanted
        if parent is None:
            shm = "/dev/shm"
            in_memory = loop and os.access(shm, os.W_OK) and file_system_of(shm)[1] == "tmpfs"
            parent = shm if in_memory and shutil.disk_usage(shm).free > room[0] else tempfile.gettempdir()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="uprev-bench-", dir=parent))
        yield described(folder)
    finally:
        with signals_held():
            if folder is not None:
                remove(folder)
