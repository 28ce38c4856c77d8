"""What is asked next follows from what came, and from nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from soundalike.posts.api.stretches import Source, StopReason, Stretch, after_page, call_for, own_posts, split
from soundalike.posts.api.wire import Page
from soundalike.posts.post import Creator, Post, Window

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ADA = Creator(id="7", username="ada", posts_count=500, pinned_ids=("3",))
WINDOW = Window(NOW - timedelta(days=10), NOW)


def post(number, *, days=1.0, author="7"):
    """A post so many days old."""
    return Post(str(number), "words", NOW - timedelta(days=days), "ada", author_id=author)


def stretch(source=Source.SEARCH, **changes):
    """Ten days of which nothing is read."""
    return replace(Stretch.of("ada", WINDOW, source, now=NOW), **changes)


def page(*posts, more=True, cursor="c1", **options):
    """A page that promises another."""
    return Page(posts=posts, has_next=more, next_cursor=cursor if more else "", **options)


def read(begin, *pages):
    """The stretch after these pages."""
    for each in pages:
        begin = after_page(begin, each, ADA)
    return begin


def test_a_search_steps_below_the_oldest_post_by_id_and_by_second():
    """Should the service overlook one of the two bounds, the other still moves on."""
    found = read(stretch(), page(post(90), post(80, days=2)))

    query = call_for(found, ADA).params["query"]

    until = int((NOW - timedelta(days=2)).timestamp()) + 1
    assert f"until_time:{until} max_id:79" in query
    assert "cursor" not in call_for(found, ADA).params


def test_a_timeline_follows_its_cursor():
    """Its cursors are reliable, and it can be asked for nothing else."""
    found = read(stretch(Source.TIMELINE), page(post(90)))

    assert call_for(found, ADA).params == {"userId": "7", "cursor": "c1"}


def test_a_post_from_before_the_start_ends_it():
    """What lies below is not wanted."""
    found = read(stretch(Source.TIMELINE), page(post(90), post(80, days=11)))

    assert (found.stop, found.reached) == (StopReason.WINDOW_COVERED, NOW - timedelta(days=11))
    assert found.brought == 1


def test_every_counted_post_ends_it():
    """There can be no more."""
    found = after_page(stretch(), page(post(90), post(80)), replace(ADA, posts_count=2))

    assert found.stop is StopReason.WINDOW_COVERED
    assert found.reached == WINDOW.start


@pytest.mark.parametrize(("promised", "asked"), [(False, 1), (True, 3)])
def test_an_empty_page_is_believed_by_what_was_promised(promised, asked):
    """Once where the page before was said to be the last, three times where another was promised."""
    found = read(stretch(), page(post(90), more=promised))
    for _ in range(asked - 1):
        found = read(found, page(more=False))
        assert found.stop is None

    end = read(found, page(more=False))

    expected = StopReason.EMPTY_PAGES if promised else StopReason.LAST_PAGE
    assert end.stop is expected
    assert (end.reached == WINDOW.start) is not promised


def test_a_first_page_that_is_empty_is_asked_for_again_with_replies():
    """Leaving them out has been seen to leave out everything."""
    found = read(stretch(), page(more=False))

    assert "-filter:replies" in call_for(stretch(), ADA).params["query"]
    assert "-filter:replies" not in call_for(found, ADA).params["query"]
    assert read(found, page(more=False)).stop is StopReason.LAST_PAGE


def test_pages_of_known_posts_end_a_search():
    """The service goes in a circle, and says otherwise."""
    found = read(stretch(), *[page(post(90), post(80))] * 3)

    assert found.stop is StopReason.NOTHING_NEW
    assert found.reached > WINDOW.start


@pytest.mark.parametrize(
    "last", [page(post(80), more=False), page(post(80), cursor="c1"), page(post(90), cursor="c2")]
)
def test_a_timeline_that_ends_before_its_start_goes_on_as_a_search(last):
    """Whether it says so, repeats a cursor, or repeats its posts."""
    found = read(stretch(Source.TIMELINE), page(post(90)), last)
    found = read(found, page(post(90), cursor="c3")) if found.source is Source.TIMELINE else found

    assert (found.source, found.stop) == (Source.SEARCH, None)
    assert "max_id:" in call_for(found, ADA).params["query"]


def test_neither_a_pinned_nor_a_foreign_post_says_how_far_a_page_reaches():
    """A pinned post may be years old."""
    found = read(
        stretch(Source.TIMELINE),
        page(post(3, days=900), post(90), post(1, days=20, author="8"), pinned=post(2, days=800)),
    )

    assert (found.below_id, found.stop, found.foreign) == ("90", None, 1)


def test_a_pinned_post_sent_apart_is_the_creators_own():
    """It is kept, as it was paid for."""
    pinned = post(2, days=5)

    assert own_posts(page(post(90), post(1, author="8"), pinned=pinned), ADA) == [post(90), pinned]


def test_a_known_place_goes_on_exactly_and_an_ended_one_afresh():
    """What the service said when it ended counts no longer where more is wanted."""
    begun = read(stretch(), page(post(90), more=False))
    ended = read(begun, page(more=False))

    assert begun.again(WINDOW.start) == begun
    assert (ended.again(NOW - timedelta(days=90)).more, ended.again(WINDOW.start).stop) == (None, None)


def test_parts_cover_the_whole_and_only_the_latest_is_a_timeline():
    """A timeline starts at the present."""
    parts = split(stretch(Source.TIMELINE), 4)

    assert [part.source for part in parts] == [Source.TIMELINE] + [Source.SEARCH] * 3
    assert parts[0].end == WINDOW.end
    assert parts[-1].start == WINDOW.start
    assert all(newer.start == older.end == older.reached for newer, older in pairwise(parts))
