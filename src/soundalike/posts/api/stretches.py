"""Which page of a creator's posts to ask for next, and when to stop. Decides on values; asks nothing.

A creator's posts are read in stretches, each from its end backwards. A timeline goes by the service's cursors. A search
goes by steps instead: every page is a search of its own below the oldest post reached, by id and by second, since
search cursors are known to repeat pages, to run in circles and to end early. A timeline that ends before the stretch
does goes on as a search. How far a stretch is read says all that is needed to go on with it, on any machine, any day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from soundalike.posts.api.calls import Call, search_call, timeline_call
from soundalike.posts.api.wire import Page
from soundalike.posts.post import Creator, Post, Window

_SECOND: Final = timedelta(seconds=1)

# Empty pages running, before they are believed: one where the page before was said to be the last, two where nothing
# was said, three where more was promised.
_PATIENCE: Final = {False: 1, None: 2, True: 3}


class Source(StrEnum):
    """Where pages come from. A search finds no reposts; a timeline holds no replies."""

    TIMELINE = "timeline"
    SEARCH = "search"


class StopReason(StrEnum):
    """Why no further page was asked for."""

    WINDOW_COVERED = "window_covered"  # posts older than the start came, or all was kept from before
    LAST_PAGE = "last_page"  # nothing lies below the oldest post
    EMPTY_PAGES = "empty_pages"  # the service promised more, and sent nothing three times
    NOTHING_NEW = "nothing_new"  # it sent nothing but known or other people's posts
    SAMPLE = "sample_taken"  # as many as were asked for
    BUDGET = "budget_reached"  # the next page could pass a spending ceiling
    INTERRUPTED = "interrupted"  # an error ended it midway

    @property
    def is_early(self) -> bool:
        """Whether there may be more to fetch."""
        return self in {StopReason.BUDGET, StopReason.INTERRUPTED}

    @property
    def is_doubtful(self) -> bool:
        """Whether the service broke off although it had promised more."""
        return self in {StopReason.EMPTY_PAGES, StopReason.NOTHING_NEW}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of a creator's posts, and how far it is read: from `end` back to `reached`.

    `read_at` is when its reading began; no count in it is older. With `min_likes` only posts that were liked that often
    are read. `below_id` is the oldest post read; `more` whether the last page that brought anything promised another;
    `fruitless` counts the pages since. `key` is how the books know it, None before its first page.
    """

    username: str
    start: datetime
    end: datetime
    read_at: datetime
    source: Source
    reached: datetime
    below_id: str | None = None
    min_likes: int = 0
    with_replies: bool = False
    cursor: str = ""
    cursors: tuple[str, ...] = ()
    more: bool | None = None
    pages: int = 0
    brought: int = 0
    fruitless: int = 0
    foreign: int = 0
    broken: int = 0
    stop: StopReason | None = None
    key: int | None = None

    @classmethod
    def of(
        cls, username: str, window: Window, source: Source, *, now: datetime, min_likes: int = 0
    ) -> "Stretch":
        """A stretch of which nothing is read."""
        return cls(username, window.start, window.end, now, source, reached=window.end, min_likes=min_likes)

    def again(self, start: datetime) -> "Stretch":
        """The same stretch, to be read on down to `start`; if it had ended, what the service said counts no longer."""
        if self.stop is None and start == self.start:
            return self
        return replace(self, start=start, more=None, fruitless=0, stop=None)


def call_for(stretch: Stretch, creator: Creator) -> Call[Page]:
    """The request for the next page."""
    if stretch.source is Source.TIMELINE:
        return timeline_call(creator, cursor=stretch.cursor)
    # Below the oldest post by id, and by second as well, should the service overlook one of the two.
    until = stretch.end if stretch.below_id is None else min(stretch.end, stretch.reached + _SECOND)
    return search_call(
        creator,
        Window(stretch.start, until),
        max_id=str(int(stretch.below_id) - 1) if stretch.below_id else None,
        min_likes=stretch.min_likes,
        with_replies=stretch.with_replies,
    )


