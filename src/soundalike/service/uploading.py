"""Collecting out of a file that somebody sent: an X archive, JSON lines, JSON or a table."""

from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from soundalike.errors import CreatorOptedOut, InvalidUsername, PostsError
from soundalike.posts.archive import is_archive
from soundalike.posts.faults import Fault, Faults
from soundalike.posts.files import stream_posts
from soundalike.posts.gathering import FileSource
from soundalike.posts.post import Post, read_username
from soundalike.service.collecting import Order, collect
from soundalike.storage import Store

MOST_POSTS: Final = 300_000
"""Posts of one file: they are in memory together while they are analysed."""

_NAMED: Final = 5


def collect_file(
    path: Path,
    order: Order,
    *,
    store: Store,
    user_id: UUID,
    now: Callable[[], datetime],
    is_opted_out: Callable[[UUID, str], bool] = lambda _workspace, _username: False,
    most_posts: int = MOST_POSTS,
) -> UUID:
    """Keep and analyse the posts of a file, as a collected session; gives its id.

    The order's username may be empty: then the file says whose posts they are. The window ends with the newest post, so
    that an old archive is of use.

    Raises:
        PostsError: The file cannot be read, or holds too much.
        InvalidUsername: Whose posts are meant is said neither by the order nor by the file.
        CreatorNotFound: The order names somebody who wrote no post of the file.
        CreatorOptedOut: The creator does not want to be trained on.
    """
    named = read_username(order.username) if order.username else ""
    posts, faults = _read(path, named, most_posts)
    username = named or _only_author(posts)
    if is_opted_out(user_id, username):
        raise CreatorOptedOut(
            f"@{username} asked not to be trained on.",
            hint="An owner of the workspace can lift the opt-out, with the creator's consent.",
        )
    own = [post for post in posts if post.username.lower() == username.lower()]
    newest = max((post.created_at for post in own), default=now()) + timedelta(seconds=1)
    order = replace(
        order,
        username=username,
        as_of=min(newest, now()),
        source="archive" if is_archive(path) else "file",
    )
    source = FileSource(own or posts, warnings=faults)
    session_id, _ = collect(order, lambda _id: nullcontext(source), store=store, user_id=user_id, now=now)
    return session_id


def _read(path: Path, username: str, most: int) -> tuple[list[Post], tuple[str, ...]]:
    posts: list[Post] = []
    faults = Faults()
    for one in stream_posts(path, username=username):
        if isinstance(one, Fault):
            faults.add(one)
        elif len(posts) == most:
            raise PostsError(
                f"{path} holds more than {most:,} posts.",
                path=str(path),
                hint="Send a part of it, or take it in on the server: soundalike import PATH",
            )
        else:
            posts.append(one)
    return posts, faults.sentences


def _only_author(posts: list[Post]) -> str:
    """Whose posts they all are, where they are of one author."""
    authors = Counter(post.username.lower() for post in posts)
    if len(authors) == 1 and (username := posts[0].username):
        return username
    if "" in authors:
        raise InvalidUsername(
            "The file does not say whose posts these are.", username="", hint="Name the creator."
        )
    most = ", ".join(f"@{name} ({count:,})" for name, count in authors.most_common(_NAMED))
    raise InvalidUsername(
        f"The file holds posts of {len(authors):,} authors: {most}{' and others' if len(authors) > _NAMED else ''}.",
        username="",
        hint="Name the one to learn from.",
    )
