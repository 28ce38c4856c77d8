"""Everything `make bench` measures: the parts, virality, the voice, collecting, the fleet, the status route, the demo.

Virality and the voice are measured on real posts and pairs from the folder `shared` beside the project, if it is there.
"""

import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "shared/data"


def main() -> None:
    """Run the parts one after the other, then the demo, and time the demo."""
    subprocess.run([sys.executable, HERE / "speed.py"], check=True)
    if DATA.is_dir():
        pairs = [DATA / f"wording_pairs.{name}.jsonl" for name in ("train", "val")]
        posts = sorted((DATA / "creators").glob("*.jsonl"))
        subprocess.run([sys.executable, HERE / "virality", "--pairs", *pairs, "--posts", *posts], check=True)
        subprocess.run([sys.executable, HERE / "voice", "--data", DATA], check=True)
        if all(map(find_spec, ("torch", "transformers", "peft"))):
            subprocess.run([sys.executable, HERE / "exports.py", "--data", DATA], check=True)
    subprocess.run([sys.executable, HERE / "voices.py"], check=True)
    for part in ("collecting", "fleet", "web"):
        subprocess.run([sys.executable, HERE / part], check=True)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "soundalike", "demo"], check=True)
    print(f"\n{time.perf_counter() - began:8.0f} s  soundalike demo, warm")


if __name__ == "__main__":
    main()
