"""A creator's posts over X's own API: the full-archive search where the app may use it, else the timeline.

X bills every post it sends, so reposts, which nobody learns from, are never asked for, nor replies where that costs no
depth, and a source reads no more posts than it was allowed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from soundalike.errors import (
    BudgetExceeded,
    CreatorNotFound,
    SoundalikeError,
    UpstreamError,
    UpstreamUnauthorized,
)
from soundalike.posts import rows
from soundalike.posts.api.books import Bill
from soundalike.posts.api.harvest import Fetched, newest_first
from soundalike.posts.api.refusals import account_refusal, drift, printable
from soundalike.posts.api.stretches import StopReason
from soundalike.posts.dialects import read_v2
from soundalike.posts.faults import Fault, found
from soundalike.posts.gathering import Sample
from soundalike.posts.post import Creator, Post, Window, read_username
from soundalike.posts.x_api.asking import Asker, Json
from soundalike.posts.x_api.connection import Client

MOST_POSTS: Final = 2_000
"""Posts that one source reads, unless told otherwise: US$10 at the price of 2026."""

TIMELINE_DEPTH: Final = 3_200
"""Posts behind which X ends a timeline, whatever is asked for."""

_FIELDS: Final = (
    "attachments author_id conversation_id created_at entities in_reply_to_user_id lang note_tweet public_metrics "
    "referenced_tweets"
).split()
_USER_FIELDS: Final = "pinned_tweet_id profile_image_url protected public_metrics".split()
_PAGE: Final = 100
_LEAST_SEARCHED: Final = 10  # posts a search must be asked for
_LEAST_OF_TIMELINE: Final = 5
_TIMELINES_SINCE: Final = datetime(2010, 11, 6, 0, 0, 1, tzinfo=UTC)  # no earlier time may be asked for
_SETTLING: Final = timedelta(seconds=30)  # a time younger than ten seconds is refused
_SEARCH_SPACING: Final = 1.0  # seconds; one search a second is allowed
_FRUITLESS: Final = 3  # empty pages running that promise another
_FORBIDDEN: Final = 403
_NAME_LENGTH: Final = 100  # characters of a display name; X allows 50

Page = Callable[[int, str | None], Json]
"""Asks for a page of so many posts, from a token on."""


class XApiSource:
    """Posts bought from X itself, `most_posts` at most by all fetches together.

    `posts_read` counts what X has billed so far. `on_posts` is told each page's posts of the window.
    """

    def __init__(
        self,
        client: Client,
        *,
        most_posts: int = MOST_POSTS,
        on_posts: Callable[[Sequence[Post]], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._most_posts, self._on_posts = client, most_posts, on_posts
        self._asker = Asker(now=now, sleep=sleep)
        self._now, self._clock, self._sleep = now, clock, sleep
        self._may_search = True
        self.posts_read = 0

    @property
    def requests(self) -> int:
        """Requests sent since this source was made, repeated ones included."""
        return self._asker.requests

    def creator(self, username: str, *, known_id: str | None = None) -> Creator:
        """The account of that name.

        Where nobody is called that any more and `known_id` is what the account was known by, the error says what it is
        called now.

        Raises:
            InvalidUsername: It cannot be a name; nothing was asked.
            CreatorNotFound, CreatorProtected, CreatorUnavailable: Its posts cannot be had.
            UpstreamError: X gave no answer.
        """
        name = read_username(username)
        try:
            creator = self._profile(name, username=name)
        except CreatorNotFound:
            self._refuse_old_name(name, known_id)
            raise
        if creator.is_protected:
            raise account_refusal("protected", creator.username)
        return creator

    def _profile(self, name: str, **asked: str) -> Creator:
        answer = self._asker.ask(lambda: self._client.get_user(user_fields=_USER_FIELDS, **asked), name)
        data = answer.get("data")
        if not isinstance(data, dict):
            raise drift("a profile", answer)
        return _creator_of(data, name)

    def _refuse_old_name(self, name: str, known_id: str | None) -> None:
        now_called = self._profile(name, id=known_id).username if known_id else name
        if now_called.lower() != name.lower():
            raise CreatorNotFound(
                f"@{name} is called @{now_called} now.", username=name, hint=f"Use @{now_called}."
            )

    def estimate(self, creator: Creator, window: Window, sample: Sample | None) -> None:
        """Not known: X has its own price list, and bills by post; `most_posts` is what bounds it."""

    def bill(self) -> Bill:
        """What was asked so far; X bills posts and knows no credits."""
        return Bill(requests=self.requests)

    def fetch(self, creator: Creator, window: Window, sample: Sample | None = None) -> Fetched:  # noqa: ARG002
        """The creator's posts of the window; X cannot be asked for a sample.

        An error ends it: before the first page it is raised, later it is the result's `failure`.

        Raises:
            BudgetExceeded: All posts that may be read were read before.
            UpstreamError, CreatorError: The first page could not be had.
        """
        began, asked = self._clock(), self.requests
        basket = _Basket(creator, window)
        failure: SoundalikeError | None = None
        try:
            reason = self._read(basket)
        except SoundalikeError as error:
            if not basket.pages:
                raise
            reason, failure = StopReason.INTERRUPTED, error
        return _fetched(
            basket,
            reason,
            failure=failure,
            requests=self.requests - asked,
            seconds=self._clock() - began,
        )

    def _read(self, basket: "_Basket") -> StopReason:
        if basket.window.start > self._now() - _SETTLING:
            return StopReason.WINDOW_COVERED
        if self._may_search:
            try:
                return self._read_pages(basket, self._searched(basket), _LEAST_SEARCHED)
            except UpstreamUnauthorized as error:
                if error.status != _FORBIDDEN or basket.pages:
                    raise
                self._may_search = False  # the app's plan has no full-archive search
        reason = self._read_pages(basket, self._of_timeline(basket), _LEAST_OF_TIMELINE)
        if reason is StopReason.WINDOW_COVERED and not self._reaches_below(basket):
            basket.warnings.append(_too_deep(basket))
            return StopReason.LAST_PAGE
        return reason

    def _read_pages(self, basket: "_Basket", ask: Page, least: int) -> StopReason:
        token: str | None = None
        seen: set[str] = set()
        fruitless = 0
        while fruitless < _FRUITLESS:
            left = self._most_posts - self.posts_read
            if left < least:
                return self._capped(basket)
            answer = ask(min(_PAGE, left), token)
            fresh = self._take(basket, answer)
            fruitless = 0 if fresh else fruitless + 1
            token = _token_of(answer)
            if token is None:
                return StopReason.WINDOW_COVERED
            if token in seen:
                return StopReason.NOTHING_NEW
            seen.add(token)
        return StopReason.EMPTY_PAGES

    def _take(self, basket: "_Basket", answer: Json) -> int:
        items = answer.get("data", [])
        if not isinstance(items, list):
            raise drift("a page", answer)
        self.posts_read += len(items)
        fresh = basket.add(items)
        self._on_posts(fresh)
        return len(items)

    def _capped(self, basket: "_Basket") -> StopReason:
        if basket.pages:
            return StopReason.BUDGET
        raise BudgetExceeded(
            f"{self.posts_read:,} posts were read over X's API, and {self._most_posts:,} may be.",
            spent=self.posts_read,
            budget=self._most_posts,
            hint="X bills every post. Raise X_API_MAX_POSTS to pay for more.",
        )

    def _searched(self, basket: "_Basket") -> Page:
        query = f"from:{basket.creator.username} -is:retweet -is:reply"

        def ask(posts: int, token: str | None) -> Json:
            if token:
                self._sleep(_SEARCH_SPACING)
            return self._asker.ask(
                lambda: self._client.search_all_tweets(
                    query,
                    start_time=basket.window.start,
                    end_time=self._end_of(basket.window),
                    max_results=posts,
                    next_token=token,
                    tweet_fields=_FIELDS,
                ),
                basket.creator.username,
            )

        return ask

    def _of_timeline(self, basket: "_Basket") -> Page:
        # Replies come along: without them X ends a timeline after 800 posts.
        def ask(posts: int, token: str | None) -> Json:
            return self._asker.ask(
                lambda: self._client.get_users_tweets(
                    basket.creator.id,
                    start_time=max(basket.window.start, _TIMELINES_SINCE),
                    end_time=self._end_of(basket.window),
                    max_results=posts,
                    pagination_token=token,
                    exclude="retweets",
                    tweet_fields=_FIELDS,
                ),
                basket.creator.username,
            )

        return ask

    def _reaches_below(self, basket: "_Basket") -> bool:
        """Whether the timeline has posts from before the window, so that none of the window's can be missing."""
        start, count = basket.window.start, basket.creator.posts_count
        if start <= _TIMELINES_SINCE or (count is not None and count <= TIMELINE_DEPTH):
            return True
        if self._most_posts - self.posts_read < _LEAST_OF_TIMELINE:
            return False
        try:
            answer = self._asker.ask(
                lambda: self._client.get_users_tweets(
                    basket.creator.id, end_time=start, max_results=_LEAST_OF_TIMELINE, exclude="retweets"
                ),
                basket.creator.username,
            )
        except UpstreamError:
            return False  # what was asked for has come
        below = answer.get("data")
        self.posts_read += len(below) if isinstance(below, list) else 0
        return bool(below)

    def _end_of(self, window: Window) -> datetime | None:
        """The end to ask for; None where it is too near to the present for X, which then goes as far as it can."""
        return window.end if window.end < self._now() - _SETTLING else None


