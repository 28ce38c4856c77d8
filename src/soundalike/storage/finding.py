"""Which model a user means by a few words."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, literal, select

from soundalike.errors import UnknownModel
from soundalike.storage.columns import Prose
from soundalike.storage.tables import trained_ai_models

_FEWEST_DIGITS: Final = 6  # shorter beginnings of an id are as likely to be a word
_DIGITS: Final = 32
_ID: Final = re.compile(rf"[0-9a-f]{{{_FEWEST_DIGITS},{_DIGITS}}}")
_NAMED: Final = 3  # in a hint
_COMPARED: Final = 500  # names looked through for a near one
_SHOWN: Final = 80  # characters of the text repeated in a message

_table: Final = trained_ai_models.c


def find_model_id(connection: Connection, user_id: UUID, text: str) -> UUID:
    """Find the id of the model that `text` means: `@username`, an id, a name, or a unique beginning of an id.

    Several models of one name or username are one answer: the newest active one.

    Raises:
        UnknownModel: None fits, or an id's beginning fits several.
    """
    for condition in _meanings(text):
        found = _newest(connection, user_id, condition)
        if found:
            return found[0]
    beginning = beginning_of_id(text)
    found = _newest(connection, user_id, begins_with(_table.id, beginning)) if beginning else []
    if len(found) == 1:
        return found[0]
    shown = text[:_SHOWN]
    if found:
        ids = ", ".join(map(str, found[:_NAMED]))
        raise UnknownModel(f"“{shown}” begins the id of several models.", hint=f"Give more of it: {ids}")
    raise UnknownModel(f"There is no model “{shown}”.", hint=_nearest(connection, user_id, text))


def _meanings(text: str) -> Iterator[ColumnElement[bool]]:
    if text.startswith("@"):
        yield (func.lower(_table.creator_username) == literal(text[1:].lower(), Prose)) & _table.is_active
    elif len(digits := beginning_of_id(text)) == _DIGITS:
        yield _table.id == UUID(digits)
    yield _table.model_name == literal(text, Prose)  # not the column's type, which refuses what is too long


def beginning_of_id(text: str) -> str:
    """The text as the beginning of an id, without hyphens; empty if it cannot be one."""
    digits = text.lower().replace("-", "")
    return digits if _ID.fullmatch(digits) else ""


def begins_with(column: ColumnElement[UUID], digits: str) -> ColumnElement[bool]:
    """Whether the id in a column begins with these digits."""
    return column.between(UUID(digits.ljust(_DIGITS, "0")), UUID(digits.ljust(_DIGITS, "f")))


def _newest(connection: Connection, user_id: UUID, condition: ColumnElement[bool]) -> list[UUID]:
    order = (_table.is_active.desc(), _table.created_at.desc(), _table.version.desc())
    statement = select(_table.id).where(_table.user_id == user_id, condition).order_by(*order)
    return list(connection.scalars(statement.limit(_NAMED + 1)))


def _nearest(connection: Connection, user_id: UUID, text: str) -> str:
    statement = select(_table.model_name, _table.creator_username).where(_table.user_id == user_id)
    rows = connection.execute(statement.order_by(_table.created_at.desc()).limit(_COMPARED)).all()
    if not rows:
        return "None has been trained yet. Train one: soundalike train USERNAME"
    names = list(dict.fromkeys(name for row in rows for name in (row.model_name, f"@{row.creator_username}")))
    lowered = {name.lower(): name for name in names}
    near = [lowered[name] for name in get_close_matches(text[:_SHOWN].lower(), lowered, n=_NAMED)]
    return f"Did you mean {_listed(near)}?" if near else f"There are {_listed(names[:_NAMED])}."


def _listed(names: list[Any]) -> str:
    return ", ".join(f"“{name}”" for name in names)
