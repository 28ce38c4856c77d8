"""Collections that are killed at random moments and started again: is all there, and what is paid for twice?

The real command runs in a process of its own and is killed (SIGKILL) mid-flight; the same command is then started again
until the collection is complete, and so on with the next creator and window. The stand-in's log and the ledger are then
held against each other. One process at a time: a request belongs to the run in whose time it arrived.
"""

import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf
from pathlib import Path

from sqlalchemy import func, select
from world import SEARCH, TIMELINE, Author, Service, refusals, told

from soundalike.emulator.app import Asked
from soundalike.posts.post import Window
from soundalike.storage import open_store
from soundalike.storage.database import Database, connect, read_url
from soundalike.storage.tables import api_requests
from soundalike.wiring import LOCAL_USER

_STRAGGLING = 0.2  # seconds in which a killed process's request may still arrive; the next one starts slower
_GLANCE = 0.02  # seconds between two looks whether a process has asked for anything yet
_PAGE_CREDITS = 300


@dataclass(frozen=True, slots=True)
class Order:
    """A collection to be made."""

    author: Author
    window: Window


@dataclass(frozen=True, slots=True)
class Run:
    """A process that collected, from its start until it ended or was killed."""

    order: Order
    began: float
    ended: float
    killed: bool

    def has(self, moment: float) -> bool:
        """Whether what happened at a moment was this process's doing."""
        return self.began <= moment < self.ended + _STRAGGLING


@dataclass(frozen=True, slots=True)
class Entry:
    """A request in the ledger, booked `at` and, unless it is open, settled; an open one counts at its highest price."""

    at: float
    settled: float | None
    credits: int


@dataclass(frozen=True, slots=True)
class Toll:
    """What the kills did.

    `under_way` answers were never kept; `paid_twice` are those with posts whose question was asked again, and
    `unexplained` those of them that cannot have been under way: without them a settled entry lacks its answer. The
    ledger says too little of `short_runs`, and of `long_runs` over 300 credits too much for each request left open.
    """

    database: str
    kills: int
    collections: int
    wrong: int  # collections whose posts are not those that were published
    pages: int
    under_way: int
    paid_twice: int
    unexplained: int
    open_requests: int
    most_open: int  # of one run
    billed: int
    booked: int
    short_runs: int
    long_runs: int
    refused: int


def orders(authors: Iterable[Author], *, seed: int) -> list[Order]:
    """Every half-year of every author, in an order that chance gives."""
    windows = (
        Order(author, window)
        for author in authors
        for window in (author.past.before(), author.past, author.present.before(), author.present)
    )
    shuffled = list(windows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
    return shuffled


def killed(
    service: Service, todo: Sequence[Order], make_database: Callable[[], str], *, kills: int, seed: int
) -> Toll:
    """Collect order after order into one database, until so many processes were killed.

    How long a process takes that nobody disturbs is measured first, in a database of its own.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    span, url = _undisturbed(service, todo[0], make_database()), make_database()
    runs, wrong = list[Run](), 0
    for order in todo:
        while not runs or runs[-1].killed or runs[-1].order is not order:
            left = kills - sum(run.killed for run in runs)
            runs.append(_run(service, order, url, kill_after=chance.uniform(0, span) if left else None))
        wrong += not _is_complete(order, url)
        if sum(run.killed for run in runs) == kills:
            return _toll(url.partition(":")[0], runs, service.log(runs[0].began), _ledger(url), wrong=wrong)
    raise SystemExit(f"all {len(todo)} orders are collected before {kills} kills: make up more authors")


def _undisturbed(service: Service, order: Order, url: str) -> float:
    """The seconds from a process's first request to its last."""
    run = _run(service, order, url)
    if not _is_complete(order, url):
        raise SystemExit("not even an undisturbed collection is complete")
    log = service.log(run.began)
    return log[-1].at - log[0].at


def _is_complete(order: Order, url: str) -> bool:
    """Whether the posts of the window are there, as they were published."""
    with open_store(url) as store:
        found = store.load_posts(LOCAL_USER, order.author.username, order.window)
    return sorted(map(told, found)) == sorted(map(told, order.author.within(order.window)))


def _run(service: Service, order: Order, url: str, *, kill_after: float | None = None) -> Run:
    """Run the command to its end, or kill it so many seconds after its first request."""
    command, environment = service.analyze(order.author.username, order.window.end, url)
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "errors").open("w+") as errors:
        began = time.time()
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors
        )
        killed = kill_after is not None and _kill(process, service, began, kill_after)
        if process.wait() and not killed:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read()}")
    return Run(order, began, time.time(), killed)


