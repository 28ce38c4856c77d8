"""Replies of the tweets API become values, or errors of our tree."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.errors import (
    CreatorNotFound,
    CreatorProtected,
    CreatorUnavailable,
    SchemaDrift,
    SoundalikeError,
    UpstreamError,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from soundalike.posts.api.refusals import check_reply
from soundalike.posts.api.wire import (
    Balance,
    Page,
    read_balance,
    read_creator,
    read_names,
    read_page,
    read_post,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
READERS = (read_post, read_page, read_balance, read_names, lambda payload: read_creator(payload, "ada"))


def post_item(**changes):
    """A post as the service sends it, reduced to what every one has."""
    return {
        "id": "2123094285078233224",
        "text": "Kiln log",
        "createdAt": "Wed Nov 18 16:41:37 +0000 2026",
        "author": {"id": "7", "userName": "ada"},
    } | changes


def example(shared, name):
    """The reply in an example file, through the same door as a real one."""
    manifest = json.loads((shared / "design/tweets_api/examples/manifest.json").read_text())
    entry = next(entry for entry in manifest["examples"] if entry["file"] == name)
    body = (shared / "design/tweets_api/examples" / name).read_bytes()
    return check_reply(entry["http_status"] or 200, {}, body)


PAGES = {
    "last_tweets_page1.json": (True, "DAABCgABExampleCursor0001"),
    "last_tweets_page1_with_replies.json": (True, "DAABCgABExampleCursor0001"),
    "last_tweets_without_url_and_views.json": (True, "DAABCgABExampleCursor0001"),
    "last_tweets_pinned_first.json": (False, ""),
    "last_tweets_last_page.json": (False, ""),
    "last_tweets_last_page_with_cursor.json": (False, "DAABCgABExampleCursor0002"),
    "last_tweets_data_null.json": (False, ""),
    "last_tweets_pagination_in_data.json": (True, "DAABCgABExampleCursor0001"),
    "last_tweets_openapi_flat.json": (True, "DAABCgABExampleCursor0001"),
    "advanced_search_page1.json": (True, "DAADDAABExampleSearch0001"),
    "advanced_search_duplicate_page.json": (True, "DAADDAABExampleSearch0002"),
    "advanced_search_empty_but_has_next.json": (True, "DAADDAABExampleSearch0003"),
    "advanced_search_empty.json": (False, ""),
    "advanced_search_native_retweets.json": (False, ""),
    "tweets_by_ids_dialect_b.json": (False, ""),
    "tweets_by_ids_none_found.json": (False, ""),
}
CREATORS = ("user_info_success.json", "user_info_protected.json")
BALANCES = {"my_info.json": 1_000_000, "my_info_free_tier.json": 10_000, "my_info_negative.json": -1_482}
REFUSED = {
    "user_info_not_found.json": CreatorNotFound,
    "user_info_not_found_no_data.json": CreatorNotFound,
    "user_info_success_null_data.json": CreatorNotFound,
    "user_info_success_empty_data.json": CreatorNotFound,
    "user_info_unavailable_documented.json": CreatorUnavailable,
    "last_tweets_user_not_found.json": CreatorNotFound,
    "advanced_search_inband_error.json": UpstreamError,
    "error_inband.json": CreatorNotFound,
    "error_400_missing_parameter.json": UpstreamError,
    "error_401_bad_key.json": UpstreamUnauthorized,
    "error_402_no_credits.json": UpstreamOutOfCredits,
    "error_403_missing_key.json": UpstreamUnauthorized,
    "error_404_wrong_path.json": UpstreamError,
    "error_405_wrong_method.json": UpstreamError,
    "error_422_validation.json": UpstreamError,
    "error_429_free_tier.json": UpstreamRateLimited,
    "error_429_paid_tier.json": UpstreamRateLimited,
    "error_500_message.json": UpstreamUnavailable,
}
# Replies of calls that are never made; the other x_ files are no replies of this API.
NAMES = "batch_user_info_success.json"
NOT_ASKED_FOR = {"user_about_success.json"}


def test_no_published_example_is_left_unread(shared):
    """Every reply in the manifest has an expectation in this file."""
    manifest = json.loads((shared / "design/tweets_api/examples/manifest.json").read_text())
    files = {entry["file"] for entry in manifest["examples"] if not entry["file"].startswith("x_")}

    assert files == {*PAGES, *CREATORS, *BALANCES, *REFUSED, NAMES, *NOT_ASKED_FOR}


def test_names_are_found_by_id(shared):
    """Accounts that are gone are missing; what is no list of accounts is drift."""
    payload = example(shared, NAMES)

    assert read_names(payload)["1105107392787386383"] == "example_creator"
    assert read_names({"users": [{"id": "1"}, "text", {"id": "2", "userName": "bad name"}]}) == {}
    with pytest.raises(SchemaDrift):
        read_names({"people": []})


@pytest.mark.parametrize("name", PAGES)
def test_every_envelope_of_a_page_is_read(shared, name):
    """Posts, cursor and the sign for more are found wherever the envelope puts them; no item is lost."""
    payload = example(shared, name)
    data = payload.get("data") or {}

    page = read_page(payload)

    assert (page.has_next, page.next_cursor) == PAGES[name]
    assert page.broken == 0
    assert [post.id for post in page.posts] == [
        item["id"] for item in payload.get("tweets", data.get("tweets", []))
    ]


@pytest.mark.parametrize(("name", "kind"), REFUSED.items())
def test_every_published_refusal_becomes_its_error(shared, name, kind):
    """A refusal is exactly the error that the contract assigns to it."""
    read = (
        read_page
        if name.startswith(("last_tweets", "advanced"))
        else lambda payload: read_creator(payload, "ada")
    )

    with pytest.raises(SoundalikeError) as caught:
        read(example(shared, name))

    assert type(caught.value) is kind


@pytest.mark.parametrize(("name", "total"), BALANCES.items())
def test_a_balance_is_the_sum_of_both_fields(shared, name, total):
    """Trial credits are bonus only, and late bills make a balance negative."""
    assert read_balance(example(shared, name)).total == total


def test_a_profile_is_read(shared):
    """Id, names, counts, picture and pinned posts come from the captured key set."""
    creator = read_creator(example(shared, "user_info_success.json"), "EXAMPLE_creator")

    assert creator.id == "1105107392787386383"
    assert creator.username == "example_creator"
    assert creator.display_name == "Example Creator"
    assert (creator.followers, creator.posts_count) == (48_210, 9_134)
    assert creator.profile_image_url.startswith("https://pbs.twimg.com/")
    assert creator.pinned_ids == ("1754474954218274893",)
    assert not creator.is_protected


def test_a_protected_profile_is_a_value(shared):
    """The reader tells; stopping is the client's business."""
    assert read_creator(example(shared, "user_info_protected.json"), "example_private").is_protected


