"""Python's packages that peers need, in an environment of their own."""

import shutil
import subprocess
import sys

PACKAGES = ("fastjsonschema==2.22.3", "jsonschema==4.26.0", "orjson==3.13.0")


def python(folder, say):
    """The path of a Python that has the packages: of a virtual environment in the folder for data, which is made once."""
    environment = folder / "python"
    program = environment / "bin" / "python3"
    done = environment / "installed"
    wanted = "\n".join(PACKAGES)
    if not done.exists() or done.read_text() != wanted:
        say(f"installing {', '.join(PACKAGES)}")
        shutil.rmtree(environment, ignore_errors=True)
        try:
            subprocess.run([sys.executable, "-m", "venv", environment], check=True, stdout=sys.stderr)
            pip = [program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
            subprocess.run(pip, check=True, stdout=sys.stderr)
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"Python's packages for the benchmarks cannot be installed: {error}") from None
        done.write_text(wanted)
    return str(program)
