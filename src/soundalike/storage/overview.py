"""How a workspace stands, in a few narrow queries: for the sidebar that stands beside every page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection, func, select

from soundalike.storage.database import Database
from soundalike.storage.ledger import same_money, spent
from soundalike.storage.tables import api_requests, jobs, trained_ai_models, training_sessions

_SHOWN: Final = 5
_models, _sessions, _paid = trained_ai_models.c, training_sessions.c, api_requests.c


@dataclass(frozen=True, slots=True)
class Recent:
    """Something lately made: a voice of some version, or a session and what it does."""

    kind: Literal["voice", "session"]
    id: UUID
    username: str
    state: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of one workspace; `spent` are credits paid since the moment asked for, those of stand-ins left out."""

    voices: int
    running: int
    recent: tuple[Recent, ...]
    spent: int


def read_overview(database: Database, user_id: UUID, *, since: datetime) -> Overview:
    """Read the figures.

    Raises:
        StorageError: The database refuses.
    """
    with database.reading() as connection:
        return Overview(
            voices=_count(connection, user_id),
            running=_running(connection, user_id),
            recent=_recent(connection, user_id),
            spent=spent(connection, same_money(None) & (_paid.user_id == user_id) & (_paid.at >= since)),
        )


def _count(connection: Connection, user_id: UUID) -> int:
    counted = select(func.count(_models.creator_username.distinct()))
    return connection.scalar(counted.where(_models.user_id == user_id, _models.is_active)) or 0


def _running(connection: Connection, user_id: UUID) -> int:
    is_open = jobs.c.status.in_(("queued", "running"))
    return connection.scalar(select(func.count()).where(jobs.c.user_id == user_id, is_open)) or 0


def _recent(connection: Connection, user_id: UUID) -> tuple[Recent, ...]:
    """The newest voices, and the newest sessions that no voice has come of yet."""
    voices = (
        select(_models.created_at, _models.id, _models.creator_username, _models.version)
        .where(_models.user_id == user_id, _models.is_active)
        .order_by(_models.created_at.desc())
        .limit(_SHOWN)
    )
    sessions = (
        select(_sessions.created_at, _sessions.id, _sessions.creator_username, _sessions.status)
        .where(_sessions.user_id == user_id, _sessions.model_id.is_(None))
        .order_by(_sessions.created_at.desc())
        .limit(_SHOWN)
    )
    found = [
        *(
            (at, Recent("voice", id_, name, f"v{version}"))
            for at, id_, name, version in connection.execute(voices)
        ),
        *(
            (at, Recent("session", id_, name, status))
            for at, id_, name, status in connection.execute(sessions)
        ),
    ]
    newest = sorted(found, key=lambda each: each[0], reverse=True)[:_SHOWN]
    return tuple(each for _, each in newest)
