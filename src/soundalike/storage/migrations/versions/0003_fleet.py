"""Jobs in the background, users and workspaces, what models keep by themselves."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("training_sessions") as table:
        table.add_column(sa.Column("event_number", sa.Integer(), nullable=False, server_default="0"))
    _create_model_parts()
    _create_jobs()
    _create_training_events()
    _create_step_artefacts()
    _create_workers()
    _create_users()
    _create_memberships()
    _create_invitations()
    _create_logins()
    _create_sign_in_links()
    _create_identities()
    _create_api_keys()
    _create_opt_outs()
    _create_throttles()


def _create_model_parts() -> None:
    op.create_table(
        "model_parts",
        sa.Column("model_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", "name", name="pk_model_parts"),
        _belongs_to("model_parts", "model_id", "trained_ai_models"),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("requested_by", sa.Uuid()),
        sa.Column("request_id", sa.String(64)),
        sa.Column("status", sa.String(10), nullable=False, server_default="queued"),
        sa.Column("run", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("enqueued_run", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("token", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("owner", sa.String(40)),
        sa.Column("crashes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("priority", sa.Integer(), nullable=False, server_default="5"),
        sa.Column("order", _json(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("request_hash", sa.String(64)),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime()),
        sa.Column("ended_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("session_id", "kind", name="pk_jobs"),
        sa.UniqueConstraint(
            "user_id", "kind", "idempotency_key", name="uq_jobs_user_id_kind_idempotency_key"
        ),
        _belongs_to("jobs", "session_id", "training_sessions"),
    )
    op.create_index("ix_jobs_user_id_kind_created_at", "jobs", ["user_id", "kind", "created_at"])
    op.create_index("ix_jobs_status", "jobs", ["status"])


def _create_training_events() -> None:
    op.create_table(
        "training_events",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", _json(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "number", name="pk_training_events"),
        _belongs_to("training_events", "session_id", "training_sessions"),
    )


def _create_step_artefacts() -> None:
    op.create_table(
        "step_artefacts",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("input_hash", sa.String(64), nullable=False),
        sa.Column("artefact", _json(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "step", name="pk_step_artefacts"),
        _belongs_to("step_artefacts", "session_id", "training_sessions"),
    )


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("lease_seconds", sa.Double(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("retention_days", sa.Integer()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
    )


def _create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name="pk_memberships"),
        _belongs_to("memberships", "workspace_id", "workspaces"),
        _belongs_to("memberships", "user_id", "users"),
    )
    op.create_index("ix_memberships_user_id", "memberships", ["user_id"])


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("invited_by", sa.Uuid()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        _belongs_to("invitations", "workspace_id", "workspaces"),
    )
    op.create_index("ix_invitations_workspace_id", "invitations", ["workspace_id"])


def _create_logins() -> None:
    op.create_table(
        "logins",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_logins"),
        _belongs_to("logins", "user_id", "users"),
        _belongs_to("logins", "workspace_id", "workspaces"),
    )
    op.create_index("ix_logins_user_id", "logins", ["user_id"])


def _create_sign_in_links() -> None:
    op.create_table(
        "sign_in_links",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_links"),
        _belongs_to("sign_in_links", "user_id", "users"),
    )
    op.create_index("ix_sign_in_links_user_id", "sign_in_links", ["user_id"])


def _create_identities() -> None:
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
        _belongs_to("identities", "user_id", "users"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])


def _create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("starts_with", sa.String(24), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("scopes", _json(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime()),
        sa.Column("last_used_at", sa.DateTime()),
        sa.Column("revoked_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        _belongs_to("api_keys", "user_id", "users"),
        _belongs_to("api_keys", "workspace_id", "workspaces"),
    )
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"])
    op.create_index("ix_api_keys_workspace_id", "api_keys", ["workspace_id"])


def _create_opt_outs() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(50), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "username", name="pk_opt_outs"),
    )


def _create_throttles() -> None:
    op.create_table(
        "throttles",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("arrives", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_throttles"),
    )


def _belongs_to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """A row that goes with the row it belongs to."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _json() -> TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")
