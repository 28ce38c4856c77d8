"""What all books promise: those that end with the process, and those on either database."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from soundalike.errors import BudgetExceeded
from soundalike.posts.api.books import OK, Bill, MemoryBooks
from soundalike.posts.api.stretches import Source, StopReason, Stretch
from soundalike.posts.post import Engagement, Post, Window
from soundalike.storage import fingerprint

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = Window(NOON - timedelta(days=1), NOON)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kind(request):
    """Where the books are kept."""
    return request.param


@pytest.fixture
def books(kind, request):
    """New books with a ceiling of 1,000 credits."""
    if kind == "memory":
        return MemoryBooks(1_000)
    store = request.getfixturevalue("store")
    return store.books(ALICE, uuid4(), key=fingerprint("secret"), budget_credits=1_000, now=lambda: NOON)


def a_post(hours, **changes):
    """A post of so many hours before noon."""
    values = {"id": str(1000 - hours), "text": f"post {hours}", "created_at": NOON - timedelta(hours=hours)}
    return Post(username="LevelsIO", **values | changes)


def a_stretch(**changes):
    """A stretch of LevelsIO's day of which nothing is read."""
    return replace(Stretch.of("LevelsIO", DAY, Source.SEARCH, now=NOON), **changes)


def test_a_request_counts_at_its_highest_price_until_it_is_settled(books):
    """Booked first, settled later: the bill never says too little."""
    entry = books.reserve("search", 300)
    books.reserve("search", 300)
    assert (books.bill(), books.left()) == (Bill(2, 600, 2), 400)
    books.settle(entry, 15, OK)
    assert (books.bill(), books.left()) == (Bill(2, 315, 1), 685)


def test_an_error_settles_a_request_too(books):
    """A refused request is answered, whatever it cost."""
    books.settle(books.reserve("profile", 18), 0, "upstream_rate_limited")
    assert books.bill() == Bill(1, 0, 0)


def test_what_could_pass_the_ceiling_is_not_booked(books):
    """The last request that fits is booked, the next is not; what is free always is."""
    for _ in range(3):
        books.reserve("search", 300)
    books.reserve("profile", 100)
    with pytest.raises(BudgetExceeded) as caught:
        books.reserve("profile", 1)
    assert (caught.value.spent, caught.value.budget) == (1_000, 1_000)
    books.reserve("balance", 0)
    assert (books.bill(), books.left()) == (Bill(5, 1_000, 5), 0)


def test_threads_never_pass_the_ceiling_together(books):
    """Of twelve requests at once, the three that fit are booked."""

    def reserve(_):
        try:
            return books.reserve("search", 300)
        except BudgetExceeded:
            return None

    with ThreadPoolExecutor(6) as pool:
        entries = [entry for entry in pool.map(reserve, range(12)) if entry is not None]
    assert (len(set(entries)), books.bill()) == (3, Bill(3, 900, 3))


def test_a_page_is_kept_whole(books):
    """Its price, its posts and the place it reached are there together, under a key."""
    reached = a_stretch(reached=NOON - timedelta(hours=2), below_id="998", pages=1, brought=2)
    kept = books.keep(books.reserve("search", 300), 30, [a_post(1), a_post(2)], reached)
    assert kept == replace(reached, key=kept.key)
    assert kept.key is not None
    assert books.stretches("levelsio") == [kept]
    assert sorted(books.posts("levelsio", DAY), key=lambda post: post.id) == [a_post(2), a_post(1)]
    assert books.bill() == Bill(1, 30, 0)


def test_a_stretch_is_read_on_under_its_key(books):
    """The next page replaces what was known of the stretch; another stretch stands beside it."""
    first = books.keep(books.reserve("search", 300), 15, [a_post(1)], a_stretch(pages=1))
    other = books.keep(books.reserve("search", 300), 15, [a_post(9)], a_stretch(pages=7))
    second = replace(first, pages=2, stop=StopReason.WINDOW_COVERED, start=NOON - timedelta(days=9))
    assert books.keep(books.reserve("search", 300), 15, [a_post(2)], second) == second
    assert sorted(books.stretches("LevelsIO"), key=lambda stretch: stretch.pages) == [second, other]


def test_every_field_of_a_stretch_comes_back(books):
    """Nothing that a reading needs to go on is lost."""
    full = Stretch(
        username="LevelsIO",
        start=NOON - timedelta(days=3, microseconds=1),
        end=NOON + timedelta(microseconds=7),
        read_at=NOON - timedelta(minutes=1),
        source=Source.TIMELINE,
        reached=NOON - timedelta(days=1),
        below_id="1858530000000000001",
        min_likes=1_000,
        with_replies=True,
        cursor="DAABCgABF__Ünicode",
        cursors=("a1b2c3", "d4e5f6"),
        more=False,
        pages=3,
        brought=41,
        fruitless=1,
        foreign=2,
        broken=5,
        stop=StopReason.NOTHING_NEW,
    )
    defaults = Stretch.of("LevelsIO", DAY, Source.SEARCH, now=NOON)
    same = {
        field.name for field in fields(Stretch) if getattr(full, field.name) == getattr(defaults, field.name)
    }
    assert same == {"username", "key"}
    kept = books.keep(books.reserve("timeline", 300), 15, [], full)
    assert books.stretches("levelsio") == [replace(full, key=kept.key)]


def test_creators_are_kept_apart(books):
    """What was read of one says nothing about another."""
    books.keep(books.reserve("search", 300), 15, [a_post(1)], a_stretch())
    assert (books.stretches("swyx"), books.posts("swyx", DAY)) == ([], [])


def test_only_the_posts_of_the_window_are_given(books):
    """A page brings posts from before the window; they are put away and not given."""
    books.keep(books.reserve("search", 300), 45, [a_post(1), a_post(24), a_post(25)], a_stretch())
    assert {post.id for post in books.posts("levelsio", DAY)} == {"999", "976"}


def test_posts_of_two_pages_are_one_set(books):
    """A post that comes twice is there once, with the counts that came last."""
    newer = a_post(1, engagement=Engagement(likes=9))
    kept = books.keep(books.reserve("search", 300), 15, [a_post(1)], a_stretch())
    books.keep(books.reserve("search", 300), 15, [newer], kept)
    assert books.posts("levelsio", DAY) == [newer]
