"""A creator's posts over tweepy, from a server that answers as X does."""

import logging
from datetime import timedelta
from itertools import pairwise

import pytest

from soundalike.errors import (
    BudgetExceeded,
    CreatorNotFound,
    CreatorProtected,
    InvalidUsername,
    UpstreamUnavailable,
)
from soundalike.posts.api.stretches import StopReason
from soundalike.posts.gathering import gather
from soundalike.posts.post import Window

SEARCH, TIMELINE = "/2/tweets/search/all", "/2/users/1105107392787386383/tweets"


def test_a_profile_is_read_whole(x, source):
    """Counts, picture and pinned post are there, and a name that would turn the terminal's text is tamed."""
    creator = source().creator("@example_creator")
    assert (creator.id, creator.username) == ("1105107392787386383", "Example_Creator")
    assert (creator.followers, creator.posts_count) == (9, 250)
    assert (creator.display_name, creator.pinned_ids) == ("Example Creator", ("2123094285078233224",))
    assert x.paths == ["/2/users/by/username/example_creator"]


def test_a_protected_account_is_refused_before_posts_are_asked_for(x, source):
    """Nobody pays for a timeline that cannot be read."""
    x.profile["protected"] = True
    with pytest.raises(CreatorProtected):
        source().creator("example_creator")


def test_a_renamed_account_is_told_under_its_new_name(x, source):
    """The id stays when the name goes; without an id, or under the same name, nobody is called that."""
    gone = {"errors": [{"title": "Not Found Error", "detail": "Could not find user with username: [ada]."}]}
    for known_id, said in ((x.profile["id"], "called @Example_Creator now"), (None, "was not found")):
        x.scripted = [(200, gone, None)]
        with pytest.raises(CreatorNotFound, match=said):
            source().creator("ada", known_id=known_id)


def test_an_impossible_name_is_not_asked_for(x, source):
    """It cannot be an account, and it cannot become a path either."""
    with pytest.raises(InvalidUsername):
        source().creator("../../2/tweets")
    assert x.paths == []


def test_the_published_sample_is_read_as_posts(x, source, shared, days):
    """Every value of X's own form arrives: whole text, counts, what a post answers, quotes and reposts."""
    sample = (shared / "design/tweets_api/examples/x_api_v2_timeline.json").read_bytes()
    made = source()
    creator = made.creator("example_creator")
    x.scripted = [(200, sample.replace(b'"next_token"', b'"x"'), None)]
    posts = made.fetch(creator, days(30)).posts
    assert [post.id[-4:] for post in posts] == ["3224", "8757", "4348", "8293", "0483"]
    assert [post.is_reply for post in posts] == [False, False, True, False, False]
    assert [post.is_repost for post in posts] == [False, False, False, True, False]
    assert [post.is_quote for post in posts] == [False, True, False, False, False]
    assert posts[-1].text.endswith("say so below and I will test it next.")
    assert (posts[0].engagement.views, posts[0].engagement.total) == (20411, 330)
    assert posts[2].in_reply_to_id == posts[2].conversation_id == "2122618762346627084"
    assert {post.username for post in posts} == {"Example_Creator"}
    assert {post.has_media for post in posts} == {False}


def test_a_search_covers_the_window_page_by_page(x, source, clock, days, post):
    """250 posts come in three pages, newest first, each page told, a second apart as X allows."""
    x.posts = [post(number, hours=1) for number in range(1, 1001)]
    told = []
    made = source(on_posts=told.append)
    window = Window(days(0).end - timedelta(hours=250), days(0).end)
    fetched = made.fetch(made.creator("example_creator"), window)
    assert fetched.stop_reason is StopReason.WINDOW_COVERED
    assert (len(fetched.posts), fetched.requests, fetched.warnings) == (250, 3, ())
    assert all(one.created_at > next_one.created_at for one, next_one in pairwise(fetched.posts))
    assert [len(page) for page in told] == [100, 100, 50]
    assert clock.slept == [1.0, 1.0]
    assert x.asked[1][1]["query"] == "from:Example_Creator -is:retweet -is:reply"


def test_without_a_search_the_timeline_is_read(x, source, days, post):
    """A plan that has no full-archive search answers 403 once, and is not asked again."""
    x.may_search = False
    x.posts = [post(number) for number in range(1, 150)]
    made = source()
    creator = made.creator("example_creator")
    fetched = made.fetch(creator, days(3))
    assert len(fetched.posts) == 72
    assert fetched.stop_reason is StopReason.WINDOW_COVERED
    made.fetch(creator, days(1))
    assert x.paths[1:] == [SEARCH, TIMELINE, TIMELINE]
    assert x.asked[2][1]["exclude"] == "retweets"


