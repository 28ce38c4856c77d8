"""The archive X gives its users: `data/tweets.js` and its neighbours, in a folder or a zip.

Each file is JavaScript that assigns a JSON array; counters are strings, text is HTML-escaped, and there are no view,
reply, quote or bookmark counts: those stay unknown. Long posts are cut in `tweets.js` and whole in `note-tweet.js`
under another id, so the two are joined by second of writing and beginning of text. Posts to communities, which anybody
can read, lie in a file of their own; what was deleted, or written for a circle of friends, is not read.

Everything is read as it comes: the posts are never in memory together, and the notes wait on the disk.
"""

import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from soundalike.errors import PostsError
from soundalike.posts.dialects import SHORTEST_CUT, read_legacy, whole_text
from soundalike.posts.faults import Fault, Found, found
from soundalike.posts.post import Post
from soundalike.posts.rows import read_id_or_none, read_text, read_time, read_username
from soundalike.posts.streams import BreaksOff, Count, JsonReader, text_of

_MEMBER: Final = re.compile(r"((?:.*/)?)([a-z0-9-]+\.js)")
_POSTS: Final = re.compile(r"(?:tweet|tweets|community-tweet)(?:-part\d+)?\.js")
_NOTES: Final = re.compile(r"note-tweet(?:-part\d+)?\.js")
_LARGEST_FILE: Final = 2**30  # bytes; a part of X's own archives stays under 100 MB
_LONGEST_ITEM: Final = 2**20  # characters; a post of 25,000 with all its fields stays far below
_PREFIX: Final = 1_000  # characters before the array; X writes some thirty
_APART: Final = 1  # seconds between a long post's two records, at most

