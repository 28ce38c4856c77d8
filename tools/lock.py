"""Write requirements.lock: every version with its hashes, for all supported Pythons and platforms."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPILE = [
    *("-m", "uv", "pip", "compile", "pyproject.toml", "--output-file", "requirements.lock"),
    *("--group", "model", "--group", "demo", "--group", "dev", "--extra", "x", "--extra", "oidc"),
    *("--extra", "otel"),
    *("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"),
]

if __name__ == "__main__":
    sys.exit(subprocess.call([sys.executable, *COMPILE, *sys.argv[1:]], cwd=ROOT, stdout=subprocess.DEVNULL))
