"""Trained models by what they are called from outside: a creator's name, and a version or none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, select

from soundalike.errors import UnknownModel
from soundalike.storage.columns import Prose
from soundalike.storage.database import Database
from soundalike.storage.tables import trained_ai_models

MOST_LISTED: Final = 2_000

_table: Final = trained_ai_models.c
_ROW: Final = (_table.id, _table.creator_username, _table.version, _table.is_active, _table.created_at)


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """What names a trained model, and how old it is; the model itself is some 100 kB more."""

    id: UUID
    username: str
    version: int
    is_active: bool
    created_at: datetime


def list_voices(database: Database, user_id: UUID) -> list[VoiceRow]:
    """Read the user's latest 2,000 models that were trained here, newest first.

    Raises:
        StorageError: The database refuses.
    """
    statement = select(*_ROW).where(*_trained_here(user_id)).order_by(*_newest_first()).limit(MOST_LISTED)
    with database.reading() as connection:
        return [VoiceRow(*row) for row in connection.execute(statement)]


def find_voice(database: Database, user_id: UUID, username: str, version: int | None = None) -> VoiceRow:
    """Find the user's model of a creator, whatever the case of the name: of that version, or the newest active one.

    Raises:
        UnknownModel: There is none.
        StorageError: The database refuses.
    """
    named = func.lower(_table.creator_username) == literal(username.lower(), Prose)
    which = _table.is_active if version is None else _table.version == version
    statement = select(*_ROW).where(*_trained_here(user_id), named, which).order_by(*_newest_first()).limit(1)
    with database.reading() as connection:
        row = connection.execute(statement).first()
    if row is None:
        asked = f"@{username}" if version is None else f"@{username}, version {version}"
        raise UnknownModel(f"There is no model of {asked}.", hint="GET /v1/models lists those there are.")
    return VoiceRow(*row)


def _trained_here(user_id: UUID) -> list[ColumnElement[bool]]:
    """The user's models with a voice; those of other programs have none."""
    return [_table.user_id == user_id, _table.voice.is_not(None)]


def _newest_first() -> list[ColumnElement[object]]:
    return [_table.created_at.desc(), _table.version.desc(), _table.id.desc()]
