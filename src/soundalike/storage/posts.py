"""Collected posts: put away, read, deleted, inside a transaction of the caller's.

Posts of a creator and how far they were read (stretches) go together: a stretch whose posts are gone would make a later
collection believe it has them. So whoever writes or deletes posts takes the creator's turn, and `delete_posts` is the
only place that deletes either.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, not_, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from soundalike.posts.post import Post, Window
from soundalike.posts.rows import post_of, row_of
from soundalike.storage.database import insert_into, take_turn
from soundalike.storage.tables import collected_posts, read_stretches

#: The source of posts that were paid for; a post that ever had it keeps it.
API: Final = "api"

_table: Final = collected_posts.c


def put_posts(
    connection: Connection,
    user_id: UUID,
    username: str,
    posts: Iterable[Post],
    *,
    fetched_at: datetime,
    source: str,
) -> None:
    """Add a creator's posts; one already here takes what was fetched last and keeps what else is known."""
    common = {"user_id": user_id, "username": username.lower(), "fetched_at": fetched_at, "source": source}
    by_id = {post.id: post for post in posts}
    rows = [
        {**common, "id": post.id, "created_at": post.created_at, "payload": _known(post)}
        for post in by_id.values()
    ]
    if rows:
        take_creators_turn(connection, user_id, username)
        connection.execute(_upsert(connection), rows)


def read_posts(
    connection: Connection,
    user_id: UUID,
    username: str,
    window: Window | None = None,
    *,
    source: str | None = None,
) -> list[Post]:
    """Read a creator's posts, oldest first; only those inside `window`, or from `source`, if one is given."""
    wanted = _posts_of(user_id, username, window)
    wanted += [_table.source == source] if source else []
    statement = select(_table.payload).where(*wanted).order_by(_table.created_at, _table.id)
    return [post_of(row, username=username) for row in connection.scalars(statement)]


def count_posts(connection: Connection, user_id: UUID, username: str, window: Window | None = None) -> int:
    """Count a creator's posts; only those inside `window` if one is given."""
    counted = select(func.count()).select_from(collected_posts).where(*_posts_of(user_id, username, window))
    return connection.scalar(counted) or 0


def delete_posts(connection: Connection, user_id: UUID, username: str) -> int:
    """Delete a creator's posts and how far they were read; returns how many posts there were."""
    take_creators_turn(connection, user_id, username)
    stretches = read_stretches.c
    read = (stretches.user_id == user_id, stretches.username == username.lower())
    connection.execute(delete(read_stretches).where(*read))
    return connection.execute(delete(collected_posts).where(*_posts_of(user_id, username))).rowcount


def take_creators_turn(connection: Connection, user_id: UUID, username: str) -> None:
    """Wait for others who write or delete this creator's posts or stretches."""
    take_turn(connection, f"posts {user_id} {username.lower()}")


def _posts_of(user_id: UUID, username: str, window: Window | None = None) -> list[ColumnElement[bool]]:
    """The posts the user collected of a creator; only those inside `window` if one is given."""
    collected = [_table.user_id == user_id, _table.username == username.lower()]
    return (
        collected
        if window is None
        else [*collected, _table.created_at >= window.start, _table.created_at < window.end]
    )


def _known(post: Post) -> dict[str, object]:
    """The post's row without what its source did not say, so that one row laid over another loses nothing known."""
    return {name: value for name, value in row_of(post).items() if value is not None}


def _upsert(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    """Insert posts; of one already there the row fetched later is laid over the other."""
    statement = insert_into(connection, collected_posts)
    new = statement.excluded
    # A file may be years older than the day it was taken in; what was paid for is not.
    is_newer = and_(_table.fetched_at <= new.fetched_at, not_(and_(_table.source == API, new.source != API)))

    def over(older: ColumnElement[object], newer: ColumnElement[object]) -> ColumnElement[object]:
        return func.json_patch(older, newer) if connection.dialect.name == "sqlite" else older.op("||")(newer)

    def latest(name: str) -> ColumnElement[object]:
        return case((is_newer, new[name]), else_=_table[name])

    return statement.on_conflict_do_update(
        index_elements=list(collected_posts.primary_key),
        set_={
            "created_at": latest("created_at"),
            "payload": case(
                (is_newer, over(_table.payload, new.payload)), else_=over(new.payload, _table.payload)
            ),
            "fetched_at": latest("fetched_at"),
            "source": case((or_(_table.source == API, new.source == API), API), else_=latest("source")),
        },
    )
