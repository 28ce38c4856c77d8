"""Posts from files: JSON lines, CSV, and the archive that X gives its users (folder or zip).

A broken line is named and the rest is kept.
"""

import csv
import json
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from soundalike.errors import PostsError
from soundalike.posts.archive import is_archive, read_archive
from soundalike.posts.post import Post
from soundalike.posts.rows import Row, post_of

_LONGEST_LINE: Final = 2**20  # a post of 25,000 characters with all its fields stays far below
_NAMED_FAULTS: Final = 5

# What other people's tables call our columns.
_ALIASES: Final = {
    "id": ("id_str", "tweet_id", "post_id", "status_id"),
    "text": ("full_text", "tweet", "content"),
    "created_at": ("createdAt", "date", "time", "timestamp"),
    "like_count": ("favorite_count", "likeCount", "likes", "favorites"),
    "retweet_count": ("retweetCount", "retweets", "reposts", "repost_count"),
    "reply_count": ("replyCount", "replies"),
    "quote_count": ("quoteCount", "quotes"),
    "view_count": ("viewCount", "views", "impressions", "impression_count"),
    "bookmark_count": ("bookmarkCount", "bookmarks"),
    "is_retweet": ("isRetweet", "is_repost"),
    "is_reply": ("isReply",),
    "author": ("username", "userName", "user", "screen_name"),
    "lang": ("language",),
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """Posts read from a file, and a sentence for everything that could not be read."""

    posts: tuple[Post, ...]
    faults: tuple[str, ...]


def load_posts(path: str | Path) -> list[Post]:
    """Load the posts of a JSON lines file, a CSV file or an X archive (folder or zip).

    A line that cannot be read gives a warning that names it; the others are returned.

    Raises:
        PostsError: The file cannot be opened, or not one post in it can be read.
    """
    loaded = read_posts(path)
    for fault in loaded.faults:
        warnings.warn(fault, stacklevel=2)
    return list(loaded.posts)


def read_posts(path: str | Path) -> Loaded:
    """Do as `load_posts`, but return the faults instead of warning of them."""
    given = Path(path)
    try:
        posts, faults = _read(given)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PostsError(
            f"{given} cannot be read: {reason}.", path=str(given), hint="Check the path."
        ) from error
    except csv.Error as error:
        raise PostsError(
            f"{given} is not a table: {error}.", path=str(given), hint="Save it as CSV anew."
        ) from error
    if not posts:
        first = f" {faults[0]}" if faults else ""
        raise PostsError(
            f"{given} holds no post that can be read.{first}",
            path=str(given),
            hint="A line needs at least id, text and created_at.",
        )
    return Loaded(tuple(posts), _shortened(faults))


def _read(path: Path) -> tuple[list[Post], list[str]]:
    if is_archive(path):
        return read_archive(path)
    reader = _csv_rows if path.suffix.lower() in {".csv", ".tsv"} else _json_rows
    return _posts_of(reader(path), username=path.stem)


def _posts_of(
    numbered: Iterable[tuple[int, Callable[[], Row]]], *, username: str
) -> tuple[list[Post], list[str]]:
    posts, faults = [], []
    for number, row in numbered:
        try:
            posts.append(post_of(row(), username=username))
        except KeyError as error:
            faults.append(f"Line {number} has no {error.args[0]}; it was left out.")
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            faults.append(f"Line {number} cannot be read ({str(error)[:120]}); it was left out.")
    return posts, faults


def _json_rows(path: Path) -> Iterator[tuple[int, Callable[[], Row]]]:
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        number = 0
        while line := lines.readline(_LONGEST_LINE):
            number += 1
            if line.strip():
                yield number, lambda line=line: _renamed(json.loads(line))  # type: ignore[misc]


def _csv_rows(path: Path) -> Iterator[tuple[int, Callable[[], Row]]]:
    csv.field_size_limit(min(_LONGEST_LINE, sys.maxsize))
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
        table = csv.DictReader((line.replace("\0", "") for line in lines), delimiter=delimiter)
        for row in table:
            yield table.line_num, lambda row=row: _renamed(row)  # type: ignore[misc]


def _renamed(row: Row) -> Row:
    """Give the row our column names; its own stay where they are already ours."""
    if not isinstance(row, dict):
        raise TypeError(f"a {type(row).__name__} where an object should be")
    found = {name: next((row[a] for a in aliases if a in row), None) for name, aliases in _ALIASES.items()}
    return {name: value for name, value in found.items() if value is not None} | row


def _shortened(faults: list[str]) -> tuple[str, ...]:
    rest = len(faults) - _NAMED_FAULTS
    return (*faults[:_NAMED_FAULTS], f"{rest:,} more lines were left out.") if rest > 0 else tuple(faults)
