"""Every reply, in every form, is valid under the contract's schemas."""

from typing import get_args, get_type_hints

import pytest

from soundalike.emulator.faults import AccountState, Faults

INFO, TIMELINE = "/twitter/user/info", "/twitter/user/last_tweets"
SEARCH, BY_IDS = "/twitter/tweet/advanced_search", "/twitter/tweets"
CHOICES = [
    f"{name}={choice}"
    for name in (
        "last_tweets_envelope",
        "dialect",
        "pin",
        "nested",
        "omit_fields",
        "text_escape",
        "last_page_cursor",
    )
    for choice in get_args(get_type_hints(Faults)[name])
]
STATES = [f"account.Ann_Writes={state}" for state in get_args(AccountState)]


@pytest.mark.parametrize("toggle", [*CHOICES, *STATES])
def test_every_form_of_every_reply_is_valid(ask, posts, validate, toggle):
    """Profile, about page, accounts, timeline, search and posts by id under each choice of each toggle."""
    ann = {"userName": "ann_writes"}
    odd = [post for post in posts if post.is_reply or post.is_repost or post.is_quote]  # Ann's latest
    ids = ",".join(post.id for post in [*odd, *posts[-2:]])
    since = int(odd[-3].created_at.timestamp())
    validate("user_info_response", ask(INFO, "last_tweets_depth=12", toggle, **ann).json())
    validate("user_info_response", ask(INFO, **ann).json())
    validate("user_about_response", ask("/twitter/user_about", **ann).json())
    validate("last_tweets_response", ask(TIMELINE, **ann, includeReplies="true").json())
    validate("last_tweets_response", ask(TIMELINE, userName="nobody").json())
    for kind in ("", " filter:replies", " filter:nativeretweets"):
        query = f"from:ann_writes since_time:{since}{kind}"
        validate("advanced_search_response", ask(SEARCH, query=query).json())
    found = ask(BY_IDS, tweet_ids=ids).json()
    validate("tweets_by_ids_response", found)
    users = ",".join({tweet["author"]["id"] for tweet in found["tweets"]} | {"7"})
    validate("batch_user_info_response", ask("/twitter/user/batch_info_by_ids", userIds=users).json())
    validate("my_info_response", ask("/oapi/my/info").json())


def test_every_refusal_is_valid(ask, validate):
    """Bodies of failures, whatever their status."""
    replies = [ask(INFO), ask("/nowhere"), ask(INFO, "credits.recharge=0", userName="bob")]
    replies += [ask(INFO, "server.error_500=always", userName="bob"), ask(INFO, "seed=0", userName="nobody")]
    assert [reply.status_code for reply in replies] == [400, 404, 402, 500, 200]
    for reply in replies:
        validate("error_body", reply.json())
