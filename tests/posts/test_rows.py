from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.posts.post import Engagement, Post
from soundalike.posts.rows import post_of, read_count, read_flag, read_links, read_time, read_username, row_of

counts = st.none() | st.integers(0, 2**53 - 1)
posts = st.builds(
    Post,
    id=st.integers(1, 2**63 - 1).map(str),
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))),
    created_at=st.datetimes(timezones=st.just(UTC)),
    username=st.from_regex(r"[A-Za-z0-9_]{1,15}", fullmatch=True),
    engagement=st.builds(
        Engagement,
        likes=counts,
        reposts=counts,
        replies=counts,
        quotes=counts,
        views=counts,
        bookmarks=counts,
    ),
    author_id=st.none() | st.integers(1, 10**18).map(str),
    lang=st.none() | st.sampled_from(["en", "zh", "qme"]),
    is_reply=st.booleans(),
    is_repost=st.booleans(),
    is_quote=st.none() | st.booleans(),
    has_media=st.none() | st.booleans(),
    media_links=st.lists(st.just("https://t.co/abc"), max_size=2).map(tuple),
    in_reply_to_id=st.none() | st.integers(1, 10**18).map(str),
    conversation_id=st.none() | st.integers(1, 10**18).map(str),
)


@given(posts)
def test_a_post_comes_back_from_its_row_unchanged(post):
    """Nothing is lost or made up between a value and its row."""
    assert post_of(row_of(post)) == post


@pytest.mark.parametrize(
    "unknown", [None, "", [0], True, -1, "many", float("nan"), float("inf"), {}, 2**53, "9" * 5000]
)
def test_what_is_no_count_is_unknown_and_not_zero(unknown):
    """A missing figure must never pass for a figure."""
    assert read_count(unknown) is None


@pytest.mark.parametrize(("stated", "count"), [(0, 0), ("12", 12), (7.0, 7), ("1e3", 1000)])
def test_a_count_may_be_a_number_or_its_text(stated, count):
    """Archives state counts as text."""
    assert read_count(stated) == count


@pytest.mark.parametrize(
    "stated",
    [
        "Tue Dec 10 07:00:30 +0000 2024",
        "2024-12-10T07:00:30Z",
        "2024-12-10T08:00:30+01:00",
        "2024-12-10 07:00:30",
    ],
)
def test_times_are_read_in_every_form_as_utc(stated):
    """X's legacy form, RFC 3339, another zone and none at all mean one moment."""
    assert read_time(stated) == datetime(2024, 12, 10, 7, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"id": "1"},
        {"id": "x", "text": "a", "created_at": "2024-01-01"},
        {"id": "1", "text": 5, "created_at": "2024-01-01"},
        {"id": "1", "text": "a" * 100_001, "created_at": "2024-01-01"},
        {"id": "1", "text": "a", "created_at": "Tue Xyz 10 07:00:30 +0000 2024"},
        {"id": "1", "text": "a", "created_at": "1 January"},
        {"id": "1.5e18", "text": "a", "created_at": "2024-01-01"},
        {"id": "１２", "text": "a", "created_at": "2024-01-01"},
        {"id": True, "text": "a", "created_at": "2024-01-01"},
    ],
)
def test_a_row_without_its_essentials_is_refused(row):
    """Id, text and time are what makes a post."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        post_of(row)


def test_what_no_database_holds_is_replaced():
    """NUL and half a surrogate pair would stop everything that comes after."""
    row = {"id": "1", "text": "a\0b\ud83dc", "created_at": "2024-01-01"}
    assert post_of(row).text == "a\ufffdb\ufffdc"


def test_what_may_be_missing_may_also_be_nonsense():
    """A strange value in a field that nobody needs costs the field, not the post."""
    fields = ("lang", "author_id", "media_links", "in_reply_to_id", "is_quote", "has_media")
    strange = {name: [{}, 5] for name in fields}
    post = post_of({"id": " 12 ", "text": "a", "created_at": "2024-01-01"} | strange)
    assert (post.id, post.lang, post.author_id, post.media_links, post.is_quote) == (
        "12",
        None,
        None,
        (),
        None,
    )


@pytest.mark.parametrize(
    ("stated", "flag"),
    [
        ("t", True),
        ("F", False),
        ("1.0", True),
        ("no", False),
        (0, False),
        (None, None),
        ("maybe", None),
        ([], None),
    ],
)
def test_tables_say_yes_and_no_in_many_words(stated, flag):
    """The best known table of posts writes t and f."""
    assert read_flag(stated) is flag


@pytest.mark.parametrize(
    ("stated", "name"),
    [("@ada", "ada"), (" ada ", "ada"), ("Ada Lovelace", ""), ("a" * 16, ""), (5, ""), ("", "")],
)
def test_a_username_is_one_or_nothing(stated, name):
    """Display names, numbers and nothing are no accounts."""
    assert read_username(stated) == name


def test_only_web_addresses_are_links():
    """They are taken out of texts, so they must be what they seem."""
    assert read_links(["https://t.co/a", "a", 5, "javascript:x", "https://t.co/b c"]) == ("https://t.co/a",)
    assert read_links("https://t.co/a") == ()
