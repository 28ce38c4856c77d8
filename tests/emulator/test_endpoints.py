"""Each endpoint's answers, over real HTTP."""

import pytest

from soundalike.emulator.catalogue import id_of_name

INFO = "/twitter/user/info"
ABOUT = "/twitter/user_about"
BATCH = "/twitter/user/batch_info_by_ids"
TIMELINE = "/twitter/user/last_tweets"
SEARCH = "/twitter/tweet/advanced_search"
BY_IDS = "/twitter/tweets"
ANN_ID = id_of_name("Ann_Writes")
NOT_FOUND = {"status": "error", "msg": "user not found", "data": None}


def tweets(pages, key="data"):
    """All posts on pages of a timeline (`data`) or a search (None)."""
    return [tweet for page in pages for tweet in (page[key] if key else page)["tweets"]]


def test_a_profile_is_found_in_any_letter_case(ask, example):
    """It has the keys of the contract's example, the stated id and the number of posts."""
    reply = ask(INFO, userName="BOB").json()
    assert reply["data"].keys() == example("user_info_success")["data"].keys()
    assert (reply["data"]["id"], reply["data"]["userName"], reply["data"]["statusesCount"]) == (
        "42",
        "bob",
        3,
    )


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        (INFO, "userName is required"),
        (ABOUT, "userName is required"),
        (TIMELINE, "userId or userName is required"),
        (SEARCH, "query is required"),
        (BY_IDS, "tweet_ids is required"),
        (BATCH, "userIds is required"),
    ],
)
def test_a_missing_parameter_is_named(ask, path, detail):
    """400 with a detail; an empty one is missing too."""
    for params in ({}, {"userName": "", "query": " ", "tweet_ids": "", "userIds": ""}):
        reply = ask(path, **params)
        assert (reply.status_code, reply.json()) == (400, {"detail": detail})


def test_more_than_a_hundred_ids_are_refused(ask):
    """A hundred is what the vendor states."""
    assert ask(BY_IDS, tweet_ids=",".join("1" * 101)).status_code == 400


def test_unknown_parameters_are_ignored(ask):
    """Even a filter that seems to apply."""
    plain = ask(SEARCH, query="from:bob").json()["tweets"]
    assert ask(SEARCH, query="from:bob", sinceTime="9999999999", min_faves="9").json()["tweets"] == plain


def test_a_timeline_has_reposts_but_replies_only_on_request(timeline):
    """Newest first, twenty a page, every post once."""
    pages = timeline()
    assert [len(page["data"]["tweets"]) for page in pages] == [20, 20, 20]
    ids = [int(tweet["id"]) for tweet in tweets(pages)]
    assert ids == sorted(set(ids), reverse=True)
    assert sum(bool(tweet["retweeted_tweet"]) for tweet in tweets(pages)) == 5
    for truth in ("true", "True", "1"):
        assert len(tweets(timeline(includeReplies=truth))) == 65
    assert len(tweets(timeline(includeReplies="False"))) == 60


def test_the_id_wins_over_the_name(ask):
    """Both given, the name is not looked at."""
    shown = ask(TIMELINE, userId="42", userName="ann_writes").json()["data"]["tweets"]
    assert {tweet["author"]["id"] for tweet in shown} == {"42"}


def test_a_timeline_cursor_is_of_no_use_elsewhere(ask):
    """Bound to account and replies."""
    cursor = ask(TIMELINE, userName="ann_writes").json()["next_cursor"]
    assert ask(TIMELINE, userName="ann_writes", cursor=cursor).json()["data"]["tweets"]
    for other in ({"userName": "bob"}, {"userName": "ann_writes", "includeReplies": "true"}):
        assert ask(TIMELINE, **other, cursor=cursor).json()["data"]["tweets"] == []


def test_a_timeline_may_end_early(ask, timeline):
    """Search goes deeper."""
    ask(INFO, "last_tweets_depth=30", userName="bob")
    assert len(tweets(timeline())) == 30


