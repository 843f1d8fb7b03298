"""One measured run of one command: wall clock, processor time, peak memory."""

import collections
import json
import os
import pathlib
import signal
import subprocess
import sys

LONGEST_RUN = 3600  # seconds

# wall, cpu_user, cpu_system: seconds, children included. peak: bytes, of the largest process.
Measurement = collections.namedtuple("Measurement", "wall cpu_user cpu_system peak")


class RunFailed(Exception):
    """The command did not end with status 0, or its result is wrong; the message says which."""


def measured(command, log, folder, environment):
    """Runs `command` in `folder` and returns its Measurement; raises RunFailed with the end of its output.

    Whatever is still running of it when this is left, for whichever reason, is killed.
    """
    launcher = pathlib.Path(__file__).with_name("measured_process.py")
    with subprocess.Popen(
        [sys.executable, "-I", "-S", launcher, log, *command],
        stdout=subprocess.PIPE,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            answer, _ = process.communicate(timeout=LONGEST_RUN)
        except subprocess.TimeoutExpired:
            raise RunFailed(f"did not end within {LONGEST_RUN} s") from None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    if process.returncode != 0:
        raise RunFailed(f"could not be started: {command[0]}")
    facts = json.loads(answer)
    if facts["status"] != 0:
        said = pathlib.Path(log).read_text(errors="replace").strip()[-600:]
        raise RunFailed(f"ended with status {facts['status']}: {said or 'no output'}")
    return Measurement(facts["wall"], facts["cpuUser"], facts["cpuSystem"], facts["peakBytes"])
