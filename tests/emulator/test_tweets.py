"""Posts on the wire."""

import pytest

from soundalike.emulator.catalogue import Catalogue
from soundalike.emulator.faults import Faults
from soundalike.emulator.tweets import Rendering
from soundalike.posts.post import Engagement, time_of_id


@pytest.fixture
def tweet_of(posts):
    """Writes one post: `tweet_of(post, dialect, *toggles)`."""

    def one(post, dialect="A", *toggles):
        return Rendering(Catalogue.of([*posts, post]), Faults.parse(toggles), dialect).tweets([post])[0]

    return one


@pytest.mark.parametrize(("dialect", "name"), [("A", "last_tweets_page1"), ("B", "tweets_by_ids_dialect_b")])
def test_a_post_has_exactly_the_keys_of_its_dialect(tweet_of, make_post, example, dialect, name):
    """Post and author carry the keys of the contract's example, no more and no less."""
    reply = example(name)
    shown = (reply.get("data") or reply)["tweets"][0]
    ours = tweet_of(make_post(1), dialect)
    assert ours.keys() == shown.keys()
    assert ours["author"].keys() == shown["author"].keys()


def test_unknown_counts_are_zero_and_unknown_views_null(tweet_of, make_post):
    """The service always gives five counts as numbers."""
    tweet = tweet_of(make_post(1, engagement=Engagement(likes=3)))
    counts = [tweet[f"{name}Count"] for name in ("like", "retweet", "reply", "quote", "bookmark", "view")]
    assert counts == [3, 0, 0, 0, 0, None]


def test_a_repost_is_cut_to_140_and_carries_the_original(tweet_of, posts):
    """The original is whole, an hour older in time and id alike, and has the same counts."""
    repost = next(post for post in posts if post.is_repost)
    tweet = tweet_of(repost)
    original = tweet["retweeted_tweet"]
    assert len(tweet["text"]) == 140
    assert tweet["text"].startswith("RT @carol: word")
    assert tweet["text"].endswith("…")
    assert original["author"]["userName"] == "carol"
    assert repost.text == f"RT @carol: {original['text']}"
    assert (repost.created_at - time_of_id(original["id"])).total_seconds() == pytest.approx(3600, abs=0.01)
    assert original["likeCount"] == tweet["likeCount"]


def test_a_repost_in_dialect_b_has_a_list_of_views_and_no_mark(tweet_of, posts):
    """Traps of the look-up by id."""
    tweet = tweet_of(next(post for post in posts if post.is_repost), "B")
    assert (tweet["viewCount"], tweet["isRetweet"], tweet["inReplyToId"]) == ([0], False, "")


@pytest.mark.parametrize(
    ("nested", "expected"), [("null", None), ("empty", {}), ("stub", {"id": None, "author": {}})]
)
def test_nested_posts_can_be_missing(tweet_of, posts, nested, expected):
    """The three forms in which a nested post is not there."""
    repost, quote = (next(p for p in posts if p.is_repost), next(p for p in posts if p.is_quote))
    assert tweet_of(repost, "A", f"nested={nested}")["retweeted_tweet"] == expected
    assert tweet_of(quote, "A", f"nested={nested}")["quoted_tweet"] == expected


def test_a_repost_that_names_nobody_carries_a_stub(tweet_of, make_post):
    """There is nothing to build the original from."""
    assert tweet_of(make_post(1, "lost", is_repost=True))["retweeted_tweet"] == {"id": None, "author": {}}


def test_a_reply_names_whom_it_answers(tweet_of, posts):
    """Name from the leading mention, id from the account; nothing in posts that are no replies."""
    reply = next(post for post in posts if post.is_reply)
    tweet = tweet_of(reply)
    assert (tweet["isReply"], tweet["inReplyToUsername"], tweet["inReplyToUserId"]) == (True, "bob", "42")
    assert tweet["displayTextRange"][0] == len("@bob ")
    assert tweet_of(reply, "A", "omit_fields=inReplyToUserId")["inReplyToUserId"] is None
    assert tweet_of(posts[0])["inReplyToUsername"] is None
    assert tweet_of(posts[0], "B")["inReplyToUsername"] == ""


def test_escaped_text_has_the_places_of_the_escaped_text(tweet_of, make_post):
    """Marks lie behind the entities that stand before them."""
    post = make_post(1, "a & b < @bob https://t.co/p?a&b", media_links=("https://t.co/p?a&b",))
    assert tweet_of(post)["text"] == post.text
    tweet = tweet_of(post, "A", "text_escape=html")
    assert tweet["text"] == "a &amp; b &lt; @bob https://t.co/p?a&amp;b"
    start, end = tweet["entities"]["user_mentions"][0]["indices"]
    assert tweet["text"][start:end] == "@bob"
    assert len(tweet["extendedEntities"]["media"]) == 1


def test_fields_are_left_out_on_request(tweet_of, posts):
    """What some probes of the service missed."""
    assert {"url", "viewCount"}.isdisjoint(tweet_of(posts[0], "A", "omit_fields=url+viewCount"))
    assert "displayTextRange" not in tweet_of(posts[0], "A", "omit_fields=displayTextRange")


def test_media_without_a_known_link_are_still_told(tweet_of, make_post):
    """A post with media has an entry for them."""
    assert tweet_of(make_post(1, has_media=True))["extendedEntities"] == {"media": [{"type": "photo"}]}
    assert tweet_of(make_post(1))["extendedEntities"] == {}
