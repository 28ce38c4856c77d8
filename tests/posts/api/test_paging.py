"""What to ask for next follows from what came."""

from datetime import UTC, datetime, timedelta

import pytest

from soundalike.posts.api.paging import Chain, Haul, Order, Place, Source, StopReason, first_place, go_on
from soundalike.posts.api.wire import Page
from soundalike.posts.post import Creator, Post, Window

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ORDER = Order(Creator(id="7", username="ada", posts_count=900), Window(NOW - timedelta(days=10), NOW), cap=50)
EMPTY = Haul((), 0, None)


def post(number, *, days=1):
    """A post so many days old."""
    return Post(str(number), "words", NOW - timedelta(days=days), "ada", author_id="7")


def haul(number, *, days=1):
    """One new post."""
    return Haul((post(number, days=days),), 1, post(number, days=days))


def after(page, found, *, place=None, cursors=(), collected=1, seen=1):
    """The decision after one page."""
    place = place or Place(Source.SEARCH, cursor="a")
    return go_on(Chain(place, frozenset(cursors)), page, found, ORDER, collected=collected, seen=seen)


MORE = Page(posts=(post(5),), has_next=True, next_cursor="b")
LAST = Page(posts=(post(5),), has_next=False, next_cursor="b")


@pytest.mark.parametrize(
    ("days", "source"), [(-5, "timeline"), (0, "timeline"), (1, "timeline"), (2, "search")]
)
def test_windows_that_reach_the_present_begin_with_the_timeline(days, source):
    """A day-old end costs little there; an older one is searched for."""
    window = Window(NOW - timedelta(days=90), NOW - timedelta(days=days))

    assert first_place(window, NOW).source == source


def test_a_page_with_more_behind_it_is_followed():
    """The next cursor is taken, and the oldest post remembered."""
    step = after(MORE, haul(5))

    assert step.place == Place(Source.SEARCH, cursor="b", oldest_id="5", brought=1)
    assert step.cursors == {"b"}


def test_a_post_older_than_the_window_ends_it():
    """The page's last unpinned post decides."""
    assert after(MORE, haul(5, days=11)) is StopReason.WINDOW_COVERED


def test_the_cap_ends_it():
    """Reached is enough."""
    assert after(MORE, haul(5), collected=50) is StopReason.CAP


@pytest.mark.parametrize(
    ("page", "found", "fruitless", "cursors", "reason"),
    [
        (LAST, EMPTY, 0, (), StopReason.LAST_PAGE),
        (Page(posts=(post(5),), has_next=True), EMPTY, 0, (), StopReason.LAST_PAGE),
        (MORE, EMPTY, 0, ("b",), StopReason.CURSOR_REPEATED),
        (Page(), EMPTY, 1, (), StopReason.EMPTY_PAGES),
        (MORE, EMPTY, 1, (), StopReason.NOTHING_NEW),
    ],
)
def test_a_search_that_brought_nothing_ends_it(page, found, fruitless, cursors, reason):
    """The reason is the last chain's."""
    place = Place(Source.SEARCH, cursor="a", max_id="4", oldest_id="5", fruitless=fruitless)

    assert after(page, found, place=place, cursors=cursors) is reason


def test_a_search_that_brought_something_is_followed_by_one_below():
    """A chain's end is no proof that nothing lies below."""
    step = after(LAST, haul(5), place=Place(Source.SEARCH, max_id="9", oldest_id="10", brought=3))

    assert step == Chain(Place(Source.SEARCH, max_id="4", oldest_id="5"))


def test_a_step_that_cannot_go_lower_is_not_taken():
    """Where the service ignores the bound, the same search would be paid for again and again."""
    place = Place(Source.SEARCH, max_id="4", oldest_id="5", brought=3)

    assert after(LAST, EMPTY, place=place) is StopReason.LAST_PAGE


def test_an_empty_page_is_asked_for_once_more():
    """The same place, with the failure remembered."""
    place = Place(Source.SEARCH, cursor="a", max_id="9")

    step = after(Page(), EMPTY, place=place, cursors=("a",))

    assert step.place == Place(Source.SEARCH, cursor="a", max_id="9", fruitless=1)


@pytest.mark.parametrize(("seen", "follows"), [(899, True), (900, False)])
def test_a_timeline_that_ends_is_followed_by_a_search_unless_all_came(seen, follows):
    """The profile's count tells whether more can exist."""
    step = after(LAST, haul(5), place=Place(Source.TIMELINE), seen=seen)

    assert step == (
        Chain(Place(Source.SEARCH, max_id="4", oldest_id="5")) if follows else StopReason.LAST_PAGE
    )
