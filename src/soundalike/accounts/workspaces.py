"""Workspaces and who works in them. A workspace always has an owner; a personal one always belongs to its user."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, Select, delete, exists, func, insert, select, update

from soundalike.accounts.cache import KeyCache
from soundalike.accounts.facts import MAX_LISTED, Role, read_name
from soundalike.accounts.principal import Principal
from soundalike.accounts.records import Member, Workspace
from soundalike.accounts.users import insert_workspace
from soundalike.errors import AccountConflict, Forbidden, UnknownAccount
from soundalike.storage.database import Database, take_turn
from soundalike.storage.tables import api_keys, logins, memberships, users, workspaces


class Workspaces:
    """Workspaces as their members see them; the acting principal's own is meant unless another is named."""

    def __init__(self, database: Database, now: Callable[[], datetime], cache: KeyCache) -> None:
        self._database, self._now, self._cache = database, now, cache

    def get(self, user_id: UUID, workspace_id: UUID) -> Workspace:
        """Load a workspace the user is in.

        Raises:
            UnknownAccount: They are in none of this id.
        """
        with self._database.reading() as connection:
            return get_workspace(connection, user_id, workspace_id)

    def create(self, principal: Principal, name: str) -> Workspace:
        """Make a workspace; the principal owns it.

        Raises:
            InvalidAccount: It cannot have this name.
            AccountConflict: The user is in as many as one may be.
        """
        workspace_id, name = uuid4(), read_name(name)
        with self._database.writing() as connection:
            if _count(connection, memberships.c.user_id == principal.user_id) >= MAX_LISTED:
                raise AccountConflict(
                    f"A user is in at most {MAX_LISTED} workspaces.", hint="Leave one first."
                )
            insert_workspace(connection, workspace_id, name=name, owner=principal.user_id, at=self._now())
            return get_workspace(connection, principal.user_id, workspace_id)

    def switch(self, principal: Principal, workspace_id: UUID) -> Workspace:
        """Let the principal's browser work in another workspace from now on.

        Raises:
            Forbidden: No browser is signed in.
            UnknownAccount: The user is in none of this id.
        """
        if principal.via != "browser":
            raise Forbidden("Only a signed-in browser changes its workspace.", hint="Sign in first.")
        mine = logins.c.token_hash == principal.proof
        with self._database.writing() as connection:
            workspace = get_workspace(connection, principal.user_id, workspace_id)
            connection.execute(update(logins).where(mine).values(workspace_id=workspace_id))
        return workspace

    def change(self, principal: Principal, **changes: str | int | None) -> Workspace:
        """Change `name` or `retention_days` (None goes by the setting) of the workspace.

        Raises:
            Forbidden: The principal does not own it.
            InvalidAccount: It cannot have this name.
        """
        if "name" in changes:
            changes["name"] = read_name(str(changes["name"]))
        with self._database.writing() as connection:
            check_owner(connection, principal)
            if changes:
                this = workspaces.c.id == principal.workspace_id
                connection.execute(update(workspaces).where(this).values(changes))
            return get_workspace(connection, principal.user_id, principal.workspace_id)

    def members(self, principal: Principal) -> list[Member]:
        """List who is in the workspace, who joined first comes first."""
        statement = _MEMBERS.where(memberships.c.workspace_id == principal.workspace_id)
        with self._database.reading() as connection:
            return [_member(row) for row in connection.execute(statement)]

    def list(self, user_id: UUID) -> list[Workspace]:
        """List the workspaces a user is in: the personal one first, then by name."""
        order = ((workspaces.c.id != user_id), func.lower(workspaces.c.name), workspaces.c.id)
        with self._database.reading() as connection:
            return [_workspace(row) for row in connection.execute(_of_user(user_id).order_by(*order))]

    def set_role(self, principal: Principal, user_id: UUID, role: Role) -> Member:
        """Make a member an owner, or an owner a member.

        Raises:
            Forbidden: The principal does not own the workspace.
            UnknownAccount: The user is not in it.
            AccountConflict: No owner would be left, or it is the user's personal one.
        """
        workspace_id = principal.workspace_id
        with self._database.writing() as connection:
            check_owner(connection, principal)
            if role is not Role.OWNER:
                _check_dispensable(connection, workspace_id, user_id)
            changed = update(memberships).where(*_is_in(workspace_id, user_id)).values(role=role.value)
            if not connection.execute(changed).rowcount:
                raise _no_member()
            member = _member(connection.execute(_MEMBERS.where(*_is_in(workspace_id, user_id))).one())
        self._cache.clear()
        return member

    def remove(self, principal: Principal, user_id: UUID) -> None:
        """Remove a member, or leave; their keys for the workspace are revoked, their browsers go home.

        Raises:
            Forbidden: The principal does not own the workspace and it is somebody else.
            UnknownAccount: The user is not in it.
            AccountConflict: No owner would be left, or it is the user's personal one.
        """
        workspace_id = principal.workspace_id
        with self._database.writing() as connection:
            if user_id != principal.user_id:
                check_owner(connection, principal)
            _take_members(connection, workspace_id)
            _check_dispensable(connection, workspace_id, user_id)
            if not connection.execute(delete(memberships).where(*_is_in(workspace_id, user_id))).rowcount:
                raise _no_member()
            self._close_doors(connection, workspace_id, user_id)
        self._cache.clear()

    def add_member(self, workspace_id: UUID, user_id: UUID, role: Role) -> None:
        """Put a user into a workspace: the operator's own doing.

        Raises:
            AccountConflict: The user is in it already, or it is full.
        """
        with self._database.writing() as connection:
            insert_member(connection, workspace_id, user_id, role, at=self._now())

    def find(self, name: str) -> tuple[UUID, str]:
        """Find a workspace by id or name, whoever's: the operator's own doing.

        Raises:
            UnknownAccount: None has it, or several have.
        """
        with self._database.reading() as connection:
            rows = connection.execute(select(workspaces.c.id, workspaces.c.name)).all()
        found = [row for row in rows if name in {str(row.id), row.name}]
        if len(found) != 1:
            raise UnknownAccount(
                f"{len(found) or 'No'} workspace{'s are' if len(found) > 1 else ' is'} called “{name}”.",
                hint="Name it by its id." if found else "`soundalike user list` shows all.",
            )
        return found[0].id, found[0].name

    def _close_doors(self, connection: Connection, workspace_id: UUID, user_id: UUID) -> None:
        keys = (api_keys.c.workspace_id == workspace_id, api_keys.c.user_id == user_id)
        unrevoked = update(api_keys).where(*keys, api_keys.c.revoked_at.is_(None))
        connection.execute(unrevoked.values(revoked_at=self._now()))
        there = (logins.c.workspace_id == workspace_id, logins.c.user_id == user_id)
        connection.execute(update(logins).where(*there).values(workspace_id=user_id))