def _kill(process: subprocess.Popen[bytes], service: Service, began: float, after: float) -> bool:
    """Kill a process some seconds after its first request; False where it has ended before."""
    while process.poll() is None:
        first = next(iter(service.log(began)), None)
        wait = first.at + after - time.time() if first else _GLANCE
        try:
            process.wait(max(wait, 0))
        except subprocess.TimeoutExpired:
            if first:
                process.kill()
                return True
    return False


def _ledger(url: str) -> list[Entry]:
    table = api_requests.c
    cost = func.coalesce(table.credits, table.most_credits)
    statement = select(table.at, table.settled_at, cost).order_by(table.id)
    engine = connect(read_url(url))
    with Database(engine).reading() as connection:
        rows = [
            Entry(at.timestamp(), settled and settled.timestamp(), credits_)
            for at, settled, credits_ in connection.execute(statement)
        ]
    engine.dispose()
    return rows


def _toll(
    database: str, runs: Sequence[Run], log: Sequence[Asked], ledger: Sequence[Entry], *, wrong: int
) -> Toll:
    twice = {id(asked) for asked in _paid_twice(log)}
    cut = [_Share.of(run, log, ledger, twice) for run in runs]
    return Toll(
        database=database,
        kills=sum(run.killed for run in runs),
        collections=sum(not run.killed for run in runs),
        wrong=wrong,
        pages=sum(asked.path in {SEARCH, TIMELINE} for asked in log),
        under_way=sum(share.under_way for share in cut),
        paid_twice=len(twice),
        unexplained=sum(share.unexplained for share in cut),
        open_requests=sum(share.open_requests for share in cut),
        most_open=max(share.open_requests for share in cut),
        billed=sum(share.billed for share in cut),
        booked=sum(entry.credits for entry in ledger),
        short_runs=sum(share.booked < share.billed for share in cut),
        long_runs=sum(share.booked - share.billed > _PAGE_CREDITS * share.open_requests for share in cut),
        refused=refusals(log),
    )


def _paid_twice(log: Iterable[Asked]) -> Iterator[Asked]:
    """The answers with posts that were asked for again; an empty page is asked for again on purpose."""
    pages: dict[tuple[str, ...], list[Asked]] = {}
    for asked in log:
        if asked.posts:
            pages.setdefault((asked.path, *chain(*sorted(asked.params.items()))), []).append(asked)
    return chain.from_iterable(answers[:-1] for answers in pages.values())


@dataclass(frozen=True, slots=True)
class _Share:
    """What the log and the ledger hold of one run."""

    billed: int
    booked: int
    open_requests: int
    under_way: int
    unexplained: int

    @classmethod
    def of(cls, run: Run, log: Iterable[Asked], ledger: Iterable[Entry], twice: Container[int]) -> "_Share":
        """Pick out a run; `twice` holds the identities of the answers that were paid twice."""
        answers = [asked for asked in log if run.has(asked.at)]
        entries = [entry for entry in ledger if run.has(entry.at)]
        settled = [entry for entry in entries if entry.settled]
        return cls(
            billed=sum(asked.credits for asked in answers),
            booked=sum(entry.credits for entry in entries),
            open_requests=len(entries) - len(settled),
            under_way=len(answers) - len(settled),
            unexplained=_unaccounted([asked for asked in answers if id(asked) not in twice], settled),
        )


def _unaccounted(answers: Iterable[Asked], settled: Iterable[Entry]) -> int:
    """How many settled entries have no answer of their price between booking and settling, each answer used once.

    Given to the entry that was settled first, an answer is used as well as it can be.
    """
    left = sorted(settled, key=lambda entry: entry.settled or inf)
    for asked in answers:
        fitting = (
            entry
            for entry in left
            if entry.at <= asked.at <= (entry.settled or inf) and entry.credits == asked.credits
        )
        if entry := next(fitting, None):
            left.remove(entry)
    return len(left)
