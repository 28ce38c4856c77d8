"""Everything `make bench` measures: the parts, collecting, the fleet, the status route, then the demo's whole way."""

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run the parts one after the other, then the demo, and time the demo."""
    subprocess.run([sys.executable, HERE / "speed.py"], check=True)
    for part in ("collecting", "fleet", "web"):
        subprocess.run([sys.executable, HERE / part], check=True)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "soundalike", "demo"], check=True)
    print(f"\n{time.perf_counter() - began:8.0f} s  soundalike demo, warm")


if __name__ == "__main__":
    main()
