"""Dumps of other tools, real ones and the shapes that are met in the wild."""

import json
from dataclasses import fields

import pytest

from soundalike.posts.dialects import items_of, read_item, read_row, whole_text
from soundalike.posts.files import load_posts, read_posts
from soundalike.posts.post import Post

BEGINNING = (
    "It begins like this, and goes on for so long that X shows only the first part of what was written: "
)


def differences(raw, rows):
    """For posts read twice: the fields that differ, with the ids of the posts they differ in."""
    read_twice = {post.id: post for post in rows}
    assert {post.id for post in raw} == set(read_twice)
    found = {}
    for post in raw:
        for field in (field.name for field in fields(Post)):
            if getattr(post, field) != getattr(read_twice[post.id], field):
                found.setdefault(field, []).append(post.id)
    return found


def test_a_dump_of_twscrape_says_what_its_published_rows_say(shared):
    """Texts, times, languages and all counts are equal in 65 posts; the raw dump knows more, and authors better.

    The rows credit two posts to @naval that are others' in the dump, one of which answers @naval.
    """
    raw = load_posts(shared / "data/extra/raw/twscrape_naval_2025.jsonl")
    found = differences(raw, load_posts(shared / "data/extra/naval_2025.jsonl"))
    assert set(found) == {
        "username", "is_reply", "author_id", "has_media", "conversation_id", "in_reply_to_id",
    }  # fmt: skip
    assert found["username"] == ["1965462422208311300", "1960935127900676262"]
    assert found["is_reply"] == ["1965462422208311300"]
    assert {post.username for post in raw} == {"naval", "ednevsky", "hthieblot"}


def test_a_dump_of_api_v2_says_what_its_published_rows_say(shared):
    """Everything is equal in 168 posts, one escaped sign included; whether a post quotes only the dump knows."""
    file = shared / "data/extra/raw/x_api_v2_posts_2026.json"
    assert "NPR &amp; PBS" in file.read_text(encoding="utf-8")
    raw = load_posts(file, username="realDonaldTrump")
    rows = load_posts(shared / "data/extra/realDonaldTrump_2025_2026.jsonl")
    assert set(differences(raw, rows)) == {"is_quote"}
    assert [post.is_quote for post in raw].count(True) == 5
    assert {post.is_quote for post in rows} == {None}


def test_a_timeline_of_xs_own_site_gives_its_posts(shared):
    """21 posts: the pinned one whole, those of a conversation, reposts mostly without views; nobody else's."""
    posts = load_posts(shared / "data/extra/raw/x_graphql_UserTweets.json")
    assert {post.username for post in posts} == {"XDevelopers"}
    assert (len(posts), sum(post.is_repost for post in posts), sum(post.is_reply for post in posts)) == (
        21,
        12,
        2,
    )
    assert posts[0].text.endswith("higher access levels for free ⚡️")
    assert (posts[0].engagement.likes, posts[0].engagement.views) == (4161, 1990473)
    assert {post.engagement.views for post in posts if post.is_repost} == {None, 1}
    assert all(post.conversation_id and post.author_id == "2244994945" for post in posts)


@pytest.mark.parametrize(
    ("sample", "count"),
    [
        ("last_tweets_pinned_first", 4),
        ("last_tweets_page1_with_replies", 8),
        ("last_tweets_openapi_flat", 1),
        ("last_tweets_pagination_in_data", 1),
        ("last_tweets_data_null", 0),
        ("advanced_search_page1", 5),
        ("tweets_by_ids_dialect_b", 2),
        ("advanced_search_empty", 0),
    ],
)
def test_pages_of_twitterapi_io_are_read_in_every_envelope(shared, tmp_path, sample, count):
    """Kept replies of the service are a file like any other."""
    page = json.loads((shared / f"design/tweets_api/examples/{sample}.json").read_text(encoding="utf-8"))
    (tmp_path / "pages.jsonl").write_text(f"{json.dumps(page)}\n{json.dumps(MINIMAL)}\n")
    loaded = read_posts(tmp_path / "pages.jsonl")
    assert (len(loaded.posts), loaded.faults) == (count + 1, ())


