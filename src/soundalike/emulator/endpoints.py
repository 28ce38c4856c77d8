"""What each path answers once a request has passed the gate: parameters in, status, body and price out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from soundalike.emulator.catalogue import Account, Catalogue
from soundalike.emulator.dice import Dice
from soundalike.emulator.entities import Json
from soundalike.emulator.faults import Dialect, Envelope, Faults
from soundalike.emulator.meter import (
    ABOUT_PRICE,
    BULK_PROFILE_PRICE,
    BULK_SIZE,
    FLOOR_PRICE,
    POST_PRICE,
    PROFILE_PRICE,
)
from soundalike.emulator.paging import Chain, Page
from soundalike.emulator.tweets import Rendering, pinned_post
from soundalike.emulator.users import about_json, author_json, profile_json, unavailable_json
from soundalike.posts.post import Post

Params = Mapping[str, str]
Find = Callable[..., Sequence[Post]]

_TRUE: Final = frozenset({"true", "1"})
_UNSEEN: Final = frozenset({"not_found", "suspended_error", "suspended_null"})
_NULL_TIMELINE: Final = frozenset({"suspended_documented", "suspended_null"})
_EMPTY_TIMELINE: Final = frozenset({"suspended_error", "protected", "low_follower"})
_NO_TIMELINE: Final = frozenset({"data_null", "empty"})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is bytes. `credits` is its price; a failure has none unless failures are billed.

    `posts` are the ids of the posts it brings, as often as it brings them.
    """

    status: int
    body: Json
    credits: int = 0
    posts: tuple[str, ...] = ()
    failed: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the endpoints answer from. `find` takes a query, `top` and `now`; `now` is in Unix seconds."""

    catalogue: Catalogue
    faults: Faults
    dice: Dice
    find: Find
    balance: tuple[int, int]
    now: float

    def found(self, query: str, *, top: bool) -> Sequence[Post]:
        """What a query finds; only relative queries are told the time, so others are found once for all pages."""
        return self.find(query, top=top, now=self.now if "within_time" in query else 0.0)

    def chain(self, found: Sequence[Post], *, bound_to: str) -> Chain:
        """The pages of what was found."""
        return Chain(found, bound_to, self.dice, fill_last_cursor=self.faults.last_page_cursor == "filled")

    def tweets(self, posts: list[Post], dialect: Dialect) -> list[Json]:
        """Posts in the dialect of the endpoint, or in the one the toggles insist on."""
        insisted = self.faults.dialect
        dialect = dialect if insisted == "live" else insisted
        return Rendering(self.catalogue, self.faults, dialect).tweets(posts)


class BadParameterError(Exception):
    """A required parameter is absent or makes no sense; the text is what the service says."""


def user_info(desk: Desk, params: Params) -> Reply:
    """`/twitter/user/info`: the profile, or what stands in its place."""
    account = desk.catalogue.named(_required(params, "userName"))
    if account is None or account.state == "not_found" or _not_yet(desk, account):
        return _in_band("user not found")
    if account.state == "suspended_error":
        return _in_band("User has been suspended")
    return _success({"data": _profile(desk, account)}, PROFILE_PRICE)


def user_about(desk: Desk, params: Params) -> Reply:
    """`/twitter/user_about`: what X says about an account's origin."""
    account = desk.catalogue.named(_required(params, "userName"))
    if account is None or account.state in _UNSEEN:
        return _in_band("user not found")
    return _success({"data": about_json(account)}, ABOUT_PRICE)


def batch_info_by_ids(desk: Desk, params: Params) -> Reply:
    """`/twitter/user/batch_info_by_ids`: the accounts found, unknown ids left out."""
    asked = _ids(params, "userIds")
    found = [account for identity in asked if (account := desk.catalogue.by_id.get(identity))]
    users = [_user(desk, account) for account in found if account.state not in _UNSEEN]
    price = PROFILE_PRICE if len(asked) < BULK_SIZE else BULK_PROFILE_PRICE
    return _success({"users": users}, max(FLOOR_PRICE, price * len(users)))


def last_tweets(desk: Desk, params: Params) -> Reply:
    """`/twitter/user/last_tweets`: an account's posts, newest first, reposts included."""
    account = _whose(desk, params)
    if account is None and desk.faults.state_of(params.get("userName", "")) == "renamed":
        return _timeline(Page(), desk.faults.last_tweets_envelope)
    if account is None or account.state == "not_found":
        return _in_band("user not found")
    if account.state in _NULL_TIMELINE:
        return _timeline(Page(), "data_null")
    return _readable_timeline(desk, account, params)


def advanced_search(desk: Desk, params: Params) -> Reply:
    """`/twitter/tweet/advanced_search`: a page of what the query finds, newest first or (`Top`) best first."""
    text, top = _required(params, "query"), params.get("queryType") == "Top"
    chain = desk.chain(desk.found(text, top=top), bound_to=f"search {top} {text}")
    page = chain.search_page(params.get("cursor", ""), desk.faults.search)
    tweets = desk.tweets(page.posts, "A")
    return _posts({"tweets": tweets, **_pagination(page)}, tweets)


