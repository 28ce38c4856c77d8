"""What is left to read of a window, from where, and how many pages at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from soundalike.posts.api.pricing import PAGE_POSTS, SEARCH_OVERLAP
from soundalike.posts.api.stretches import Source, Stretch, split
from soundalike.posts.post import Creator, Window, time_of_id

SETTLED: Final = timedelta(days=7)
"""Counts taken this long after a post are final: half of its views come within 80 minutes (arXiv 2302.09654)."""

MAX_AGE: Final = timedelta(hours=24)
"""How old the counts of younger posts may be before they are bought anew."""

_MOMENT = timedelta.resolution
_OLDEST_TOLD = datetime(2013, 1, 1, tzinfo=UTC)  # ids of older accounts do not tell their age
_CONFIRMING_PAGES = 2  # empty ones, each billed as a post, that end a search
_MOST_LANES: Final = 16
_PAGES_WORTH_A_LANE: Final = 5  # each lane ends with an empty page, and starts with a connection


@dataclass(frozen=True, slots=True)
class Wish:
    """What of a creator is wanted: the posts of the window, or the latest `cap` of them.

    With `look_from_likes`, also those of the rest that were liked that often. Counts older than `max_age` are read
    again unless they were final.
    """

    window: Window
    cap: int | None = None
    look_from_likes: int | None = None
    max_age: timedelta = MAX_AGE


def plan(
    wish: Wish, read: Iterable[Stretch], creator: Creator, *, now: datetime, min_likes: int = 0
) -> list[Stretch]:
    """The stretches to read, the latest first: those begun earlier from where they stand, new ones for the rest.

    With `min_likes` those of a look at what was liked that often; what was read whole need not be looked at.
    """
    usable = [stretch for stretch in read if stretch.min_likes <= min_likes]
    fresh = {stretch: piece for stretch in usable if (piece := _fresh(stretch, wish, now))}
    begun_at = {piece.start: s for s, piece in fresh.items() if s.min_likes == min_likes}
    begun_at |= {s.end: s for s in usable if _is_begun_in_vain(s) and s.min_likes == min_likes}
    young = [] if min_likes else [s for s in usable if now - s.read_at <= wish.max_age]
    todo: list[Stretch] = []
    for gap in _gaps(wish.window, fresh.values()):
        begun = begun_at.get(gap.end) or (None if todo else _timeline_above(gap, young, creator, now))
        todo.append(begun.again(gap.start) if begun else _begin(gap, creator, now, min_likes))
    return todo


def unread(window: Window, stretches: Iterable[Stretch]) -> list[Window]:
    """The parts of the window that were not read whole, the latest first."""
    pieces = [Window(s.reached, s.end) for s in stretches if not s.min_likes and s.reached < s.end]
    return _gaps(window, pieces)


def read_share(window: Window, stretches: Iterable[Stretch]) -> float:
    """How much of the window's time was read whole, 0 to 1."""
    unread_time = sum((gap.end - gap.start for gap in unread(window, stretches)), timedelta())
    return 1 - unread_time / (window.end - window.start)


def lanes(todo: Sequence[Stretch], creator: Creator, *, latency: float, spacing: float) -> list[Stretch]:
    """Divide a single long stretch, so that enough requests are under way to use the key's rate.

    A request takes `latency` seconds and one may leave every `spacing` seconds.
    """
    if len(todo) != 1 or todo[0].pages:
        return list(todo)
    pages = expected_posts(creator, Window(todo[0].start, todo[0].end), now=todo[0].read_at) / PAGE_POSTS
    most = useful_lanes(latency=latency, spacing=spacing)
    return list(split(todo[0], max(1, min(most, int(pages / _PAGES_WORTH_A_LANE)))))


def useful_lanes(*, latency: float, spacing: float) -> int:
    """How many requests have to be under way at a time to use the key's rate."""
    return max(1, min(ceil(latency / spacing), _MOST_LANES)) if spacing else 1


def expected_posts(creator: Creator, window: Window, *, now: datetime | None = None) -> float:
    """How many posts the account's average pace, from its opening to `now`, puts into the window."""
    opened = time_of_id(creator.id) if creator.id.isdecimal() else None
    born = max(opened, _OLDEST_TOLD) if opened else min(_OLDEST_TOLD, window.start)
    lived = window.end - max(window.start, born)
    life = max(window.end, now or window.end) - born
    return (creator.posts_count or 0) * (lived / life if lived > timedelta() else 0.0)


def _fresh(stretch: Stretch, wish: Wish, now: datetime) -> Window | None:
    """The part that is read and need not be read again; of its last moment more posts may be left to read."""
    final = stretch.read_at - SETTLED
    end = stretch.end if now - stretch.read_at <= wish.max_age else min(stretch.end, final)
    start = stretch.reached + _MOMENT if stretch.stop is None else stretch.reached
    return Window(start, end) if start < end else None


def _is_begun_in_vain(stretch: Stretch) -> bool:
    """Whether it is under way, though no page has brought anything yet."""
    return stretch.stop is None and stretch.reached == stretch.end


def _gaps(window: Window, pieces: Iterable[Window]) -> list[Window]:
    """What of the window no piece covers, the latest first."""
    gaps, end = [], window.end
    for piece in sorted(pieces, key=lambda piece: piece.end, reverse=True):
        if piece.end < end and max(piece.end, window.start) < end:
            gaps.append(Window(max(piece.end, window.start), end))
        end = min(end, piece.start)
    return [*gaps, *([Window(window.start, end)] if window.start < end else [])]


def _begin(gap: Window, creator: Creator, now: datetime, min_likes: int) -> Stretch:
    source = Source.SEARCH if min_likes else cheaper_source(gap, creator, now=now)
    if source is Source.TIMELINE:  # it starts at the present, whatever is wanted
        gap = Window(gap.start, max(gap.end, now))
    return Stretch.of(creator.username, gap, source, now=now, min_likes=min_likes)


def _timeline_above(gap: Window, begun: Iterable[Stretch], creator: Creator, now: datetime) -> Stretch | None:
    """A timeline that broke off on its way down to the gap, unless a search of the gap is cheaper than the rest."""
    on_the_way = [
        s for s in begun if s.source is Source.TIMELINE and s.stop is None and s.start < gap.end < s.reached
    ]
    nearest = min(on_the_way, key=lambda stretch: stretch.reached, default=None)
    if nearest and cheaper_source(gap, creator, now=now, top=nearest.reached) is Source.TIMELINE:
        return nearest
    return None


def cheaper_source(window: Window, creator: Creator, *, now: datetime, top: datetime | None = None) -> Source:
    """Where the window's posts cost less.

    A timeline bills all posts from its `top`, else the present, back to the window's start, a page at least, and is
    complete. A search bills the window's posts, about a fifth of them twice, and the empty pages that end it.
    """
    whole = Window(window.start, top or max(now, window.end))
    timeline = max(float(PAGE_POSTS), expected_posts(creator, whole, now=now))
    search = expected_posts(creator, window, now=now) * (1 + SEARCH_OVERLAP) + _CONFIRMING_PAGES
    return Source.SEARCH if search < timeline else Source.TIMELINE
