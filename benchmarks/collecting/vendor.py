"""What service faults cost whoever pages with the vendor's own client as its README shows, and what they cost us.

The README's example asks for a page of a search and reads its posts; the loop around it does what the service's
documentation says of `has_next_page` and `next_cursor`. Both readers ask the same query of the same posts; the service
bills both by the same rules.
"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from twitterapi_io import TwitterApiClient  # type: ignore[import-untyped]
from world import RICH, SEARCH, UNLIMITED, Author, Clock

from soundalike.emulator import DEFAULT_KEY, Faults, Running, running
from soundalike.emulator.app import Asked
from soundalike.posts.api.books import MemoryBooks
from soundalike.posts.api.calls import search_query
from soundalike.posts.api.client import TweetsApi, open_http
from soundalike.posts.api.pacing import LocalPace
from soundalike.posts.api.planning import Wish

MOST_PAGES: Final = 250  # of the vendor's loop, after which it is taken for endless

FAULTS: Final = (
    ("search.dry_after=0",),
    ("search.dry_after=1000",),  # as the live service was seen to do
    ("search.dup_rate=0.1",),
    ("search.dup_rate=0.3",),
    ("search.same_page_cursor=every:4",),
    ("search.same_page_cursor=always",),
    ("search.empty_page_with_next=every:5",),
    ("search.repeat_cursor=every:6",),
    ("search.repeat_cursor=always",),
    ("search.short_pages=every:2",),
    ("search.transient_empty=every:7",),
    ("search.drop_rate=0.05",),
    ("search.endless=on",),
    ("last_page_cursor=filled",),
    ("server.error_500=every:5",),
    ("server.error_500=every:5", "credits.bill_failures=on"),
    ("server.html_502=every:5",),
    ("server.cut_json=every:5",),
    ("tier=free", "credits.bonus=1000000000"),
    (
        "search.dup_rate=0.1",
        "search.short_pages=every:4",
        "search.transient_empty=every:30",
        "server.error_500=every:20",
    ),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a window: `missed` posts, what was paid beyond 15 credits a post, and how it ended."""

    faults: str
    reader: str
    missed: int
    overpaid: int
    requests: int
    ended: str


def readings(author: Author) -> Iterator[Reading]:
    """Let both read the author's past window under each fault."""
    wanted = {post.id for post in author.within(author.past)}
    for faults in FAULTS:
        toggles = ["search.dry_after=0", *([] if "tier=free" in faults else [RICH]), *faults]
        for reader, read in {"vendor's loop": vendors, "Soundalike": ours}.items():
            found, ended, log = _read(author, toggles, read)
            yield _judged(log, found, wanted, faults=", ".join(faults), reader=reader, ended=ended)


Read = Callable[[Author, Running, Clock], tuple[set[str], str]]


def _read(author: Author, toggles: list[str], read: Read) -> tuple[set[str], str, tuple[Asked, ...]]:
    """Read without waiting for turns: on a clock that our own sleeping turns, and on one too fast to meet the rate.

    The vendor's client sleeps in earnest, so a free key's rate, which it does meet, is judged in real time.
    """
    clock, hasty = Clock(), itertools.count(time.time())
    free = read is vendors and "tier=free" in toggles
    service_clock: Callable[[], float] = time.time if free else hasty.__next__ if read is vendors else clock
    with running(author.posts, faults=Faults.parse(toggles), clock=service_clock) as emulator:
        found, ended = read(author, emulator, clock)
        return found, ended, emulator.requests


def vendors(author: Author, emulator: Running, _: Clock) -> tuple[set[str], str]:
    """Page as the README shows."""
    found, cursor = set[str](), None
    query = search_query(author.username, author.past)
    with TwitterApiClient(api_key=emulator.key, base_url=emulator.base_url) as client:
        for _page in range(MOST_PAGES):
            try:
                page = client.search_tweets(query=query, query_type="Latest", cursor=cursor)
            except Exception as error:  # noqa: BLE001 - whatever ends such a loop
                return found, f"error {getattr(error, 'status', '') or type(error).__name__}"
            found |= {tweet["id"] for tweet in page["tweets"]}
            cursor = page["next_cursor"]
            if not page["has_next_page"]:
                return found, "last page"
    return found, f"endless, cut after {MOST_PAGES} pages"


def ours(author: Author, emulator: Running, clock: Clock) -> tuple[set[str], str]:
    """Collect, with the waiting done on a clock that sleepers turn."""
    with open_http(emulator.base_url) as http:
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
        fetched = api.fetch_posts(api.fetch_creator(author.username), Wish(author.past))
    ended = fetched.failure.code if fetched.failure else str(fetched.stop_reason)
    return {post.id for post in fetched.posts}, ended.replace("_", " ")


def _judged(
    log: Iterable[Asked], found: set[str], wanted: set[str], *, faults: str, reader: str, ended: str
) -> Reading:
    pages = [asked for asked in log if asked.path == SEARCH]
    return Reading(
        faults=faults,
        reader=reader,
        missed=len(wanted - found),
        overpaid=sum(asked.credits for asked in pages) - 15 * len(wanted & found),
        requests=len(pages),
        ended=ended,
    )