def get_workspace(connection: Connection, user_id: UUID, workspace_id: UUID) -> Workspace:
    """Load a workspace the user is in.

    Raises:
        UnknownAccount: They are in none of this id.
    """
    row = connection.execute(_of_user(user_id).where(workspaces.c.id == workspace_id)).one_or_none()
    if row is None:
        raise UnknownAccount("The user is in no workspace of this id.")
    return _workspace(row)


def check_owner(connection: Connection, principal: Principal) -> None:
    """Wait for a turn at the workspace's members, and see that the principal owns it still.

    Raises:
        Forbidden: They do not, or no longer.
    """
    principal.as_owner()
    _take_members(connection, principal.workspace_id)
    mine = _is_in(principal.workspace_id, principal.user_id)
    role = connection.scalar(select(memberships.c.role).where(*mine))
    if principal.via != "local" and role != Role.OWNER.value:
        raise Forbidden("Only an owner of the workspace may do this.", hint="Ask one of its owners.")


def insert_member(
    connection: Connection, workspace_id: UUID, user_id: UUID, role: Role, *, at: datetime
) -> None:
    """Put a user into a workspace.

    Raises:
        AccountConflict: The user is in it already, or it is full.
    """
    _take_members(connection, workspace_id)
    if connection.scalar(select(exists().where(*_is_in(workspace_id, user_id)))):
        raise AccountConflict("The user is in this workspace already.", hint="Change their role instead.")
    if _count(connection, memberships.c.workspace_id == workspace_id) >= MAX_LISTED:
        raise AccountConflict(f"A workspace has at most {MAX_LISTED} members.", hint="Remove one first.")
    values = {"workspace_id": workspace_id, "user_id": user_id, "role": role.value, "created_at": at}
    connection.execute(insert(memberships).values(values))


_MEMBERS: Final = (
    select(
        users.c.id.label("user_id"),
        users.c.name,
        users.c.email,
        memberships.c.role,
        users.c.is_active,
        memberships.c.created_at.label("joined_at"),
    )
    .join_from(memberships, users, users.c.id == memberships.c.user_id)
    .order_by(memberships.c.created_at, users.c.id)
)


def _take_members(connection: Connection, workspace_id: UUID) -> None:
    take_turn(connection, f"members {workspace_id}")


def _check_dispensable(connection: Connection, workspace_id: UUID, user_id: UUID) -> None:
    """Another owner is left without this user, in a workspace that is not their own."""
    if workspace_id == user_id:
        raise AccountConflict("A personal workspace belongs to its user.", hint="Make another to share.")
    others = (memberships.c.workspace_id == workspace_id, memberships.c.user_id != user_id)
    if not _count(connection, *others, memberships.c.role == Role.OWNER.value):
        raise AccountConflict("The last owner cannot go.", hint="Make another member an owner first.")


def _is_in(workspace_id: UUID, user_id: UUID) -> tuple[Any, ...]:
    return (memberships.c.workspace_id == workspace_id, memberships.c.user_id == user_id)


def _count(connection: Connection, *conditions: Any) -> int:  # noqa: ANN401 - SQL conditions
    return connection.scalar(select(func.count()).select_from(memberships).where(*conditions)) or 0


def _of_user(user_id: UUID) -> Select[Any]:
    joined = workspaces.join(memberships, memberships.c.workspace_id == workspaces.c.id)
    fields = (workspaces, memberships.c.role, (workspaces.c.id == user_id).label("is_personal"))
    return select(*fields).select_from(joined).where(memberships.c.user_id == user_id)


def _workspace(row: Row[*tuple[Any, ...]]) -> Workspace:
    return Workspace(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        is_personal=bool(row.is_personal),
        retention_days=row.retention_days,
        created_at=row.created_at,
    )


def _member(row: Row[*tuple[Any, ...]]) -> Member:
    return Member(row.user_id, row.name, row.email, Role(row.role), row.is_active, row.joined_at)


def _no_member() -> UnknownAccount:
    return UnknownAccount("Nobody in this workspace has this id.")
