"""Accounts elsewhere (OpenID Connect), by issuer and subject."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, exists, select

from soundalike.accounts.facts import MAX_NAME, read_email, read_name
from soundalike.accounts.invitations import accept_by_email
from soundalike.accounts.logins import begin_login
from soundalike.accounts.principal import Principal
from soundalike.accounts.users import find_user
from soundalike.errors import AccountConflict, Forbidden, InvalidAccount
from soundalike.storage.database import Database, insert_into
from soundalike.storage.tables import api_keys, identities


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider vouches for. `email` is None unless the provider verified it."""

    issuer: str
    subject: str
    email: str | None
    name: str


class Identities:
    """Who is who elsewhere."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def sign_in(self, identity: Identity, *, current: Principal | None = None, user_agent: str = "") -> str:
        """Sign in whoever the provider vouches for; returns the token of a new login.

        A new identity belongs to whoever is signed in in the same browser; else to the user or to the open invitation
        of its verified email. A user who has a password or a key has to sign in with it first: an email given by
        somebody else with an invitation proves nothing until then.

        Raises:
            Forbidden: Nobody invited them.
            AccountConflict: They have to sign in another way first, or the identity is another user's.
        """
        at = self._now()
        with self._database.writing() as connection:
            user_id = _known(connection, identity)
            if user_id is None:
                user_id = current.user_id if current else _find(connection, identity, at)
                _link(connection, identity, user_id, at)
            elif current and current.user_id != user_id:
                raise AccountConflict("This account elsewhere is another user's.", hint="Sign out first.")
            return begin_login(connection, user_id, at=at, user_agent=user_agent)


def _known(connection: Connection, identity: Identity) -> UUID | None:
    this = (identities.c.issuer == identity.issuer, identities.c.subject == identity.subject)
    return connection.scalar(select(identities.c.user_id).where(*this))


def _link(connection: Connection, identity: Identity, user_id: UUID, at: datetime) -> None:
    values = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "user_id": user_id,
        "created_at": at,
    }
    connection.execute(insert_into(connection, identities).values(values).on_conflict_do_nothing())
    if _known(connection, identity) != user_id:  # somebody linked it in the same moment
        raise AccountConflict("This account elsewhere is another user's.", hint="Sign in again.")


def _find(connection: Connection, identity: Identity, at: datetime) -> UUID:
    """The user of the verified email, or the one the invitation makes."""
    if identity.email is None:
        raise Forbidden(
            "The provider does not vouch for an email.", hint="Have it verified there, then sign in again."
        )
    email = read_email(identity.email)
    user = find_user(connection, email)
    if user is None:
        invited = accept_by_email(connection, email, _name(identity, email), at=at)
        if invited is None:
            raise Forbidden(
                f"{email} has no account here.", hint="Ask an owner of a workspace to invite you."
            )
        return invited
    with_key = exists().where(api_keys.c.user_id == user.id, api_keys.c.revoked_at.is_(None))
    if user.has_password or connection.scalar(select(with_key)):
        raise AccountConflict(
            "A user with this email exists already.",
            hint="Sign in the usual way first, then once more with the provider, to connect the two.",
        )
    return user.id


def _name(identity: Identity, email: str) -> str:
    try:
        return read_name(identity.name[:MAX_NAME])
    except InvalidAccount:
        return email.partition("@")[0]
