"""Fetches a creator and their posts from the tweets API, within a budget.

A collection travels: paging decides what to ask, calls words it, sending asks, wire reads, harvest keeps.
"""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import httpx2

from soundalike.errors import BudgetExceeded, CreatorProtected, SettingsError, SoundalikeError
from soundalike.posts.api import paging
from soundalike.posts.api.calls import balance_call, profile_call, search_call, timeline_call
from soundalike.posts.api.harvest import Basket, Fetched, PageReport, warnings_of
from soundalike.posts.api.pacing import Pace, spacing_for
from soundalike.posts.api.paging import Chain, Haul, Order, Place, Source, StopReason
from soundalike.posts.api.pricing import PAGE_CREDITS, Estimate, estimate
from soundalike.posts.api.sending import Sender
from soundalike.posts.api.wire import Balance, Page
from soundalike.posts.post import Creator, Post, Window, read_username

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
    """The tweets API behind one key, for one collection at a time.

    `requests` and `credits` count everything asked since the client was made; credits are what may have been billed,
    at most. `now` tells the time of day, `clock` measures, `sleep` waits, `chance` gives numbers in [0, 1).

    Raises:
        SettingsError: `key` is empty or holds what no key holds.
    """

    def __init__(
        self,
        http: httpx2.Client,
        *,
        key: str,
        pace: Pace,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sender = Sender(http, key=key, pace=pace, clock=clock, sleep=sleep, chance=chance)
        self._pace, self._clock, self._now = pace, clock, now

    @property
    def requests(self) -> int:
        """Requests sent since this client was made, repeated ones included."""
        return self._sender.requests

    @property
    def credits(self) -> int:
        """Credits that these requests may have cost, at most."""
        return self._sender.credits

    def fetch_balance(self) -> Balance:
        """Fetch what the key has left; free of charge. Bills settle 20 to 60 s late."""
        return self._sender.ask(balance_call())

    def prove_pace(self) -> Balance:
        """Fetch the balance, and let the pace rise to what it proves to be allowed."""
        balance = self.fetch_balance()
        self._pace.speed_up(spacing_for(balance))
        return balance

    def fetch_creator(self, username: str) -> Creator:
        """Fetch the account behind a name, an @name or a profile link.

        Raises:
            InvalidUsername: It cannot be a name; nothing was asked.
            CreatorNotFound, CreatorProtected, CreatorUnavailable: Its posts cannot be had.
            UpstreamError: The service gave no answer.
        """
        creator = self._sender.ask(profile_call(read_username(username)))
        if creator.is_protected:
            raise CreatorProtected(
                f"@{creator.username} is protected.",
                username=creator.username,
                hint="Only approved followers see its posts.",
            )
        return creator

    def estimate(
        self, creator: Creator, window: Window, *, budget_credits: int, cap: int | None = None
    ) -> Estimate:
        """Say what `fetch_posts` and the profile will cost, at the present pace; asks nothing."""
        return estimate(
            creator,
            window,
            budget_credits=budget_credits,
            seconds_between=self._pace.seconds_between,
            cap=cap,
            by_search=paging.starts_with_search(window, self._now()),
        )

    def fetch_posts(
        self,
        creator: Creator,
        window: Window,
        *,
        budget_credits: int,
        cap: int | None = None,
        on_page: Callable[[PageReport], None] | None = None,
        include_replies: bool = False,
        resume_at: Place | None = None,
        known: Iterable[Post] = (),
    ) -> Fetched:
        """Fetch the creator's posts of `window`, newest first, page by page.

        Stops before a request that could pass `budget_credits`, and after the page that reaches `cap` posts, which is
        kept whole. Every page is handed to `on_page` before the next is asked for; whatever that raises ends the
        collection. `resume_at` and `known` go on where a report or a result left off.

        An error ends the collection: before the first page it is raised; later it is returned as `failure`, with
        the posts bought until then.

        Raises:
            BudgetExceeded: The budget does not buy one page.
            UpstreamError, CreatorError: The first page could not be had.
        """
        order = Order(creator, window, cap, include_replies)
        basket, began = Basket(order, known), self._clock()
        begin = resume_at or paging.first_place(window, self._now())
        budget = _Budget(budget_credits, self.requests, self.credits)
        end = self._collect(order, basket, begin, budget, on_page)
        return Fetched(
            posts=basket.posts,
            requests=self.requests - budget.requests_before,
            credits=self.credits - budget.credits_before,
            seconds=self._clock() - began,
            stop_reason=end.reason,
            warnings=warnings_of(order, basket, end.reason, began_with=begin.source),
            failure=end.failure,
            place=end.place,
        )

    def _collect(
        self,
        order: Order,
        basket: Basket,
        begin: Place,
        budget: "_Budget",
        on_page: Callable[[PageReport], None] | None,
    ) -> "_End":
        chain = Chain(begin, frozenset({begin.cursor}))
        while True:
            place = chain.place
            try:
                page = self._fetch_page(order, place, budget)
            except SoundalikeError as error:
                if not basket.pages:
                    raise
                over = isinstance(error, BudgetExceeded)
                return _End(StopReason.BUDGET, place) if over else _End(StopReason.INTERRUPTED, place, error)
            haul = basket.add(page, place.source)
            step = paging.go_on(chain, page, haul, order, collected=len(basket), seen=basket.seen)
            if on_page:
                on_page(self._report(haul, basket, budget, step))
            if isinstance(step, StopReason):
                return _End(step)
            chain = step

    def _fetch_page(self, order: Order, place: Place, budget: "_Budget") -> Page:
        if place.source is Source.TIMELINE:
            call = timeline_call(order.creator, cursor=place.cursor, include_replies=order.include_replies)
        else:
            call = search_call(order.creator, order.window, max_id=place.max_id, cursor=place.cursor)
        page = self._sender.ask(call, before_each=lambda: budget.check(self.credits))
        self._sender.refund(call.most_credits - page.credits)
        return page

    def _report(self, haul: Haul, basket: Basket, budget: "_Budget", step: Chain | StopReason) -> PageReport:
        return PageReport(
            posts=haul.posts,
            collected=len(basket),
            requests=self.requests - budget.requests_before,
            credits=self.credits - budget.credits_before,
            place=step.place if isinstance(step, Chain) else None,
        )


@dataclass(frozen=True, slots=True)
class _Budget:
    """A ceiling on what one collection spends, and the client's counts before it."""

    credits: int
    requests_before: int
    credits_before: int

    def check(self, spent: int) -> None:
        """Refuse a page that could pass the ceiling; `spent` is the client's count.

        Raises:
            BudgetExceeded: What was spent and a full page are more than the budget.
        """
        spent -= self.credits_before
        if spent + PAGE_CREDITS > self.credits:
            raise BudgetExceeded(
                f"One more page could pass the budget of {self.credits:,} credits; {spent:,} are spent.",
                spent=spent,
                budget=self.credits,
                hint=f"Raise TWITTER_API_BUDGET_CREDITS; a page costs up to {PAGE_CREDITS}.",
            )


@dataclass(frozen=True, slots=True)
class _End:
    reason: StopReason
    place: Place | None = None
    failure: SoundalikeError | None = None
