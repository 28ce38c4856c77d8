"""Collecting, measured against the stand-in over HTTP on this machine.

    .venv/bin/python benchmarks/collecting                     # paid and virtual: two minutes
    .venv/bin/python benchmarks/collecting PART... [options]

Every part prints a table and the same as a line of JSON:

    paid      a key of 20 requests a second: 200, 1,100 and 12,000 posts, as a search of the past and as a timeline
    virtual   a free key, one request in 5 s: the same, on a clock that those who wait turn on
    free      a free key in real time: 200 posts, in two minutes and a half
    latency   a service that takes 0.7 s an answer: one request at a time, and as many as are planned
    faults    the vendor's own client in a plain loop, and ours, under each fault of the service
    sharing   four processes with one key, for a minute on each database
    looks     viral posts that a look by likes misses, in the files given with --posts
    kills     collections killed at random moments, with a quick service and a slow one, on each database
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from kills import killed, orders
from looks import missed
from rates import FREE, PAID, collected, in_one_lane, in_virtual_time
from sharing import authors_for, shared
from tables import show
from vendor import readings
from world import Author, author, databases, service

SIZES = (200, 1_100, 12_000)
SLOW = "server.latency_ms=700"  # what the vendor calls its average
FREE_KEY = ("tier=free", "credits.recharge=0", "credits.bonus=1000000000")


def paid(asked: argparse.Namespace) -> None:
    """Both ways at each size, with a key of 20 requests a second."""
    rows = []
    for size in SIZES:
        made = author("steady", size, seed=asked.seed)
        with service([made]) as running:
            for window in (made.past, made.present) * asked.repeat:
                running.misbehave()
                rows.append(collected(running, made, window, rate=PAID))
    show("Paid key, 20 requests/s, SQLite", rows)


def virtual(asked: argparse.Namespace) -> None:
    """Both ways at each size, with a free key."""
    made = [author("steady", size, seed=asked.seed) for size in SIZES]
    rows = [in_virtual_time(one, window) for one in made for window in (one.past, one.present)]
    show("Free key, 1 request in 5 s, virtual clock, books in memory", rows)


def free(asked: argparse.Namespace) -> None:
    """Both ways with a free key, at the speed of life."""
    made = author("steady", SIZES[0], seed=asked.seed)
    with service([made]) as running:
        rows = []
        for window in (made.past, made.present):
            running.misbehave(*FREE_KEY)
            rows.append(collected(running, made, window, rate=FREE))
    show("Free key, 1 request in 5 s, real time, SQLite", rows)


def latency(asked: argparse.Namespace) -> None:
    """Both ways, in one lane and in as many as are planned."""
    rows = []
    for size, readers in ((SIZES[1], (in_one_lane, collected)), (SIZES[2], (collected,))):
        made = author("steady", size, seed=asked.seed)
        with service([made]) as running:
            for window in (made.past, made.present):
                for read in readers:
                    running.misbehave(SLOW)
                    rows.append(read(running, made, window, rate=PAID))
    show("Paid key, 20 requests/s, answers after 0.7 s, SQLite", rows)


def faults(asked: argparse.Namespace) -> None:
    """The vendor's loop and ours."""
    made = author("steady", SIZES[1], seed=asked.seed)
    show("1,100 posts under the faults of the service", list(readings(made)))


def sharing(asked: argparse.Namespace) -> None:
    """Processes with one key, on each database."""
    authors = authors_for(asked.processes, asked.seconds, seed=asked.seed)
    rows = []
    with service(authors) as running:
        for server in ("", asked.postgres):
            running.misbehave()
            with databases(server) as make:
                rows.append(shared(running, authors, make()))
    show("One key for all, 20 requests/s", rows)


def looks(asked: argparse.Namespace) -> None:
    """The files given."""
    show("Viral posts that a look by likes misses", list(missed(asked.posts)))


def kills(asked: argparse.Namespace) -> None:
    """Kills on each database, with one request under way at a time and with several."""
    authors: list[Author] = [author(f"struck{n}", 400, seed=asked.seed) for n in range(asked.kills // 4 + 2)]
    todo = orders(authors, seed=asked.seed)
    rows = []
    with service(authors) as running:
        for server in ("", asked.postgres):
            for milliseconds in (30, 300):
                running.misbehave(f"server.latency_ms={milliseconds}")
                with databases(server) as make:
                    rows.append(killed(running, todo, make, kills=asked.kills, seed=asked.seed))
    show("Killed at random moments; answers after 30 ms, then after 300 ms", rows)


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    part.__name__: part for part in (paid, virtual, free, latency, faults, sharing, looks, kills)
}


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=1, help="of paid")
    parser.add_argument("--kills", type=int, default=200, help="on each database and speed of the service")
    parser.add_argument("--processes", type=int, default=4, help="of sharing")
    parser.add_argument("--seconds", type=float, default=60.0, help="of sharing")
    parser.add_argument("--postgres", default="postgresql://postgres@127.0.0.1:5432/postgres", metavar="URL")
    parser.add_argument("--posts", type=Path, nargs="+", default=[], metavar="FILE", help="of looks")
    asked = parser.parse_args()
    for part in asked.parts or ("paid", "virtual"):
        PARTS[part](asked)


if __name__ == "__main__":
    main()