MINIMAL = {"id": "12", "text": "hi", "created_at": "2024-01-01", "author": "potter"}


@pytest.mark.parametrize(
    "value",
    [
        {"tweet": {"id_str": "12", "full_text": "hi", "created_at": "2024-01-01", "entities": {}}},
        {
            "data": {"id": "12", "text": "hi", "created_at": "2024-01-01"},
            "includes": {"users": [{"id": "1"}]},
        },
        {"id_str": "12", "text": "hi", "created_at": "2024-01-01", "user": {"screen_name": "potter"}},
        {
            "id": 12,
            "content": "hi",
            "renderedContent": "hi",
            "date": "2024-01-01",
            "user": {"username": "potter"},
        },
        {"tweet_id": "12", "Tweet": "hi", "Date Time": "2024-01-01", "Screen Name": "@potter"},
        [[MINIMAL]],
    ],
)
def test_one_post_is_known_by_its_keys(value):
    """Archive items, one post of API v2 alone, API v1.1, old snscrape, other people's tables, lists in lists."""
    (item,) = items_of(value)
    post = read_item(item)
    assert (post.id, post.text, post.created_at.year) == ("12", "hi", 2024)
    assert post.username in {"potter", ""}


@pytest.mark.parametrize(
    "page", [{"tweets": []}, {"meta": {"result_count": 0}}, {"data": []}, [], {"tweets": None}]
)
def test_an_empty_page_holds_no_post_and_no_fault(page):
    """Who saves every page also saves the last one."""
    assert list(items_of(page)) == []


def test_advertisements_and_tombstones_are_no_posts():
    """A timeline of X's own site holds more than its owner's posts."""
    post = {"rest_id": "12", "legacy": {"full_text": "hi", "created_at": "2024-01-01"}}
    ad = {"tweet_results": {"result": post}, "promotedMetadata": {"advertiser": "x"}}
    gone = {"tweet_results": {"result": {"__typename": "TweetTombstone", "tombstone": {}}}}
    page = {"data": {"entries": [ad, gone, {"tweet_results": {}}, {"tweet_results": {"result": post}}]}}
    assert [read_item(item).id for item in items_of(page)] == ["12"]


def test_an_author_that_cannot_be_one_is_a_fault():
    """A table's column of display names must not found accounts."""
    with pytest.raises(ValueError, match="“Barack Obama” is no username"):
        read_row(MINIMAL | {"author": "Barack Obama"})
    assert read_row(MINIMAL | {"author": {"name": "x"}}).username == ""


def test_our_own_names_win_over_others():
    """A row that has both `likes` and `like_count` means the latter; an empty one does not hide the other."""
    row = MINIMAL | {"likes": 1, "like_count": 3, "favorite_count": 2, "retweets": 4, "retweet_count": None}
    for ordered in (row, dict(reversed(row.items()))):
        post = read_row(ordered)
        assert (post.engagement.likes, post.engagement.reposts) == (3, 4)


@pytest.mark.parametrize(
    ("cut", "note", "whole"),
    [
        (BEGINNING + "1 &lt;…", BEGINNING + "1 < 2 &amp; 3", BEGINNING + "1 < 2 &amp; 3"),
        (BEGINNING + "1 &lt;…", BEGINNING + "1 &lt; 2 &amp; 3", BEGINNING + "1 < 2 & 3"),
        (BEGINNING + "A… https://t.co/abc", BEGINNING + "And on.", BEGINNING + "And on."),
        (BEGINNING + "A &amp; B", BEGINNING + "Another.", BEGINNING + "A & B"),
        ("Short &amp; sweet", "Short & sweet, and longer", "Short & sweet"),
    ],
)
def test_a_cut_text_is_made_whole_by_the_note_that_begins_as_it_does(cut, note, whole):
    """X escapes the cut text, and the note sometimes; either way what was written comes out, unescaped once."""
    assert whole_text(cut, [note]) == whole
