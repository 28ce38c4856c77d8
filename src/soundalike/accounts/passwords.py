"""Passwords, kept as argon2id hashes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from soundalike.accounts.facts import same_signs
from soundalike.errors import TooManyAttempts

# The least that OWASP advises (Password Storage Cheat Sheet): 36 ms and 19 MiB a check.
_HASHING: Final = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1),))
_TURNS: Final = BoundedSemaphore(2)  # of the whole process: each takes a core, and its memory
_PATIENCE_SECONDS: Final = 5.0


def hash_password(password: str) -> str:
    """Hash a password for keeping.

    Raises:
        TooManyAttempts: Too many are being hashed at once.
    """
    with _turn():
        return _HASHING.hash(password)


def check_password(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Whether it is the password, and a new hash to keep if the old one was made with other parameters.

    A user who does not exist or has no password takes as long as one who has.

    Raises:
        TooManyAttempts: Too many are being hashed at once.
    """
    with _turn():
        right, renewed = _HASHING.verify_and_update(same_signs(password), password_hash or _nobody())
    return (right, renewed) if password_hash else (False, None)


@cache
def _nobody() -> str:
    """A hash that costs what the others cost."""
    return _HASHING.hash("nobody")


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURNS.acquire(timeout=_PATIENCE_SECONDS):
        raise TooManyAttempts(
            "Too many people are signing in right now.",
            retry_after_seconds=_PATIENCE_SECONDS,
            hint="Try again in a moment.",
        )
    try:
        yield
    finally:
        _TURNS.release()
