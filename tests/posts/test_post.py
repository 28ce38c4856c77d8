from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.errors import InvalidUsername
from soundalike.posts.post import Engagement, Window, last_id_before, read_username, time_of_id


@pytest.mark.parametrize(
    "given_text",
    [
        "levelsio",
        "@levelsio",
        " levelsio ",
        "https://x.com/levelsio",
        "https://twitter.com/levelsio/",
        "x.com/levelsio?s=20",
        "https://www.x.com/@levelsio",
        "http://mobile.twitter.com/levelsio#top",
    ],
)
def test_a_name_an_at_name_and_a_profile_link_mean_the_same(given_text):
    """All the ways people write a username lead to it."""
    assert read_username(given_text) == "levelsio"


@pytest.mark.parametrize(
    "given_text",
    [
        "",
        "@",
        "@@levelsio",
        "sixteen_letters_",
        "no spaces",
        "naïve",
        "a-b",
        "https://x.com/",
        "x.com/home",
        "a\nb",
    ],
)
def test_what_cannot_be_a_username_is_refused_with_the_rule(given_text):
    """A refusal names the text and says what a username is."""
    with pytest.raises(InvalidUsername, match="1 to 15"):
        read_username(given_text)


@given(st.text())
def test_any_text_is_a_username_or_is_refused(text):
    """No text gets past the rule, and none breaks it."""
    try:
        name = read_username(text)
    except InvalidUsername:
        return
    assert 1 <= len(name) <= 15
    assert name.isascii()


def test_engagement_leaves_views_and_bookmarks_out():
    """The sum is likes, reposts, replies and quotes; an unknown count adds nothing."""
    assert Engagement(likes=5, reposts=3, replies=None, quotes=1, views=900, bookmarks=7).total == 9


@pytest.mark.parametrize(
    ("end", "months", "start"),
    [
        ("2017-10-31", 6, "2017-04-30"),
        ("2024-08-31", 6, "2024-02-29"),
        ("2024-03-15", 6, "2023-09-15"),
        ("2024-12-01", 12, "2023-12-01"),
        ("2024-01-31", 1, "2023-12-31"),
    ],
)
def test_a_window_counts_calendar_months_back(end, months, start):
    """Six months before 31 August is the last day of February."""
    window = Window.months_before(datetime.fromisoformat(end).replace(tzinfo=UTC), months)
    assert window.start == datetime.fromisoformat(start).replace(tzinfo=UTC)


def test_a_window_holds_its_start_and_not_its_end():
    """Two windows side by side share no moment."""
    window = Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 2, 1, tzinfo=UTC))
    assert window.start in window
    assert window.end not in window


@pytest.mark.parametrize(
    ("post_id", "moment"),
    [
        ("499961179804950529", "2014-08-14T16:50:08"),
        ("1157939227653046272", "2019-08-04T09:00:00"),
    ],
)
def test_an_id_tells_when_the_post_was_written(post_id, moment):
    """Snowflake ids hold the millisecond."""
    told = time_of_id(post_id)
    assert told is not None
    assert told.replace(microsecond=0) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_an_old_id_tells_no_time():
    """Ids before November 2010 were counted up."""
    assert time_of_id("6971079756") is None


@given(st.datetimes(datetime(2010, 12, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_last_id_before_a_moment_is_before_it(moment):
    """No post written at the moment can have that id, and the next id is not before it."""
    moment = moment.replace(microsecond=0)
    last = last_id_before(moment)
    assert time_of_id(last) < moment
    assert time_of_id(str(int(last) + 1)) >= moment
