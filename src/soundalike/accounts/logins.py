"""Signing in and out: with a password, with a link that works once, or vouched for by somebody else."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update

from soundalike.accounts.facts import LOGIN_LASTS, hashed, is_token, new_token, read_email, read_password
from soundalike.accounts.passwords import check_password, hash_password
from soundalike.accounts.principal import Principal
from soundalike.accounts.records import Login
from soundalike.accounts.throttle import Throttle, forgive
from soundalike.accounts.users import end_logins, get_user, put_password
from soundalike.errors import Forbidden, Unauthorized, UnknownAccount
from soundalike.storage.database import Database
from soundalike.storage.tables import logins, memberships, sign_in_links, users

_ID_LENGTH: Final = 16
_USER_AGENT_LENGTH: Final = 200


class Logins:
    """Browsers that are signed in. Tokens are told once and kept as hashes."""

    def __init__(self, database: Database, now: Callable[[], datetime], throttle: Throttle) -> None:
        self._database, self._now, self._throttle = database, now, throttle

    def sign_in(self, email: str, password: str, *, address: str | None = None, user_agent: str = "") -> str:
        """Sign in with a password; returns the token of a new login.

        Raises:
            Unauthorized: No such user, or another password; which of the two is not told.
            TooManyAttempts: Tried too often for this email or from this address.
        """
        user_id, email = self._proved(email, password, address)
        with self._database.writing() as connection:
            forgive(connection, email)
            return begin_login(connection, user_id, at=self._now(), user_agent=user_agent)

    def sign_out(self, token: str) -> None:
        """End a login; one that has ended already is as good."""
        with self._database.writing() as connection:
            connection.execute(delete(logins).where(logins.c.token_hash == hashed(token)))

    def change_password(
        self,
        principal: Principal,
        *,
        old: str,
        new: str,
        email: str | None = None,
        address: str | None = None,
    ) -> None:
        """Change the user's own password; other browsers are signed out. Who had none needs no old one.

        Raises:
            Unauthorized: The old password is another.
            InvalidAccount: The new one cannot be a password, or the email no email.
            AccountConflict: The user has no email and gives none, or one that is taken.
            TooManyAttempts: Tried too often.
        """
        with self._database.reading() as connection:
            user = get_user(connection, principal.user_id)
        read_password(new)
        if user.has_password and user.email:
            self._proved(user.email, old, address)
        password_hash = hash_password(read_password(new))
        with self._database.writing() as connection:
            put_password(connection, user.id, password_hash, email=email, keep=principal.proof)

    def list(self, principal: Principal) -> list[Login]:
        """List the user's logins, last seen first."""
        alive = (logins.c.user_id == principal.user_id, logins.c.expires_at > self._now())
        with self._database.reading() as connection:
            rows = connection.execute(select(logins).where(*alive).order_by(logins.c.seen_at.desc()))
            return [_login(row, principal.proof) for row in rows]

    def revoke(self, principal: Principal, login_id: str) -> None:
        """End one of the user's logins.

        Raises:
            UnknownAccount: The user has none of this id.
        """
        mine = logins.c.user_id == principal.user_id
        this = logins.c.token_hash.startswith(login_id, autoescape=True)
        with self._database.writing() as connection:
            if (
                len(login_id) != _ID_LENGTH
                or not connection.execute(delete(logins).where(mine, this)).rowcount
            ):
                raise UnknownAccount("No browser that is signed in has this id.")

    def revoke_others(self, principal: Principal) -> int:
        """End all of the user's logins but the present one; returns how many."""
        with self._database.writing() as connection:
            return end_logins(connection, principal.user_id, keep=principal.proof)

    def make_link(self, user_id: UUID, *, lasts: timedelta) -> str:
        """Make the token of a link that signs the user in once.

        Raises:
            UnknownAccount: Nobody has this id.
            Forbidden: The user is disabled.
        """
        token, at = new_token(), self._now()
        values = {"user_id": user_id, "created_at": at, "expires_at": at + lasts}
        with self._database.writing() as connection:
            if not get_user(connection, user_id).is_active:
                raise Forbidden("The user is disabled.", hint="Enable them first.")
            connection.execute(insert(sign_in_links).values(token_hash=hashed(token), **values))
        return token

    def use_link(self, token: str, *, user_agent: str = "") -> str:
        """Sign in with a link's token; returns the token of a new login. Of two who try at once, one succeeds.

        Raises:
            Unauthorized: It was used, has expired, or never was.
        """
        at = self._now()
        used = (
            update(sign_in_links)
            .where(
                sign_in_links.c.token_hash == hashed(token),
                sign_in_links.c.used_at.is_(None),
                sign_in_links.c.expires_at > at,
            )
            .values(used_at=at)
            .returning(sign_in_links.c.user_id)
        )
        with self._database.writing() as connection:
            user_id = connection.scalar(used) if is_token(token) else None
            if user_id is None:
                raise Unauthorized(
                    "This sign-in link was used already or has expired.",
                    hint="Ask for a new one: `soundalike user link`.",
                )
            return begin_login(connection, user_id, at=at, user_agent=user_agent)

    def _proved(self, email: str, password: str, address: str | None) -> tuple[UUID, str]:
        """Whose email and password these are; an attempt that fails costs time and counts."""
        address_ = read_email(email)
        self._throttle.attempt(address_, address, at=self._now())
        with self._database.reading() as connection:
            found = connection.execute(_CREDENTIALS.where(users.c.email == address_)).one_or_none()
        right, renewed = check_password(password, found.password_hash if found else None)
        if not right or found is None:
            raise Unauthorized(
                "The email or the password is wrong.", hint="Try again, or ask for a sign-in link."
            )
        if renewed:
            self._renew(found.id, found.password_hash, renewed)
        return found.id, address_

    def _renew(self, user_id: UUID, old: str, new: str) -> None:
        unchanged = (users.c.id == user_id, users.c.password_hash == old)
        with self._database.writing() as connection:
            connection.execute(update(users).where(*unchanged).values(password_hash=new))


def begin_login(
    connection: Connection, user_id: UUID, *, at: datetime, user_agent: str, workspace_id: UUID | None = None
) -> str:
    """Sign a user in, in the workspace they joined last unless one is named; returns the new token.

    Raises:
        Unauthorized: The user is disabled.
    """
    if not get_user(connection, user_id).is_active:
        raise Unauthorized("This user is disabled.", hint="Ask whoever runs this server.")
    token = new_token()
    values = {
        "token_hash": hashed(token),
        "user_id": user_id,
        "workspace_id": workspace_id
        or connection.scalar(_JOINED_LAST.where(memberships.c.user_id == user_id)),
        "created_at": at,
        "seen_at": at,
        "expires_at": at + LOGIN_LASTS,
        "user_agent": user_agent[:_USER_AGENT_LENGTH],
    }
    connection.execute(insert(logins).values(values))
    return token


_CREDENTIALS: Final = select(users.c.id, users.c.password_hash).where(users.c.is_active)
_JOINED_LAST: Final = (
    select(memberships.c.workspace_id)
    .order_by(
        memberships.c.created_at.desc(),
        memberships.c.workspace_id == memberships.c.user_id,  # who is invited gets both at once
        memberships.c.workspace_id,
    )
    .limit(1)
)


def _login(row: Row[*tuple[Any, ...]], current: str) -> Login:
    return Login(
        id=row.token_hash[:_ID_LENGTH],
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        user_agent=row.user_agent,
        is_current=row.token_hash == current,
    )
