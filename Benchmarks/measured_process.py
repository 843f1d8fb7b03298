"""Runs one command and prints what it took, as JSON. Started by measure.py as a process of its own.

usage: measured_process.py LOG COMMAND [ARGUMENT…]

A process of its own, because the kernel counts the memory of whoever starts a program towards that program's peak:
this one holds some 10 MB, whatever the harness holds. Standard output and error of the command go to LOG.
"""

import json
import os
import sys
import time


def main():
    log, command = sys.argv[1], sys.argv[2:]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, log, flags, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    print(
        json.dumps(
            {
                "status": os.waitstatus_to_exitcode(status),
                "wall": wall,
                "cpuUser": usage.ru_utime,
                "cpuSystem": usage.ru_stime,
                # KiB on Linux, bytes on macOS; of the largest process, the command's own children included.
                "peakBytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
            }
        )
    )


main()
