"""What the proofs share: the program under proof, where they work, and how they end.

A proof works in a mount namespace of its own, on a tmpfs of its own: however it ends, nothing stays mounted, and nothing
is left behind but one empty folder.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PIPELINE = HERE / "pipeline"
INSIDE = "UPREV_PROOF_NAMESPACE"
TOOLS = ("unshare", "mount", "mkfs.ext4", "strace", "chattr")


class Failure(Exception):
    """A promise that was not kept; the message says which, and what was seen."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def main(description, prove, add_options=lambda parser: None):
    """Reads the arguments, moves into a namespace, and runs ``prove(options, scratch)``; 0, or 1 after a failure."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="the short form, for every change")
    parser.add_argument(
        "--program", default=os.environ.get("UPREV"), help="the program under proof; default: UPREV's"
    )
    parser.add_argument("--seed", type=int, default=None, help="repeats the choices of an earlier proof")
    add_options(parser)
    options = parser.parse_args()
    if not options.program or not os.access(options.program, os.X_OK):
        raise SystemExit(f"{options.program}: no such program; give --program, or UPREV")
    missing = [tool for tool in TOOLS if shutil.which(tool, path=search_path()) is None]
    if missing:
        raise SystemExit(f"missing: {', '.join(missing)}; `make deps` installs them")
    enter_namespace()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 32)
    options.random = random.Random(options.seed)
    options.program = Program(os.path.realpath(options.program))
    say(f"{pathlib.Path(sys.argv[0]).name}: {options.program.version()}, seed {options.seed}")
    started = time.monotonic()
    with scratch() as folder:
        try:
            prove(options, folder)
        except Failure as failure:
            say(f"FAILED after {time.monotonic() - started:.0f} s, seed {options.seed}:\n{failure}")
            raise SystemExit(1) from None
    say(f"{pathlib.Path(sys.argv[0]).name}: proved in {time.monotonic() - started:.0f} s")


def say(line):
    print(line, flush=True)


def search_path():
    return os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def enter_namespace():
    """Starts this proof again in a mount namespace of its own, where what it mounts is nobody else's."""
    os.environ["PATH"] = search_path()
    if os.environ.get(INSIDE) == str(os.getpid()):
        return
    if os.geteuid() != 0:
        raise SystemExit("the proofs mount file systems, and so need root")
    os.environ[INSIDE] = str(os.getpid())
    command = ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv]
    os.execvp(command[0], command)


@contextlib.contextmanager
def scratch():
    """A folder with a tmpfs on it, and nothing else."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    folder = tempfile.mkdtemp(prefix="uprev-proof-")
    try:
        mount_tmpfs(folder, "size=3g")
        yield pathlib.Path(folder)
    finally:
        os.chdir("/")
        subprocess.run(["umount", "--recursive", "--lazy", folder], check=False)
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def mount_tmpfs(folder, settings):
    os.makedirs(folder, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", settings, "uprev-proof", folder], check=True)
    return pathlib.Path(folder)


def mount_ext4(folder, mebibytes, inodes=20_000, block=4096):
    """A fresh ext4 with a journal at `folder`; the image behind it has no name any more.

    Its blocks have the size that those of disks have, unless another is asked for; small images would get smaller ones.
    """
    os.makedirs(folder, exist_ok=True)
    image = f"{folder}.image"
    with open(image, "wb") as file:
        file.truncate(mebibytes << 20)
    subprocess.run(
        ["mkfs.ext4", "-q", "-F", "-b", str(block), "-O", "has_journal", "-m", "0", "-N", str(inodes), image], check=True
    )
    try:
        subprocess.run(["mount", "-o", "loop", image, folder], check=True)
    except subprocess.CalledProcessError:
        raise SystemExit("no loop device could be mounted; the proofs need one for ext4") from None
    os.unlink(image)
    return pathlib.Path(folder)


def unmount(folder):
    subprocess.run(["umount", folder], check=True)


class Program:
    """The program under proof."""

    def __init__(self, path):
        self.path = path
        words = subprocess.run([path, "--help"], capture_output=True, text=True, check=True).stdout.split()
        migrate = subprocess.run([path, "migrate", "--help"], capture_output=True, text=True, check=True).stdout
        self.recovers = "recover" in words
        self.keeps_history = "history" in words
        self.undoes = "undo" in words
        said = " ".join(migrate.partition("--all-or-nothing ")[2].split())[:80]
        self.is_all_or_nothing = "not in this release" not in said

    def version(self):
        return subprocess.run([self.path, "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def migrate(self, *arguments):
        """The command line of a migration with the proofs' pipeline."""
        return [self.path, "migrate", "--pipeline", str(PIPELINE), "--quiet", *map(str, arguments)]


# status: the exit status, negative for a signal. error: what it wrote to standard error.
class Ended:
    def __init__(self, status, output, error):
        self.status, self.output, self.error = status, output, error

    def expect(self, *statuses):
        expect(self.status in statuses, f"exit status {self.status}, not {statuses}: {self.error}")
        return self


def run(command, timeout=120, **options):
    """Runs a command to its end; never longer than `timeout` seconds."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, **options)
    except subprocess.TimeoutExpired:
        raise Failure(f"not done after {timeout} s: {' '.join(command)}") from None
    return Ended(done.returncode, done.stdout, done.stderr)


def killed(command, delay):
    """Runs a command and kills it after `delay` seconds; whether it was killed before it ended, and how it ended."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(delay)
    process.kill()
    output, error = process.communicate()
    return process.returncode == -signal.SIGKILL, Ended(process.returncode, output, error)


def leftovers(root):
    """What Uprev left below `root` (its name begins with `.uprev-`), but for kept originals of archives."""
    found = []
    for folder, names, entries in os.walk(root):
        found += [os.path.join(folder, name) for name in [*names, *entries] if name.startswith(".uprev-")]
        names[:] = [name for name in names if not name.startswith(".uprev-")]
    return [path for path in found if not os.path.basename(path).startswith(".uprev-originals")]


def kept(root):
    """Files that Uprev kept under another name."""
    return sorted(str(path) for path in pathlib.Path(root).rglob("*.uprev-kept-*"))


def report(path, what=""):
    expect(os.path.exists(path), f"{what}: no report at {path}")
    with open(path, "rb") as file:
        return json.load(file)
