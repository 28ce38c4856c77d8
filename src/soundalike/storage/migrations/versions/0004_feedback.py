"""Drafts and what became of them; what users changed about a voice."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("trained_ai_models") as table:
        table.add_column(sa.Column("edits", _json()))
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("creator_username", sa.String(50), nullable=False),
        sa.Column("brief", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("figures", _json(), nullable=False),
        sa.Column("status", sa.String(10), nullable=False, server_default="written"),
        sa.Column("edited_text", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime()),
        sa.Column("decided_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.ForeignKeyConstraint(
            ["model_id"], ["trained_ai_models.id"], name="fk_drafts_model_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_drafts_model_id_created_at", "drafts", ["model_id", "created_at"])
    op.create_index("ix_drafts_user_id_decided_at", "drafts", ["user_id", "decided_at"])


def _json() -> TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")