def test_each_envelope_has_its_place_for_posts_and_pagination(ask):
    """Five forms of one page."""
    root = ask(TIMELINE, userName="bob").json()
    inside = ask(TIMELINE, "last_tweets_envelope=in_data", userName="bob").json()
    flat = ask(TIMELINE, "last_tweets_envelope=openapi_flat", userName="bob").json()
    null = ask(TIMELINE, "last_tweets_envelope=data_null", userName="bob").json()
    empty = ask(TIMELINE, "last_tweets_envelope=empty", userName="bob").json()
    assert root["data"]["tweets"] == inside["data"]["tweets"] == flat["tweets"]
    assert root["has_next_page"] is inside["data"]["has_next_page"] is flat["has_next_page"] is False
    assert "has_next_page" not in inside
    assert (null["data"], empty["data"]["tweets"]) == (None, [])


def test_the_pinned_post_stands_aside_or_on_top_as_well(ask, stand_in):
    """It is the post with the most engagement; the profile names it, and only the first page shows it."""
    plain = ask(TIMELINE, userName="bob").json()["data"]
    aside = ask(TIMELINE, "pin=separate", userName="bob").json()["data"]
    above = ask(TIMELINE, "pin=on_top", userName="bob").json()["data"]
    pinned = ask(INFO, userName="bob").json()["data"]["pinnedTweetIds"]
    assert plain["pin_tweet"] is None
    assert [aside["pin_tweet"]["id"]] == [above["tweets"][0]["id"]] == pinned
    assert [len(shown["tweets"]) for shown in (plain, aside, above)] == [3, 3, 4]
    first = ask(TIMELINE, userName="ann_writes").json()
    second = ask(TIMELINE, userName="ann_writes", cursor=first["next_cursor"]).json()
    assert (len(first["data"]["tweets"]), second["data"]["pin_tweet"]) == (20, None)


def test_search_pages_to_its_end_without_native_reposts(search):
    """`from:` includes replies and quotes."""
    found = tweets(search("from:ann_writes"), key=None)
    assert len({tweet["id"] for tweet in found}) == 60
    assert not any(tweet["retweeted_tweet"] for tweet in found)


def test_search_takes_up_where_an_id_left_off(search):
    """Stepping with `max_id` reaches what one chain does not."""
    found = tweets(search("from:ann_writes"), key=None)
    rest = tweets(search(f"from:ann_writes max_id:{int(found[24]['id']) - 1}"), key=None)
    assert [tweet["id"] for tweet in rest] == [tweet["id"] for tweet in found[25:]]


def test_search_windows_are_half_open(search):
    """`since_time` is inside, `until_time` outside."""
    found = tweets(search("from:bob"), key=None)
    start = 1_704_110_400  # Bob's first post
    inside = tweets(search(f"from:bob since_time:{start} until_time:{start + 1200}"), key=None)
    assert [tweet["id"] for tweet in inside] == [tweet["id"] for tweet in found[1:]]


def test_an_overlong_query_finds_nothing(ask):
    """An empty 200, for the price of a post."""
    reply = ask(SEARCH, query="from:bob".ljust(513, "x"))
    assert (reply.status_code, reply.json()) == (
        200,
        {"tweets": [], "has_next_page": False, "next_cursor": ""},
    )


def test_search_faults_reach_the_wire(search, ask):
    """One toggle on the way through."""
    ask(INFO, "search.endless=on", userName="bob")
    assert [page["has_next_page"] for page in search("from:bob")] == [True] * 30


def test_posts_by_id_leave_out_the_unknown(ask):
    """In the order asked, each once, in dialect B."""
    ids = [tweet["id"] for tweet in ask(SEARCH, query="from:bob").json()["tweets"]]
    found = ask(BY_IDS, tweet_ids=f"{ids[2]}, {ids[0]},999,x,{ids[2]}").json()
    assert [tweet["id"] for tweet in found["tweets"]] == [ids[2], ids[0]]
    assert found["tweets"][0]["source"] == ""
    turned = ask(BY_IDS, "dialect=A", tweet_ids=ids[0]).json()["tweets"][0]
    assert turned["source"] == "Twitter for iPhone"


def test_accounts_by_id_leave_out_the_unknown(ask):
    """Under the key `users`."""
    found = ask(BATCH, userIds=f"42,7,{ANN_ID}").json()["users"]
    assert [user["userName"] for user in found] == ["bob", "Ann_Writes"]


