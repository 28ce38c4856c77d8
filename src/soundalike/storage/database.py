"""A database to work in: from its URL to units of work, the same for SQLite and PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    Pool,
    QueuePool,
    Table,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from soundalike.errors import SettingsError, StorageError
from soundalike.storage.columns import write_json
from soundalike.storage.failures import INNER, failure

_BUSY_SECONDS: Final = 15  # how long a writer waits for another process's write
_CONNECT_SECONDS: Final = 10
_CONNECTIONS: Final = 40  # as many as the web server has threads
_POSTGRES_NAMES: Final = frozenset({"postgresql", "postgres"})


class Database:
    """Connections to one database; `writing` and `reading` are one transaction each."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Do all of the block or nothing; on SQLite one writer at a time, from the first statement on.

        Raises:
            StorageError: The database refuses, says why and what to do.
        """
        with explained(self.engine.url), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Look without holding up writers.

        Raises:
            StorageError: The database refuses, says why and what to do.
        """
        with explained(self.engine.url), self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def read_url(text: str) -> URL:
    """Read `sqlite:///path` or `postgresql://…`; any PostgreSQL driver named becomes psycopg 3.

    Raises:
        SettingsError: It is neither. The text is not repeated, since it may hold a password.
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        url = URL.create("nothing")
    kind = url.drivername.partition("+")[0]
    if kind in _POSTGRES_NAMES:
        return url.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and url.database not in (None, "", ":memory:"):
        return url.set(drivername="sqlite", database=str(Path(str(url.database)).expanduser()))
    raise SettingsError(
        "DATABASE_URL names no database that Soundalike can use.",
        hint="Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME.",
    )


def connect(url: URL, *, pool: type[Pool] = QueuePool, foreign_keys: bool = True) -> Engine:
    """Set up connections to `url`; none is opened yet, but SQLite's folder and file (mode 0600) are made.

    Raises:
        StorageError: The file cannot be made.
    """
    size = {"pool_size": 5, "max_overflow": _CONNECTIONS - 5} if pool is QueuePool else {}
    if url.get_backend_name() == "sqlite":
        _make_file(Path(str(url.database)))
        engine = _engine(url, {"timeout": _BUSY_SECONDS}, poolclass=pool, **size)
        _tune_sqlite(engine, foreign_keys=foreign_keys)
    else:
        waiting = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
        # Whatever the server's default is: who waited for a turn has to see what was done before.
        level = {"isolation_level": "READ COMMITTED"}
        engine = _engine(url, waiting, poolclass=pool, pool_pre_ping=True, **level, **size)
        event.listen(engine, "connect", _use_utc)
    return engine


def take_turn(connection: Connection, name: str) -> None:
    """Wait for other writers under `name` until this transaction ends; SQLite's writers take turns anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def insert_into(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do on conflict, which both databases spell alike."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn what the database raises into a StorageError that a user can act on."""
    try:
        yield
    except INNER as error:
        raise failure(error, _place(url)) from error


def _engine(url: URL, connect_args: dict[str, Any], **options: Any) -> Engine:  # noqa: ANN401
    return create_engine(
        url, connect_args=connect_args, json_serializer=write_json, hide_parameters=True, **options
    )


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
    except OSError as error:
        raise StorageError(
            f"The database {path} cannot be created ({error.strerror}).",
            hint="Check that the folder exists and this user may write to it.",
        ) from error


def _tune_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    """Let readers and one writer work side by side, and SQLAlchemy say when a transaction begins.

    The driver's own deferred BEGIN fails at once with "database is locked" when a read turns into a write; BEGIN
    IMMEDIATE waits instead (https://www.sqlite.org/isolation.html).
    """

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys:d}")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Set write-ahead logging, which the file remembers; a process that finds it busy leaves it to the other."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise


def _use_utc(connection: Any, _record: object) -> None:  # noqa: ANN401
    connection.execute("SET TIME ZONE 'UTC'")  # so that the server's own default, NOW(), is UTC like the rest
    connection.commit()


def _place(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"The database {url.database}"
    return f"The PostgreSQL database “{url.database}” at {url.host or 'this machine'}:{url.port or 5432}"
