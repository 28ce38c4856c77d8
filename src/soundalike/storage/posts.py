"""Collected posts: put away, read, deleted, inside a transaction of the caller's.

Posts of a creator and how far they were read (stretches) go together: a stretch whose posts are gone would make a later
collection believe it has them. So whoever writes or deletes posts takes the creator's turn, and `delete_posts` and
`delete_old_posts` are the only places that delete either.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from soundalike.posts.api.stretches import Stretch
from soundalike.posts.post import Post, Window
from soundalike.posts.rows import Row, post_of, row_of
from soundalike.storage.database import insert_into, take_turn
from soundalike.storage.stretches import read_stretches_of
from soundalike.storage.tables import collected_posts, read_stretches

#: The source of posts that were paid for; a post that ever had it keeps it.
API: Final = "api"

_table: Final = collected_posts.c
_IDS_AT_ONCE: Final = 500


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


def read_other_posts(
    connection: Connection, user_id: UUID, username: str, known: Collection[str]
) -> list[Post]:
    """Read a creator's posts whose ids are not among the known ones, in no order."""
    known_ids = set(known)
    every = connection.scalars(select(_table.id).where(*_posts_of(user_id, username)))
    others = [post_id for post_id in every if post_id not in known_ids]
    return read_posts_by_id(connection, user_id, username, others)


def read_posts_by_id(connection: Connection, user_id: UUID, username: str, ids: Sequence[str]) -> list[Post]:
    """Read those of a creator's posts that have one of these ids, in no order."""
    rows: list[Row] = []
    for start in range(0, len(ids), _IDS_AT_ONCE):
        wanted = [*_posts_of(user_id, username), _table.id.in_(ids[start : start + _IDS_AT_ONCE])]
        rows += connection.scalars(select(_table.payload).where(*wanted))
    return [post_of(row, username=username) for row in rows]


def known_posts(connection: Connection, user_id: UUID, username: str, ids: Collection[str]) -> set[str]:
    """Which of these ids are of posts collected of a creator."""
    known: set[str] = set()
    wanted_ids = list(ids)
    for start in range(0, len(wanted_ids), _IDS_AT_ONCE):
        some = wanted_ids[start : start + _IDS_AT_ONCE]
        wanted = [*_posts_of(user_id, username), _table.id.in_(some)]
        known.update(connection.scalars(select(_table.id).where(*wanted)))
    return known


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


def delete_old_posts(
    connection: Connection, user_id: UUID, username: str, *, fetched_before: datetime, most: int
) -> int:
    """Delete the `most` latest of a creator's posts that were fetched before a time; returns how many there were.

    A stretch that brought some of them is cut short below the oldest: what lies there is kept still, or is the next to
    be deleted.
    """
    take_creators_turn(connection, user_id, username)
    old = select(_table.id, _table.created_at, _table.fetched_at, _table.source).where(
        *_posts_of(user_id, username), _table.fetched_at < fetched_before
    )
    found = connection.execute(old.order_by(_table.created_at.desc(), _table.id.desc()).limit(most)).all()
    for start in range(0, len(found), _IDS_AT_ONCE):
        ids = [row.id for row in found[start : start + _IDS_AT_ONCE]]
        connection.execute(delete(collected_posts).where(*_posts_of(user_id, username), _table.id.in_(ids)))
    bought = [(row.created_at, row.fetched_at) for row in found if row.source == API]
    if bought:
        _cut_stretches(connection, user_id, username, bought)
    return len(found)


def take_creators_turn(connection: Connection, user_id: UUID, username: str) -> None:
    """Wait for others who write or delete this creator's posts or stretches."""
    take_turn(connection, f"posts {user_id} {username.lower()}")


def _cut_stretches(
    connection: Connection, user_id: UUID, username: str, gone: Sequence[tuple[datetime, datetime]]
) -> None:
    """Take back what stretches say of posts that are gone, each given by when it was written and fetched.

    A stretch ends below the oldest of those it had brought, or is deleted where it would hold nothing any more. It had
    brought none that were fetched before its reading began.
    """
    for stretch in read_stretches_of(connection, user_id, username):
        lost = [
            written
            for written, fetched in gone
            if stretch.reached <= written < stretch.end and fetched >= stretch.read_at
        ]
        if lost:
            _end_at(connection, stretch, min(lost))


def _end_at(connection: Connection, stretch: Stretch, end: datetime) -> None:
    same = read_stretches.c.id == stretch.key
    if end > stretch.reached:
        connection.execute(update(read_stretches).where(same).values(end_at=end))
    else:
        connection.execute(delete(read_stretches).where(same))


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
