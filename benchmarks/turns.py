"""How well processes that share one key over a database keep to its rate.

    .venv/bin/python benchmarks/turns.py                              # SQLite, in a temporary folder
    .venv/bin/python benchmarks/turns.py postgresql://USER@HOST/NAME  # an empty database

Several processes take turns for some seconds, each noting when it got one. Printed as JSON: turns a second, the most
turns in any second, and what taking one costs when nobody waits.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median
from uuid import uuid4

from soundalike.posts.api.pacing import spacing_of
from soundalike.storage import open_store

COSTED_TURNS = 500
START_SECONDS = 3.0  # until all processes are up


@dataclass(frozen=True, slots=True)
class Turns:
    """What was seen: turns over the time between the first and the last, and the most within any one second."""

    processes: int
    turns: int
    per_second: float
    most_in_a_second: int
    cost_ms: float


def measure(url: str, *, processes: int, per_second: float, seconds: float) -> Turns:
    """Let that many processes take turns at the database `url`."""
    name = f"benchmark {uuid4().hex}"
    with open_store(url) as store:
        store.pace(name, spacing=spacing_of(per_second)).prove(spacing_of(per_second))
        cost = cost_of_a_turn(url)
    begin = time.monotonic() + START_SECONDS
    command = [sys.executable, __file__, url, "--taker", name, str(begin), str(begin + seconds)]
    takers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    taken = sorted(float(line) for taker in takers for line in taker.communicate()[0].split())
    if any(taker.returncode for taker in takers):
        raise SystemExit("a taker failed")
    rate = (len(taken) - 1) / (taken[-1] - taken[0])
    return Turns(processes, len(taken), rate, most_in_a_second(taken), 1000 * cost)


def most_in_a_second(moments: Sequence[float]) -> int:
    """The most of the moments, in ascending order, that any second holds."""
    return max(bisect_left(moments, moment + 1.0) - number for number, moment in enumerate(moments))


def cost_of_a_turn(url: str) -> float:
    """The median seconds that a turn takes which nobody has to wait for."""
    with open_store(url) as store:
        pace = store.pace(f"benchmark {uuid4().hex}", spacing=1e-6)
        moments = []
        for _ in range(COSTED_TURNS):
            moments.append(time.perf_counter())
            pace.wait_turn()
    return median(after - before for before, after in pairwise(moments))


def take_turns(url: str, name: str, begin: float, end: float) -> None:
    """Take turns between two moments, and print when each was had."""
    taken = []
    with open_store(url) as store:
        pace = store.pace(name)
        time.sleep(max(0.0, begin - time.monotonic()))
        while time.monotonic() < end:
            pace.wait_turn()
            taken.append(time.monotonic())
    print("\n".join(map(repr, taken)))


def main() -> None:
    """Measure and print, or take turns for another process that measures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url", nargs="?", help="sqlite:///FILE or postgresql://…")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--per-second", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--taker", nargs=3, metavar=("NAME", "BEGIN", "END"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.taker:
        name, begin, end = asked.taker
        take_turns(asked.url, name, float(begin), float(end))
        return
    with tempfile.TemporaryDirectory() as folder:
        url = asked.url or f"sqlite:///{folder}/turns.db"
        turns = measure(url, processes=asked.processes, per_second=asked.per_second, seconds=asked.seconds)
    print(json.dumps(asdict(turns)))


if __name__ == "__main__":
    main()
