"""Whatever mixture of faults the service has, a collection is complete, or says by name that it is not."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.emulator import Faults, running
from soundalike.errors import SoundalikeError
from soundalike.posts.api.books import MemoryBooks
from soundalike.posts.api.client import TweetsApi, open_http
from soundalike.posts.api.pacing import LocalPace
from soundalike.posts.api.planning import Wish
from soundalike.posts.post import Engagement, Post, Window, last_id_before

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ADA = last_id_before(NOW - timedelta(days=150))
GAPS = ("Ended early", "The service broke off", "No post was found", "Nothing was found")

_chances = st.sampled_from(["never", "0.1", "0.3", "every:3", "every:5", "first:2"])
_rare = st.sampled_from(["never", "never", "0.05", "every:7", "first:1"])
MIXES = st.fixed_dictionaries(
    {},
    optional={
        "search.dup_rate": st.sampled_from(["0.2", "0.5"]),
        "search.same_page_cursor": _chances,
        "search.empty_page_with_next": _chances,
        "search.endless": st.sampled_from(["on", "off"]),
        "search.repeat_cursor": _chances,
        "search.dry_after": st.sampled_from(["25", "50", "1000"]),  # seen at 800 to 1,200
        "search.short_pages": _chances,
        "search.transient_empty": _rare,
        "server.error_500": _rare,
        "server.html_502": _rare,
        "server.cut_json": _rare,
        "last_tweets_envelope": st.sampled_from(["in_data", "openapi_flat", "data_null", "empty"]),
        "last_tweets_depth": st.sampled_from(["0", "30", "60"]),
        "last_page_cursor": st.sampled_from(["filled", "empty"]),
        "dialect": st.sampled_from(["A", "B"]),
        "pin": st.sampled_from(["separate", "on_top"]),
        "nested": st.sampled_from(["null", "empty", "stub"]),
        "omit_fields": st.sampled_from(["url+viewCount", "displayTextRange", "inReplyToUserId"]),
        "text_escape": st.sampled_from(["html"]),
        "account.ada": st.sampled_from(["transient_not_found", "low_follower", "renamed", "protected"]),
        "seed": st.integers(0, 999).map(str),
    },
)


def post(number, author="ada"):
    """A post of every eighth hour; some share a second, and some are replies or reposts."""
    at = NOW - timedelta(hours=8 * (number // 3 + 1))
    return Post(
        id=str(int(last_id_before(at)) + 1 + number % 3),
        text=f"RT @bob: words {number}" if number % 11 == 0 else f"words & more {number}",
        created_at=at,
        username=author,
        author_id=ADA,
        engagement=Engagement(likes=number, reposts=1, replies=0, quotes=0),
        is_reply=number % 7 == 0,
        is_repost=number % 11 == 0,
    )


POSTS = [post(number) for number in range(330)]


@pytest.fixture(scope="module")
def service():
    """One emulator for all mixes; its clock leaps, so that no rate is ever exceeded."""
    ticks = itertools.count(1_800_000_000, 60)
    with running(POSTS, clock=lambda: float(next(ticks))) as emulator:
        yield emulator


def api_over(http, service, books, now):
    """A client that waits for nothing."""
    pace = LocalPace(0.0, sleep=lambda _: None)
    return TweetsApi(http, key=service.key, pace=pace, books=books, sleep=lambda _: None, now=lambda: now)


def fetched_by(api, window):
    """What a client brings."""
    return api.fetch_posts(api.fetch_creator("ada"), Wish(window))


def collected(service, window, now):
    """What a collection brings over HTTP."""
    with open_http(service.base_url) as http:
        return fetched_by(api_over(http, service, MemoryBooks(10**6), now), window)


def missing(fetched, window):
    """Posts of the window that a complete collection has: the creator's own words, addressed to nobody."""
    own = {p.id for p in POSTS if p.created_at in window and not p.is_repost and not p.is_reply}
    return own - {p.id for p in fetched.posts}


def check(service, mix, window):
    """No mixture of faults leaves a silent gap; what came is unique and of the window."""
    service.set_faults(Faults.parse(f"{name}={value}" for name, value in mix.items()))
    try:
        fetched = collected(service, window, NOW)
    except SoundalikeError:
        return  # a named error is a right outcome
    assert len({p.id for p in fetched.posts}) == len(fetched.posts)
    assert all(p.created_at in window for p in fetched.posts)
    if missing(fetched, window):
        assert any(warning.startswith(GAPS) for warning in fetched.warnings), fetched.warnings