class _Basket:
    """The posts of one fetch: the creator's own of the window, each once."""

    def __init__(self, creator: Creator, window: Window) -> None:
        self.creator, self.window = creator, window
        self.posts: dict[str, Post] = {}
        self.pages = self.broken = 0
        self.warnings: list[str] = []

    def add(self, items: Sequence[object]) -> list[Post]:
        """Take a page's posts; returns those that are new."""
        self.pages += 1
        read = [found("A post", _post_of, item, self.creator) for item in items]
        self.broken += sum(isinstance(one, Fault) for one in read)
        posts = [one for one in read if isinstance(one, Post) and one.author_id == self.creator.id]
        fresh = [post for post in posts if post.created_at in self.window and post.id not in self.posts]
        self.posts |= {post.id: post for post in fresh}
        return fresh


def _fetched(
    basket: _Basket, reason: StopReason, *, failure: SoundalikeError | None, requests: int, seconds: float
) -> Fetched:
    broken = [f"Items that could not be read and were left out: {basket.broken}."] if basket.broken else []
    early = [f"Ended early ({reason}); {len(basket.posts):,} posts came."] if reason.is_early else []
    return Fetched(
        posts=newest_first(basket.posts.values()),
        requests=requests,
        credits=0,
        seconds=seconds,
        stop_reason=reason,
        warnings=(*early, *basket.warnings, *broken),
        failure=failure,
    )


