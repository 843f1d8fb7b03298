"""What the figures were measured on: processor, kernel, versions of the programs."""

import os
import pathlib
import platform
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return next(iter((done.stdout or done.stderr).strip().splitlines()), None)


def processor():
    if sys.platform == "darwin":
        return first_line("sysctl", "-n", "machdep.cpu.brand_string")
    found = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found.group(1) if found else platform.machine()


def system():
    if sys.platform.startswith("linux"):
        found = re.search(r'^PRETTY_NAME="?([^"\n]+)', pathlib.Path("/etc/os-release").read_text(), re.MULTILINE)
        return found.group(1) if found else "Linux"
    return f"macOS {platform.mac_ver()[0]}"


def machine():
    return {
        "processor": processor(),
        "processors": os.cpu_count(),
        "memoryBytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": system(),
        "kernel": f"{platform.system()} {platform.release()}",
        "loadAtStart": round(os.getloadavg()[0], 2),
    }


def versions(uprev):
    """Program → its version as it says it itself; those that are not there are left out."""
    commit = first_line("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD")
    found = {
        "uprev": first_line(uprev, "--version"),
        "source": None if commit is None or "fatal" in commit else commit,
        "python": platform.python_version(),
        "jq": first_line("jq", "--version"),
        "bsdtar": first_line("bsdtar", "--version"),
        "zstd": first_line("zstd", "--version"),
        "pigz": first_line("pigz", "--version"),
        "find": first_line("find", "--version"),
        "valgrind": first_line("valgrind", "--version"),
        "cc": first_line("cc", "--version"),
    }
    return {name: version.strip("* ").removeprefix(f"{name} ") for name, version in found.items() if version}
