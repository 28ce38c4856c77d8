"""What a collection brought: the posts, the bill, and what its owner should know about both."""

from collections.abc import Iterable
from dataclasses import dataclass

from soundalike.errors import SoundalikeError
from soundalike.posts.api.paging import Haul, Order, Place, Source, StopReason
from soundalike.posts.api.wire import Page
from soundalike.posts.post import Post


@dataclass(frozen=True, slots=True)
class PageReport:
    """A page that came: its new posts of the window, and the totals of this collection up to here.

    `place` is where to resume after a crash; None after the last page.
    """

    posts: tuple[Post, ...]
    collected: int
    requests: int
    credits: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A collection: the window's posts, each once, newest first, replies and reposts of the creator included.

    `credits` is what may have been billed, at most. Where it ended for BUDGET or INTERRUPTED, `place` is where to
    resume; `failure` is the error behind INTERRUPTED.
    """

    posts: tuple[Post, ...]
    requests: int
    credits: int
    seconds: float
    stop_reason: StopReason
    warnings: tuple[str, ...] = ()
    failure: SoundalikeError | None = None
    place: Place | None = None


class Basket:
    """The posts bought so far: the creator's own, each once."""

    def __init__(self, order: Order, known: Iterable[Post] = ()) -> None:
        self._order = order
        self._posts = {post.id: post for post in known if post.created_at in order.window}
        self._seen = set(self._posts)
        self._pinned = set(order.creator.pinned_ids)
        self.pages = self.searched = self.foreign = self.broken = 0

    def __len__(self) -> int:
        return len(self._posts)

    @property
    def seen(self) -> int:
        """How many of the creator's posts came by, inside and outside the window."""
        return len(self._seen)

    @property
    def posts(self) -> tuple[Post, ...]:
        """The window's posts, newest first; ids settle the order within a second."""
        return tuple(
            sorted(self._posts.values(), key=lambda post: (post.created_at, int(post.id)), reverse=True)
        )

    def add(self, page: Page, source: Source) -> Haul:
        """Take the page's own posts, a pinned one sent apart included."""
        own, pinned = self._own(page.posts), self._own((page.pinned,) if page.pinned else ())
        self.pages += 1
        self.foreign += len(page.posts) - len(own)
        self.broken += page.broken
        self._pinned |= {post.id for post in pinned}
        fresh = {post.id: post for post in own + pinned if post.id not in self._seen}
        inside = {post.id: post for post in fresh.values() if post.created_at in self._order.window}
        self._seen |= fresh.keys()
        self._posts |= inside
        self.searched += len(inside) if source is Source.SEARCH else 0
        tail = next((post for post in reversed(own) if post.id not in self._pinned), None)
        return Haul(tuple(inside.values()), len(fresh), tail)

    def _own(self, posts: tuple[Post, ...]) -> list[Post]:
        return [post for post in posts if post.author_id == self._order.creator.id]


def warnings_of(
    order: Order, basket: Basket, stop_reason: StopReason, *, began_with: Source
) -> tuple[str, ...]:
    """What is missing from a collection, or was paid for in vain, in sentences."""
    oldest = f"{basket.posts[-1].created_at:%Y-%m-%d %H:%M} UTC" if len(basket) else "the window's end"
    counted = order.creator.posts_count or 0
    said = {
        f"Ended early ({stop_reason}): posts of the window before {oldest} are missing.": stop_reason.is_early,
        f"The timeline ended before the window's start; a search brought {basket.searched} more posts. It finds no "
        "reposts.": began_with is Source.TIMELINE and basket.searched > 0,
        f"No post was found, although the profile counts {counted:,}: timelines and searches can be blind to small "
        "or new accounts.": counted > 0 and not basket.seen and not stop_reason.is_early,
        f"Posts of other accounts that were paid for and dropped: {basket.foreign}.": basket.foreign > 0,
        f"Items that could not be read and were left out: {basket.broken}.": basket.broken > 0,
    }
    return tuple(sentence for sentence, holds in said.items() if holds)
