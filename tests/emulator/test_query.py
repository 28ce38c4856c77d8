"""The language of search."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soundalike.emulator.catalogue import Catalogue
from soundalike.emulator.query import parse_query
from soundalike.emulator.search import find_posts
from soundalike.posts.post import Engagement


@pytest.fixture(scope="module")
def shelf(make_post):
    """Five posts, told apart by their first word."""
    return [
        make_post(0, "one red kiln", engagement=Engagement(likes=5, reposts=9)),
        make_post(1, "two blue kilns https://t.co/x", lang="en"),
        make_post(2, "three 今天的雾飘在海面上", lang="zh", has_media=True),
        make_post(3, "four @bob red", is_reply=True, engagement=Engagement(likes=50, replies=3)),
        make_post(4, 'five "blue red" sky', username="bob", is_quote=True),
        make_post(5, "RT @carol: six", is_repost=True),
    ]


def words(shelf, query, *, top=False, index_starts=0, now=0.0):
    """The first words of what a query finds, oldest first."""
    found = find_posts(Catalogue.of(shelf), query, index_starts=index_starts, top=top, now=now)
    return " ".join(post.text.split()[0] for post in (found if top else reversed(found)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from:ann_writes", "one two three four"),
        ("from:@BOB", "five"),
        ("-from:bob", "one two three four"),
        ("from:ann_writes from:bob", ""),
        ("(from:ann_writes OR from:bob) red", "one four five"),
        ("from:nobody", ""),
        ("kiln", "one"),
        ("KILN OR kilns", "one two"),
        ('"blue red"', "five"),
        ("red blue", "five"),
        ("red -blue", "one four"),
        ("雾飘", "three"),
        ("red -(kiln OR sky)", "four"),
        ("-filter:replies from:ann_writes", "one two three"),
        ("filter:replies", "four"),
        ("filter:quote", "five"),
        ("filter:media", "three"),
        ("filter:links", "two"),
        ("from:ann_writes filter:nativeretweets", "RT"),
        ("from:bob filter:nativeretweets", ""),
        ("min_faves:5", "one four"),
        ("min_retweets:9", "one"),
        ("min_replies:3", "four"),
        ("lang:zh", "three"),
        ("from:bob list:123 filter:spaceships since:2020-01-01 min_faves:many", "five"),
        ("kiln OR list:123", "one"),
        ("((((from:bob))))", "five"),
        (") from:bob (", "five"),
    ],
)
def test_each_operator_finds_its_posts(shelf, query, expected):
    """Unknown operators are ignored; native reposts come only when asked for."""
    assert words(shelf, query) == expected


def test_windows_of_time_include_their_start_and_exclude_their_end(shelf):
    """Several bounds narrow each other, and a negated one turns round."""
    second = int(shelf[1].created_at.timestamp())
    assert words(shelf, f"since_time:{second} until_time:{second + 120}") == "two three"
    assert (
        words(shelf, f"since_time:{second - 999} since_time:{second + 60} until_time:{second + 61}")
        == "three"
    )
    assert words(shelf, f"-since_time:{second}") == "one"
    assert words(shelf, "from:ann_writes within_time:2m", now=second + 150.0) == "three four"
    assert words(shelf, f"since_time:{second}", index_starts=second + 120) == "four five"


def test_windows_of_ids_include_the_greatest_and_exclude_the_least(shelf):
    """`max_id` is the last id wanted, `since_id` the first not wanted."""
    assert words(shelf, f"from:ann_writes max_id:{shelf[1].id}") == "one two"
    assert words(shelf, f"from:ann_writes since_id:{shelf[1].id}") == "three four"


def test_top_posts_come_by_engagement(shelf):
    """The order of `queryType=Top`."""
    assert words(shelf, "red", top=True).split()[0] == "four"


def test_a_query_over_512_characters_finds_nothing(shelf):
    """As the service: no error, no posts."""
    assert words(shelf, "from:bob".ljust(512))
    assert not words(shelf, "from:bob".ljust(513))


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["(", "-(", ")", "OR", "a", '"', "from:x", "-", "max_id:9"])).map(" ".join)
)
@example("-(" * 255 + "a")
@example("(a " * 170)
@example("(" * 512)
def test_no_query_is_too_strange(make_post, text):
    """Every text can be read and put to a post."""
    parse_query(text[:512], now=0.0).matches(make_post(1))
