"""Bring a database's tables up to what this version of Soundalike expects.

To change a table: change tables.py, add the next numbered file to migrations/versions, raise `NEWEST`. A test holds
the three against each other on both databases.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, NullPool, column, inspect, select, table
from sqlalchemy.engine import URL

from soundalike.errors import StorageError
from soundalike.storage.database import Database, connect, explained, take_turn
from soundalike.storage.tables import metadata

#: The newest revision in migrations/versions; revisions are numbered, so a greater one is a later version's.
NEWEST: Final = "0006"

#: Not Alembic's usual name, so that a database shared with another application keeps the two apart.
VERSION_TABLE: Final = "soundalike_version"

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def open_database(url: URL) -> Database:
    """Connect, and set up or upgrade the tables if they are behind; processes that do so at once take turns.

    Raises:
        StorageError: The database cannot be used, or belongs to a later version or another application.
    """
    engine = connect(url)
    try:
        with explained(url), engine.begin() as connection:
            is_current = _revision_of(connection) == NEWEST
        if not is_current:
            _upgrade(url)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine)


def _upgrade(url: URL) -> None:
    # SQLite changes a table by copying it; with foreign keys on, dropping the old one would clear what points at it.
    database = Database(connect(url, pool=NullPool, foreign_keys=False))
    with database.writing() as connection:
        take_turn(connection, VERSION_TABLE)
        revision = _revision_of(connection)
        if revision is None:
            _refuse_foreign_tables(connection)
        elif revision > NEWEST:
            raise StorageError(
                f"The database was set up by a later version of Soundalike (revision {revision}, known here {NEWEST}).",
                hint="Upgrade Soundalike, or name another database in DATABASE_URL.",
            )
        if revision != NEWEST:
            _run_migrations(connection)


def _revision_of(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version = table(VERSION_TABLE, column("version_num"))
    return connection.scalar(select(version.c.version_num))


def _refuse_foreign_tables(connection: Connection) -> None:
    taken = sorted(metadata.tables.keys() & set(inspect(connection).get_table_names()))
    if taken:
        raise StorageError(
            f"The database already has tables that Soundalike did not make: {', '.join(taken)}.",
            hint="Name an empty database in DATABASE_URL, or rename those tables.",
        )


def _run_migrations(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  (half a second that only a new or old database costs)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
