"""How close a collection comes to the rate its key allows, how many requests it needs, and what it pays."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from uuid import UUID

from world import TIMELINE, UNLIMITED, Author, Clock, Service, refusals, told

from soundalike.emulator import DEFAULT_KEY, Faults, running
from soundalike.emulator.app import Asked
from soundalike.posts.api.books import MemoryBooks
from soundalike.posts.api.client import TweetsApi, open_http
from soundalike.posts.api.pacing import LocalPace
from soundalike.posts.api.planning import Wish
from soundalike.posts.gathering import ApiSource
from soundalike.posts.post import Post, Window
from soundalike.service.collecting import Order, collect
from soundalike.storage import open_store
from soundalike.storage.spending import fingerprint
from soundalike.wiring import LOCAL_USER, now, open_api

PAID, FREE = 20.0, 0.2  # requests a second


@dataclass(frozen=True, slots=True)
class Collected:
    """One collection. `ratio` is its time over requests / rate; `over` the requests beyond a page for 20 posts."""

    posts: int
    way: str
    seconds: float
    requests: int
    over: int
    ratio: float
    credits: int
    price: float  # credits over 15 a post
    lanes: int
    refused: int
    complete: bool


def collected(
    service: Service, author: Author, window: Window, *, rate: float, database_url: str = ""
) -> Collected:
    """Collect a window as the command does, at the pace that the key's balance proves."""
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{folder}/soundalike.db"
        settings, pages, began = service.settings(url), list[float](), time.time()
        with open_store(url) as store:

            @contextmanager
            def source(session_id: UUID) -> Iterator[ApiSource]:
                with open_api(settings, store, session_id=session_id) as api:
                    yield ApiSource(api, on_page=lambda _: pages.append(time.time()))

            as_of = None if window == author.present else window.end
            _, analysis = collect(
                Order(author.username, as_of), source, store=store, user_id=LOCAL_USER, now=now
            )
            lanes = len(
                store.books(
                    LOCAL_USER, None, key=fingerprint(DEFAULT_KEY), budget_credits=0, now=now
                ).stretches(author.username)
            )
        log = service.log(began)
    return judged(log, analysis.posts, author.within(window), ended=pages[-1], rate=rate, lanes=lanes)


def in_one_lane(service: Service, author: Author, window: Window, *, rate: float) -> Collected:
    """Read the same with one request at a time: a cap, even one never reached, is read for in a row."""
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/soundalike.db") as store:
        pages, began = list[float](), time.time()
        with open_api(service.settings("sqlite:///unused"), store) as api:
            creator = api.fetch_creator(author.username)
            wish = Wish(window, cap=UNLIMITED)
            fetched = api.fetch_posts(creator, wish, on_page=lambda _: pages.append(time.time()))
        log = service.log(began)
    return judged(log, fetched.posts, author.within(window), ended=pages[-1], rate=rate, lanes=1)


def in_virtual_time(author: Author, window: Window) -> Collected:
    """Collect with a free key where nobody really waits: service and client go by one clock that sleepers turn."""
    clock = Clock()
    began = clock.now
    faults = Faults.parse(["tier=free", "credits.bonus=1000000000"])
    with running(author.posts, faults=faults, clock=clock) as emulator, open_http(emulator.base_url) as http:
        api = TweetsApi(
            http,
            key=DEFAULT_KEY,
            pace=LocalPace(clock=clock, sleep=clock.sleep),
            books=MemoryBooks(UNLIMITED),
            clock=clock,
            sleep=clock.sleep,
            now=lambda: datetime.fromtimestamp(clock(), UTC),
        )
        api.prove_pace()
        fetched = api.fetch_posts(api.fetch_creator(author.username), Wish(window))
        log = [asked for asked in emulator.requests if asked.at >= began]
    return judged(log, fetched.posts, author.within(window), ended=clock(), rate=FREE, lanes=1)


def judged(
    log: list[Asked], found: tuple[Post, ...], wanted: set[Post], *, ended: float, rate: float, lanes: int
) -> Collected:
    """What the service's own log says of a collection, from the first request until the last page lay in the books."""
    seconds, paid = ended - log[0].at, sum(asked.credits for asked in log)
    return Collected(
        posts=len(wanted),
        way="timeline" if any(asked.path == TIMELINE for asked in log) else "search",
        seconds=seconds,
        requests=len(log),
        over=len(log) - ceil(len(wanted) / 20),
        ratio=seconds / (len(log) / rate),
        credits=paid,
        price=paid / (15 * len(wanted)),
        lanes=lanes,
        refused=refusals(log),
        complete=sorted(map(told, found)) == sorted(map(told, wanted)),
    )
