"""What a database's refusal means, in words a user can act on. No inner text, parameter or password is passed on."""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from soundalike.errors import StorageError

#: What a unit of work may raise from inside.
INNER: Final = (SQLAlchemyError, OverflowError)

_Sentences = tuple[str, str]

_FULL: Final = ("has no room left on its disk", "Free some space, then run the same again.")
_READ_ONLY: Final = (
    "is read-only",
    "Give this user the right to write to it, or name another in DATABASE_URL.",
)
_FORBIDDEN: Final = ("does not let this user in", "Check the user's rights, or name another in DATABASE_URL.")
_BUSY: Final = ("is kept busy by another process", "Try again; if it goes on, end the process that holds it.")
_CONFLICT: Final = ("already holds something else under that id", "Use a new id.")
_UNREACHABLE: Final = (
    "cannot be reached",
    "Check that the server runs and that DATABASE_URL names the right host, port, user, password and database.",
)
_DAMAGED: Final = ("is damaged", "Restore it from a backup, or move the file away to start afresh.")
_UNKNOWN: Final = ("refused", "Nothing of this step was saved. `soundalike doctor` checks the database.")

#: By primary result code (https://www.sqlite.org/rescode.html).
_SQLITE: Final[dict[int, _Sentences]] = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _FORBIDDEN,
    sqlite3.SQLITE_AUTH: _FORBIDDEN,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CONSTRAINT: _CONFLICT,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: (
        "is not a SQLite database",
        "Move the file away, or name another in DATABASE_URL.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "cannot be opened",
        "Check that the folder exists and this user may write to it.",
    ),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written",
        "Check the disk: its room, its limits and its health.",
    ),
}

#: By SQLSTATE, or its class where the class says enough (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_POSTGRES: Final[dict[str, _Sentences]] = {
    "53100": _FULL,
    "25006": _READ_ONLY,
    "42501": _FORBIDDEN,
    "53300": ("has no free connection", "Raise the server's max_connections, or run fewer processes."),
    "08": _UNREACHABLE,
    "23": _CONFLICT,
    "28": _FORBIDDEN,
    "3D": ("does not exist", "Create it, or name another in DATABASE_URL."),
    "40": _BUSY,
    "55": _BUSY,
    "57": _UNREACHABLE,
    "XX": _DAMAGED,
}

_PRIMARY: Final = 0xFF  # the low byte of SQLite's extended result codes


def failure(error: Exception, place: str) -> StorageError:
    """Say what happened to the database called `place`, such as `The database /data/soundalike.db`."""
    what, hint = _sentences(error)
    return StorageError(f"{place} {what}.", hint=hint)


def _sentences(error: Exception) -> _Sentences:
    if isinstance(error, PoolTimeout):
        return _BUSY
    if isinstance(error, OverflowError):
        return ("cannot hold a number this large", "Nothing of this step was saved.")
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & _PRIMARY, _UNKNOWN)
    state = str(getattr(cause, "sqlstate", None) or "")
    unreachable = not state and isinstance(error, OperationalError | InterfaceError)
    return _POSTGRES.get(state) or _POSTGRES.get(state[:2]) or (_UNREACHABLE if unreachable else _UNKNOWN)
