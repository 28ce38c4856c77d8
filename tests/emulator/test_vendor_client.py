"""The vendor's own client works against the stand-in."""

import pytest
from twitterapi_io import TwitterApiClient
from twitterapi_io.client import TwitterApiError


@pytest.fixture
def vendor(ask, stand_in):
    """The vendor's client, pointed at the stand-in."""
    with TwitterApiClient(api_key=stand_in.key, base_url=stand_in.base_url) as client:
        yield client


def test_it_reads_a_profile_and_an_about_page(vendor):
    """By name, in any letter case."""
    assert vendor.get_user_info("BOB")["data"]["id"] == "42"
    assert vendor.get_user_about("bob")["data"]["userName"] == "bob"


def test_it_pages_a_timeline_to_its_end(vendor):
    """Booleans arrive as Python writes them."""
    ids, cursor = set(), None
    while True:
        page = vendor.get_user_last_tweets(user_name="ann_writes", cursor=cursor, include_replies=True)
        ids |= {tweet["id"] for tweet in page["data"]["tweets"]}
        cursor = page["next_cursor"]
        if not page["has_next_page"]:
            break
    assert len(ids) == 65


def test_it_pages_a_search_to_its_end(vendor):
    """Every own post is found."""
    ids, cursor = set(), None
    while True:
        page = vendor.search_tweets("from:ann_writes", cursor=cursor)
        ids |= {tweet["id"] for tweet in page["tweets"]}
        cursor = page["next_cursor"]
        if not page["has_next_page"]:
            break
    assert len(ids) == 60


def test_it_reads_posts_by_id(vendor, posts):
    """Unknown ids are absent."""
    found = vendor.get_tweets_by_ids([posts[0].id, posts[1].id, "999"])["tweets"]
    assert [tweet["id"] for tweet in found] == [posts[0].id, posts[1].id]


def test_it_raises_what_the_service_refuses(vendor):
    """With status and body."""
    with pytest.raises(TwitterApiError) as caught:
        vendor.get("/twitter/user/info")
    assert (caught.value.status, "userName is required" in caught.value.response_body) == (400, True)
