"""Posts from files: JSON lines, JSON, CSV, and the archive that X gives its users (folder or zip).

Files are read as they come, so a file may be larger than the memory. What cannot be read is named, the rest is kept.
"""

import csv
import json
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count as numbers
from pathlib import Path
from typing import Final, TextIO

from soundalike.errors import PostsError
from soundalike.posts.archive import is_archive, stream_archive
from soundalike.posts.dialects import items_of, read_item, read_row
from soundalike.posts.faults import Fault, Faults, Found, found, until_hopeless
from soundalike.posts.post import Post
from soundalike.posts.rows import read_username
from soundalike.posts.streams import BreaksOff, JsonReader, text_of

_LONGEST_LINE: Final = 8 * 2**20  # characters; a page of hundreds of posts with all their fields stays below
_LONGEST_VALUE: Final = 64 * 2**20  # characters; one page, which has to be in memory as a whole
_LONGEST_FIELD: Final = 2**20  # characters of a table's field

Share = Callable[[float], None]
"""Told how much of a file is read, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Posts read from a file, and a sentence for everything that could not be read."""

    posts: tuple[Post, ...]
    faults: tuple[str, ...]


def load_posts(path: str | Path, *, username: str = "") -> list[Post]:
    """Load the posts of a JSON lines, JSON or CSV file or an X archive (folder or zip).

    Something that cannot be read gives a warning that names it; the others are returned.

    Raises:
        PostsError: The file cannot be opened, or not one post in it can be read.
    """
    loaded = read_posts(path, username=username)
    for fault in loaded.faults:
        warnings.warn(fault, stacklevel=2)
    return list(loaded.posts)


def read_posts(path: str | Path, *, username: str = "") -> Loaded:
    """Do as `load_posts`, but return the faults instead of warning of them."""
    posts, faults = [], Faults()
    for one in stream_posts(path, username=username):
        if isinstance(one, Fault):
            faults.add(one)
        else:
            posts.append(one)
    return Loaded(tuple(posts), faults.sentences)


def stream_posts(
    path: str | Path, *, username: str = "", on_share: Share = lambda _: None
) -> Iterator[Found]:
    """Read a file's posts one by one, in constant memory.

    `username` is whose posts they are where the file names no author; without it, the name of the file counts, if it
    can be one.

    Raises:
        PostsError: The file cannot be opened; or, at its end, not one post in it could be read.
    """
    given = Path(path)
    first_fault, has_posts = "", False
    try:
        for one in until_hopeless(_found_in(given, username, on_share)):
            has_posts = has_posts or isinstance(one, Post)
            if isinstance(one, Fault):
                first_fault = first_fault or one.sentence
            yield one
    except OSError as error:
        reason = error.strerror or str(error)
        raise PostsError(
            f"{given} cannot be read: {reason}.", path=str(given), hint="Check the path."
        ) from error
    if not has_posts:
        raise PostsError(
            f"{given} holds no post that can be read. {first_fault}".strip(),
            path=str(given),
            hint="A post needs at least an id, its text and when it was created.",
        )


def _found_in(path: Path, username: str, on_share: Share) -> Iterator[Found]:
    progress = _Progress(on_share)
    if is_archive(path):
        yield from stream_archive(path, username=username, count=progress.count, total=progress.expect)
        return
    progress.expect(path.stat().st_size)
    kind = path.suffix.lower()
    read = _read_table if kind in {".csv", ".tsv"} else _read_json if kind == ".json" else _read_lines
    fallback = username or read_username(path.stem)
    with text_of(path.open("rb"), most_bytes=sys.maxsize, count=progress.count) as text:
        try:
            for one in read(text):
                yield replace(one, username=fallback) if isinstance(one, Post) and not one.username else one
        except BreaksOff as error:
            yield Fault.at("The file", f"breaks off ({error}); the rest was left out.")


class _Progress:
    """Turns counted bytes into the share of what is to be read."""

    def __init__(self, on_share: Share) -> None:
        self._on_share, self._all, self._read = on_share, 1, 0

    def expect(self, size: int) -> None:
        self._all = max(size, 1)

    def count(self, more: int) -> None:
        self._read += more
        self._on_share(min(self._read / self._all, 1.0))


def _read_lines(text: TextIO) -> Iterator[Found]:
    """One JSON value a line: a post, or a page of them."""
    for number in numbers(1):
        line = text.readline(_LONGEST_LINE)
        if not line:
            return
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            _skip_line(text)
            yield Fault.at(f"Line {number}", "is longer than any page of posts; it was left out.")
        elif line.strip():
            yield from _posts_of_line(line, number)


def _posts_of_line(line: str, number: int) -> Iterator[Found]:
    try:
        items = list(items_of(json.loads(line)))
    except (ValueError, RecursionError) as error:
        yield Fault.at(f"Line {number}", f"cannot be read ({error}); it was left out.")
        return
    for index, item in enumerate(items, start=1):
        place = f"Line {number}" if len(items) == 1 else f"Line {number}, post {index}"
        yield found(place, read_item, item)


def _skip_line(text: TextIO) -> None:
    while (more := text.readline(_LONGEST_LINE)) and not more.endswith("\n"):
        pass


def _read_json(text: TextIO) -> Iterator[Found]:
    """A list of posts or pages, one page alone, or several values one after the other."""
    number = 0
    try:
        for value in JsonReader(text, longest=_LONGEST_VALUE).values():
            for item in items_of(value):
                number += 1
                yield found(f"Post {number}", read_item, item)
    except (BreaksOff, RecursionError) as error:
        yield Fault.at("The file", f"is no JSON after post {number} ({error}); the rest was left out.")


def _read_table(text: TextIO) -> Iterator[Found]:
    """Rows under a head line, parted by commas, semicolons or tabs."""
    csv.field_size_limit(_LONGEST_FIELD)
    head = text.readline(_LONGEST_FIELD)
    delimiter = max(",;\t", key=head.count)
    table = csv.DictReader(_lines_after(head, text), delimiter=delimiter)
    try:
        for row in table:
            yield found(f"Line {table.line_num}", read_row, row)
    except csv.Error as error:
        yield Fault.at(f"Line {table.line_num}", f"is no table ({error}); the rest was left out.")


def _lines_after(head: str, text: TextIO) -> Iterable[str]:
    """All lines, each bounded, without the NUL that the reader of tables does not take."""
    yield head.replace("\0", "\ufffd")
    while line := text.readline(_LONGEST_FIELD):
        yield line.replace("\0", "\ufffd")
