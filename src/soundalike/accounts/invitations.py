"""Invitations: how users come, by a token that is told once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from soundalike.accounts.facts import (
    INVITATION_LASTS,
    MAX_LISTED,
    Role,
    hashed,
    is_token,
    new_token,
    read_email,
    read_name,
    read_password,
)
from soundalike.accounts.logins import begin_login
from soundalike.accounts.passwords import hash_password
from soundalike.accounts.principal import Principal
from soundalike.accounts.records import Invitation, Workspace
from soundalike.accounts.throttle import Throttle
from soundalike.accounts.users import find_user, get_user, insert_user
from soundalike.accounts.workspaces import check_owner, get_workspace, insert_member
from soundalike.errors import AccountConflict, Forbidden, UnknownAccount
from soundalike.storage.database import Database
from soundalike.storage.tables import invitations, memberships, workspaces


class Invitations:
    """Open invitations to workspaces."""

    def __init__(self, database: Database, now: Callable[[], datetime], throttle: Throttle) -> None:
        self._database, self._now, self._throttle = database, now, throttle

    def invite(self, principal: Principal, email: str, role: Role = Role.MEMBER) -> tuple[Invitation, str]:
        """Invite somebody to the principal's workspace; returns the token too. An older invitation is void.

        Raises:
            Forbidden: The principal does not own the workspace.
            InvalidAccount: It is no email.
            AccountConflict: They are in already, or too many are invited.
        """
        address, token, at = read_email(email), new_token(), self._now()
        values = {
            "id": uuid4(),
            "workspace_id": principal.workspace_id,
            "email": address,
            "role": role.value,
            "token_hash": hashed(token),
            "invited_by": principal.user_id,
            "created_at": at,
            "expires_at": at + INVITATION_LASTS,
        }
        with self._database.writing() as connection:
            check_owner(connection, principal)
            _make_room(connection, principal.workspace_id, address, at)
            connection.execute(insert(invitations).values(values))
            invitation = _INVITATIONS.where(invitations.c.id == values["id"])
            return _invitation(connection.execute(invitation).one()), token

    def list(self, principal: Principal) -> list[Invitation]:
        """List the workspace's open invitations, newest first.

        Raises:
            Forbidden: The principal does not own it.
        """
        here = invitations.c.workspace_id == principal.as_owner().workspace_id
        statement = _open(self._now()).where(here).order_by(invitations.c.created_at.desc(), invitations.c.id)
        with self._database.reading() as connection:
            return [_invitation(row) for row in connection.execute(statement)]

    def withdraw(self, principal: Principal, invitation_id: UUID) -> None:
        """Void an invitation.

        Raises:
            Forbidden: The principal does not own the workspace.
            UnknownAccount: It has none of this id.
        """
        this = (invitations.c.id == invitation_id, invitations.c.workspace_id == principal.workspace_id)
        unaccepted = invitations.c.accepted_at.is_(None)
        with self._database.writing() as connection:
            check_owner(connection, principal)
            if not connection.execute(delete(invitations).where(*this, unaccepted)).rowcount:
                raise UnknownAccount("No open invitation has this id.")

    def look(self, token: str) -> Invitation:
        """Say what a token invites to.

        Raises:
            UnknownAccount: It was used or withdrawn, has expired, or never was.
        """
        with self._database.reading() as connection:
            return _look(connection, token, self._now())

    def accept(
        self, token: str, *, name: str, password: str, address: str | None = None, user_agent: str = ""
    ) -> str:
        """Come as a new user with a password; returns the token of a login in the workspace.

        Raises:
            UnknownAccount: The invitation was used or withdrawn, has expired, or never was.
            InvalidAccount: It cannot be a name or a password.
            AccountConflict: A user has this email already, and has to sign in first.
            TooManyAttempts: Tried too often from this address.
        """
        self._throttle.attempt_from(address, at=self._now())
        self.look(token)  # before a password is hashed for nothing
        name, password_hash = read_name(name), hash_password(read_password(password))
        with self._database.writing() as connection:
            at = self._now()
            invitation = _take(connection, token, at)
            user_id = insert_user(
                connection, email=invitation.email, name=name, password_hash=password_hash, at=at
            )
            return _come_in(connection, invitation, user_id, at=at, user_agent=user_agent)

    def join(self, principal: Principal, token: str) -> Workspace:
        """Let a signed-in user into the workspace they are invited to.

        Raises:
            UnknownAccount: The invitation was used or withdrawn, has expired, or never was.
            Forbidden: It is for another email.
            AccountConflict: The user is in the workspace already.
        """
        with self._database.writing() as connection:
            at = self._now()
            invitation = _take(connection, token, at)
            if get_user(connection, principal.user_id).email not in {None, invitation.email}:
                raise Forbidden(
                    "The invitation is for another email.",
                    hint="Ask to be invited with the one you use here.",
                )
            insert_member(connection, invitation.workspace_id, principal.user_id, invitation.role, at=at)
            return get_workspace(connection, principal.user_id, invitation.workspace_id)


def accept_by_email(connection: Connection, email: str, name: str, *, at: datetime) -> UUID | None:
    """Make a user without password of whoever was invited and proved the email elsewhere; None if nobody was."""
    row = connection.execute(
        _open(at).where(invitations.c.email == email).order_by(invitations.c.created_at.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    invitation = _invitation(row)
    _mark(connection, invitation.id, at)
    user_id = insert_user(connection, email=email, name=name, password_hash=None, at=at)
    insert_member(connection, invitation.workspace_id, user_id, invitation.role, at=at)
    return user_id


_INVITATIONS: Final = select(invitations, workspaces.c.name.label("workspace_name")).join_from(
    invitations, workspaces, workspaces.c.id == invitations.c.workspace_id
)


def _open(at: datetime) -> Select[Any]:
    return _INVITATIONS.where(invitations.c.accepted_at.is_(None), invitations.c.expires_at > at)


def _look(connection: Connection, token: str, at: datetime) -> Invitation:
    statement = _open(at).where(invitations.c.token_hash == hashed(token))
    row = connection.execute(statement).one_or_none() if is_token(token) else None
    if row is None:
        raise _no_invitation()
    return _invitation(row)


def _take(connection: Connection, token: str, at: datetime) -> Invitation:
    """Use up an invitation; of two who try at once, one succeeds."""
    invitation = _look(connection, token, at)
    _mark(connection, invitation.id, at)
    return invitation


def _mark(connection: Connection, invitation_id: UUID, at: datetime) -> None:
    this = (invitations.c.id == invitation_id, invitations.c.accepted_at.is_(None))
    if not connection.execute(update(invitations).where(*this).values(accepted_at=at)).rowcount:
        raise _no_invitation()


def _come_in(
    connection: Connection, invitation: Invitation, user_id: UUID, *, at: datetime, user_agent: str
) -> str:
    workspace_id = invitation.workspace_id
    insert_member(connection, workspace_id, user_id, invitation.role, at=at)
    return begin_login(connection, user_id, at=at, user_agent=user_agent, workspace_id=workspace_id)


def _make_room(connection: Connection, workspace_id: UUID, email: str, at: datetime) -> None:
    """Void what is older or over, and see that the new invitation makes sense."""
    here = invitations.c.workspace_id == workspace_id
    user = find_user(connection, email)
    if user and connection.scalar(
        select(func.count()).where(
            memberships.c.workspace_id == workspace_id, memberships.c.user_id == user.id
        )
    ):
        raise AccountConflict("They are in this workspace already.", hint="Change their role instead.")
    void = (invitations.c.email == email) | (invitations.c.expires_at <= at)
    connection.execute(delete(invitations).where(here, invitations.c.accepted_at.is_(None), void))
    waiting = connection.scalar(
        select(func.count()).select_from(invitations).where(here, invitations.c.accepted_at.is_(None))
    )
    if (waiting or 0) >= MAX_LISTED:
        raise AccountConflict(
            f"{MAX_LISTED} invitations are open, the most there may be.", hint="Withdraw some first."
        )


def _invitation(row: Row[*tuple[Any, ...]]) -> Invitation:
    return Invitation(
        id=row.id,
        workspace_id=row.workspace_id,
        workspace_name=row.workspace_name,
        email=row.email,
        role=Role(row.role),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _no_invitation() -> UnknownAccount:
    return UnknownAccount("The invitation was used or withdrawn, or has expired.", hint="Ask for a new one.")
