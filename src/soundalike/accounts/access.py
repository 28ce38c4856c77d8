"""Who is behind a key or a cookie: asked at every request, one query each."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, and_, bindparam, select, update

from soundalike.accounts.cache import KeyCache
from soundalike.accounts.facts import (
    ALL_SCOPES,
    LOGIN_LASTS,
    LOGIN_SLIDES_EVERY,
    KeyText,
    Role,
    Scope,
    hashed,
    is_secret,
    is_token,
)
from soundalike.accounts.principal import Principal
from soundalike.errors import StorageError, Unauthorized
from soundalike.storage.database import Database
from soundalike.storage.tables import api_keys, logins, memberships, users

_USE_NOTED_EVERY: Final = timedelta(minutes=1)


class Access:
    """Reads principals, and notes now and then that a key or a login was used."""

    def __init__(self, database: Database, now: Callable[[], datetime], cache: KeyCache) -> None:
        self._database, self._now, self._cache = database, now, cache

    def principal_of_key(self, text: str) -> Principal:
        """Say whose key this is.

        Raises:
            Unauthorized: It is none, revoked or expired, or its user is no longer in the workspace.
        """
        key = KeyText.read(text)
        if key is None:
            raise _bad_key()
        if (kept := self._cache.get(key.id)) and is_secret(key.secret, kept[0]):
            return kept[1]
        return self._look_up_key(key)

    def key_at_hand(self, text: str) -> Principal | None:
        """Say whose key this is if it was verified a moment ago; asks nobody, so it never waits."""
        key = KeyText.read(text)
        kept = self._cache.get(key.id) if key else None
        return kept[1] if key and kept and is_secret(key.secret, kept[0]) else None

    def principal_of_cookie(self, token: str) -> Principal:
        """Say whose login this is; a login that is used lasts on.

        Raises:
            Unauthorized: It has ended, or its user may no longer be here.
        """
        if not is_token(token):
            raise _signed_out()
        at, token_hash = self._now(), hashed(token)
        with self._database.reading() as connection:
            row = connection.execute(_LOGIN, {"token_hash": token_hash}).one_or_none()
        if row is None or row.expires_at <= at:
            raise _signed_out()
        if at - row.seen_at >= LOGIN_SLIDES_EVERY:
            self._note(
                update(logins)
                .where(logins.c.token_hash == token_hash)
                .values(seen_at=at, expires_at=at + LOGIN_LASTS)
            )
        return Principal(
            row.user_id, row.workspace_id, Role(row.role), ALL_SCOPES, via="browser", proof=token_hash
        )

    def _look_up_key(self, key: KeyText) -> Principal:
        at, changes = self._now(), self._cache.changes
        with self._database.reading() as connection:
            row = connection.execute(_KEY, {"id": key.id}).one_or_none()
        if not is_secret(key.secret, row.secret_hash if row else "") or row is None:
            raise _bad_key()
        if row.expires_at and row.expires_at <= at:
            raise _bad_key()
        if row.last_used_at is None or at - row.last_used_at >= _USE_NOTED_EVERY:
            self._note(update(api_keys).where(api_keys.c.id == key.id).values(last_used_at=at))
        principal = _key_holder(row, key.id)
        self._cache.put(key.id, row.secret_hash, principal, at=at, expires_at=row.expires_at, changes=changes)
        return principal

    def _note(self, statement: Any) -> None:  # noqa: ANN401 - any UPDATE
        """Note a use; a database that cannot take it down now keeps nobody out."""
        with suppress(StorageError), self._database.writing() as connection:
            connection.execute(statement)


def _statement(*columns: Any, proof: Any) -> Select[Any]:  # noqa: ANN401 - a table of proofs
    """Proofs of active users who are members of the workspace, with their role."""
    at_work = and_(
        memberships.c.workspace_id == proof.c.workspace_id, memberships.c.user_id == proof.c.user_id
    )
    joined = proof.join(users, users.c.id == proof.c.user_id).join(memberships, at_work)
    fields = (proof.c.user_id, proof.c.workspace_id, proof.c.expires_at, memberships.c.role, *columns)
    return select(*fields).select_from(joined).where(users.c.is_active)


_LOGIN: Final = _statement(logins.c.seen_at, proof=logins).where(
    logins.c.token_hash == bindparam("token_hash")
)
_KEY: Final = _statement(
    api_keys.c.secret_hash, api_keys.c.scopes, api_keys.c.last_used_at, proof=api_keys
).where(api_keys.c.revoked_at.is_(None), api_keys.c.id == bindparam("id"))


def _key_holder(row: Row[*tuple[Any, ...]], key_id: str) -> Principal:
    scopes = frozenset(map(Scope, row.scopes))
    return Principal(row.user_id, row.workspace_id, Role(row.role), scopes, via="key", proof=key_id)


def _bad_key() -> Unauthorized:
    return Unauthorized(
        "The API key is unknown, expired or revoked.",
        hint="Make one in the settings or with `soundalike key create`.",
    )


def _signed_out() -> Unauthorized:
    return Unauthorized("Nobody is signed in.", hint="Sign in, or send a key as Authorization: Bearer KEY.")
