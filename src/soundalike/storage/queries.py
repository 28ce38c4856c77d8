"""The statements that the store's transactions are made of."""

from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, func, select

from soundalike.storage.records import DraftRecord, TrainedModelRecord, TrainingSession

Conditions = list[ColumnElement[bool]]

_MOST_LISTED: Final = 200  # a record can hold some 100 kB; a page stays below 20 MB


def columns_of(table: Table) -> list[ColumnElement[Any]]:
    """Every column under its field's name."""
    return [column.label(column.key) for column in table.c]


def values_of(record: TrainingSession | TrainedModelRecord | DraftRecord) -> dict[str, Any]:
    """A record's fields by name."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def own(table: Table, user_id: UUID, row_id: UUID) -> Conditions:
    """The row of this id, if it is the user's."""
    return [table.c.user_id == user_id, table.c.id == row_id]


def of_creator(table: Table, user_id: UUID, username: str) -> Conditions:
    """The user's rows about a creator, whatever the case of the name."""
    return [table.c.user_id == user_id, func.lower(table.c.creator_username) == username.lower()]


def page_of(table: Table, user_id: UUID, username: str | None, limit: int, offset: int) -> Select[Any]:
    """At most 200 of the user's rows, newest first."""
    wanted = [table.c.user_id == user_id] if username is None else of_creator(table, user_id, username)
    newest_first = select(*columns_of(table)).where(*wanted).order_by(table.c.created_at.desc(), table.c.id)
    return newest_first.limit(max(0, min(limit, _MOST_LISTED))).offset(max(0, offset))
