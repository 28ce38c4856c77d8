"""Blind quizzes, with what was guessed."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Uuid, true

from soundalike.storage.columns import Line, Moment, json_column
from soundalike.storage.tables.base import metadata
from soundalike.storage.tables.trainings import trained_ai_models

#: `rounds` hold two texts each until `has_texts` is false; `posts_fetched_at` is when the oldest of their posts was
#: fetched, by which the texts are to go. `taken_by` is the user who guesses, null where anybody may. `guessed` and
#: `told` count, so that totals need no JSON.
quizzes: Final = Table(
    "quizzes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("model_id", Uuid, ForeignKey(trained_ai_models.c.id, ondelete="CASCADE"), nullable=False),
    Column("creator_username", Line(50), nullable=False),
    Column("seed", Integer, nullable=False),
    Column("rounds", json_column(), nullable=False),
    Column("guesses", json_column(), nullable=False),
    Column("left_out", json_column(), nullable=False),
    Column("guessed", Integer, nullable=False, server_default="0"),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("has_texts", Boolean, nullable=False, server_default=true()),
    Column("posts_fetched_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("completed_at", Moment),
    Column("taken_by", Uuid),
    Index(None, "model_id", "created_at"),
    Index(None, "user_id", "posts_fetched_at"),
)
