"""Run the quick tests on every other supported Python that this machine has."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = [sys.executable, "-m", "uv"]
SUPPORTED = ("3.11", "3.12", "3.13")


def find(version: str) -> str | None:
    """The interpreter of that version, on the path or kept by pyenv; None where there is none that works."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [shutil.which(f"python{version}"), *sorted(kept.glob(f"{version}.*/bin/python"))]
    return next((str(python) for python in candidates if python and works(str(python), version)), None)


def works(python: str, version: str) -> bool:
    """Whether it is that version; pyenv puts commands on the path that only say what to install."""
    told = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
    return told.stdout.startswith(f"Python {version}.")


def run_tests(python: str, folder: str) -> int:
    """Set up an environment in `folder` and run the quick tests there; the exit status of the tests."""
    target = str(Path(folder) / "bin" / "python")
    install = [*UV, "pip", "install", "--quiet", "--python", target, "--no-deps", "--compile-bytecode"]
    for command in (
        [*UV, "venv", "--quiet", "--python", python, "--allow-existing", folder],
        [*install, "--require-hashes", "-r", "requirements.lock"],
        [*install, "--no-build-isolation", "--editable", "."],
    ):
        subprocess.run(command, cwd=ROOT, check=True)
    return subprocess.run([target, "-m", "pytest", "-m", "not slow"], cwd=ROOT, check=False).returncode


def main() -> int:
    """Run them one after the other; 0 where all passed."""
    own = "{}.{}".format(*sys.version_info)
    failed = []
    for version in SUPPORTED:
        python = find(version) if version != own else None
        if python is None:
            print(
                f"Python {version}: {'tested already' if version == own else 'not on this machine'}.",
                flush=True,
            )
            continue
        print(f"Python {version}: {python}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            failed += [version] if run_tests(python, folder) else []
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
