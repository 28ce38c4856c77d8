"""How well processes that collect with one key keep to its rate, and how much of it they use."""

import subprocess
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from world import Author, Service, author, refusals

from soundalike.emulator.app import Asked

RATE = 20.0


@dataclass(frozen=True, slots=True)
class Shared:
    """The time in which all processes read pages, as the service met them. `share` is of the rate allowed.

    `most_in_a_second` is of any second, wherever it begins; `waited` are the seconds from the very first request until
    the last process asked for its first page.
    """

    database: str
    processes: int
    seconds: float
    requests: int
    per_second: float
    share: float
    most_in_a_second: int
    refused: int
    waited: float


def authors_for(processes: int, seconds: float, *, seed: int) -> list[Author]:
    """Authors who keep that many processes busy that long."""
    pages = ceil(1.15 * seconds * RATE / processes) + 5
    return [author(f"shared{number}", 20 * pages, seed=seed) for number in range(processes)]


def shared(service: Service, authors: Sequence[Author], url: str) -> Shared:
    """Let a process collect each author's present, every second one's past, all at once and with one key."""
    began = time.time()
    with tempfile.TemporaryDirectory() as folder:
        processes = []
        for number, one in enumerate(authors):
            window = one.past if number % 2 else one.present
            command, environment = service.analyze(one.username, window.end, url)
            processes.append(
                subprocess.Popen(
                    command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            )
        failed = [process.wait() for process in processes]
        if any(failed):
            raise SystemExit("a process that collected has failed")
    return _judged(url.partition(":")[0], service.log(began), authors)


def _judged(database: str, log: Sequence[Asked], authors: Sequence[Author]) -> Shared:
    whose = {post.id: one.username for one in authors for post in one.posts}
    pages: defaultdict[str, list[float]] = defaultdict(list)
    for asked in log:
        if asked.posts:
            pages[whose[asked.posts[0]]].append(asked.at)
    begin, end = max(moments[0] for moments in pages.values()), min(moments[-1] for moments in pages.values())
    moments = [asked.at for asked in log if begin <= asked.at <= end]
    rate = (len(moments) - 1) / (end - begin)
    return Shared(
        database=database,
        processes=len(authors),
        seconds=end - begin,
        requests=len(moments),
        per_second=rate,
        share=rate / RATE,
        most_in_a_second=max(bisect_left(moments, at + 1.0) - number for number, at in enumerate(moments)),
        refused=refusals(log),
        waited=begin - log[0].at,
    )