def test_a_suspended_account_is_called_so_only_where_the_reply_says_it(shared):
    """The documented form names a suspension; a bare mark does not."""
    with pytest.raises(CreatorUnavailable, match="is suspended on X"):
        read_creator(example(shared, "user_info_unavailable_documented.json"), "example_susp")
    with pytest.raises(CreatorUnavailable, match="is not available on X"):
        read_creator({"status": "success", "data": {"unavailable": True}}, "ada")


def test_an_error_that_names_a_protected_account_is_read_as_such():
    """Some replies state the lock in words instead of a mark."""
    with pytest.raises(CreatorProtected):
        read_creator({"status": "error", "msg": "User is Protected"}, "ada")


def test_a_repost_is_known_although_its_flag_says_no(shared):
    """Dialect B marks reposts false and counts their views as a list."""
    page = read_page(example(shared, "tweets_by_ids_dialect_b.json"))

    plain, repost = page.posts
    assert (plain.is_repost, repost.is_repost) == (False, True)
    assert (plain.engagement.views, repost.engagement.views) == (20_411, None)
    assert plain.in_reply_to_id is None
    assert not plain.is_reply


def test_views_that_nobody_states_are_unknown(shared):
    """A missing view count is None, the other counts stay."""
    page = read_page(example(shared, "last_tweets_without_url_and_views.json"))

    assert {post.engagement.views for post in page.posts} == {None}
    assert page.posts[0].engagement.likes == 301
    assert page.posts[0].url.endswith("/example_creator/status/2123094285078233224")


def test_a_pinned_post_beside_the_list_is_kept_apart(shared):
    """It is read, and not billed twice where the list holds it too."""
    page = read_page(example(shared, "last_tweets_pinned_first.json"))

    assert page.pinned.id == page.posts[0].id == "1754474954218274893"
    assert page.credits == 45


def test_a_reply_without_its_target_is_still_a_reply(shared):
    """`isReply` may be true while the fields about the target are null."""
    page = read_page(example(shared, "last_tweets_page1_with_replies.json"))

    assert any(post.is_reply and post.in_reply_to_id is None for post in page.posts)


@pytest.mark.parametrize(
    ("quoted", "expected"), [(None, False), ({"id": "1"}, True), ({}, None), ("<unknown>", None)]
)
def test_a_quote_is_open_where_the_quoted_post_is_a_stub(quoted, expected):
    """Nested posts come whole, null, empty or as text."""
    assert read_post(post_item(quoted_tweet=quoted)).is_quote is expected


@pytest.mark.parametrize("nested", [None, {}, "<unknown>", [], 5])
def test_a_nested_stub_makes_no_repost(nested):
    """Only a filled object, or the old mark in the text, makes a repost."""
    assert not read_post(post_item(retweeted_tweet=nested)).is_repost
    assert read_post(post_item(retweeted_tweet=nested, text="RT @bob: hello")).is_repost