def own_posts(page: Page, creator: Creator) -> list[Post]:
    """The page's posts by the creator, a pinned one sent apart included."""
    pinned = (page.pinned,) if page.pinned else ()
    return [post for post in (*page.posts, *pinned) if post.author_id == creator.id]


def after_page(stretch: Stretch, page: Page, creator: Creator) -> Stretch:
    """How far the stretch is read after a page, and whether that is all."""
    new = _below(stretch, page, creator)
    foreign = sum(post.author_id != creator.id for post in page.posts)
    counted = replace(
        stretch,
        pages=stretch.pages + 1,
        foreign=stretch.foreign + foreign,
        broken=stretch.broken + page.broken,
        brought=stretch.brought + sum(stretch.start <= post.created_at < stretch.end for post in new),
    )
    if not new:
        return _after_nothing(counted, page)
    tail = new[-1]
    reached = min(stretch.reached, tail.created_at)
    read_on = replace(counted, reached=reached, below_id=tail.id, more=page.goes_on, fruitless=0)
    return _stopped(_next_page(read_on, page), creator)


def _stopped(stretch: Stretch, creator: Creator) -> Stretch:
    """The stretch with the reason to stop, if there is one."""
    if creator.posts_count is not None and stretch.brought >= creator.posts_count:
        return replace(stretch, reached=min(stretch.reached, stretch.start), stop=StopReason.WINDOW_COVERED)
    is_covered = stretch.reached < stretch.start
    return replace(stretch, stop=StopReason.WINDOW_COVERED) if is_covered else stretch


def _below(stretch: Stretch, page: Page, creator: Creator) -> list[Post]:
    """The page's own posts below the oldest one reached, in the order of the page; a pinned post stands elsewhere."""
    floor = int(stretch.below_id) if stretch.below_id else None
    pinned = {*creator.pinned_ids, page.pinned.id if page.pinned else ""}
    own = [post for post in page.posts if post.author_id == creator.id and post.id not in pinned]
    return [post for post in own if floor is None or int(post.id) < floor]


def _after_nothing(stretch: Stretch, page: Page) -> Stretch:
    fruitless = replace(stretch, fruitless=stretch.fruitless + 1)
    if stretch.source is Source.TIMELINE:
        return _next_page(fruitless, page) if fruitless.fruitless < _PATIENCE[None] else _below_it(fruitless)
    if fruitless.fruitless < _PATIENCE[stretch.more if page.is_empty else None]:
        # Leaving out replies saves paying for them, but has been seen to leave out everything.
        return replace(fruitless, with_replies=stretch.with_replies or not stretch.brought)
    if page.is_empty and not stretch.more:
        return replace(fruitless, reached=stretch.start, stop=StopReason.LAST_PAGE)
    return replace(fruitless, stop=StopReason.EMPTY_PAGES if page.is_empty else StopReason.NOTHING_NEW)


def _next_page(stretch: Stretch, page: Page) -> Stretch:
    if stretch.source is Source.SEARCH:
        return stretch
    if not page.goes_on:
        # An empty page without a next one may be a passing fault: the same page is asked for once more.
        return _below_it(stretch) if page.posts else stretch
    seen = _digest(page.next_cursor)
    if seen in stretch.cursors:
        return _below_it(stretch)
    return replace(stretch, cursor=page.next_cursor, cursors=(*stretch.cursors, seen))


def _below_it(stretch: Stretch) -> Stretch:
    """The search below a timeline that has ended too early."""
    return replace(stretch, source=Source.SEARCH, cursor="", cursors=(), fruitless=0)


def _digest(cursor: str) -> str:
    return blake2b(cursor.encode(errors="replace"), digest_size=6).hexdigest()


def split(stretch: Stretch, parts: int) -> Sequence[Stretch]:
    """Divide an unread stretch into parts of equal time that can be read side by side, the latest first."""
    if parts <= 1:
        return [stretch]
    step = (stretch.end - stretch.start) / parts
    edges = [stretch.start + step * number for number in range(parts)] + [stretch.end]
    return [
        replace(
            stretch,
            start=start,
            end=end,
            reached=end,
            source=stretch.source if end == stretch.end else Source.SEARCH,
        )
        for start, end in zip(edges[-2::-1], edges[:0:-1], strict=True)
    ]
