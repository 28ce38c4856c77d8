"""API keys: made once in plain text, kept as a hash, for one workspace each."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from soundalike.accounts.cache import KeyCache
from soundalike.accounts.facts import MAX_LISTED, KeyText, Scope, hashed, read_name
from soundalike.accounts.principal import Principal
from soundalike.accounts.records import ApiKey
from soundalike.accounts.workspaces import get_workspace
from soundalike.errors import AccountConflict, InvalidAccount, UnknownAccount
from soundalike.storage.database import Database
from soundalike.storage.tables import api_keys


class Keys:
    """The keys of a workspace: members see and revoke their own, owners all."""

    def __init__(self, database: Database, now: Callable[[], datetime], cache: KeyCache) -> None:
        self._database, self._now, self._cache = database, now, cache

    def create(
        self,
        principal: Principal,
        *,
        name: str,
        scopes: Iterable[Scope] = Scope,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key for the principal's workspace; returns what it is and, only now, the key itself.

        Raises:
            InvalidAccount: It has no name or no scope, or would have expired already.
            AccountConflict: The user has as many as one may have.
            UnknownAccount: The user is not in the workspace.
        """
        key, at = KeyText.new(), self._now()
        values = {
            "id": key.id,
            "user_id": principal.user_id,
            "workspace_id": principal.workspace_id,
            "name": read_name(name),
            "starts_with": key.starts_with,
            "secret_hash": hashed(key.secret),
            "scopes": sorted({scope.value for scope in scopes}),
            "created_at": at,
            "expires_at": expires_at,
        }
        if not values["scopes"] or (expires_at and expires_at <= at):
            raise InvalidAccount(
                "A key needs a scope and an end that is still to come.", hint="The scopes are read and write."
            )
        with self._database.writing() as connection:
            get_workspace(connection, principal.user_id, principal.workspace_id)
            own = (api_keys.c.user_id == principal.user_id, api_keys.c.revoked_at.is_(None))
            if (connection.scalar(select(func.count()).where(*own)) or 0) >= MAX_LISTED:
                raise AccountConflict(f"A user has at most {MAX_LISTED} keys.", hint="Revoke some first.")
            connection.execute(insert(api_keys).values(values))
            row = connection.execute(select(api_keys).where(api_keys.c.id == key.id)).one()
            return _key(row), str(key)

    def list(self, principal: Principal) -> list[ApiKey]:
        """List the keys that are not revoked, newest first."""
        statement = select(api_keys).where(*_seen_by(principal))
        with self._database.reading() as connection:
            rows = connection.execute(statement.order_by(api_keys.c.created_at.desc(), api_keys.c.id))
            return [_key(row) for row in rows]

    def revoke(self, principal: Principal, key_id: str) -> None:
        """End a key: at once in this process, within five seconds in others.

        Raises:
            UnknownAccount: The principal sees none of this id.
        """
        revoked = update(api_keys).where(*_seen_by(principal), api_keys.c.id == key_id)
        with self._database.writing() as connection:
            if not connection.execute(revoked.values(revoked_at=self._now())).rowcount:
                raise UnknownAccount("No key has this id.")
        self._cache.drop(key_id)


def find_key(database: Database, key_id: str) -> ApiKey:
    """Load a key that is not revoked, whoever's: the operator's own doing.

    Raises:
        UnknownAccount: None has this id.
    """
    this = (api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    with database.reading() as connection:
        row = connection.execute(select(api_keys).where(*this)).one_or_none()
    if row is None:
        raise UnknownAccount("No key has this id.", hint="`soundalike key list` shows all.")
    return _key(row)


def _seen_by(principal: Principal) -> tuple[Any, ...]:
    here = (api_keys.c.workspace_id == principal.workspace_id, api_keys.c.revoked_at.is_(None))
    return here if principal.is_owner else (*here, api_keys.c.user_id == principal.user_id)


def _key(row: Row[*tuple[Any, ...]]) -> ApiKey:
    return ApiKey(
        id=row.id,
        user_id=row.user_id,
        workspace_id=row.workspace_id,
        name=row.name,
        starts_with=row.starts_with,
        scopes=frozenset(map(Scope, row.scopes)),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
