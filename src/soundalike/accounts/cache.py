"""Keys that were verified a moment ago, so that a busy client does not ask the database each time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from soundalike.accounts.principal import Principal

_LASTS: Final = timedelta(seconds=5)
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Verified:
    secret_hash: str
    principal: Principal
    since: datetime
    expires_at: datetime | None


class KeyCache:
    """Principals by the ids of their keys, for five seconds. What was refused is never kept."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now, self._lock = now, Lock()
        self._kept: dict[str, _Verified] = {}
        self.changes = 0  # so that what was read before something was revoked is not kept after it

    def get(self, key_id: str) -> tuple[str, Principal] | None:
        """The hash of the key's secret and whose it is, if it was verified a moment ago and has not expired."""
        found, at = self._kept.get(key_id), self._now()
        if found is None or not found.since <= at < found.since + _LASTS:
            return None
        return None if found.expires_at and found.expires_at <= at else (found.secret_hash, found.principal)

    def put(
        self,
        key_id: str,
        secret_hash: str,
        principal: Principal,
        *,
        at: datetime,
        expires_at: datetime | None,
        changes: int,
    ) -> None:
        """Keep what was read at `at` and verified, unless something was forgotten since `changes` was looked at."""
        with self._lock:
            if changes != self.changes:
                return
            if len(self._kept) >= _MOST:
                self._kept.clear()
            self._kept[key_id] = _Verified(secret_hash, principal, at, expires_at)

    def drop(self, key_id: str) -> None:
        """Forget a key."""
        with self._lock:
            self.changes += 1
            self._kept.pop(key_id, None)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self.changes += 1
            self._kept.clear()
