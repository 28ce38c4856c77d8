"""The posts bought are kept once, and what is missing is said."""

from datetime import UTC, datetime, timedelta

from soundalike.posts.api.harvest import Basket, warnings_of
from soundalike.posts.api.paging import Order, Source, StopReason
from soundalike.posts.api.wire import Page
from soundalike.posts.post import Creator, Post, Window

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ORDER = Order(Creator(id="7", username="ada", pinned_ids=("3",)), Window(NOW - timedelta(days=10), NOW))


def post(number, *, days=1, author="7"):
    """A post so many days old."""
    return Post(str(number), "words", NOW - timedelta(days=days), "ada", author_id=author)


def test_each_post_is_kept_once_newest_first():
    """Ids order the posts of one moment, as numbers."""
    basket = Basket(ORDER, known=[post(9)])

    haul = basket.add(Page(posts=(post(10), post(9), post(10), post(8, days=2))), Source.TIMELINE)

    assert [found.id for found in basket.posts] == ["10", "9", "8"]
    assert ([found.id for found in haul.posts], haul.new_ids) == (["10", "8"], 2)


def test_posts_outside_the_window_count_as_seen_only():
    """They show that a chain moves on."""
    basket = Basket(ORDER)

    haul = basket.add(Page(posts=(post(5, days=-1), post(4, days=11))), Source.TIMELINE)

    assert (haul.posts, haul.new_ids, haul.tail.id, basket.seen, len(basket)) == ((), 2, "4", 2, 0)


def test_neither_a_pinned_nor_a_foreign_post_is_the_tail():
    """The tail tells how far back a page reaches."""
    basket = Basket(ORDER)
    page = Page(posts=(post(9), post(3, days=900), post(1, days=20, author="8")), pinned=post(2, days=5))

    haul = basket.add(page, Source.TIMELINE)

    assert haul.tail.id == "9"
    assert [found.id for found in basket.posts] == ["9", "2"]
    assert basket.foreign == 1


def test_a_complete_collection_needs_no_warning():
    """Nothing is said where nothing is missing."""
    basket = Basket(ORDER, known=[post(9)])

    assert warnings_of(ORDER, basket, StopReason.WINDOW_COVERED, began_with=Source.TIMELINE) == ()


def test_an_early_end_says_what_is_missing():
    """From the oldest post kept, or from the window's end."""
    early, nothing = Basket(ORDER, known=[post(9)]), Basket(ORDER)

    assert warnings_of(ORDER, early, StopReason.BUDGET, began_with=Source.TIMELINE) == (
        "Ended early (budget_reached): posts of the window before 2026-11-19 00:00 UTC are missing.",
    )
    assert (
        "before the window's end" in warnings_of(ORDER, nothing, StopReason.CAP, began_with=Source.SEARCH)[0]
    )
