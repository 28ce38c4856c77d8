"""Users, workspaces, keys and the rest, as the API tells and takes them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StrictStr

from soundalike.accounts import (
    ApiKey,
    Invitation,
    Login,
    Member,
    OptOut,
    Principal,
    Role,
    Scope,
    User,
    Workspace,
)
from soundalike.accounts.facts import MAX_EMAIL, MAX_NAME, PASSWORD_LENGTHS
from soundalike.schemas.requests import Number, Request, Text, given
from soundalike.schemas.shape import Shape

_Email = Annotated[
    StrictStr,
    Field(
        min_length=3,
        max_length=MAX_EMAIL,
        description="An email address.",
        examples=["ada@example.org"],
        json_schema_extra={"format": "email"},
    ),
]
_Name = Annotated[Text, Field(min_length=1, max_length=MAX_NAME, examples=["Ada Lovelace"])]
_Password = Annotated[
    StrictStr, Field(min_length=1, max_length=PASSWORD_LENGTHS[1], examples=["correct horse battery staple"])
]
_NewPassword = Annotated[
    StrictStr,
    Field(
        min_length=PASSWORD_LENGTHS[0],
        max_length=PASSWORD_LENGTHS[1],
        description="Any signs will do.",
        examples=["correct horse battery staple"],
    ),
]
_Token = Annotated[
    StrictStr, Field(min_length=1, max_length=100, description="The token of the invitation, told once.")
]
_Days = Annotated[int, Field(ge=1, le=3650), Number]


# What is asked


class SignInRequest(Request):
    """Signing in with a password."""

    email: _Email
    password: _Password


class PasswordRequest(Request):
    """Changing one's own password."""

    new_password: _NewPassword
    old_password: _Password | None = Field(default=None, description="The present one, if there is one.")
    email: _Email | None = Field(
        default=None, description="The email to sign in with, for a user who has none yet."
    )


class WorkspaceRequest(Request):
    """A new workspace."""

    name: _Name


class WorkspaceChangeRequest(Request):
    """What to change of a workspace; what is left out stays."""

    name: _Name | None = None
    retention_days: _Days | None = Field(
        default=None, description="Days that collected posts live; null goes by the server's setting."
    )


class RoleRequest(Request):
    """A member's new role."""

    role: Role


class InvitationRequest(Request):
    """Whom to invite."""

    email: _Email
    role: Role = Role.MEMBER


class AcceptanceRequest(Request):
    """Accepting an invitation: a new user gives a name and a password, a signed-in user neither."""

    model_config = ConfigDict(
        json_schema_extra=given("name")
        | {"then": given("password")["if"], "else": {"properties": {"password": {"type": "null"}}}}
    )

    token: _Token
    name: _Name | None = None
    password: _NewPassword | None = None


class KeyRequest(Request):
    """A new API key."""

    name: _Name
    scopes: list[Scope] = Field(default=[Scope.READ, Scope.WRITE], min_length=1, max_length=2)
    expires_in_days: _Days | None = Field(default=None, description="Left out, it does not expire.")


class OptOutRequest(Request):
    """Why a creator must not be trained on."""

    note: Annotated[Text, Field(max_length=500)] | None = None


# What is told


class UserShape(Shape):
    """A user."""

    id: UUID
    email: str | None
    name: str
    has_password: bool
    is_active: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserShape":
        """Shape a user."""
        return cls.model_validate(user, from_attributes=True)


class WorkspaceShape(Shape):
    """A workspace, and what the user is there."""

    id: UUID
    name: str
    role: Role
    is_personal: bool
    retention_days: int | None
    created_at: datetime

    @classmethod
    def of(cls, workspace: Workspace) -> "WorkspaceShape":
        """Shape a workspace."""
        return cls.model_validate(workspace, from_attributes=True)


class MeBody(Shape):
    """Who is asking: the user, the workspace they are at work in, and the others they are in."""

    user: UserShape
    workspace: WorkspaceShape
    workspaces: list[WorkspaceShape]
    scopes: list[Scope]
    via: str = Field(description="`browser`, `key`, or `local` where the server asks nobody to sign in.")

    @classmethod
    def of(cls, principal: Principal, user: User, workspaces: list[Workspace]) -> "MeBody":
        """Shape a principal."""
        shapes = [WorkspaceShape.of(workspace) for workspace in workspaces]
        return cls(
            user=UserShape.of(user),
            workspace=next(shape for shape in shapes if shape.id == principal.workspace_id),
            workspaces=shapes,
            scopes=sorted(principal.scopes),
            via=principal.via,
        )


class LoginShape(Shape):
    """A browser that is signed in."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    user_agent: str
    is_current: bool

    @classmethod
    def of(cls, login: Login) -> "LoginShape":
        """Shape a login."""
        return cls.model_validate(login, from_attributes=True)


class EndedBody(Shape):
    """How many logins were ended."""

    ended: int


class MemberShape(Shape):
    """A user in the workspace."""

    user_id: UUID
    name: str
    email: str | None
    role: Role
    is_active: bool
    joined_at: datetime

    @classmethod
    def of(cls, member: Member) -> "MemberShape":
        """Shape a member."""
        return cls.model_validate(member, from_attributes=True)


class InvitationShape(Shape):
    """An open invitation."""

    id: UUID
    workspace_id: UUID
    workspace_name: str
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationShape":
        """Shape an invitation."""
        return cls.model_validate(invitation, from_attributes=True)


class NewInvitationBody(InvitationShape):
    """An invitation just made, with the token that is told only now."""

    token: str

    @classmethod
    def made(cls, invitation: Invitation, token: str) -> "NewInvitationBody":
        """Shape a new invitation."""
        return cls(**InvitationShape.of(invitation).model_dump(by_alias=False), token=token)


class KeyShape(Shape):
    """An API key, as far as it may be shown."""

    id: str
    user_id: UUID
    workspace_id: UUID
    name: str
    starts_with: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyShape":
        """Shape a key."""
        return cls(
            id=key.id,
            user_id=key.user_id,
            workspace_id=key.workspace_id,
            name=key.name,
            starts_with=key.starts_with,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
        )


class NewKeyBody(KeyShape):
    """A key just made, in plain text only now."""

    key: str

    @classmethod
    def made(cls, key: ApiKey, text: str) -> "NewKeyBody":
        """Shape a new key."""
        return cls(**KeyShape.of(key).model_dump(by_alias=False), key=text)


class OptOutShape(Shape):
    """A creator whom nobody in the workspace may train on."""

    username: str
    note: str | None
    created_at: datetime

    @classmethod
    def of(cls, opt_out: OptOut) -> "OptOutShape":
        """Shape an opt-out."""
        return cls.model_validate(opt_out, from_attributes=True)
