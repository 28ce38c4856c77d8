"""Write the locks: every version with its hashes, for all supported Pythons and platforms.

requirements-lora.lock holds what trains adapters, less torch: which build of it is right depends on the machine.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPILE = [
    *("-m", "uv", "pip", "compile", "pyproject.toml"),
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"),
]
CORE = [
    *("--output-file", "requirements.lock"),
    *("--group", "model", "--group", "demo", "--group", "dev", "--extra", "x", "--extra", "oidc"),
    *("--extra", "otel"),
]
LORA = [
    *("--output-file", "requirements-lora.lock", "--constraint", "requirements.lock"),
    *("--group", "lora-dev", "--extra", "lora", "--extra", "hf"),
    *("--override", "-"),
    *(f"--no-emit-package={name}" for name in ("torch", "mpmath", "networkx", "setuptools", "sympy")),
]
NO_TORCH = (
    b"torch; sys_platform == 'none'"  # it brings what it needs: 2.8 GB of CUDA with PyPI's build for Linux
)


def lock(which: list[str], overrides: bytes | None = None) -> None:
    """Resolve one lock; further arguments of the command, as `--upgrade`, go to uv."""
    command = [sys.executable, *COMPILE, *which, *sys.argv[1:]]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, input=overrides, check=True)


if __name__ == "__main__":
    lock(CORE)
    lock(LORA, NO_TORCH)
