"""Set up `.venv` with everything pinned in requirements.lock. Needs Python 3.11 to 3.13 and nothing else.

Run by `make setup`. Uses the standard library only, and any Python 3, so that an old one is told what it lacks.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
UV = "uv==0.13.9"
NEEDED_MB = 900


def main():
    """Make the environment, saying what happens and how long it took."""
    began = time.monotonic()
    check_python()
    check_disk()
    print("Setting up .venv (once; about 300 MB from the package index unless cached) ...", flush=True)
    make_venv()
    run("installer", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV)
    install = ["-m", "uv", "pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps"]
    # Compiled now, so that the first command starts as fast as the second.
    run("pinned packages", *install, "--compile-bytecode", "--require-hashes", "-r", "requirements.lock")
    run("soundalike", *install, "--no-build-isolation", "--editable", ".")
    (VENV / ".installed").touch()
    print(f"Ready after {time.monotonic() - began:.0f} s: .venv/bin/soundalike", flush=True)


def check_python():
    """Stop with a sentence where this Python is out of range or cannot make environments."""
    if not (3, 11) <= sys.version_info < (3, 14):
        stop(
            f"Soundalike needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]} ({sys.executable}).",
            "Name another one: make setup PYTHON=python3.12",
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        stop(
            f"Python {version} has no venv module.",
            f"On Debian or Ubuntu: apt-get install python{version}-venv",
        )


def check_disk():
    """Stop where the disk has no room for the environment."""
    free_mb = shutil.disk_usage(ROOT).free // 2**20
    if free_mb < NEEDED_MB and not (VENV / ".installed").exists():
        stop(
            f"Setting up needs about {NEEDED_MB} MB of disk; {free_mb} MB are free.", f"Make room on {ROOT}."
        )


def make_venv():
    """Make the environment, anew if it was made by another Python or left half done."""
    current = "%d.%d" % sys.version_info[:2]
    if PYTHON.exists():
        answer = subprocess.run(
            [PYTHON, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], stdout=subprocess.PIPE
        )
        if answer.stdout.decode().strip() == current:
            return
        shutil.rmtree(VENV)
    run("virtual environment", "-m", "venv", str(VENV), python=sys.executable)


def run(what, *arguments, python=str(PYTHON)):
    """Run Python with the arguments in the project's folder; stop with its own words where it fails."""
    done = subprocess.run([python, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        print(done.stdout.decode(errors="replace")[-3000:], file=sys.stderr)
        stop(
            f"Setting up stopped at: {what}.", "The lines above say why. Run the same command again to go on."
        )


def stop(what, remedy):
    """Leave with one line on what happened and one on what to do."""
    print(f"{what}\n{remedy}", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
