"""Posts as plain rows: the JSON form in which posts lie in files and in the database.

The field names are those of the published collections (`like_count`, `retweet_count`, …), so a file made elsewhere and
a row stored here read alike. An unknown count is null.
"""

from datetime import UTC, datetime
from typing import Any, Final

from soundalike.posts.post import Engagement, Post

Row = dict[str, Any]

_COUNTS: Final = {
    "likes": "like_count",
    "reposts": "retweet_count",
    "replies": "reply_count",
    "quotes": "quote_count",
    "views": "view_count",
    "bookmarks": "bookmark_count",
}


def row_of(post: Post) -> Row:
    """Write a post as a row; `post_of(row_of(post)) == post`."""
    row: Row = {
        "id": post.id,
        "text": post.text,
        "created_at": post.created_at.isoformat().replace("+00:00", "Z"),
        **{column: getattr(post.engagement, name) for name, column in _COUNTS.items()},
        "lang": post.lang,
        "is_reply": post.is_reply,
        "is_retweet": post.is_repost,
        "is_quote": post.is_quote,
        "url": post.url,
        "author": post.username,
    }
    extras = {
        "author_id": post.author_id,
        "has_media": post.has_media,
        "media_links": list(post.media_links) or None,
        "in_reply_to_id": post.in_reply_to_id,
        "conversation_id": post.conversation_id,
    }
    return row | {name: value for name, value in extras.items() if value is not None}


def post_of(row: Row, *, username: str = "") -> Post:
    """Read a row; `username` stands in where the row names no author.

    Raises:
        KeyError, TypeError, ValueError: The row lacks an id, a text or a time, or one of them makes no sense.
    """
    text = row["text"]
    if not isinstance(text, str):
        raise TypeError(f"text is {type(text).__name__}, not a string")
    return Post(
        id=_id_of(row["id"]),
        text=text,
        created_at=read_time(row["created_at"]),
        username=str(row.get("author") or username),
        engagement=Engagement(**{name: read_count(row.get(column)) for name, column in _COUNTS.items()}),
        author_id=_text_or_none(row.get("author_id")),
        lang=_text_or_none(row.get("lang")),
        is_reply=_flag(row.get("is_reply")) or False,
        is_repost=_flag(row.get("is_retweet")) or False,
        is_quote=_flag(row.get("is_quote")),
        has_media=_flag(row.get("has_media")),
        media_links=tuple(row.get("media_links") or ()),
        in_reply_to_id=_text_or_none(row.get("in_reply_to_id")),
        conversation_id=_text_or_none(row.get("conversation_id")),
    )


def read_time(value: object) -> datetime:
    """Read RFC 3339 or X's legacy form (`Tue Dec 10 07:00:30 +0000 2024`) as UTC; without a zone UTC is meant."""
    text = str(value).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_count(value: object) -> int | None:
    """Read a count; what is no number of zero or more (None, "", `[0]`, true) is unknown."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(float(value)) if isinstance(value, str) and value.strip() else int(value)
    except (ValueError, OverflowError):
        return None
    return number if number >= 0 else None


def _id_of(value: object) -> str:
    number = int(str(value))
    if number < 0:
        raise ValueError("id is negative")
    return str(number)


def _text_or_none(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


def _flag(value: object) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    return bool(value) if value is not None else None
