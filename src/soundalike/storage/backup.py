"""Backup and restore of what lies in files: the SQLite database, the engine's beside it, the secret key, adapters.

Both go by SQLite's own backup interface, while others write; a copied file would miss what is still in its log.
PostgreSQL has better tools of its own, which are named.
"""

import shlex
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import URL

from soundalike.errors import StorageError
from soundalike.storage.database import read_url
from soundalike.storage.packing import ADAPTERS, DATABASE, ENGINE, SECRET_KEY, Manifest, pack
from soundalike.storage.sqlite_files import (
    check_integrity,
    connect_file,
    copy_database,
    explained_file,
    scratch_folder,
)
from soundalike.storage.tables import metadata
from soundalike.storage.upgrade import VERSION_TABLE


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files are: the database, and the folder with everything else."""

    database: Path
    folder: Path

    @property
    def engine(self) -> Path:
        """The second database, in which the engine keeps who does which job when."""
        return self.database.with_name(f"{self.database.stem}-engine{self.database.suffix}")

    @property
    def secret(self) -> Path:
        """The key that signs sessions, where it was made and not set."""
        return self.folder / SECRET_KEY

    @property
    def adapters(self) -> Path:
        """The folder of trained adapters."""
        return self.folder / ADAPTERS


def place_of(url: str, folder: Path, *, action: Literal["backup", "restore"], file: Path) -> Place:
    """Say where the files of the database at `url` are.

    Raises:
        StorageError: It is PostgreSQL; the hint is the command line that does it there.
    """
    at = read_url(url)
    if at.get_backend_name() == "sqlite":
        return Place(Path(str(at.database)).resolve(), folder)
    raise StorageError(
        "Databases on PostgreSQL are backed up and restored with PostgreSQL's own programs.",
        hint=f"Run: {_server_command(at, action, file)}",
    )


def back_up(place: Place, file: Path, *, at: datetime, version: str, replace: bool = False) -> Manifest:
    """Write all of `place` into the archive `file` while others go on writing.

    Args:
        place: What to save.
        file: The archive, written whole or not at all, mode 0600. It holds hashes of passwords and the secret key.
        at: The present.
        version: Of Soundalike.
        replace: Whether an older archive may be replaced.

    Raises:
        StorageError: There is nothing to save, `file` exists, the database is damaged, or the disk refuses.
    """
    file = _target(place, file, replace=replace)
    with scratch_folder(file.parent) as scratch:
        # The engine first: what it knows then is never ahead of what the database says.
        members = {ENGINE: copy_database(place.engine, scratch / ENGINE)} if place.engine.exists() else {}
        members[DATABASE] = copy_database(place.database, scratch / DATABASE)
        about = _look_over(members[DATABASE], at=at, version=version)
        if place.secret.is_file():
            members[SECRET_KEY] = place.secret
        members |= {path.relative_to(place.folder).as_posix(): path for path in _files_of(place.adapters)}
        return pack(file, members, about)


def _server_command(url: URL, action: str, file: Path) -> str:
    query = {name: value for name, value in url.query.items() if "password" not in name}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    target, where = shlex.quote(bare.render_as_string()), shlex.quote(str(file))
    if action == "backup":
        return f"pg_dump --format=custom --file={where} {target}"
    return f"pg_restore --clean --if-exists --no-owner --dbname={target} {where}"


def _target(place: Place, file: Path, *, replace: bool) -> Path:
    file = file.resolve()
    if not place.database.is_file():
        raise StorageError(
            f"There is no database at {place.database}.", hint="There is nothing to back up yet."
        )
    if file in {place.database, place.engine, place.secret.resolve()} or file.is_dir():
        raise StorageError(f"{file} cannot be the backup.", hint="Name a file that does not exist yet.")
    if file.exists() and not replace:
        raise StorageError(f"{file} exists.", hint="Name another file, or replace it with --yes.")
    return file


def _look_over(database: Path, *, at: datetime, version: str) -> Manifest:
    """Check the copy for damage, and count what is in it."""
    with explained_file(database), closing(connect_file(database, "ro")) as connection:
        check_integrity(connection, database)
        revision = revision_of(connection)
        if not revision:
            raise StorageError("The database is not one of Soundalike's.", hint="See DATABASE_URL.")
        tables = _tables_of(connection)
        counts = {
            name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - our own names
            for name in sorted(metadata.tables.keys() & tables)
        }
        return Manifest(version, revision, at, counts)


def _tables_of(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def revision_of(connection: sqlite3.Connection) -> str:
    """The revision of the tables, as the database itself says; empty where it says none."""
    if VERSION_TABLE not in _tables_of(connection):
        return ""
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - our own name
    return str(row[0]) if row else ""


def _files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
