"""Jobs in the background: what is to be done, by whom it is done, what has come of it so far."""

from typing import Final

from sqlalchemy import (
    Column,
    Double,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from soundalike.storage.columns import Line, Moment, Prose, json_column
from soundalike.storage.tables.base import metadata
from soundalike.storage.tables.trainings import training_sessions

#: A collection or a training of a session. `run` counts how often it was handed to the engine; `token` is drawn anew
#: whenever somebody else takes charge, so that whoever had it before can write nothing more.
jobs: Final = Table(
    "jobs",
    metadata,
    Column("session_id", Uuid, ForeignKey(training_sessions.c.id, ondelete="CASCADE"), primary_key=True),
    Column("kind", Line(10), primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("requested_by", Uuid),
    Column("request_id", Line(64)),
    Column("status", Line(10), nullable=False, server_default="queued"),
    Column("run", Integer, nullable=False, server_default="1"),
    Column("enqueued_run", Integer, nullable=False, server_default="0"),
    Column("token", Integer, nullable=False, server_default="0"),
    Column("owner", Line(40)),
    Column("crashes", Integer, nullable=False, server_default="0"),
    Column("priority", Integer, nullable=False, server_default="5"),
    Column("order", json_column(), nullable=False, server_default=text("'{}'")),
    Column("idempotency_key", Line(255)),
    Column("request_hash", Line(64)),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    UniqueConstraint("user_id", "kind", "idempotency_key"),
    Index(None, "user_id", "kind", "created_at"),
    Index(None, "status"),
)

#: Every status a training ever had, numbered from 1 without a gap: what an event stream sends, and sends again.
training_events: Final = Table(
    "training_events",
    metadata,
    Column("session_id", Uuid, ForeignKey(training_sessions.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("body", json_column(), nullable=False),
)

#: What a step made, and the hash of all it was made from: a step whose input has not changed is not done again.
step_artefacts: Final = Table(
    "step_artefacts",
    metadata,
    Column("session_id", Uuid, ForeignKey(training_sessions.c.id, ondelete="CASCADE"), primary_key=True),
    Column("step", Line(20), primary_key=True),
    Column("input_hash", Line(64), nullable=False),
    Column("artefact", json_column(), nullable=False),
    Column("detail", Prose, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seconds", Float, nullable=False),
)

#: Workers that are alive, or were: `seen` is in seconds since 1970 by the database's clock.
workers: Final = Table(
    "workers",
    metadata,
    Column("id", Line(40), primary_key=True),
    Column("host", Line(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Line(40), nullable=False),
    Column("lease_seconds", Double, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen", Double, nullable=False),
)
