"""Gathering a creator's posts from wherever they come: the window, and more behind it where the voice needs more."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from math import ceil
from typing import Final, Protocol

from soundalike.errors import BudgetExceeded, CreatorNotFound
from soundalike.posts.api.books import Bill
from soundalike.posts.api.client import TweetsApi
from soundalike.posts.api.estimate import Estimate
from soundalike.posts.api.harvest import Fetched, PageReport, newest_first
from soundalike.posts.api.planning import MAX_AGE, Wish
from soundalike.posts.api.stretches import StopReason
from soundalike.posts.collection import ENOUGH_FOR_A_VOICE, MOST_WIDENINGS, sort_out
from soundalike.posts.post import Creator, Post, Window, read_username

LIKED_SHARE: Final = 0.4
"""The share of a gate on engagement that is asked for in likes: a search can ask for nothing but likes, and counts them
by an older snapshot."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Not all posts of a window: `ordinary` of the latest, and those with an engagement of `gate` or more."""

    ordinary: int
    gate: int


class PostSource(Protocol):
    """Where posts come from."""

    def creator(self, username: str, *, known_id: str | None = None) -> Creator:
        """The account of that name, once known by that id, or an error that says why its posts cannot be had."""

    def estimate(self, creator: Creator, window: Window, sample: Sample | None) -> Estimate | None:
        """What fetching the window will cost; None where it is free."""

    def fetch(self, creator: Creator, window: Window, sample: Sample | None = None) -> Fetched:
        """The creator's posts of the window, or a sample of them."""

    def bill(self) -> Bill:
        """What this collection asked and paid so far, in earlier runs too."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All posts gathered, newest window first, and the bill of each fetch; the first fetch is the asked-for window."""

    posts: tuple[Post, ...]
    fetches: tuple[Fetched, ...]


def gather(source: PostSource, creator: Creator, window: Window, *, sample: Sample | None = None) -> Gathered:
    """Fetch `window`; where it holds too few usable posts for a voice, go on backwards, window by window.

    Stops going back at the first fetch that ends early, and where there is nothing more to be had.
    """
    fetches = [source.fetch(creator, window, sample)]
    reach = window
    while len(fetches) <= MOST_WIDENINGS and not _is_enough(fetches, window, creator):
        reach = reach.before()
        try:
            fetches.append(source.fetch(creator, reach))
        except BudgetExceeded:
            break  # the asked-for window is bought; more of the voice is only a wish
    posts = tuple(chain.from_iterable(fetch.posts for fetch in fetches))
    return Gathered(posts, tuple(fetches))


def _is_enough(fetches: Sequence[Fetched], window: Window, creator: Creator) -> bool:
    last = fetches[-1]
    if last.failure or last.stop_reason.is_early or last.stop_reason is StopReason.SAMPLE:
        return True
    posts = [post for fetch in fetches for post in fetch.posts]
    everything = creator.posts_count is not None and len(posts) >= creator.posts_count
    return everything or len(sort_out(posts, window).voice_corpus) >= ENOUGH_FOR_A_VOICE


class ApiSource:
    """Posts bought from the tweets API; what the books hold already is not bought again unless older than `max_age`."""

    def __init__(
        self,
        api: TweetsApi,
        *,
        max_age: timedelta = MAX_AGE,
        on_page: Callable[[PageReport], None] = lambda _: None,
    ) -> None:
        self._api, self._max_age, self._on_page = api, max_age, on_page

    def creator(self, username: str, *, known_id: str | None = None) -> Creator:
        """The account of that name; costs 18 credits."""
        return self._api.fetch_creator(username, known_id=known_id)

    def estimate(self, creator: Creator, window: Window, sample: Sample | None) -> Estimate:
        """What fetching the window will cost."""
        return self._api.estimate(creator, self._wish(window, sample))

    def fetch(self, creator: Creator, window: Window, sample: Sample | None = None) -> Fetched:
        """The creator's posts of the window, reposts among them, or a sample of them."""
        return self._api.fetch_posts(creator, self._wish(window, sample), on_page=self._on_page)

    def bill(self) -> Bill:
        """What this collection asked and paid so far, in earlier runs too."""
        return self._api.bill()

    def _wish(self, window: Window, sample: Sample | None) -> Wish:
        if sample is None:
            return Wish(window, max_age=self._max_age)
        likes = ceil(sample.gate * LIKED_SHARE)
        return Wish(window, cap=sample.ordinary, look_from_likes=likes, max_age=self._max_age)


class FileSource:
    """Posts that lie in memory, read from a file or an archive; `warnings` are what there is to say of the reading."""

    def __init__(self, posts: Iterable[Post], *, warnings: Iterable[str] = ()) -> None:
        self._posts, self._warnings = tuple(posts), tuple(warnings)

    def creator(self, username: str, *, known_id: str | None = None) -> Creator:  # noqa: ARG002 - files know names
        """The author of that name among the posts, whatever the case of its letters."""
        wanted = read_username(username)
        own = [post for post in self._posts if post.username.lower() == wanted.lower()]
        if not own:
            raise CreatorNotFound(
                f"The file holds no post of @{wanted}.", username=wanted, hint=_who_is_there(self._posts)
            )
        known = next((post.author_id for post in own if post.author_id), None)
        name = own[-1].username
        return Creator(id=known or "", username=name, display_name=name, posts_count=len(own))

    def estimate(self, creator: Creator, window: Window, sample: Sample | None) -> None:
        """Nothing is to be paid."""

    def bill(self) -> Bill:
        """Nothing was asked or paid."""
        return Bill()

    def fetch(self, creator: Creator, window: Window, sample: Sample | None = None) -> Fetched:  # noqa: ARG002
        """The author's posts of the window, all of them, free of charge."""
        own = (post for post in self._posts if post.username.lower() == creator.username.lower())
        return Fetched(
            posts=newest_first(post for post in own if post.created_at in window),
            requests=0,
            credits=0,
            seconds=0.0,
            stop_reason=StopReason.WINDOW_COVERED,
            warnings=self._warnings,
        )


def _who_is_there(posts: Iterable[Post]) -> str:
    names = list(dict.fromkeys(f"@{post.username}" for post in posts))
    shown = ", ".join(names[:5])
    return f"It holds posts of {shown}{' and others' if len(names) > 5 else ''}."  # noqa: PLR2004 - as shown