WINDOWS = st.builds(
    lambda last, days: Window(NOW - timedelta(days=last + days), NOW - timedelta(days=last)),
    st.sampled_from([0, 20]),
    st.sampled_from([5, 17, 200]),
)


@pytest.mark.slow
@given(mix=MIXES, window=WINDOWS)
@settings(max_examples=40, deadline=None)
def test_a_collection_is_complete_or_says_that_it_is_not(service, mix, window):
    """No mixture of faults leaves a silent gap."""
    check(service, mix, window)


@pytest.mark.slow
@given(mix=MIXES, window=WINDOWS)
@settings(max_examples=600, deadline=None)
def test_hundreds_of_mixtures_leave_no_silent_gap(service, mix, window):
    """The same, at length."""
    check(service, mix, window)


def test_without_faults_nothing_is_missing_and_nothing_is_said(service):
    """The yardstick of the mixes."""
    service.set_faults(Faults())
    window = Window(NOW - timedelta(days=17), NOW)

    fetched = collected(service, window, NOW)

    assert not missing(fetched, window)
    assert fetched.warnings == ()


def test_posts_that_a_search_drops_at_random_are_warned_of(service):
    """Nobody can tell which; so every search says that it can happen."""
    service.set_faults(Faults.parse(["search.drop_rate=0.3"]))
    window = Window(NOW - timedelta(days=60), NOW - timedelta(days=20))

    fetched = collected(service, window, NOW)

    assert missing(fetched, window)
    assert "Read through a search, which finds no reposts and can miss single posts." in fetched.warnings


def test_a_search_index_that_ends_too_early_is_noticed(service):
    """Ninety posts where there might be a hundred and more: the long silence is pointed out."""
    starts = int((NOW - timedelta(days=24)).timestamp())
    service.set_faults(Faults.parse([f"search.index_starts={starts}"]))
    window = Window(NOW - timedelta(days=36), NOW - timedelta(days=10))

    fetched = collected(service, window, NOW)

    assert missing(fetched, window)
    assert any(warning.startswith("Nothing was found from 2026-10-15") for warning in fetched.warnings)


def test_an_account_that_timelines_and_searches_do_not_show_is_pointed_out(service):
    """Its posts could be had one by one only; nobody is told that there are none."""
    service.set_faults(Faults.parse(["account.ada=low_follower"]))

    fetched = collected(service, Window(NOW - timedelta(days=17), NOW), NOW)

    assert fetched.posts == ()
    assert "No post was found, although the profile counts 330" in fetched.warnings[0]


def test_a_service_that_does_not_answer_is_given_up_and_what_came_is_kept(service):
    """A request that hangs is ended by the client, asked again, and booked as paid."""
    service.set_faults(Faults.parse(["server.timeout=every:4"]))
    window, books = Window(NOW - timedelta(days=60), NOW - timedelta(days=20)), MemoryBooks(10**6)
    with httpx2.Client(base_url=service.base_url, timeout=0.2) as http:
        fetched = fetched_by(api_over(http, service, books, NOW), window)

    assert not missing(fetched, window)
    assert books.bill().credits >= fetched.coverage.posts * 15 + 300


@pytest.fixture(scope="module")
def crowd():
    """An emulator with 70 posts of one second."""
    at = NOW - timedelta(days=30)
    first = int(last_id_before(at)) + 1
    crowded = [
        replace(post(1), id=str(first + number), text=f"word {number}", created_at=at) for number in range(70)
    ]
    ticks = itertools.count(1_800_000_000, 60)
    with running([*POSTS, *crowded], clock=lambda: float(next(ticks))) as emulator:
        yield emulator, {p.id for p in crowded}


def test_more_posts_of_one_second_than_a_page_holds_are_all_found(crowd):
    """No search by time can split them; one by id can."""
    service, ids = crowd
    window = Window(NOW - timedelta(days=40), NOW - timedelta(days=20))

    fetched = collected(service, window, NOW)

    assert ids <= {p.id for p in fetched.posts}
    assert not missing(fetched, window)
