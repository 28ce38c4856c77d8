"""Gathering a creator's posts from wherever they come: the window, and more behind it where the voice needs more."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from soundalike.errors import BudgetExceeded, CreatorNotFound
from soundalike.posts.api.client import TweetsApi
from soundalike.posts.api.harvest import Fetched, PageReport
from soundalike.posts.api.paging import StopReason
from soundalike.posts.collection import ENOUGH_FOR_A_VOICE, MOST_WIDENINGS, sort_out
from soundalike.posts.post import Creator, Post, Window, read_username

Keep = Callable[[Sequence[Post]], None]
"""Puts posts away as soon as they come, so that a stopped collection loses none."""


class PostSource(Protocol):
    """Where posts come from."""

    def creator(self, username: str) -> Creator:
        """The account of that name, or an error that says why its posts cannot be had."""

    def fetch(self, creator: Creator, window: Window, *, keep: Keep) -> Fetched:
        """The creator's posts of the window, and what they cost; `keep` is given them page by page."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All posts gathered, newest window first, and the bill of each fetch; the first fetch is the asked-for window."""

    posts: tuple[Post, ...]
    fetches: tuple[Fetched, ...]


def gather(source: PostSource, creator: Creator, window: Window, *, keep: Keep = lambda _: None) -> Gathered:
    """Fetch `window`; where it holds too few usable posts for a voice, go on backwards, window by window.

    Stops going back at the first fetch that ends early, and where there is nothing more to be had.
    """
    fetches = [source.fetch(creator, window, keep=keep)]
    reach = window
    while len(fetches) <= MOST_WIDENINGS and not _is_enough(fetches, window, creator):
        reach = reach.before()
        try:
            fetches.append(source.fetch(creator, reach, keep=keep))
        except BudgetExceeded:
            break  # the asked-for window is bought; more of the voice is only a wish
    posts = tuple(chain.from_iterable(fetch.posts for fetch in fetches))
    return Gathered(posts, tuple(fetches))


def _is_enough(fetches: Sequence[Fetched], window: Window, creator: Creator) -> bool:
    if fetches[-1].failure or fetches[-1].stop_reason.is_early:
        return True
    posts = [post for fetch in fetches for post in fetch.posts]
    everything = creator.posts_count is not None and len(posts) >= creator.posts_count
    return everything or len(sort_out(posts, window).voice_corpus) >= ENOUGH_FOR_A_VOICE


class ApiSource:
    """Posts bought from the tweets API, all fetches together within `budget_credits`."""

    def __init__(
        self, api: TweetsApi, *, budget_credits: int, on_page: Callable[[PageReport], None] = lambda _: None
    ) -> None:
        self._api, self._budget, self._on_page = api, budget_credits, on_page

    def creator(self, username: str) -> Creator:
        """The account of that name; costs 18 credits."""
        return self._api.fetch_creator(username)

    def fetch(self, creator: Creator, window: Window, *, keep: Keep) -> Fetched:
        """The creator's posts of the window, replies and reposts among them."""

        def on_page(report: PageReport) -> None:
            keep(report.posts)
            self._on_page(report)

        left = self._budget - self._api.credits
        return self._api.fetch_posts(creator, window, budget_credits=left, on_page=on_page)


class FileSource:
    """Posts that lie in memory, read from a file or an archive."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self._posts = tuple(posts)

    def creator(self, username: str) -> Creator:
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

    def fetch(self, creator: Creator, window: Window, *, keep: Keep) -> Fetched:
        """The author's posts of the window, free of charge."""
        own = [post for post in self._posts if post.username.lower() == creator.username.lower()]
        inside = sorted((post for post in own if post.created_at in window), key=lambda post: post.created_at)
        keep(inside)
        return Fetched(
            posts=tuple(reversed(inside)),
            requests=0,
            credits=0,
            seconds=0.0,
            stop_reason=StopReason.WINDOW_COVERED,
        )


def _who_is_there(posts: Iterable[Post]) -> str:
    names = list(dict.fromkeys(f"@{post.username}" for post in posts))
    shown = ", ".join(names[:5])
    return f"It holds posts of {shown}{' and others' if len(names) > 5 else ''}."  # noqa: PLR2004 - as shown
