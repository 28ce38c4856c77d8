"""Nothing is read that was read already, and everything else is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from soundalike.posts.api.planning import (
    Wish,
    cheaper_source,
    expected_posts,
    lanes,
    plan,
    read_share,
    unread,
)
from soundalike.posts.api.stretches import Source, StopReason, Stretch
from soundalike.posts.post import Creator, Window, last_id_before

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OPENED = last_id_before(NOW - timedelta(days=1_000))
ADA = Creator(id=OPENED, username="ada", posts_count=10_000)  # ten a day


def days_ago(first, last):
    """A window in days before now."""
    return Window(NOW - timedelta(days=first), NOW - timedelta(days=last))


def kept(first, last, *, read_days_ago=0.0, stop=StopReason.LAST_PAGE, min_likes=0, goal=None):
    """A stretch read from `last` back to `first` days ago; it was to go to `goal`."""
    return Stretch(
        username="ada",
        start=NOW - timedelta(days=goal or first),
        end=NOW - timedelta(days=last),
        read_at=NOW - timedelta(days=read_days_ago),
        source=Source.SEARCH,
        reached=NOW - timedelta(days=first),
        below_id=last_id_before(NOW - timedelta(days=first)),
        min_likes=min_likes,
        stop=stop,
        pages=1,
        key=1,
    )


def spans(todo):
    """What is to be read, in days before now."""
    return [
        (round((NOW - s.start) / timedelta(days=1), 3), round((NOW - s.reached) / timedelta(days=1), 3))
        for s in todo
    ]


def test_all_is_to_be_read_where_nothing_was():
    """One stretch for the window."""
    assert spans(plan(Wish(days_ago(180, 0)), [], ADA, now=NOW)) == [(180, 0)]


def test_only_the_gaps_are_read():
    """Before, between and after what is kept; a stretch that ends at a gap's end is gone on with."""
    todo = plan(Wish(days_ago(180, 10)), [kept(100, 50), kept(40, 20)], ADA, now=NOW)

    assert spans(todo) == [(20, 10), (50, 40), (180, 100)]
    assert [stretch.key for stretch in todo] == [None, 1, 1]


def test_a_broken_stretch_goes_on_where_it_stood():
    """With its place, as if nothing had happened."""
    broken = kept(60, 0, stop=None, goal=180)

    assert plan(Wish(days_ago(180, 0)), [broken], ADA, now=NOW) == [broken]


def test_counts_that_were_not_final_are_read_again():
    """A stretch read ten days ago is still good for posts that were a week old then."""
    todo = plan(Wish(days_ago(100, 0)), [kept(100, 10, read_days_ago=10)], ADA, now=NOW)

    assert spans(todo) == [(17, 0)]


def test_what_is_a_day_old_is_fresh_unless_less_is_wanted():
    """The age is the caller's to state."""
    read = [kept(100, 0, read_days_ago=0.9)]

    assert plan(Wish(days_ago(100, 0.9)), read, ADA, now=NOW) == []
    wish = Wish(days_ago(100, 0.9), max_age=timedelta(hours=1))
    assert spans(plan(wish, read, ADA, now=NOW)) == [(7.9, 0.0)]  # a timeline starts at the present


def test_a_look_at_liked_posts_is_not_a_reading():
    """What was looked at has to be read; what was read need not be looked at."""
    read = [kept(50, 20, min_likes=500)]

    assert spans(plan(Wish(days_ago(50, 20)), read, ADA, now=NOW)) == [(50, 20)]
    assert plan(Wish(days_ago(50, 20)), read, ADA, now=NOW, min_likes=500) == []
    assert plan(Wish(days_ago(50, 20)), [kept(50, 20)], ADA, now=NOW, min_likes=500) == []


@given(
    pieces=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=8),
    first=st.integers(1, 200),
    length=st.integers(1, 100),
)
def test_what_is_kept_and_what_is_planned_make_up_the_window(pieces, first, length):
    """Nothing is left out and nothing is read twice, however the kept stretches lie."""
    read = [kept(end + size, end) for end, size in pieces]
    window = days_ago(first + length, first)
    todo = plan(Wish(window), read, ADA, now=NOW)

    planned = [Window(stretch.start, stretch.reached) for stretch in todo]
    had = [Window(stretch.reached, stretch.end) for stretch in read]
    for day in range(first, first + length):
        moment = NOW - timedelta(days=day + 0.5)
        times = sum(moment in part for part in planned)
        assert times == (0 if any(moment in part for part in had) else 1)
    gaps = unread(window, read)
    assert read_share(window, read) == 1 - sum((g.end - g.start for g in gaps), timedelta()) / (
        window.end - window.start
    )


def test_the_cheaper_source_is_taken():
    """A timeline up to the present, a search for the past and for a handful of posts."""
    assert cheaper_source(days_ago(180, 0), ADA, now=NOW) is Source.TIMELINE
    assert cheaper_source(days_ago(180, 10), ADA, now=NOW) is Source.TIMELINE
    assert cheaper_source(days_ago(180, 60), ADA, now=NOW) is Source.SEARCH
    assert cheaper_source(days_ago(0.5, 0), ADA, now=NOW) is Source.SEARCH


def test_as_many_lanes_as_use_the_rate():
    """A slow service is asked for several parts at once, if there is enough to ask for."""
    (whole,) = plan(Wish(days_ago(180, 0)), [], ADA, now=NOW)

    assert len(lanes([whole], ADA, latency=0.7, spacing=0.05)) == 14
    assert len(lanes([whole], ADA, latency=0.01, spacing=0.05)) == 1
    assert len(lanes([whole], ADA, latency=0.7, spacing=5.5)) == 1
    (short,) = plan(Wish(days_ago(21, 0)), [], ADA, now=NOW)
    assert len(lanes([short], ADA, latency=0.7, spacing=0.05)) == 2


def test_the_average_pace_is_taken_over_the_accounts_life():
    """Ten a day; an account that is younger than the window has all its posts there."""
    assert round(expected_posts(ADA, days_ago(180, 0))) == 1_800
    assert expected_posts(ADA, days_ago(2_000, 0)) == 10_000


def test_a_timeline_that_broke_off_above_the_window_goes_on():
    """Its first pages lie between the present and the window; asking for them again would pay them twice."""
    broken = replace(kept(3, 0, stop=None, goal=180), source=Source.TIMELINE, cursor="c3")

    assert plan(Wish(days_ago(180, 10)), [broken], ADA, now=NOW) == [broken]
    assert plan(Wish(days_ago(180, 100)), [broken], ADA, now=NOW)[0].source is Source.SEARCH
    yesterdays = replace(broken, read_at=NOW - timedelta(days=2))
    assert plan(Wish(days_ago(180, 10)), [yesterdays], ADA, now=NOW)[0].cursor == ""


def test_the_pace_is_that_of_the_whole_life_so_far():
    """Posts counted today were not all written before a window of long ago."""
    assert round(expected_posts(ADA, days_ago(600, 500), now=NOW)) == 1_000
    assert expected_posts(ADA, days_ago(3_000, 2_000), now=NOW) == 0