@pytest.mark.parametrize(
    ("path", "params", "price"),
    [
        (INFO, {"userName": "bob"}, 18),
        (ABOUT, {"userName": "bob"}, 30),
        (INFO, {"userName": "nobody"}, 0),
        (TIMELINE, {"userName": "ann_writes"}, 300),
        (TIMELINE, {"userName": "bob"}, 45),
        (SEARCH, {"query": "from:nobody"}, 15),
        (BY_IDS, {"tweet_ids": "999"}, 15),
        (BATCH, {"userIds": f"42,{ANN_ID}"}, 36),
        (BATCH, {"userIds": ",".join(["42", *map(str, range(1000, 1099))])}, 15),
        ("/oapi/my/info", {}, 0),
    ],
)
def test_each_call_has_its_price(ask, stand_in, path, params, price):
    """The log and the balance agree."""
    ask(path, "credits.recharge=1000", **params)
    assert stand_in.requests[-1].credits == price
    assert ask("/oapi/my/info").json()["recharge_credits"] == 1000 - price


def outcome(ask, state):
    """What the four ways to Bob give in a state: profile, timeline, search, by id."""
    post = ask(SEARCH, "seed=0", query="from:bob").json()["tweets"][0]["id"]
    profile = ask(INFO, f"account.BOB={state}", userName="bob").json()
    page = ask(TIMELINE, userId="42").json()
    shown = page if page["status"] == "error" else page["data"] and len(page["data"]["tweets"])
    found = len(ask(SEARCH, query="from:bob").json()["tweets"])
    return profile, shown, found, len(ask(BY_IDS, tweet_ids=post).json()["tweets"])


@pytest.mark.parametrize(
    ("state", "shown", "found", "by_id"),
    [
        ("ok", 3, 3, 1),
        ("not_found", NOT_FOUND, 0, 0),
        ("transient_not_found", 3, 3, 1),
        ("renamed", 3, 0, 1),
        ("suspended_documented", None, 0, 0),
        ("suspended_error", 0, 0, 0),
        ("suspended_null", None, 0, 0),
        ("protected", 0, 0, 0),
        ("empty", 0, 0, 0),
        ("low_follower", 0, 0, 1),
    ],
)
def test_each_state_of_an_account_shows_in_four_places(ask, state, shown, found, by_id):
    """Timeline by id, search by name, and a post by its id."""
    assert outcome(ask, state)[1:] == (shown, found, by_id)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("not_found", NOT_FOUND),
        ("transient_not_found", NOT_FOUND),
        ("renamed", NOT_FOUND),
        ("suspended_error", {"status": "error", "msg": "User has been suspended", "data": None}),
        ("suspended_null", {"status": "success", "msg": "success", "data": None}),
    ],
)
def test_a_profile_can_be_missing_in_several_ways(ask, state, expected):
    """Always with HTTP 200."""
    assert outcome(ask, state)[0] == expected


def test_a_passing_not_found_passes(ask):
    """The second look-up finds the account."""
    replies = [ask(INFO, "account.bob=transient_not_found", userName="bob"), ask(INFO, userName="bob")]
    assert [reply.json()["status"] for reply in replies] == ["error", "success"]


def test_a_profile_can_be_there_and_say_why_there_are_no_posts(ask):
    """Protected, suspended as documented, or without posts."""
    assert outcome(ask, "protected")[0]["data"]["protected"] is True
    assert outcome(ask, "suspended_documented")[0]["data"]["unavailableReason"] == "Suspended"
    assert outcome(ask, "empty")[0]["data"]["statusesCount"] == 0
    assert outcome(ask, "low_follower")[0]["data"]["statusesCount"] == 3


def test_a_renamed_account_is_found_by_its_id(ask):
    """The old name gives an empty timeline, the new one everything."""
    old = ask(TIMELINE, "account.bob=renamed", userName="bob").json()
    new = ask(BATCH, userIds="42").json()["users"][0]["userName"]
    assert (old["status"], old["data"]["tweets"]) == ("success", [])
    assert len(ask(SEARCH, query=f"from:{new}").json()["tweets"]) == 3
    assert ask(ABOUT, userName=new).json()["data"]["about_profile"]["username_changes"]["count"] == "1"
