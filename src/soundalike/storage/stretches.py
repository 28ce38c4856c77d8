"""How far a creator's posts are read, as rows. Inside a transaction of the caller's."""

from dataclasses import fields, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, insert, select, update

from soundalike.posts.api.stretches import Source, StopReason, Stretch
from soundalike.storage.tables import read_stretches

_IN_COLUMNS: Final = {
    "start": "start_at",
    "end": "end_at",
    "reached": "reached_at",
    "read_at": "read_at",
    "source": "source",
    "min_likes": "min_likes",
    "stop": "stop",
}

#: The other fields; one that a row does not have yet is at its default.
_IN_PLACE: Final = {field.name for field in fields(Stretch)} - _IN_COLUMNS.keys() - {"key"}

_table: Final = read_stretches.c


def put_stretch(connection: Connection, user_id: UUID, stretch: Stretch) -> Stretch | None:
    """Insert a stretch without a key, else update it; returns it with its key.

    None if it was deleted or cut short meanwhile: then the posts it is about to vouch for are gone.
    """
    values = _values(user_id, stretch)
    if stretch.key is None:
        added = insert(read_stretches).values(values).returning(_table.id)
        return replace(stretch, key=connection.scalar(added))
    same = (
        _table.id == stretch.key,
        _table.user_id == user_id,
        _table.username == values["username"],
        _table.end_at == stretch.end,
    )
    found = connection.execute(update(read_stretches).where(*same).values(values)).rowcount
    return stretch if found else None


def read_stretches_of(connection: Connection, user_id: UUID, username: str) -> list[Stretch]:
    """All stretches the user read of a creator, in the order in which they were begun."""
    statement = select(read_stretches).where(_table.user_id == user_id, _table.username == username.lower())
    return [_stretch(row) for row in connection.execute(statement.order_by(_table.id)).mappings()]


def _values(user_id: UUID, stretch: Stretch) -> dict[str, Any]:
    columns = {column: getattr(stretch, name) for name, column in _IN_COLUMNS.items()}
    place = {name: getattr(stretch, name) for name in _IN_PLACE}
    return {"user_id": user_id, "username": stretch.username.lower(), **columns, "place": place}


def _stretch(row: RowMapping) -> Stretch:
    columns: dict[str, Any] = {name: row[column] for name, column in _IN_COLUMNS.items()}
    place: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in row["place"].items()
        if name in _IN_PLACE
    }
    columns |= {"source": Source(row["source"]), "stop": StopReason(row["stop"]) if row["stop"] else None}
    return Stretch(**columns, **place, key=row["id"])
