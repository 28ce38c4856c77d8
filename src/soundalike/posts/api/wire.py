"""Replies of the tweets API, read into our values. No network, no clock.

Written against the public contract of twitterapi.io and captures of its replies, whose many forms are all read: two
dialects of the post, four envelopes of a page, nulls, stubs and lists where a count belongs. Bodies are hostile data:
whatever arrives, a reader returns a value or raises an error of our tree.
"""

from dataclasses import dataclass
from typing import Any, cast

from soundalike.errors import SchemaDrift
from soundalike.posts.api.pricing import FLOOR_CREDITS, POST_CREDITS
from soundalike.posts.api.refusals import account_refusal, drift, printable, refuse_account
from soundalike.posts.post import Creator, Engagement, Post
from soundalike.posts.rows import (
    read_count,
    read_id,
    read_id_or_none,
    read_language,
    read_links,
    read_text,
    read_time,
    read_username,
)

Json = dict[str, Any]

_LONGEST_CURSOR = 2_000
_NAME_LENGTH = 100  # characters of a display name; X allows 50
_PINNED_READ = 10
_MEDIA_READ = 20


@dataclass(frozen=True, slots=True)
class Page:
    """A page of posts in the order sent. `broken` items could not be read; `pinned` was sent beside the list."""

    posts: tuple[Post, ...] = ()
    next_cursor: str = ""
    has_next: bool = False
    broken: int = 0
    pinned: Post | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the list held nothing at all."""
        return not self.posts and not self.broken

    @property
    def goes_on(self) -> bool:
        """Whether another page is offered: either sign alone has been seen to be wrong."""
        return self.has_next and bool(self.next_cursor)

    @property
    def credits(self) -> int:
        """What the page costs: 15 a post, at least 15; a pinned post sent apart counts as one."""
        apart = self.pinned is not None and self.pinned.id not in {post.id for post in self.posts}
        return max(FLOOR_CREDITS, POST_CREDITS * (len(self.posts) + self.broken + apart))


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits of a key. A key that was never topped up has none `recharged`; late bills make a balance negative."""

    recharged: int
    bonus: int

    @property
    def total(self) -> int:
        """What can be spent."""
        return self.recharged + self.bonus


def read_creator(payload: object, username: str) -> Creator:
    """Read the reply about the account `username`; a protected account is a value, with its mark set.

    Raises:
        CreatorNotFound: No such account, or an empty answer.
        CreatorProtected, CreatorUnavailable: An error or a mark in the reply says so.
        SchemaDrift, UpstreamError: The reply is something else.
    """
    refuse_account(payload, username)
    if not isinstance(payload, dict) or not {"data", "status"} & payload.keys():
        raise drift("a profile", payload)
    data = payload.get("data")
    if data in (None, {}):
        raise account_refusal("not found", username)
    try:
        fields = _object(data)
        if fields.get("unavailable") is True:
            reasons = (fields.get("unavailableReason"), fields.get("message"))
            raise account_refusal(f"unavailable {' '.join(map(str, reasons))}", username)
        return _creator_of(fields, username)
    except (KeyError, TypeError, ValueError):
        raise drift("a profile", data) from None


def read_names(payload: object) -> dict[str, str]:
    """Read the usernames of the accounts found by id; those that are gone are missing.

    Raises:
        SchemaDrift: There is no list of accounts.
        UpstreamError: The reply is an in-band error.
    """
    refuse_account(payload, "")
    users = payload.get("users") if isinstance(payload, dict) else None
    if not isinstance(users, list):
        raise drift("accounts", payload)
    found = [user for user in users if isinstance(user, dict)]
    names = {read_id_or_none(user.get("id")): read_username(user.get("userName")) for user in found}
    return {user_id: name for user_id, name in names.items() if user_id and name}


def read_page(payload: object, *, username: str = "") -> Page:
    """Find the page in any of the envelopes: posts at the root or under `data`, paging at either; the root wins.

    Raises:
        SchemaDrift: There is no list where one is known to be, or nothing in it can be read.
        CreatorError, UpstreamError: The reply is an in-band error; `username` is for its message.
    """
    refuse_account(payload, username)
    if not isinstance(payload, dict):
        raise drift("a page", payload)
    data = payload.get("data")
    inner: Json = data if isinstance(data, dict) else {}
    items = _items_of(payload, inner)
    posts = tuple(post for post in map(_post_or_none, items) if post)
    if items and not posts:
        raise drift("posts", items[0])
    cursor = payload.get("next_cursor", inner.get("next_cursor"))
    cursor = cursor if isinstance(cursor, str) else ""
    if len(cursor) > _LONGEST_CURSOR:
        raise drift("a page with an endless cursor", payload)
    return Page(
        posts=posts,
        next_cursor=cursor,
        has_next=payload.get("has_next_page", inner.get("has_next_page", bool(cursor))) is True,
        broken=len(items) - len(posts),
        pinned=_post_or_none(inner.get("pin_tweet")),
    )


