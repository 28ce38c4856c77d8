"""Users: made, found, switched off and on, given a password."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Row, Select, delete, select, update

from soundalike.accounts.cache import KeyCache
from soundalike.accounts.facts import Role, read_email, read_name, read_password
from soundalike.accounts.passwords import hash_password
from soundalike.accounts.records import User
from soundalike.errors import AccountConflict, UnknownAccount
from soundalike.storage.database import Database, insert_into
from soundalike.storage.tables import logins, memberships, sign_in_links, users, workspaces


class Users:
    """Everybody who may sign in. These are the operator's own doings: who may ask for them is the caller's to know."""

    def __init__(self, database: Database, now: Callable[[], datetime], cache: KeyCache) -> None:
        self._database, self._now, self._cache = database, now, cache

    def add(self, email: str, name: str = "", *, password: str | None = None) -> User:
        """Make a user with a personal workspace of the same id.

        Raises:
            InvalidAccount: The email, the name or the password cannot be one.
            AccountConflict: The email is taken.
        """
        email = read_email(email)
        name = read_name(name or email.partition("@")[0])
        password_hash = None if password is None else hash_password(read_password(password))
        with self._database.writing() as connection:
            at = self._now()
            user_id = insert_user(connection, email=email, name=name, password_hash=password_hash, at=at)
            return get_user(connection, user_id)

    def ensure_local(self, user_id: UUID, name: str) -> User:
        """Have the user of this machine, made on first use, without email or password."""
        with self._database.reading() as connection:
            if found := _one(connection, _users().where(users.c.id == user_id)):
                return found
        with self._database.writing() as connection:
            _insert(connection, user_id, {"name": read_name(name)}, self._now())
            return get_user(connection, user_id)

    def get(self, user_id: UUID) -> User:
        """Load a user.

        Raises:
            UnknownAccount: Nobody has this id.
        """
        with self._database.reading() as connection:
            return get_user(connection, user_id)

    def find(self, email: str) -> User:
        """Load the user of an email.

        Raises:
            UnknownAccount: Nobody has it.
        """
        with self._database.reading() as connection:
            found = _one(connection, _users().where(users.c.email == read_email(email)))
        if found is None:
            raise UnknownAccount("No user has this email.", hint="`soundalike user list` shows all.")
        return found

    def list(self) -> list[User]:
        """List all users, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_users().order_by(users.c.created_at, users.c.id))
            return [_user(row) for row in rows]

    def set_active(self, user_id: UUID, active: bool) -> User:  # noqa: FBT001 - the value to set
        """Let a user in or keep them out; who is kept out is signed out everywhere, and their keys are no good.

        Raises:
            UnknownAccount: Nobody has this id.
        """
        with self._database.writing() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(is_active=active))
            if not active:
                end_logins(connection, user_id)
            user = get_user(connection, user_id)
        self._cache.clear()
        return user

    def set_password(self, user_id: UUID, password: str, *, email: str | None = None) -> User:
        """Give a user a new password, and an email if they have none; signs them out everywhere.

        Raises:
            InvalidAccount: It cannot be a password, or no email.
            AccountConflict: The user has no email to sign in with, or another user has this one.
            UnknownAccount: Nobody has this id.
        """
        password_hash = hash_password(read_password(password))
        with self._database.writing() as connection:
            put_password(connection, user_id, password_hash, email=email, keep="")
            return get_user(connection, user_id)


def insert_user(
    connection: Connection, *, email: str, name: str, password_hash: str | None, at: datetime
) -> UUID:
    """Make a user; the parts are read already.

    Raises:
        AccountConflict: The email is taken.
    """
    user_id = uuid4()
    if not _insert(connection, user_id, {"email": email, "name": name, "password_hash": password_hash}, at):
        raise _taken()
    return user_id


def get_user(connection: Connection, user_id: UUID) -> User:
    """Load a user.

    Raises:
        UnknownAccount: Nobody has this id.
    """
    found = _one(connection, _users().where(users.c.id == user_id))
    if found is None:
        raise UnknownAccount("No user has this id.")
    return found


def find_user(connection: Connection, email: str) -> User | None:
    """Load the user of an email that is read already, if there is one."""
    return _one(connection, _users().where(users.c.email == email))


def put_password(
    connection: Connection, user_id: UUID, password_hash: str, *, email: str | None, keep: str
) -> None:
    """Keep a new password and end what the old one opened, but for the login whose token's hash is `keep`.

    Raises:
        AccountConflict: The user has no email and is given none, or one that is taken.
    """
    values: dict[str, Any] = {"password_hash": password_hash}
    if get_user(connection, user_id).email is None:
        values["email"] = _free_email(connection, email)
    connection.execute(update(users).where(users.c.id == user_id).values(values))
    end_logins(connection, user_id, keep=keep)


def end_logins(connection: Connection, user_id: UUID, *, keep: str = "") -> int:
    """Sign a user out everywhere, but for the login whose token's hash is `keep`, and void their links."""
    connection.execute(delete(sign_in_links).where(sign_in_links.c.user_id == user_id))
    others = (logins.c.user_id == user_id, logins.c.token_hash != keep)
    return connection.execute(delete(logins).where(*others)).rowcount


def _free_email(connection: Connection, email: str | None) -> str:
    if email is None:
        raise AccountConflict(
            "Without an email nobody can sign in with a password.", hint="Give an email with it."
        )
    address = read_email(email)
    if find_user(connection, address):
        raise _taken()
    return address


def _insert(connection: Connection, user_id: UUID, values: dict[str, Any], at: datetime) -> bool:
    """Add the user, the personal workspace and its owner; whether nobody was there before."""
    new = {"id": user_id, "created_at": at, **values}
    added = insert_into(connection, users).values(new).on_conflict_do_nothing().returning(users.c.id)
    if connection.scalar(added) is None:
        return False
    insert_workspace(connection, user_id, name=values["name"], owner=user_id, at=at)
    return True


def insert_workspace(
    connection: Connection, workspace_id: UUID, *, name: str, owner: UUID, at: datetime
) -> None:
    """Add a workspace and its first owner."""
    connection.execute(workspaces.insert().values(id=workspace_id, name=name, created_at=at))
    first = {"workspace_id": workspace_id, "user_id": owner, "role": Role.OWNER.value, "created_at": at}
    connection.execute(memberships.insert().values(first))


def _taken() -> AccountConflict:
    return AccountConflict("A user with this email exists already.", hint="Sign in, or use another email.")


def _users() -> Select[Any]:
    return select(
        users.c.id,
        users.c.email,
        users.c.name,
        users.c.password_hash.is_not(None).label("has_password"),
        users.c.is_active,
        users.c.created_at,
    )


def _one(connection: Connection, statement: Select[Any]) -> User | None:
    row = connection.execute(statement).one_or_none()
    return None if row is None else _user(row)


def _user(row: Row[*tuple[Any, ...]]) -> User:
    return User(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
