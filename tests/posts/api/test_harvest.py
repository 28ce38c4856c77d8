"""What is missing from a collection is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from soundalike.posts.api.harvest import coverage_of, newest_first, stop_reason_of, warnings_of
from soundalike.posts.api.stretches import Source, StopReason, Stretch
from soundalike.posts.post import Creator, Post, Window, last_id_before

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=100), NOW)
ADA = Creator(id="7", username="ada", posts_count=5_000)


def stretch(reached_days=100, stop=StopReason.WINDOW_COVERED, **changes):
    """The window, read so far."""
    whole = Stretch.of("ada", WINDOW, Source.TIMELINE, now=NOW)
    return replace(whole, reached=NOW - timedelta(days=reached_days), stop=stop, **changes)


def posts(count, *, days=1.0):
    """So many posts, one each so many days."""
    return [
        Post(str(number), "words", NOW - timedelta(days=days * number), "ada")
        for number in range(1, count + 1)
    ]


def said(read, found, creator=ADA):
    """The warnings about what was read."""
    reason = stop_reason_of(read)
    return warnings_of(read, coverage_of(WINDOW, read, found, creator), reason, creator)


def test_posts_come_newest_first():
    """Ids order the posts of one moment, as numbers."""
    alike = [Post(number, "words", NOW, "ada") for number in ("9", "10", "8")]

    assert [post.id for post in newest_first(alike)] == ["10", "9", "8"]


def test_a_complete_collection_needs_no_warning():
    """Nothing is said where nothing is missing."""
    assert said([stretch()], posts(99)) == ()


def test_an_early_end_says_how_much_is_missing():
    """The part that was read tells what the whole holds."""
    early = stretch(25, StopReason.BUDGET)

    assert said([early], posts(25)) == ("Ended early (budget_reached): 25 of about 100 posts of the window.",)


def test_where_nearly_nothing_was_read_the_accounts_pace_is_taken():
    """One post proves little."""
    found = coverage_of(WINDOW, [stretch(1, StopReason.INTERRUPTED)], posts(1), ADA)

    assert found.expected > 50


def test_the_worst_reason_speaks_for_all():
    """Several stretches end for several reasons."""
    assert stop_reason_of([stretch(), stretch(stop=StopReason.LAST_PAGE)]) is StopReason.LAST_PAGE
    assert stop_reason_of([stretch(stop=StopReason.BUDGET), stretch()]) is StopReason.BUDGET
    assert stop_reason_of([]) is StopReason.WINDOW_COVERED


def test_a_long_silence_before_the_first_post_is_pointed_out():
    """A search that ends years before the account does looks like a creator who was silent."""
    oldest = last_id_before(NOW - timedelta(days=30))
    read = stretch(100, StopReason.LAST_PAGE, below_id=oldest, brought=30)

    (warning,) = said([read], posts(30))

    assert warning.startswith("Nothing was found from 2026-08-12 to 2026-10-2")
    assert said([replace(read, brought=3)], posts(3, days=10)) == ()


def test_waste_is_counted():
    """It was paid for."""
    assert said([stretch(foreign=3, broken=1)], posts(99)) == (
        "Posts of other accounts that were paid for and dropped: 3.",
        "Items that could not be read and were left out: 1.",
    )
