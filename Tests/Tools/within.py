"""Runs a program within bounds: within.py SECONDS MEGABYTES PROGRAM ARGUMENTS…

The program's exit status is passed on; 99 where it took longer, 98 where its resident memory went beyond. MEGABYTES 0 sets no
bound on memory.
"""

import os
import signal
import sys

seconds, megabytes = int(sys.argv[1]), int(sys.argv[2])
child = os.fork()
if child == 0:
    os.execv(sys.argv[3], sys.argv[3:])


def too_long(*_):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print(f"took longer than {seconds} s", file=sys.stderr)
    os._exit(99)


signal.signal(signal.SIGALRM, too_long)
signal.alarm(seconds)
_, status, usage = os.wait4(child, 0)
signal.alarm(0)
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(f"peak memory: {peak / 1e6:.0f} MB", file=sys.stderr)
if megabytes and peak > megabytes * 1e6:
    sys.exit(98)
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