def read_balance(payload: object) -> Balance:
    """Read what a key has left; both fields count, as trial credits are bonus only.

    Raises:
        SchemaDrift: The recharged credits are missing or no number.
        UpstreamError: The reply is an in-band error.
    """
    refuse_account(payload, "")
    try:
        fields = _object(payload)
        return Balance(int(fields["recharge_credits"]), int(fields.get("total_bonus_credits") or 0))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise drift("a balance", payload) from None


def read_post(item: object) -> Post:
    """Read a post in either dialect.

    A repost is one whose `retweeted_tweet` holds something or whose text starts with `RT @`: the flag `isRetweet` is
    false on reposts. Whether a post quotes stays open where the quoted post is a stub.

    Raises:
        SchemaDrift: There is no id, text or time of a post.
    """
    try:
        fields = _object(item)
        return _post_of(fields)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise drift("a post", item) from None


def _post_of(fields: Json) -> Post:
    author = _object_or_empty(fields.get("author"))
    text = read_text(fields["text"])
    media = _media(fields)
    reply_to = read_id_or_none(fields.get("inReplyToId"))
    return Post(
        id=read_id(fields["id"]),
        text=text,
        created_at=read_time(fields["createdAt"]),
        username=read_username(author.get("userName")),
        engagement=_engagement(fields),
        author_id=read_id_or_none(author.get("id")),
        lang=read_language(fields.get("lang")),
        is_reply=fields.get("isReply") is True or reply_to is not None or bool(fields.get("inReplyToUserId")),
        is_repost=bool(_object_or_empty(fields.get("retweeted_tweet"))) or text.startswith("RT @"),
        is_quote=_quotes(fields),
        has_media=None if media is None else bool(media),
        media_links=read_links([medium.get("url") for medium in media or ()]),
        in_reply_to_id=reply_to,
        conversation_id=read_id_or_none(fields.get("conversationId")),
    )


def _creator_of(data: Json, username: str) -> Creator:
    pinned = data.get("pinnedTweetIds")
    candidates = map(read_id_or_none, pinned[:_PINNED_READ]) if isinstance(pinned, list) else ()
    name = data.get("name")
    return Creator(
        id=read_id(data["id"]),
        username=read_username(data.get("userName")) or username,
        display_name=printable(name)[:_NAME_LENGTH] if isinstance(name, str) else "",
        followers=read_count(data.get("followers")),
        posts_count=read_count(data.get("statusesCount")),
        profile_image_url=next(iter(read_links([data.get("profilePicture")])), None),
        is_protected=data.get("protected") is True,
        pinned_ids=tuple(filter(None, candidates)),
    )


def _items_of(payload: Json, inner: Json) -> list[Any]:
    """The list of posts, wherever it lies; `data: null` is an account without a readable timeline."""
    if isinstance(payload.get("data"), list):
        return cast("list[Any]", payload["data"])
    for holder in (payload, inner):
        if isinstance(holder.get("tweets"), list):
            return cast("list[Any]", holder["tweets"])
    if "data" in payload and payload["data"] is None:
        return []
    raise drift("a page", payload)


def _engagement(fields: Json) -> Engagement:
    return Engagement(
        likes=read_count(fields.get("likeCount")),
        reposts=read_count(fields.get("retweetCount")),
        replies=read_count(fields.get("replyCount")),
        quotes=read_count(fields.get("quoteCount")),
        views=read_count(fields.get("viewCount")),
        bookmarks=read_count(fields.get("bookmarkCount")),
    )


def _quotes(fields: Json) -> bool | None:
    quoted = fields.get("quoted_tweet")
    if fields.get("isQuote") is True or (isinstance(quoted, dict) and quoted):
        return True
    return False if quoted is None else None


def _post_or_none(item: object) -> Post | None:
    try:
        return read_post(item)
    except SchemaDrift:
        return None


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError("no JSON object")
    return value


def _object_or_empty(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _media(fields: Json) -> list[Json] | None:
    """The media of a post; None where the reply does not speak of media."""
    extended = fields.get("extendedEntities")
    if not isinstance(extended, dict):
        return None
    listed = extended.get("media")
    return (
        [medium for medium in listed[:_MEDIA_READ] if isinstance(medium, dict)]
        if isinstance(listed, list)
        else []
    )