@pytest.mark.parametrize("written", ["Wed Nov 18 16:41:37 +0000 2026", "2026-11-18T16:41:37.000000Z"])
def test_both_forms_of_a_date_are_read(written):
    """Posts carry the legacy form, profiles ISO 8601."""
    assert read_post(post_item(createdAt=written)).created_at == datetime(
        2026, 11, 18, 16, 41, 37, tzinfo=UTC
    )


def test_media_links_come_from_the_extended_entities():
    """Media appear there only; where the key is missing nothing is claimed."""
    media = [{"url": "https://t.co/a1"}, {"url": "javascript:alert(1)"}, "x"]

    with_media = read_post(post_item(extendedEntities={"media": media}))

    assert with_media.media_links == ("https://t.co/a1",)
    assert with_media.has_media is True
    assert read_post(post_item(extendedEntities={})).has_media is False
    assert read_post(post_item()).has_media is None


def test_ids_become_text_without_loss():
    """A numeric id keeps all its digits; a fractional one has lost some and is refused."""
    assert read_post(post_item(id=2123094285078233224)).id == "2123094285078233224"
    with pytest.raises(SchemaDrift):
        read_post(post_item(id=2123094285078233224.0))


@pytest.mark.parametrize("count", [[0], None, "", -4, True, 2**60, float("nan"), {}])
def test_a_count_that_is_none_stays_unknown(count):
    """Nothing but a plausible number becomes a number."""
    assert read_post(post_item(viewCount=count, likeCount=count)).engagement.total == 0
    assert read_post(post_item(viewCount=count)).engagement.views is None


def test_text_that_no_database_takes_is_mended():
    """NUL and half surrogate pairs become replacement characters."""
    assert read_post(post_item(text="a\x00b\ud800c")).text == "a\ufffdb\ufffdc"


@pytest.mark.parametrize(
    "changes", [{"text": None}, {"createdAt": "soon"}, {"id": "12x"}, {"text": "x" * 100_001}]
)
def test_broken_items_are_counted_and_the_rest_kept(changes):
    """One item that cannot be read costs its price and nothing else."""
    page = read_page({"tweets": [post_item(), post_item(**changes)], "has_next_page": False})

    assert (len(page.posts), page.broken, page.credits) == (1, 1, 30)


def test_a_page_of_nothing_but_broken_items_is_drift():
    """It must never pass for an account without posts."""
    with pytest.raises(SchemaDrift) as caught:
        read_page({"tweets": [{"rest_id": "1", "legacy": {}}]})

    assert caught.value.keys == ("rest_id", "legacy")


@pytest.mark.parametrize(
    "payload", [{"status": "success", "timeline": []}, {"data": {}}, {"tweets": 4}, [], None, "x"]
)
def test_an_unknown_envelope_is_drift_and_names_its_keys(payload):
    """No known list key is never an empty page."""
    with pytest.raises(SchemaDrift) as caught:
        read_page(payload)

    assert all(key in str(caught.value) for key in (payload if isinstance(payload, dict) else ()))


def test_an_empty_page_costs_the_floor():
    """15 credits go for a request that brings nothing."""
    assert Page().credits == 15


@pytest.mark.slow
@given(payload=JSON)
@settings(max_examples=150, deadline=None)
def test_arbitrary_json_raises_nothing_foreign(payload):
    """Readers return a value or raise an error of our tree, whatever JSON arrives."""
    for read in READERS:
        try:
            read(payload)
        except SoundalikeError:
            continue


FIELDS = (
    "id text createdAt author likeCount viewCount lang isReply inReplyToId inReplyToUserId conversationId "
    "extendedEntities quoted_tweet retweeted_tweet userName data tweets next_cursor has_next_page pin_tweet status msg "
    "pinnedTweetIds unavailable message protected recharge_credits total_bonus_credits"
).split()


@given(changes=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5), nested=st.booleans())
@settings(max_examples=200, deadline=None)
def test_spoilt_fields_raise_nothing_foreign(changes, nested):
    """Well-known fields with wild values are read, counted as broken, or refused; results can be stored."""
    item = post_item(**changes)
    envelope = {"status": "success", "data": {"tweets": [item, post_item()]} | (changes if nested else {})}
    for read, payload in ((read_page, envelope), (read_post, item), (read_balance, changes)):
        try:
            found = read(payload)
        except SoundalikeError:
            continue
        for post in found.posts if isinstance(found, Page) else ():
            post.text.encode()
            assert post.id.isdecimal()
            assert post.created_at.tzinfo is UTC
    try:
        creator = read_creator({"status": "success", "data": item | changes}, "ada")
    except SoundalikeError:
        return
    assert creator.id.isdecimal()


def test_a_balance_without_its_field_is_drift():
    """The recharged credits prove the tier; guessing them would be wrong."""
    with pytest.raises(SchemaDrift):
        read_balance({"total_bonus_credits": 5})
    assert read_balance({"recharge_credits": 3.0}) == Balance(3, 0)
