"""Training sessions, trained models, collected posts."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_training_sessions()
    _create_trained_ai_models()
    _create_collected_posts()


def _create_training_sessions() -> None:
    op.create_table(
        "training_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("creator_username", sa.String(50), nullable=False),
        sa.Column("status", sa.String(20), server_default="collecting", nullable=False),
        sa.Column("tweets_collected", _json()),
        sa.Column("training_prompt", sa.Text()),
        sa.Column("error_message", sa.Text()),
        sa.Column("created_at", sa.DateTime(), server_default=sa.func.now(), nullable=False),
        sa.Column("completed_at", sa.DateTime()),
        sa.Column("creator", _json()),
        sa.Column("settings", _json(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("stats", _json()),
        sa.Column("selected_ids", _json()),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("steps", _json(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("model_id", sa.Uuid()),
        sa.Column("error_code", sa.String(50)),
        sa.Column("updated_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_training_sessions"),
    )
    op.create_index("ix_training_sessions_user_id_created_at", "training_sessions", ["user_id", "created_at"])


def _create_trained_ai_models() -> None:
    op.create_table(
        "trained_ai_models",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("creator_username", sa.String(50), nullable=False),
        sa.Column("model_name", sa.String(100), nullable=False),
        sa.Column("model_prompt", sa.Text(), nullable=False),
        sa.Column("training_data", _json(), nullable=False),
        sa.Column("total_engagement", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tweets_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", sa.DateTime(), server_default=sa.func.now(), nullable=False),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("trainer", sa.String(20)),
        sa.Column("base_model", sa.Text()),
        sa.Column("voice", _json()),
        sa.Column("patterns", _json()),
        sa.Column("report", _json()),
        sa.Column("provenance", _json()),
        sa.PrimaryKeyConstraint("id", name="pk_trained_ai_models"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["training_sessions.id"],
            name="fk_trained_ai_models_session_id",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_trained_ai_models_session_id", "trained_ai_models", ["session_id"])
    op.create_index("ix_trained_ai_models_user_id_created_at", "trained_ai_models", ["user_id", "created_at"])


def _create_collected_posts() -> None:
    op.create_table(
        "collected_posts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(50), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("payload", _json(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "username", "id", name="pk_collected_posts"),
    )
    op.create_index(
        "ix_collected_posts_user_id_username_created_at",
        "collected_posts",
        ["user_id", "username", "created_at"],
    )


def _json() -> TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")