def tweets_by_ids(desk: Desk, params: Params) -> Reply:
    """`/twitter/tweets`: the posts found, unknown ids left out."""
    asked = dict.fromkeys(_ids(params, "tweet_ids"))
    found = [post for identity in asked if (post := desk.catalogue.posts.get(identity))]
    tweets = desk.tweets(found, "B")
    return _posts({"status": "success", "msg": "success", "tweets": tweets, "code": 0}, tweets)


def my_info(desk: Desk, params: Params) -> Reply:  # noqa: ARG001 - every endpoint takes both
    """`/oapi/my/info`: the balance, without an envelope and without a price."""
    recharge, bonus = desk.balance
    return Reply(200, {"recharge_credits": recharge, "total_bonus_credits": bonus})


ENDPOINTS: Final[dict[str, Callable[[Desk, Params], Reply]]] = {
    "/twitter/user/info": user_info,
    "/twitter/user/last_tweets": last_tweets,
    "/twitter/tweet/advanced_search": advanced_search,
    "/twitter/tweets": tweets_by_ids,
    "/twitter/user/batch_info_by_ids": batch_info_by_ids,
    "/twitter/user_about": user_about,
    "/oapi/my/info": my_info,
}


def _not_yet(desk: Desk, account: Account) -> bool:
    """A transient state hides an account from the first look-up only."""
    return account.state == "transient_not_found" and desk.dice.occasion(f"account.{account.id}") == 1


def _profile(desk: Desk, account: Account) -> Json | None:
    if account.state == "suspended_null":
        return None
    if account.state == "suspended_documented":
        return unavailable_json(account)
    return profile_json(account, pinned=pinned_post(account, desk.faults))


def _user(desk: Desk, account: Account) -> Json:
    if account.state == "suspended_documented":
        return unavailable_json(account)
    return author_json(account, "A", pinned=pinned_post(account, desk.faults))


def _whose(desk: Desk, params: Params) -> Account | None:
    if params.get("userId"):
        return desk.catalogue.by_id.get(params["userId"])
    if params.get("userName"):
        return desk.catalogue.named(params["userName"])
    raise BadParameterError("userId or userName is required")


def _readable_timeline(desk: Desk, account: Account, params: Params) -> Reply:
    envelope = desk.faults.last_tweets_envelope
    if account.state in _EMPTY_TIMELINE or envelope in _NO_TIMELINE:
        return _timeline(Page(), envelope)
    cursor, pinned = params.get("cursor", ""), pinned_post(account, desk.faults)
    page = _timeline_chain(desk, account, pinned, replies=_flag(params, "includeReplies")).page(cursor)
    pin = desk.tweets([pinned], "A")[0] if pinned and not cursor else None
    return _timeline(page, envelope, tweets=desk.tweets(page.posts, "A"), pin=pin)


def _timeline_chain(desk: Desk, account: Account, pinned: Post | None, *, replies: bool) -> Chain:
    """The timeline as one chain; a pinned post on top of it is there a second time, in its place."""
    posts = [post for post in account.everything.posts if replies or not post.is_reply]
    on_top = [pinned] if pinned and desk.faults.pin == "on_top" else []
    found = on_top + posts[: desk.faults.last_tweets_depth or None]
    return desk.chain(found, bound_to=f"timeline {account.id} {replies}")


def _timeline(
    page: Page, envelope: Envelope, *, tweets: Sequence[Json] = (), pin: Json | None = None
) -> Reply:
    """Put a page of a timeline into one of its envelopes."""
    pagination, good = _pagination(page), {"status": "success", "msg": "success", "code": 0}
    data = {"pin_tweet": pin, "tweets": tweets}
    if envelope == "data_null":
        return _posts({**good, "data": None, **pagination}, tweets)
    if envelope == "in_data":
        return _posts({**good, "data": data | pagination}, tweets)
    if envelope == "openapi_flat":
        return _posts({"tweets": tweets, **pagination, "status": "success", "message": "success"}, tweets)
    return _posts({**good, "data": data, **pagination}, tweets)


def _flag(params: Params, name: str) -> bool:
    return params.get(name, "").lower() in _TRUE


def _required(params: Params, name: str) -> str:
    if not params.get(name, "").strip():
        raise BadParameterError(f"{name} is required")
    return params[name].strip()


def _ids(params: Params, name: str) -> list[str]:
    ids = [part.strip() for part in _required(params, name).split(",") if part.strip()]
    if len(ids) > BULK_SIZE:
        raise BadParameterError(f"{name} takes at most {BULK_SIZE} ids")
    return ids


def _success(body: Json, price: int) -> Reply:
    return Reply(200, {"status": "success", "msg": "success", **body}, price)


def _in_band(message: str) -> Reply:
    return Reply(200, {"status": "error", "msg": message, "data": None}, failed=True)


def _pagination(page: Page) -> Json:
    return {"has_next_page": page.has_next, "next_cursor": page.next_cursor}


def _posts(body: Json, tweets: Sequence[Json]) -> Reply:
    """An answer that is paid by the post."""
    price = max(FLOOR_PRICE, POST_PRICE * len(tweets))
    return Reply(200, body, price, tuple(tweet["id"] for tweet in tweets))
