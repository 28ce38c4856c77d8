"""SQLite databases as files: copied in one moment of theirs, checked, kept to oneself."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote

from sqlalchemy.exc import DBAPIError

from soundalike.errors import StorageError
from soundalike.storage.failures import failure

_BUSY_SECONDS: Final = 30
_PRIMARY: Final = 0xFF  # the low byte of SQLite's extended result codes
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def copy_database(source: Path, target: Path) -> Path:
    """Copy a database in one moment of it, without what was deleted from it, into one file."""
    deadline = time.monotonic() + _BUSY_SECONDS

    def watch(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and time.monotonic() > deadline:
            raise StorageError(f"The database {source} is kept busy by another process.", hint="Try again.")

    os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    with (
        explained_file(source),
        closing(connect_file(source, "ro")) as old,
        closing(connect_file(target, "rw")) as new,
    ):
        old.backup(new, pages=-1, progress=watch)
        new.execute("PRAGMA journal_mode = DELETE")
        new.execute("VACUUM")  # deleted posts must not live on in the free pages of a backup
    return target


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Keep a database to ourselves while the block runs; one that is missing or damaged is nobody's.

    Raises:
        StorageError: Somebody has it open, or a worker on it is alive.
    """
    if not path.exists():
        yield
        return
    with closing(connect_file(path, "rw", timeout=1)) as connection:
        try:
            _refuse_living_workers(connection)
            # A log can only be switched off by whoever is alone, even when the others do nothing at the moment.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            _pass_damage(error, path)
        yield


def _pass_damage(error: sqlite3.DatabaseError, path: Path) -> None:
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise StorageError(
            f"{path} is in use.", hint="Stop the server, the workers and every other command first."
        ) from error
    if code not in _DAMAGED:
        raise failure(DBAPIError(None, None, error), f"The database {path}") from error


def _refuse_living_workers(connection: sqlite3.Connection) -> None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'workers'").fetchone():
        return
    alive = connection.execute(
        "SELECT host, pid FROM workers WHERE seen + lease_seconds > (julianday('now') - 2440587.5) * 86400.0"
    ).fetchone()
    if alive:
        raise StorageError(
            f"A worker is alive: process {alive[1]} on {alive[0]}.",
            hint="Stop it first; one that was killed counts for some seconds more.",
        )


def check_integrity(connection: sqlite3.Connection, path: Path) -> None:
    """Read the whole database.

    Raises:
        StorageError: It is damaged.
    """
    (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise StorageError(f"The database {path.name} is damaged.", hint="Restore an earlier backup.")


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder for this user only, on the same disk, gone afterwards."""
    with explained_disk(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = TemporaryDirectory(prefix=".soundalike-", dir=folder)
    with made as name:
        yield Path(name)


@contextmanager
def explained_disk(path: Path) -> Iterator[None]:
    """Turn what the disk raises into a StorageError that a user can act on."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{error.filename or path} cannot be written ({error.strerror}).",
            hint="Check the room and the permissions; nothing was changed.",
        ) from error


@contextmanager
def explained_file(path: Path) -> Iterator[None]:
    """Turn what SQLite's driver raises into a StorageError that a user can act on."""
    try:
        yield
    except sqlite3.Error as error:
        raise failure(DBAPIError(None, None, error), f"The database {path}") from error


def connect_file(path: Path, mode: str, *, timeout: float = _BUSY_SECONDS) -> sqlite3.Connection:
    """Open a database that exists, to read (`ro`) or to write (`rw`), without transactions of the driver's own."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=timeout, isolation_level=None
    )
