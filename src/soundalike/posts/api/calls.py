"""What the tweets API can be asked: requests as values, each with its highest price and the reader of its reply."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Final, Generic, TypeVar

from soundalike.errors import UpstreamError
from soundalike.posts.api.pricing import PAGE_CREDITS, PROFILE_CREDITS
from soundalike.posts.api.wire import Balance, Page, read_balance, read_creator, read_names, read_page
from soundalike.posts.post import Creator, Window, read_username

T_co = TypeVar("T_co", covariant=True)

# Over 512 characters the search answers empty instead of complaining; what it counts beyond ASCII is unknown.
QUERY_BYTES: Final = 500


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """One request: its kind, where it goes, the most it can cost in credits, and how its reply is read."""

    kind: str
    path: str
    params: dict[str, str]
    most_credits: int
    read: Callable[[object], T_co]


def profile_call(username: str) -> Call[Creator]:
    """Ask for an account by name."""
    return Call(
        "profile",
        "/twitter/user/info",
        {"userName": username},
        PROFILE_CREDITS,
        partial(read_creator, username=username),
    )


def names_call(user_id: str) -> Call[dict[str, str]]:
    """Ask what an account is called now; its id survives every new name."""
    return Call(
        "profile", "/twitter/user/batch_info_by_ids", {"userIds": user_id}, PROFILE_CREDITS, read_names
    )


def timeline_call(creator: Creator, *, cursor: str = "") -> Call[Page]:
    """Ask for a page of an account's timeline, newest first, without replies; by id, as names change."""
    params = {"userId": creator.id} | ({"cursor": cursor} if cursor else {})
    return _page_call("timeline", "/twitter/user/last_tweets", params, creator)


def search_call(
    creator: Creator,
    window: Window,
    *,
    max_id: str | None = None,
    min_likes: int = 0,
    with_replies: bool = False,
) -> Call[Page]:
    """Ask for the newest posts of `window`, none with an id above `max_id`, none liked less than `min_likes`."""
    query = search_query(
        creator.username, window, max_id=max_id, min_likes=min_likes, with_replies=with_replies
    )
    params = {"query": query, "queryType": "Latest"}
    return _page_call("search", "/twitter/tweet/advanced_search", params, creator)


def balance_call() -> Call[Balance]:
    """Ask for the balance; free of charge."""
    return Call("balance", "/oapi/my/info", {}, 0, read_balance)


def search_query(
    username: str,
    window: Window,
    *,
    max_id: str | None = None,
    min_likes: int = 0,
    with_replies: bool = False,
) -> str:
    """Write the search for an account's posts in `window`.

    `since_time` includes, `until_time` excludes, both in whole seconds. The service counts likes by a snapshot older
    than the counts it returns.

    Raises:
        InvalidUsername: `username` cannot be a name, and must not become part of a query.
        UpstreamError: The query is longer than the service reads.
    """
    since, until = max(0, int(window.start.timestamp())), max(0, ceil(window.end.timestamp()))
    operators = {
        f"from:{read_username(username)} since_time:{since} until_time:{until}": True,
        f"max_id:{max_id}": max_id,
        f"min_faves:{min_likes}": min_likes,
        "-filter:replies": not with_replies,
    }
    query = " ".join(operator for operator, wanted in operators.items() if wanted)
    if len(query.encode()) > QUERY_BYTES:
        raise UpstreamError(f"A search of {len(query)} characters is longer than the tweets API reads.")
    return query


def _page_call(kind: str, path: str, params: dict[str, str], creator: Creator) -> Call[Page]:
    return Call(kind, path, params, PAGE_CREDITS, partial(read_page, username=creator.username))
