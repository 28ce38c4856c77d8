"""What is told of users, workspaces and the rest; never a secret or its hash."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from soundalike.accounts.facts import Role, Scope


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in; the user of this machine may have no email."""

    id: UUID
    email: str | None
    name: str
    has_password: bool
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Workspace:
    """Whose things are, and what one of its members is there."""

    id: UUID
    name: str
    role: Role
    is_personal: bool
    retention_days: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A user in a workspace."""

    user_id: UUID
    name: str
    email: str | None
    role: Role
    is_active: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation to a workspace."""

    id: UUID
    workspace_id: UUID
    workspace_name: str
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Login:
    """A browser that is signed in; `id` is the beginning of its token's hash."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    user_agent: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that is not revoked; it may have expired."""

    id: str
    user_id: UUID
    workspace_id: UUID
    name: str
    starts_with: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OptOut:
    """A creator whom nobody in the workspace may train on."""

    username: str
    note: str | None
    created_at: datetime
