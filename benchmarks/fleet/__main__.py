"""The fleet: trainings a minute, what the engine costs, and what kills and stops cost.

`python benchmarks/fleet [throughput] [kills]`, all of it by default. PostgreSQL is the server named in
SOUNDALIKE_TEST_POSTGRES, or the usual one on this machine; a database is made for each run and dropped.
"""

import os
import sys

from throughput import Run, measure

from databases import database

GPU_SECONDS = 3.0


def main(wanted: list[str]) -> None:
    """Measure what is wanted."""
    if not wanted or "throughput" in wanted:
        throughput()
    if not wanted or "kills" in wanted:
        from kills import main as kills  # noqa: PLC0415 - needs the tests beside it

        kills()


def throughput() -> None:
    """One step sleeps, as if a GPU worked; then no step does anything, and what is left is the engine."""
    _head(f"Trainings a minute on PostgreSQL, 2 slots a worker, one step of each sleeping {GPU_SECONDS:g} s")
    for workers in (1, 2, 4):
        with database("postgresql") as url:
            _show(measure(url, workers=workers, slots=2, trainings=16 * workers, gpu_seconds=GPU_SECONDS))
    _head(
        "What the engine and the books cost: trainings with nothing in their six steps, one worker, one slot"
    )
    for kind in ("sqlite", "postgresql"):
        with database(kind) as url:
            _show(measure(url, workers=1, slots=1, trainings=30, gpu_seconds=0))


def _head(title: str) -> None:
    load = os.getloadavg()[0]
    print(f"\n{title} (load of the machine {load:.1f} on {os.cpu_count()} CPUs)\n")
    print(f"{'database':<11}{'workers':>8}{'trainings':>11}{'seconds':>9}{'a minute':>10}{'each':>9}")


def _show(run: Run) -> None:
    print(
        f"{run.database:<11}{run.workers:>8}{run.trainings:>11}{run.seconds:>9.1f}{run.per_minute:>10.1f}"
        f"{run.busy_seconds:>7.2f} s",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
