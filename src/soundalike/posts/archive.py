"""The archive X gives its users: `data/tweets.js` and its neighbours, in a folder or a zip.

Each file is JavaScript that assigns a JSON array; counters are strings, text is HTML-escaped, and there are no view,
reply, quote or bookmark counts: those stay unknown. Long posts are cut in `tweets.js` and whole in `note-tweet.js`
under another id, so the two are joined by second of writing and beginning of text.
"""

import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from soundalike.errors import PostsError
from soundalike.posts.post import Engagement, Post
from soundalike.posts.rows import read_count, read_time
from soundalike.posts.text import unescape_once

_POSTS: Final = re.compile(r"(?:^|/)data/(?:tweets?|tweets-part\d+)\.js$")
_NOTES: Final = re.compile(r"(?:^|/)data/note-tweet(?:-part\d+)?\.js$")
_ACCOUNT: Final = re.compile(r"(?:^|/)data/account\.js$")
_LARGEST_FILE: Final = 2**30  # bytes; a part of X's own archives stays under 100 MB
_CUT: Final = "…"

Files = dict[str, Callable[[], str]]


def is_archive(path: Path) -> bool:
    """Whether the path is a folder or a zip; whether X made it is told on reading."""
    return path.is_dir() or zipfile.is_zipfile(path)


def read_archive(path: Path) -> tuple[list[Post], list[str]]:
    """Read the posts of an archive, and a sentence for each that cannot be read.

    Raises:
        PostsError: There is no posts file in it, or one is not in the archive's form.
    """
    files = _files(path)
    parts = [name for name in sorted(files) if _POSTS.search(name)]
    if not parts:
        raise PostsError(
            f"{path} holds no data/tweets.js.",
            path=str(path),
            hint="Give the folder or zip as X made it: “Your account → Download an archive of your data”.",
        )
    username, author_id = _account(files, path)
    notes = _notes(files, path)
    posts, faults = [], []
    for name in parts:
        for number, item in enumerate(_entries(files[name](), path), start=1):
            try:
                posts.append(_post(item.get("tweet", item), username, author_id, notes))
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                faults.append(f"Post {number} of {name} cannot be read ({error!r:.100}); it was left out.")
    return posts, faults


def _files(path: Path) -> Files:
    """The archive's JavaScript files by name, each as a function that reads it."""
    if path.is_dir():
        found = [*path.glob("*.js"), *path.glob("data/*.js"), *path.glob("*/data/*.js")]
        return {f"data/{file.name}": lambda file=file: _read_file(file) for file in found}  # type: ignore[misc]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".js")]
    except zipfile.BadZipFile as error:
        raise PostsError(f"{path} is damaged: {error}.", path=str(path), hint="Download it again.") from error
    return {m.filename: lambda m=m: _read_member(path, m) for m in members}  # type: ignore[misc]


def _read_file(file: Path) -> str:
    if file.stat().st_size > _LARGEST_FILE:
        raise _too_large(file)
    return file.read_text(encoding="utf-8", errors="replace")


def _read_member(path: Path, member: zipfile.ZipInfo) -> str:
    with zipfile.ZipFile(path) as archive, archive.open(member) as file:
        data = file.read(_LARGEST_FILE + 1)  # the size a zip states may be a lie
    if len(data) > _LARGEST_FILE:
        raise _too_large(path)
    return data.decode("utf-8", errors="replace")


def _too_large(path: Path) -> PostsError:
    return PostsError(
        f"{path} holds a file over 1 GiB.", path=str(path), hint="Is this an archive made by X?"
    )


def _entries(text: str, path: Path) -> Iterator[dict[str, Any]]:
    """The items of `window.YTD.… = [ … ]`."""
    try:
        items = json.loads(text[text.index("[", text.find("=") + 1) :])
    except (ValueError, RecursionError) as error:
        message = f"{path} holds a file that is not in the archive's form: {str(error)[:100]}."
        raise PostsError(message, path=str(path), hint="Download the archive again.") from error
    return (item for item in items if isinstance(item, dict))


def _account(files: Files, path: Path) -> tuple[str, str | None]:
    name = next((name for name in files if _ACCOUNT.search(name)), None)
    account = next(_entries(files[name](), path), {}).get("account", {}) if name else {}
    return str(account.get("username") or path.stem), account.get("accountId")


def _notes(files: Files, path: Path) -> dict[datetime, list[str]]:
    """The whole texts of long posts by the second they were written."""
    notes: defaultdict[datetime, list[str]] = defaultdict(list)
    for name in sorted(filter(_NOTES.search, files)):
        for item in _entries(files[name](), path):
            note = item.get("noteTweet", {})
            if text := note.get("core", {}).get("text"):
                notes[read_time(note.get("createdAt")).replace(microsecond=0)].append(str(text))
    return notes


def _post(
    item: dict[str, Any], username: str, author_id: str | None, notes: dict[datetime, list[str]]
) -> Post:
    created_at = read_time(item["created_at"])
    text = unescape_once(str(item["full_text"]))
    media = (item.get("extended_entities") or item.get("entities") or {}).get("media") or []
    return Post(
        id=str(int(item.get("id_str") or item["id"])),
        text=_whole(text, notes.get(created_at, [])),
        created_at=created_at,
        username=username,
        author_id=author_id,
        engagement=Engagement(
            likes=read_count(item.get("favorite_count")), reposts=read_count(item.get("retweet_count"))
        ),
        lang=item.get("lang"),
        is_reply=bool(item.get("in_reply_to_status_id") or item.get("in_reply_to_user_id")),
        is_repost=text.startswith("RT @"),
        is_quote=any(
            "/status/" in str(link.get("expanded_url")) for link in item.get("entities", {}).get("urls", [])
        ),
        has_media=bool(media),
        media_links=tuple(str(picture["url"]) for picture in media if picture.get("url")),
        in_reply_to_id=item.get("in_reply_to_status_id"),
    )


def _whole(text: str, candidates: list[str]) -> str:
    """The long text that begins as the cut one does, else the text itself."""
    beginning = re.sub(r"\s*https?://\S+$", "", text).removesuffix(_CUT).strip()
    return next((note for note in candidates if beginning and note.startswith(beginning)), text)
