"""What the tweets API can be asked: requests as values, each with its highest price and the reader of its reply."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Final, Generic, TypeVar

from soundalike.errors import UpstreamError
from soundalike.posts.api.pricing import PAGE_CREDITS, PROFILE_CREDITS
from soundalike.posts.api.wire import Balance, Page, read_balance, read_creator, read_page
from soundalike.posts.post import Creator, Window, read_username

T_co = TypeVar("T_co", covariant=True)

# Over 512 characters the search answers empty instead of complaining; what it counts beyond ASCII is unknown.
QUERY_BYTES: Final = 500


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """One request: where it goes, the most it can cost in credits, and how its reply is read."""

    path: str
    params: dict[str, str]
    most_credits: int
    read: Callable[[object], T_co]


def profile_call(username: str) -> Call[Creator]:
    """Ask for an account by name."""
    return Call(
        "/twitter/user/info",
        {"userName": username},
        PROFILE_CREDITS,
        partial(read_creator, username=username),
    )


def timeline_call(creator: Creator, *, cursor: str = "", include_replies: bool = False) -> Call[Page]:
    """Ask for a page of an account's timeline, newest first; by id, as names change."""
    replies = {"includeReplies": "true"} if include_replies else {}
    return _page_call("/twitter/user/last_tweets", {"userId": creator.id, **replies}, cursor, creator)


def search_call(
    creator: Creator, window: Window, *, max_id: str | None = None, cursor: str = ""
) -> Call[Page]:
    """Ask for a page of the posts of `window`, newest first, none with an id above `max_id`."""
    query = search_query(creator.username, window, max_id=max_id)
    return _page_call(
        "/twitter/tweet/advanced_search", {"query": query, "queryType": "Latest"}, cursor, creator
    )


def balance_call() -> Call[Balance]:
    """Ask for the balance; free of charge."""
    return Call("/oapi/my/info", {}, 0, read_balance)


def search_query(username: str, window: Window, *, max_id: str | None = None) -> str:
    """Write the search for an account's posts in `window`.

    `since_time` includes, `until_time` excludes, both in whole seconds.

    Raises:
        InvalidUsername: `username` cannot be a name, and must not become part of a query.
        UpstreamError: The query is longer than the service reads.
    """
    since, until = max(0, int(window.start.timestamp())), max(0, ceil(window.end.timestamp()))
    query = f"from:{read_username(username)} since_time:{since} until_time:{until}"
    query += f" max_id:{max_id}" if max_id else ""
    if len(query.encode()) > QUERY_BYTES:
        raise UpstreamError(f"A search of {len(query)} characters is longer than the tweets API reads.")
    return query


def _page_call(path: str, params: dict[str, str], cursor: str, creator: Creator) -> Call[Page]:
    paging = {"cursor": cursor} if cursor else {}
    return Call(path, params | paging, PAGE_CREDITS, partial(read_page, username=creator.username))
