"""Posts as plain rows: the JSON form in which posts lie in files and in the database, and the values such rows hold.

The field names are those of the published collections (`like_count`, `retweet_count`, …), so a file made elsewhere and
a row stored here read alike. An unknown count is null. What stands in a row is not trusted: every value has its reader,
whatever the format it came in.
"""

import re
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

_LONGEST_TEXT: Final = 100_000  # characters; X allows 25,000
_LARGEST_COUNT: Final = 2**53
_MOST_LINKS: Final = 20

_LEGACY_TIME: Final = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d:\d\d:\d\d) ([+-]\d{4}) (\d{4})", re.ASCII
)
_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"
_ID: Final = re.compile(r"[0-9]{1,19}")
_USERNAME: Final = re.compile(r"@?([A-Za-z0-9_]{1,15})")
_LANGUAGE: Final = re.compile(r"[A-Za-z-]{2,12}")
_LINK: Final = re.compile(r"https?://[!-~]{1,500}")
_UNSTORABLE: Final = re.compile(
    "[\x00\ud800-\udfff]"
)  # no database takes NUL, no encoding half a surrogate pair
_FLAGS: Final = {
    **dict.fromkeys(("true", "t", "yes", "1", "1.0"), True),
    **dict.fromkeys(("false", "f", "no", "0", "0.0"), False),
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
    return Post(
        id=read_id(row["id"]),
        text=read_text(row["text"]),
        created_at=read_time(row["created_at"]),
        username=str(row.get("author") or username),
        engagement=Engagement(**{name: read_count(row.get(column)) for name, column in _COUNTS.items()}),
        author_id=read_id_or_none(row.get("author_id")),
        lang=read_language(row.get("lang")),
        is_reply=read_flag(row.get("is_reply")) or False,
        is_repost=read_flag(row.get("is_retweet")) or False,
        is_quote=read_flag(row.get("is_quote")),
        has_media=read_flag(row.get("has_media")),
        media_links=read_links(row.get("media_links")),
        in_reply_to_id=read_id_or_none(row.get("in_reply_to_id")),
        conversation_id=read_id_or_none(row.get("conversation_id")),
    )


def read_time(value: object) -> datetime:
    """Read RFC 3339 or X's legacy form (`Tue Dec 10 07:00:30 +0000 2024`) as UTC; without a zone UTC is meant."""
    text = str(value).strip()
    if legacy := _LEGACY_TIME.fullmatch(text):
        month, day, clock, zone, year = legacy.groups()
        text = f"{year}-{_MONTHS.index(month) // 3 + 1:02}-{day}T{clock}{zone}"
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_count(value: object) -> int | None:
    """Read a count; what is no number of zero or more (None, "", `[0]`, true) is unknown."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(float(value)) if isinstance(value, str) and value.strip() else int(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < _LARGEST_COUNT else None


def read_id(value: object) -> str:
    """Read an id, a number or its digits.

    Raises:
        ValueError: It is none.
    """
    text = str(value).strip()
    if isinstance(value, bool) or not _ID.fullmatch(text):
        raise ValueError(f"“{text[:40]}” is no id")
    return str(int(text))


def read_id_or_none(value: object) -> str | None:
    """Read an id; what is none is unknown."""
    try:
        return read_id(value)
    except ValueError:
        return None


def read_text(value: object) -> str:
    """Read a post's text; what no database can hold becomes U+FFFD.

    Raises:
        TypeError, ValueError: It is no text, or longer than any post.
    """
    if not isinstance(value, str):
        raise TypeError(f"text is {type(value).__name__}, not a string")
    if len(value) > _LONGEST_TEXT:
        raise ValueError(f"a text of {len(value):,} characters")
    return _UNSTORABLE.sub("\ufffd", value)


def read_username(value: object) -> str:
    """Read a username, with or without its @; nothing where it cannot be one."""
    found = _USERNAME.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1] if found else ""


def read_language(value: object) -> str | None:
    """Read the tag of a language; what is none is unknown."""
    return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else None


def read_links(value: object) -> tuple[str, ...]:
    """The web addresses in a list, twenty at most."""
    listed = value[:_MOST_LINKS] if isinstance(value, list) else ()
    return tuple(link for link in listed if isinstance(link, str) and _LINK.fullmatch(link))


def read_flag(value: object) -> bool | None:
    """Read yes or no, as a truth value, a number or a word; what is neither is unknown."""
    if isinstance(value, str):
        return _FLAGS.get(value.strip().lower())
    return bool(value) if isinstance(value, bool | int | float) else None