@pytest.mark.parametrize("depth", [120, 500])
def test_a_timeline_that_ends_too_early_is_told(x, source, days, post, depth):
    """X shows some 3,200 posts of a timeline; whether that was enough is asked for with five posts, and said."""
    x.may_search, x.depth = False, depth
    x.profile = x.profile | {"public_metrics": {"tweet_count": 40_000}}
    x.posts = [post(number) for number in range(1, 1001)]
    made = source()
    fetched = made.fetch(made.creator("example_creator"), days(10))
    assert len(fetched.posts) == min(depth, 240)
    assert x.asked[-1][1]["max_results"] == "5"
    told = any("timeline ended at 2026-11-15" in warning for warning in fetched.warnings)
    ended = StopReason.LAST_PAGE if told else StopReason.WINDOW_COVERED
    assert (told, fetched.stop_reason) == (depth == 120, ended)


def test_no_more_posts_are_read_than_allowed(x, source, days, post):
    """X bills every post, so the ceiling holds for all fetches of a source together, never passed by a post."""
    x.posts = [post(number) for number in range(1, 1001)]
    made = source(most_posts=130)
    creator = made.creator("example_creator")
    fetched = made.fetch(creator, days(30))
    assert (fetched.stop_reason, len(fetched.posts), made.posts_read) == (StopReason.BUDGET, 130, 130)
    assert any("Ended early" in warning for warning in fetched.warnings)
    assert [query["max_results"] for path, query in x.asked if path == SEARCH] == ["100", "30"]
    with pytest.raises(BudgetExceeded):
        made.fetch(creator, days(30).before())


def test_posts_outside_the_window_and_of_others_are_left_out(x, source, days, post):
    """What X sends beyond what was asked for is no post of this collection."""
    strange = {"id": "x", "text": "no id"}
    x.scripted = [(200, {"data": x.profile}, None)]
    made = source()
    creator = made.creator("example_creator")
    page = {"data": [post(1), post(2, author="9"), post(1), post(500), strange, "text"], "meta": {}}
    x.scripted = [(200, page, None)]
    fetched = made.fetch(creator, days(2))
    assert [one.text for one in fetched.posts] == ["Post number 1"]
    assert fetched.warnings == ("Items that could not be read and were left out: 2.",)
    assert made.posts_read == 6


def test_a_window_that_has_not_begun_asks_nothing(x, source, days):
    """X refuses times of the last seconds, and nothing can lie there."""
    made = source()
    creator = made.creator("example_creator")
    fetched = made.fetch(creator, Window(days(0).end, days(0).end + timedelta(days=1)))
    assert (fetched.posts, fetched.requests) == ((), 0)


@pytest.mark.parametrize("token", ["same", None])
def test_paging_that_goes_in_circles_or_stays_empty_ends(x, source, days, token):
    """A token seen before, or empty pages that promise more, cannot keep a collection going."""
    made = source()
    creator = made.creator("example_creator")
    empty = [{"meta": {"result_count": 0, "next_token": token or f"t{number}"}} for number in range(9)]
    x.scripted = [(200, page, None) for page in empty]
    fetched = made.fetch(creator, days(9))
    assert fetched.stop_reason is (StopReason.NOTHING_NEW if token else StopReason.EMPTY_PAGES)
    assert fetched.requests <= 3


def test_an_error_midway_keeps_what_came(x, source, clock, days, post):
    """Two of three pages are there, and so is the reason why the third is not."""
    x.posts = [post(number) for number in range(1, 251)]
    made = source()
    creator = made.creator("example_creator")
    pages = [x.answer(SEARCH, {"max_results": "100", "next_token": str(at)}) for at in (0, 100)]
    x.scripted = [(*page, None) for page in pages] + [(503, {"title": "Service Unavailable"}, None)] * 3
    fetched = made.fetch(creator, days(30))
    assert (len(fetched.posts), fetched.stop_reason) == (200, StopReason.INTERRUPTED)
    assert isinstance(fetched.failure, UpstreamUnavailable)
    assert clock.slept == [1.0, 1.0, 2.0, 4.0]


def test_the_source_serves_a_gathering(x, source, days, post):
    """It stands where every other source stands."""
    x.posts = [post(number, hours=24) for number in range(1, 201)]
    made = source()
    gathered = gather(made, made.creator("example_creator"), days(30))
    assert len(gathered.posts) > 100
    assert made.bill().requests == len(x.asked)


def test_the_token_is_in_no_log(x, source, caplog):
    """Tweepy writes the headers it makes to its log; the token is not among them."""
    with caplog.at_level(logging.DEBUG):
        source().creator("example_creator")
    assert "Making API request" in caplog.text
    assert "secret" not in caplog.text
