"""Fetches a creator and their posts from the tweets API, within what the books allow.

A collection travels: planning says what is left to read, stretches which page is next, calls words it, sending books
and asks, wire reads, the books keep, harvest sums up.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

import httpx2

from soundalike.errors import CreatorNotFound, SettingsError, SoundalikeError
from soundalike.posts.api.books import OK, Bill, Books
from soundalike.posts.api.calls import Call, balance_call, names_call, profile_call
from soundalike.posts.api.estimate import Estimate, estimate
from soundalike.posts.api.harvest import (
    Fetched,
    PageReport,
    coverage_of,
    newest_first,
    stop_reason_of,
    warnings_of,
)
from soundalike.posts.api.pacing import Pace, spacing_for
from soundalike.posts.api.planning import Wish, lanes, plan, useful_lanes
from soundalike.posts.api.reading import Reading
from soundalike.posts.api.refusals import account_refusal
from soundalike.posts.api.sending import Sender
from soundalike.posts.api.stretches import StopReason, Stretch
from soundalike.posts.api.wire import Balance
from soundalike.posts.post import Creator, read_username

T = TypeVar("T")

BASE_URL: Final = "https://api.twitterapi.io"
TIMEOUT_SECONDS: Final = 30.0  # as the vendor's own clients; its average is 0.7 s


def open_http(base_url: str = BASE_URL, *, transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """Open the connection to a tweets API; close it after use.

    Raises:
        SettingsError: `base_url` is no http or https address.
    """
    try:
        url = httpx2.URL(base_url)
    except httpx2.InvalidURL:
        url = httpx2.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise SettingsError(
            f"“{base_url[:80]}” is no address of a tweets API.",
            hint=f"Set TWITTER_API_BASE_URL, as {BASE_URL}.",
        )
    # A redirect would carry the key to wherever it points.
    return httpx2.Client(base_url=url, timeout=TIMEOUT_SECONDS, follow_redirects=False, transport=transport)


class TweetsApi:
    """The tweets API behind one key, for one collection; what it asks, pays and brings goes into `books`.

    `now` tells the time of day, `clock` measures, `sleep` waits, `chance` gives numbers in [0, 1).

    Raises:
        SettingsError: `key` is empty or holds what no key holds.
    """

    def __init__(
        self,
        http: httpx2.Client,
        *,
        key: str,
        pace: Pace,
        books: Books,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sender = Sender(http, key=key, pace=pace, books=books, clock=clock, sleep=sleep, chance=chance)
        self._pace, self._books, self._clock, self._now = pace, books, clock, now

    def fetch_balance(self) -> Balance:
        """Fetch what the key has left; free of charge. Bills settle 20 to 60 s late."""
        return self._ask(balance_call())

    def prove_pace(self) -> Balance:
        """Fetch the balance, and let the pace rise to what it proves to be allowed."""
        balance = self.fetch_balance()
        self._pace.prove(spacing_for(balance))
        return balance

    def fetch_creator(self, username: str, *, known_id: str | None = None) -> Creator:
        """Fetch the account behind a name, an @name or a profile link.

        Where nobody is called that any more and `known_id` is what the account was known by, the error says what it is
        called now.

        Raises:
            InvalidUsername: It cannot be a name; nothing was asked.
            CreatorNotFound, CreatorProtected, CreatorUnavailable: Its posts cannot be had.
            BudgetExceeded: A ceiling does not allow it.
            UpstreamError: The service gave no answer.
        """
        name = read_username(username)
        try:
            creator = self._ask(profile_call(name))
        except CreatorNotFound:
            self._refuse_old_name(name, known_id)
            raise
        if creator.is_protected:
            raise account_refusal("protected", creator.username)
        return creator

    def _refuse_old_name(self, username: str, known_id: str | None) -> None:
        new_name = self._ask(names_call(known_id)).get(known_id) if known_id else None
        if new_name and new_name.lower() != username.lower():
            raise CreatorNotFound(
                f"@{username} is called @{new_name} now.", username=username, hint=f"Use @{new_name}."
            )

    def bill(self) -> Bill:
        """What this collection asked and paid so far, in earlier runs too."""
        return self._books.bill()

    def estimate(self, creator: Creator, wish: Wish) -> Estimate:
        """Say what `fetch_posts` will cost beside what was paid, at the present pace; asks nothing."""
        todo = plan(wish, self._books.stretches(creator.username), creator, now=self._now())
        return estimate(
            creator,
            todo,
            budget_credits=self._books.left(),
            spacing=self._pace.seconds_between,
            cap=wish.cap,
            posts_kept=len(self._books.posts(creator.username, wish.window)),
        )

    def fetch_posts(
        self, creator: Creator, wish: Wish, *, on_page: Callable[[PageReport], None] = lambda _: None
    ) -> Fetched:
        """Fetch the creator's posts that are wanted and not in the books yet, page by page.

        Every page lies in the books before the next is asked for, and is then told to `on_page`; whatever that raises
        ends the collection. A request that could pass a ceiling is not sent. An error ends the collection: before
        the first page it is raised, later returned as `failure`.

        Raises:
            BudgetExceeded: A ceiling does not allow the first page.
            UpstreamError, CreatorError: The first page could not be had.
        """
        began, before = self._clock(), self._books.bill()
        kept_before = len(self._books.posts(creator.username, wish.window))
        done, failure = self._read(creator, wish, on_page)
        posts = newest_first(self._books.posts(creator.username, wish.window))
        if failure and not posts and not any(stretch.pages for stretch in done):
            raise failure
        after, reason = self._books.bill(), stop_reason_of(done)
        coverage = coverage_of(wish.window, self._books.stretches(creator.username), posts, creator)
        return Fetched(
            posts=posts,
            requests=after.requests - before.requests,
            credits=after.credits - before.credits,
            seconds=self._clock() - began,
            stop_reason=reason,
            warnings=warnings_of(done, coverage, reason, creator),
            failure=None if reason is StopReason.BUDGET else failure,
            kept_before=kept_before,
            coverage=coverage,
        )

    def _read(
        self, creator: Creator, wish: Wish, on_page: Callable[[PageReport], None]
    ) -> tuple[list[Stretch], SoundalikeError | None]:
        """Read all posts, or the latest; then look at the rest for those that were liked often."""
        done, failure = self._read_on(creator, wish, on_page, most_posts=wish.cap)
        if wish.look_from_likes and not failure:
            looked, failure = self._read_on(creator, wish, on_page, min_likes=wish.look_from_likes)
            done += looked
        return done, failure

    def _read_on(
        self,
        creator: Creator,
        wish: Wish,
        on_page: Callable[[PageReport], None],
        *,
        min_likes: int = 0,
        most_posts: int | None = None,
    ) -> tuple[list[Stretch], SoundalikeError | None]:
        read = self._books.stretches(creator.username)
        todo = plan(wish, read, creator, now=self._now(), min_likes=min_likes)
        latency, spacing = self._sender.latency.mean, self._pace.seconds_between
        if most_posts is None and not min_likes:
            todo = lanes(todo, creator, latency=latency, spacing=spacing)
        reading = Reading(
            self._sender,
            self._books,
            creator,
            wish.window,
            on_page=on_page,
            most_posts=most_posts,
            at_once=useful_lanes(latency=latency, spacing=spacing),
        )
        return reading.run(todo), reading.failure

    def _ask(self, call: Call[T]) -> T:
        answer = self._sender.ask(call)
        self._books.settle(answer.entry, call.most_credits, OK)
        return answer.value
