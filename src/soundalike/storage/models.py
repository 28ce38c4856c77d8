"""Trained models: put away and read, inside a transaction of the caller's."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from soundalike.errors import UnknownModel, UnknownSession
from soundalike.storage.database import take_turn
from soundalike.storage.queries import columns_of, of_creator, own, values_of
from soundalike.storage.records import TrainedModelRecord
from soundalike.storage.tables import model_parts, trained_ai_models, training_sessions


def put_model(
    connection: Connection, model: TrainedModelRecord, parts: Mapping[str, bytes] | None = None
) -> TrainedModelRecord:
    """Add a model with the creator's next version, or change the one of the same id.

    The latter keeps its version and date, and its edits with the prompt that honours them.

    `parts`, if given, take the place of those it had.

    Raises:
        UnknownSession: `session_id` names no training session of this user.
    """
    take_turn(connection, f"versions {model.user_id} {model.creator_username.lower()}")
    if model.session_id is not None:
        _check_session(connection, model.user_id, model.session_id)
    kept = _saved_before(connection, model)
    values = values_of(model) | (kept or {"version": _next_version(connection, model)})
    connection.execute(
        update(trained_ai_models).where(trained_ai_models.c.id == model.id).values(values)
        if kept
        else insert(trained_ai_models).values(values)
    )
    if parts is not None:
        _put_parts(connection, model.id, parts)
    return get_model(connection, model.user_id, model.id)


def get_model(connection: Connection, user_id: UUID, model_id: UUID) -> TrainedModelRecord:
    """Read a model.

    Raises:
        UnknownModel: The user has none of this id.
    """
    statement = select(*columns_of(trained_ai_models)).where(*own(trained_ai_models, user_id, model_id))
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise unknown_model(model_id)
    return TrainedModelRecord(**row)


def read_parts(
    connection: Connection, user_id: UUID, model_id: UUID, *, only: str | None = None
) -> dict[str, bytes]:
    """What a model keeps by itself, by name, or `only` one of them; nothing of a model that is not the user's."""
    is_own = exists().where(*own(trained_ai_models, user_id, model_id))
    wanted = [model_parts.c.model_id == model_id, is_own]
    wanted += [model_parts.c.name == only] if only else []
    rows = connection.execute(select(model_parts.c.name, model_parts.c.data).where(*wanted))
    return {row.name: bytes(row.data) for row in rows}


def unknown_session(session_id: UUID) -> UnknownSession:
    """What to say of a training session that is not there."""
    return UnknownSession(
        f"There is no training session {session_id}.", hint="Start one: soundalike analyze USERNAME"
    )


def unknown_model(model_id: UUID) -> UnknownModel:
    """What to say of a model that is not there."""
    return UnknownModel(f"There is no model {model_id}.", hint="List them: soundalike models")


def _check_session(connection: Connection, user_id: UUID, session_id: UUID) -> None:
    if not connection.scalar(select(exists().where(*own(training_sessions, user_id, session_id)))):
        raise unknown_session(session_id)


def _put_parts(connection: Connection, model_id: UUID, parts: Mapping[str, bytes]) -> None:
    connection.execute(delete(model_parts).where(model_parts.c.model_id == model_id))
    rows = [{"model_id": model_id, "name": name, "data": data} for name, data in parts.items()]
    if rows:
        connection.execute(insert(model_parts), rows)


def _saved_before(connection: Connection, model: TrainedModelRecord) -> dict[str, Any] | None:
    table = trained_ai_models
    found = connection.execute(
        select(table.c.version, table.c.created_at, table.c.edits, table.c.model_prompt).where(
            *own(table, model.user_id, model.id)
        )
    )
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return {name: value for name, value in row.items() if name != "model_prompt" or row["edits"] is not None}


def _next_version(connection: Connection, model: TrainedModelRecord) -> int:
    table = trained_ai_models
    same_creator = of_creator(table, model.user_id, model.creator_username)
    return 1 + (connection.scalar(select(func.max(table.c.version)).where(*same_creator)) or 0)
