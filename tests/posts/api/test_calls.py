"""Questions are worded as the service reads them."""

from datetime import UTC, datetime

import pytest

from soundalike.errors import InvalidUsername, UpstreamError
from soundalike.posts.api.calls import balance_call, profile_call, search_call, search_query, timeline_call
from soundalike.posts.post import Creator, Window

ADA = Creator(id="7", username="Ada")
WINDOW = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, 0, 0, 0, 5, tzinfo=UTC))


def test_a_search_states_its_window_in_whole_seconds():
    """A fraction of a second at the end is rounded up: too much is dropped here, too little is lost there."""
    bounds = "from:Ada since_time:1767225600 until_time:1782864001"
    assert search_query("Ada", WINDOW) == f"{bounds} -filter:replies"
    assert search_query("Ada", WINDOW, max_id="99", min_likes=5, with_replies=True) == (
        f"{bounds} max_id:99 min_faves:5"
    )


@pytest.mark.parametrize("name", ["ada OR from:bob", "", "ada since:2020-01-01", "a" * 16])
def test_nothing_but_a_username_enters_a_query(name):
    """A hostile profile could otherwise widen the search."""
    with pytest.raises(InvalidUsername):
        search_query(name, WINDOW)


def test_an_overlong_query_is_refused_here():
    """The service would answer with an empty page, as if there were no posts."""
    with pytest.raises(UpstreamError, match="longer than the tweets API reads"):
        search_query("Ada", WINDOW, max_id="9" * 500)


def test_parameters_are_those_the_service_knows():
    """Unknown ones are ignored silently; optional ones are sent only where they say something."""
    assert timeline_call(ADA).params == {"userId": "7"}
    assert timeline_call(ADA, cursor="c").params == {"userId": "7", "cursor": "c"}
    assert search_call(ADA, WINDOW).params.keys() == {"query", "queryType"}
    assert profile_call("Ada").params == {"userName": "Ada"}


def test_every_call_knows_its_highest_price():
    """A full page is 20 posts at 15 credits."""
    calls = (timeline_call(ADA), search_call(ADA, WINDOW), profile_call("Ada"), balance_call())

    assert [call.most_credits for call in calls] == [300, 300, 18, 0]
