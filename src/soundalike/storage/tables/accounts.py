"""Users, the workspaces they share, and how they prove who they are. Secrets are kept as hashes only."""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Integer,
    Table,
    Uuid,
    true,
)

from soundalike.storage.columns import Line, Moment, Prose, json_column
from soundalike.storage.tables.base import metadata

#: `email` is lower case. The user of this machine, who needs no sign-in for the command, may have none.
users: Final = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Line(254), unique=True),
    Column("name", Line(100), nullable=False),
    Column("password_hash", Line(255)),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("created_at", Moment, nullable=False),
)

#: Whose things are: every user has a personal one of the same id. `retention_days` None goes by the setting.
workspaces: Final = Table(
    "workspaces",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Line(100), nullable=False),
    Column("retention_days", Integer),
    Column("created_at", Moment, nullable=False),
)

memberships: Final = Table(
    "memberships",
    metadata,
    Column("workspace_id", Uuid, ForeignKey(workspaces.c.id, ondelete="CASCADE"), primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("role", Line(10), nullable=False),
    Column("created_at", Moment, nullable=False),
)

invitations: Final = Table(
    "invitations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("workspace_id", Uuid, ForeignKey(workspaces.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("email", Line(254), nullable=False),
    Column("role", Line(10), nullable=False),
    Column("token_hash", Line(64), nullable=False, unique=True),
    Column("invited_by", Uuid),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("accepted_at", Moment),
)

#: Browsers that are signed in, each by the hash of its cookie.
logins: Final = Table(
    "logins",
    metadata,
    Column("token_hash", Line(64), primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("workspace_id", Uuid, ForeignKey(workspaces.c.id, ondelete="CASCADE"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("user_agent", Line(200), nullable=False),
)

#: Links that sign somebody in once.
sign_in_links: Final = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", Line(64), primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

#: Accounts elsewhere, by OpenID Connect.
identities: Final = Table(
    "identities",
    metadata,
    Column("issuer", Line(255), primary_key=True),
    Column("subject", Line(255), primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
)

#: `starts_with` is what may be shown of a key; `scopes` is a list.
api_keys: Final = Table(
    "api_keys",
    metadata,
    Column("id", Line(16), primary_key=True),
    Column("user_id", Uuid, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("workspace_id", Uuid, ForeignKey(workspaces.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Line(100), nullable=False),
    Column("starts_with", Line(24), nullable=False),
    Column("secret_hash", Line(64), nullable=False),
    Column("scopes", json_column(), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)

#: Creators who must not be trained on by anyone in a workspace; `username` is lower case.
opt_outs: Final = Table(
    "opt_outs",
    metadata,
    Column("workspace_id", Uuid, primary_key=True),
    Column("username", Line(50), primary_key=True),
    Column("note", Prose),
    Column("created_at", Moment, nullable=False),
)

#: What may be tried only so often, such as signing in: the theoretical arrival time of GCRA, in seconds since 1970.
throttles: Final = Table(
    "throttles",
    metadata,
    Column("name", Line(120), primary_key=True),
    Column("arrives", Double, nullable=False),
)
