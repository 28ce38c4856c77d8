"""The ledger of requests, how far creators are read, shared rate limits, balances of keys."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _create_api_requests()
    _create_read_stretches()
    _create_rate_limits()
    _create_key_balances()


def _create_api_requests() -> None:
    op.create_table(
        "api_requests",
        sa.Column("id", _counted_id(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("most_credits", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Integer()),
        sa.Column("posts", sa.Integer()),
        sa.Column("outcome", sa.String(50)),
        sa.Column("settled_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_api_requests"),
    )
    op.create_index("ix_api_requests_user_id_session_id", "api_requests", ["user_id", "session_id"])
    op.create_index(
        "ix_api_requests_user_id_at_key_credits_most_credits",
        "api_requests",
        ["user_id", "at", "key", "credits", "most_credits"],
    )
    op.create_index("ix_api_requests_key_at", "api_requests", ["key", "at"])


def _create_read_stretches() -> None:
    op.create_table(
        "read_stretches",
        sa.Column("id", _counted_id(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(50), nullable=False),
        sa.Column("start_at", sa.DateTime(), nullable=False),
        sa.Column("end_at", sa.DateTime(), nullable=False),
        sa.Column("reached_at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("min_likes", sa.Integer(), nullable=False),
        sa.Column("stop", sa.String(20)),
        sa.Column("place", _json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_read_stretches"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_read_stretches_user_id_username", "read_stretches", ["user_id", "username"])


def _create_rate_limits() -> None:
    op.create_table(
        "rate_limits",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("spacing", sa.Double(), nullable=False),
        sa.Column("proven", sa.Double(), nullable=False),
        sa.Column("next_turn", sa.Double(), nullable=False),
        sa.Column("paused_until", sa.Double(), nullable=False),
        sa.Column("calm", sa.Integer(), nullable=False),
        sa.Column("patience", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rate_limits"),
    )


def _create_key_balances() -> None:
    op.create_table(
        "key_balances",
        sa.Column("key", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("recharged", sa.BigInteger(), nullable=False),
        sa.Column("bonus", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "at", name="pk_key_balances"),
    )


def _counted_id() -> TypeEngine[Any]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")