# What opening a zip, or a file in it, comes to where bytes fell over or a password is set.
_DAMAGE: Final = (zipfile.BadZipFile, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive; `size` is what is stated of it."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


def is_archive(path: Path) -> bool:
    """Whether the path is a folder, a zip or a file of posts out of one; whether X made it is told on reading."""
    return path.is_dir() or path.suffix.lower() == ".zip" or _is_part(path) or zipfile.is_zipfile(path)


def stream_archive(
    path: Path, *, username: str, count: Count, total: Callable[[int], None]
) -> Iterator[Found]:
    """Read an archive's posts one by one; `username` stands in where it does not name its owner.

    `total` is told how many bytes there are to read, then `count` how many more were read.

    Raises:
        PostsError: There is no posts file in it, or it cannot be opened.
    """
    with _opened(path) as members:
        parts = [member for name, member in sorted(members.items()) if _POSTS.fullmatch(name)]
        notes = [member for name, member in sorted(members.items()) if _NOTES.fullmatch(name)]
        if not parts:
            raise PostsError(
                f"{path} holds no data/tweets.js.",
                path=str(path),
                hint="Give the folder or zip as X made it: “Your account → Download an archive of your data”.",
            )
        total(sum(member.size for member in [*parts, *notes]))
        owner = _owner(members.get("account.js"), username)
        with closing(_Notes()) as shelf:
            for member in notes:
                yield from shelf.fill(member, count)
            for member in parts:
                yield from _posts_of(member, owner, shelf, count)


@dataclass(frozen=True, slots=True)
class _Owner:
    username: str
    id: str | None = None


class _Notes:
    """The whole texts of long posts by the second they were written; on the disk, and gone when closed."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("")
        self._table.execute("CREATE TABLE note (second INTEGER, text TEXT)")
        self._table.execute("CREATE INDEX by_second ON note (second)")

    def close(self) -> None:
        """Forget them all."""
        self._table.close()

    def fill(self, member: Member, count: Count) -> Iterator[Fault]:
        """Take in a file of notes; says what cannot be read of it, so that the post stays as it is, cut."""
        for number, item in enumerate(_items(member, count), start=1):
            if isinstance(item, Fault):
                yield item
            elif not self._put(_object(item.get("noteTweet"))):
                yield Fault.at(f"Note {number} of {member.name}", "cannot be read; it was left out.")

    def whole(self, cut: str, moment: datetime) -> str:
        """The text that `cut`, as X wrote it, is the beginning of; unescaped."""
        second = int(moment.timestamp())
        near = self._table.execute(
            "SELECT text FROM note WHERE second BETWEEN ? AND ?", (second - _APART, second + _APART)
        )
        return whole_text(cut, (text for (text,) in near))

    def _put(self, note: dict[str, Any]) -> bool:
        try:
            text = read_text(_object(note.get("core"))["text"])
            second = int(read_time(note.get("createdAt")).timestamp())
        except (KeyError, TypeError, ValueError, OverflowError):
            return False
        self._table.execute("INSERT INTO note VALUES (?, ?)", (second, text))
        return True


def _posts_of(member: Member, owner: _Owner, notes: _Notes, count: Count) -> Iterator[Found]:
    for number, item in enumerate(_items(member, count), start=1):
        if isinstance(item, Fault):
            yield item
        else:
            yield found(f"Post {number} of {member.name}", _post, item, owner, notes)


def _post(item: dict[str, Any], owner: _Owner, notes: _Notes) -> Post:
    fields = item.get("tweet", item)
    post = replace(read_legacy(fields), username=owner.username, author_id=owner.id)
    if len(post.text) < SHORTEST_CUT:
        return post
    return replace(post, text=notes.whole(read_text(fields["full_text"]), post.created_at))


def _owner(member: Member | None, username: str) -> _Owner:
    """Who the archive says it belongs to."""
    item = next(_items(member, lambda _: None), {}) if member else {}
    account = {} if isinstance(item, Fault) else _object(item.get("account"))
    named = read_username(account.get("username"))
    return _Owner(named or username, read_id_or_none(account.get("accountId")))


def _items(member: Member, count: Count) -> Iterator[dict[str, Any] | Fault]:
    """The objects of `window.YTD.… = [ … ]`; a fault at the end where the rest cannot be read."""
    number = 0
    try:
        for value in _values(member, count):
            number += 1
            yield _object(value)
    except BreaksOff as error:
        yield Fault.at(
            member.name,
            f"is not in the archive's form after item {number} ({error}); the rest was left out.",
        )


def _values(member: Member, count: Count) -> Iterator[object]:
    try:
        source = member.open()
    except (*_DAMAGE, OSError) as error:
        raise BreaksOff(str(error)) from error
    with text_of(source, most_bytes=_LARGEST_FILE, count=count) as text:
        reader = JsonReader(text, longest=_LONGEST_ITEM)
        if not reader.skip_to_array(_PREFIX):
            raise BreaksOff("it assigns no array")
        yield from reader.array()


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


@contextmanager
def _opened(path: Path) -> Iterator[dict[str, Member]]:
    """The files of one archive by name, as long as the block runs."""
    if path.is_dir() or _is_part(path):
        folder, places = (
            (path, ("*.js", "data/*.js", "*/data/*.js")) if path.is_dir() else (path.parent, ("*.js",))
        )
        files = [file for place in places for file in folder.glob(place) if file.is_file()]
        yield _of_one_archive(path, {file.relative_to(folder).as_posix(): _file(file) for file in files})
        return
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise PostsError(f"{path} is damaged: {error}.", path=str(path), hint="Download it again.") from error
    with archive:
        listed = (info for info in archive.infolist() if info.filename.endswith(".js"))
        yield _of_one_archive(path, {info.filename: _zipped(archive, info) for info in listed})


def _file(file: Path) -> Member:
    return Member(file.name, file.stat().st_size, lambda: file.open("rb"))


def _zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    def opened() -> IO[bytes]:
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise zipfile.BadZipFile("X does not pack in this way")
        return archive.open(info)

    return Member(info.filename, info.file_size, opened)


def _of_one_archive(path: Path, members: dict[str, Member]) -> dict[str, Member]:
    """The members of the only archive there is.

    Raises:
        PostsError: There are several.
    """
    placed = [
        (place[1].removesuffix("data/"), place[2], member)
        for path_within, member in members.items()
        if (place := _MEMBER.fullmatch(path_within))
    ]
    homes = sorted({home for home, name, _ in placed if _POSTS.fullmatch(name)})
    if len(homes) > 1:
        raise PostsError(
            f"{path} holds several archives: {', '.join(home or '.' for home in homes)[:200]}.",
            path=str(path),
            hint="Give one of them.",
        )
    return {name: member for home, name, member in placed if [home] == homes}


def _is_part(path: Path) -> bool:
    return bool(_POSTS.fullmatch(path.name))
