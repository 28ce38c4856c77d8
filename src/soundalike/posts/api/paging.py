"""Which page of a creator's posts to ask for next, and when to stop. Decides on values; asks nothing.

Pages form chains, each a query with its cursors. A timeline comes first where the window reaches the present, a search
where it lies in the past. A chain may end early, go in circles or answer empty; then a search goes on below the oldest
post reached, until one such step brings nothing new.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from soundalike.posts.api.wire import Page
from soundalike.posts.post import Creator, Post, Window

# A timeline starts at the present. A window that ends up to a day ago costs little more than its own posts there.
NEARLY_NOW: Final = timedelta(days=1)
_FRUITLESS_PAGES = 2  # running, before a chain is given up


class Source(StrEnum):
    """Where pages come from. A search finds no reposts; a timeline holds no replies unless asked for."""

    TIMELINE = "timeline"
    SEARCH = "search"


class StopReason(StrEnum):
    """Why no further page was asked for."""

    WINDOW_COVERED = "window_covered"  # posts older than the window's start came
    LAST_PAGE = "last_page"  # the service offers no further page, and nothing lies below
    CURSOR_REPEATED = "cursor_repeated"  # the service goes in a circle, and nothing new lies below
    EMPTY_PAGES = "empty_pages"  # two empty pages running, and nothing lies below
    NOTHING_NEW = "nothing_new"  # two pages running of known or foreign posts, and nothing new lies below
    CAP = "cap_reached"
    BUDGET = "budget_reached"  # the next page could pass the spending ceiling
    INTERRUPTED = "interrupted"  # an error ended it midway

    @property
    def is_early(self) -> bool:
        """Whether there may be more to fetch."""
        return self in {StopReason.CAP, StopReason.BUDGET, StopReason.INTERRUPTED}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next request goes on; stored, it lets a broken collection resume without paying twice.

    `max_id` is part of the search that `cursor` belongs to, `oldest_id` the oldest post that any chain reached. This
    chain was first to bring `brought` ids; its last `fruitless` pages brought none.
    """

    source: Source
    cursor: str = ""
    max_id: str | None = None
    oldest_id: str | None = None
    brought: int = 0
    fruitless: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be collected."""

    creator: Creator
    window: Window
    cap: int | None = None
    include_replies: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain of pages: where it stands, and the cursors that led there."""

    place: Place
    cursors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Haul:
    """What a page added: new posts of the window, the number of new ids, and its last post that is not pinned."""

    posts: tuple[Post, ...]
    new_ids: int
    tail: Post | None


def first_place(window: Window, now: datetime) -> Place:
    """Where to begin."""
    return Place(Source.SEARCH if starts_with_search(window, now) else Source.TIMELINE)


def starts_with_search(window: Window, now: datetime) -> bool:
    """Whether a window lies so far back that a timeline would bill too many posts before reaching it."""
    return now - window.end > NEARLY_NOW


def go_on(
    chain: Chain, page: Page, haul: Haul, order: Order, *, collected: int, seen: int
) -> Chain | StopReason:
    """Decide after a page: how the chain stands now, or why all is done.

    `collected` posts lie in the window; `seen` posts of the creator came by.
    """
    place = _after(chain.place, haul)
    if haul.tail and haul.tail.created_at < order.window.start:
        return StopReason.WINDOW_COVERED
    if order.cap is not None and collected >= order.cap:
        return StopReason.CAP
    end = _end_of_chain(place, chain.cursors, page)
    if end:
        return _chain_below(place, order.creator, seen) or end
    # An empty page without a next one may be a passing fault: the same page is asked for once more.
    cursor = page.next_cursor if page.goes_on else place.cursor
    return Chain(replace(place, cursor=cursor), chain.cursors | {cursor})


def _after(place: Place, haul: Haul) -> Place:
    reached = [post_id for post_id in (place.oldest_id, haul.tail and haul.tail.id) if post_id]
    return replace(
        place,
        oldest_id=min(reached, key=int, default=None),
        brought=place.brought + haul.new_ids,
        fruitless=0 if haul.new_ids else place.fruitless + 1,
    )


def _end_of_chain(place: Place, cursors: frozenset[str], page: Page) -> StopReason | None:
    if place.fruitless >= _FRUITLESS_PAGES:
        return StopReason.EMPTY_PAGES if page.is_empty else StopReason.NOTHING_NEW
    if page.goes_on:
        return StopReason.CURSOR_REPEATED if page.next_cursor in cursors else None
    return None if page.is_empty else StopReason.LAST_PAGE


def _chain_below(place: Place, creator: Creator, seen: int) -> Chain | None:
    """The search below the oldest post reached; None where nothing can lie there."""
    below = Place(Source.SEARCH, max_id=_id_below(place.oldest_id), oldest_id=place.oldest_id)
    if place.source is Source.TIMELINE:
        every_post_came = creator.posts_count is not None and seen >= creator.posts_count
        return None if every_post_came else Chain(below)
    return Chain(below) if place.brought and below.max_id != place.max_id else None


def _id_below(post_id: str | None) -> str | None:
    return str(int(post_id) - 1) if post_id else None