def _post_of(item: object, creator: Creator) -> Post:
    if not isinstance(item, dict):
        raise TypeError("no object")
    # These fields were asked for: where they are missing there is nothing to state.
    return replace(read_v2({"referenced_tweets": [], "attachments": {}} | item), username=creator.username)


def _creator_of(data: Json, username: str) -> Creator:
    metrics = data.get("public_metrics")
    counts = metrics if isinstance(metrics, dict) else {}
    try:
        account_id = rows.read_id(data.get("id"))
    except ValueError:
        raise drift("a profile", data) from None
    pinned = rows.read_id_or_none(data.get("pinned_tweet_id"))
    return Creator(
        id=account_id,
        username=rows.read_username(data.get("username")) or username,
        display_name=printable(str(data.get("name") or ""))[:_NAME_LENGTH],
        followers=rows.read_count(counts.get("followers_count")),
        posts_count=rows.read_count(counts.get("tweet_count")),
        profile_image_url=next(iter(rows.read_links([data.get("profile_image_url")])), None),
        is_protected=data.get("protected") is True,
        pinned_ids=(pinned,) if pinned else (),
    )


def _token_of(answer: Json) -> str | None:
    meta = answer.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return token if isinstance(token, str) and token else None


def _too_deep(basket: _Basket) -> str:
    oldest = min((post.created_at for post in basket.posts.values()), default=basket.window.end)
    return (
        f"X's timeline ended at {oldest:%Y-%m-%d %H:%M} UTC, before the window's start: it shows about "
        f"{TIMELINE_DEPTH:,} posts. Earlier ones need the full-archive search, which this app may not use."
    )
