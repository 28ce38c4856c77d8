"""Train on creators' posts with the embedded model and print their report cards, unedited.

    .venv/bin/python benchmarks/cards.py POSTS.jsonl[@AS-OF[@GATE]] …

Each creator is trained as `soundalike train --seed 7 --yes` does it, in a folder that is thrown away; the gate is
`auto` unless one is given.
"""

import subprocess
import sys
import tempfile
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Train on each file; returns how many failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for argument in arguments:
            path, as_of, gate = [*argument.split("@"), "", ""][:3]
            username = Path(path).stem
            command = [sys.executable, "-m", "soundalike", "train", username, "--file", path, "--yes"]
            command += [
                "--min-engagement",
                gate or "auto",
                "--seed",
                "7",
                *(["--as-of", as_of] if as_of else []),
            ]
            print(f"\n=== {username}", flush=True)
            environment = {"SOUNDALIKE_DATA_DIR": folder, "COLUMNS": "120", "PATH": "/usr/bin:/bin"}
            failed += (
                subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=False).returncode
                != 0
            )
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
