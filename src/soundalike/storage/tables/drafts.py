"""Drafts that were returned, and what became of them."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Uuid

from soundalike.storage.columns import Line, Moment, Prose, json_column
from soundalike.storage.tables.base import metadata
from soundalike.storage.tables.trainings import trained_ai_models

#: `rank` is its place in the answer it came with, `figures` what was measured of it; `edited_text` is what the user
#: made of it, `decided_by` the user.
drafts: Final = Table(
    "drafts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("model_id", Uuid, ForeignKey(trained_ai_models.c.id, ondelete="CASCADE"), nullable=False),
    Column("creator_username", Line(50), nullable=False),
    Column("brief", Prose, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("text", Prose, nullable=False),
    Column("figures", json_column(), nullable=False),
    Column("status", Line(10), nullable=False, server_default="written"),
    Column("edited_text", Prose),
    Column("reason", Prose),
    Column("created_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", Uuid),
    Index(None, "model_id", "created_at"),
    Index(None, "user_id", "decided_at"),
)
