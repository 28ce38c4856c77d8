"""Blind quizzes of models."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "quizzes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("creator_username", sa.String(50), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("rounds", _json(), nullable=False),
        sa.Column("guesses", _json(), nullable=False),
        sa.Column("left_out", _json(), nullable=False),
        sa.Column("guessed", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("told", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("has_texts", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("posts_fetched_at", sa.DateTime(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("completed_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_quizzes"),
        sa.ForeignKeyConstraint(
            ["model_id"], ["trained_ai_models.id"], name="fk_quizzes_model_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_quizzes_model_id_created_at", "quizzes", ["model_id", "created_at"])
    op.create_index("ix_quizzes_user_id_posts_fetched_at", "quizzes", ["user_id", "posts_fetched_at"])


def _json() -> TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")
