"""Named locks that die with the process that holds them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, func, select

from soundalike.errors import Busy, StorageError
from soundalike.storage.database import explained
from soundalike.storage.failures import INNER

if TYPE_CHECKING:
    from filelock import BaseFileLock

# By default a server believes for two hours in a machine that was unplugged; these settings make it 30 s.
_KEEPALIVE: Final = {"tcp_keepalives_idle": 15, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}


@contextmanager
def hold(engine: Engine, name: str, *, message: str, hint: str) -> Iterator[None]:
    """Hold the lock `name` while the block runs, alone among all threads and processes on this database.

    On SQLite it is a locked file in a folder beside the database, on PostgreSQL a lock of a connection of its own. When
    the holder is killed, the first is free at once, the second as soon as the server sees the connection gone.

    Raises:
        Busy: Somebody else holds it; with the message and the hint given.
        StorageError: The database or its folder refuses.
    """
    held = _file_lock if engine.dialect.name == "sqlite" else _server_lock
    with held(engine, name) as free:
        if not free:
            raise Busy(message, hint=hint)
        yield


@contextmanager
def _file_lock(engine: Engine, name: str) -> Iterator[bool]:
    lock = _lock_file(Path(str(engine.url.database)).resolve(), name)
    try:
        yield lock is not None
    finally:
        if lock:
            lock.release()


def _lock_file(database: Path, name: str) -> "BaseFileLock | None":
    from filelock import FileLock, Timeout  # noqa: PLC0415

    folder = database.with_name(f"{database.name}.locks")
    file = folder / f"{_digest(name).hex()}.lock"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        # Never a lock that is a mere file: after a kill nobody would remove it.
        lock = FileLock(file, mode=0o600, thread_local=False, fallback_to_soft=False)
        lock.acquire(blocking=False)
    except Timeout:
        return None
    except OSError as error:
        raise StorageError(
            f"Nothing can be locked in {folder} ({error.strerror}).",
            hint="Check that this user may write to it, and that the disk is a local one.",
        ) from error
    return lock


@contextmanager
def _server_lock(engine: Engine, name: str) -> Iterator[bool]:
    number = int.from_bytes(_digest(name), signed=True)
    settings = (func.set_config(setting, str(value), False) for setting, value in _KEEPALIVE.items())
    with explained(engine.url):
        # Without a transaction, in which it would idle; and closed after use, not given back to the pool.
        connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        connection.detach()
    try:
        with explained(engine.url):
            connection.execute(select(*settings))
            is_free = bool(connection.scalar(select(func.pg_try_advisory_lock(number))))
        yield is_free
    finally:
        with suppress(*INNER):  # a connection that is gone holds nothing
            connection.execute(select(func.pg_advisory_unlock_all()))
        with suppress(*INNER):
            connection.close()


def _digest(name: str) -> bytes:
    return blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest()
