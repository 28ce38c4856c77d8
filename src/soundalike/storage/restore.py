"""Putting a backup back: beside what is there first, then in its place, and what ran is queued anew."""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select, update
from sqlalchemy.engine import URL

from soundalike.errors import StorageError
from soundalike.storage.backup import Place, revision_of
from soundalike.storage.job_records import OPEN
from soundalike.storage.packing import (
    ADAPTERS,
    DATABASE,
    ENGINE,
    SECRET_KEY,
    Manifest,
    open_archive,
    sync_folder,
)
from soundalike.storage.sqlite_files import (
    alone_with,
    check_integrity,
    connect_file,
    explained_disk,
    explained_file,
    scratch_folder,
)
from soundalike.storage.tables import jobs, workers
from soundalike.storage.upgrade import NEWEST, open_database

ASIDE: Final = ".before-restore"
"""What the names of replaced files end with."""

_LOGS: Final = ("-wal", "-shm", "-journal")  # SQLite would play a log of the old database into the new one
_Undo = list[Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore: jobs that were queued anew, and where the replaced files are."""

    manifest: Manifest
    requeued: int
    aside: tuple[Path, ...]


def restore(place: Place, file: Path, *, replace: bool = False) -> Restored:
    """Put back what `file` holds, upgrade its tables, and queue anew what ran when it was made.

    All is unpacked, checked and upgraded beside what is there; only then the files change places, the replaced ones
    with `.before-restore` behind their names. Nobody may have the database open.

    Raises:
        StorageError: The archive is none, damaged or a later version's; the database exists and may not be replaced,
            or somebody uses it; or the disk refuses. Nothing was changed then.
    """
    with open_archive(file) as archive:
        if archive.manifest.revision > NEWEST:
            raise StorageError(
                f"{file} was made by a later version of Soundalike (revision {archive.manifest.revision}, "
                f"known here {NEWEST}).",
                hint="Upgrade Soundalike.",
            )
        _refuse_existing(place, replace=replace)
        with (
            alone_with(place.database),
            alone_with(place.engine),
            scratch_folder(place.database.parent) as scratch,
        ):
            unpacked = archive.unpack(scratch)
            requeued = _make_current(unpacked[DATABASE], archive.manifest)
            with explained_disk(place.database):
                return Restored(archive.manifest, requeued, tuple(_put_in_place(place, scratch, unpacked)))


def _refuse_existing(place: Place, *, replace: bool) -> None:
    if place.database.exists() and place.database.stat().st_size and not replace:
        raise StorageError(
            f"There is a database at {place.database} already.",
            hint=f"Replace it with --yes; it stays beside as {place.database.name}{ASIDE}.",
        )


def _make_current(database: Path, manifest: Manifest) -> int:
    """Check what was unpacked, bring its tables up to date, and queue anew what was open; returns how many."""
    with explained_file(database), closing(connect_file(database, "rw")) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        check_integrity(connection, database)
        own_code = connection.execute("SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view')")
        if own_code.fetchone() or revision_of(connection) != manifest.revision:
            raise StorageError(
                "The backup's database is not one that Soundalike made.", hint="Do not trust this file."
            )
    opened = open_database(URL.create("sqlite", database=str(database)))
    with closing(opened), opened.writing() as transaction:
        requeued = _requeue(transaction)
    with explained_file(database), closing(connect_file(database, "rw")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    return requeued


def _requeue(connection: Connection) -> int:
    """Let open jobs begin a new run, so that nothing the engine remembers of an old one stands in the way."""
    is_open = jobs.c.status.in_(OPEN)
    count = connection.scalar(select(func.count()).select_from(jobs).where(is_open)) or 0
    anew = {"status": "queued", "owner": None, "token": jobs.c.token + 1, "run": jobs.c.run + 1}
    connection.execute(update(jobs).where(is_open).values(**anew, enqueued_run=jobs.c.run))
    connection.execute(
        update(workers).values(seen=0.0)
    )  # dead, so that the engine is told to let go of theirs
    return count


def _put_in_place(place: Place, scratch: Path, unpacked: dict[str, Path]) -> list[Path]:
    """Let the files change places, the database last; where that fails, all go back. Returns what was replaced."""
    aside: list[Path] = []
    undo: _Undo = []
    try:
        for new, old in _moves(place, scratch, unpacked):
            there = (path for path in _with_logs(old) if path.exists())
            aside.extend(_set_aside(path, undo, keep_name=path == old and new is not None) for path in there)
            if new is not None:
                _move(new, old, undo)
            sync_folder(old.parent)
    except OSError:
        for back in reversed(undo):
            back()
        raise
    return aside


def _moves(place: Place, scratch: Path, unpacked: dict[str, Path]) -> list[tuple[Path | None, Path]]:
    """What goes where. An engine's database that is not in the backup knows other jobs, so it goes all the same."""
    moves = [(unpacked.get(ENGINE), place.engine)]
    if SECRET_KEY in unpacked:
        moves.append((unpacked[SECRET_KEY], place.secret))
    if any(name.startswith(f"{ADAPTERS}/") for name in unpacked):
        moves.append((scratch / ADAPTERS, place.adapters))
    return [*moves, (unpacked[DATABASE], place.database)]


def _with_logs(path: Path) -> list[Path]:
    return [*(path.with_name(path.name + log) for log in _LOGS), path]


def _move(new: Path, old: Path, undo: _Undo) -> None:
    old.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new.replace(old)
    undo.append(lambda: old.rename(new))


def _set_aside(path: Path, undo: _Undo, *, keep_name: bool) -> Path:
    """Give the file a second name, or another one; a kill at any moment leaves the old database or the new one."""
    names = (path.with_name(f"{path.name}{ASIDE}{n}") for n in ("", *(f"-{n}" for n in range(2, 1000))))
    to = next(name for name in names if not name.exists())
    if keep_name and path.is_file():
        with suppress(OSError):  # some disks know one name for a file only
            os.link(path, to)
    if not to.exists():
        path.rename(to)
    undo.append(lambda: _bring_back(to, path))
    return to


def _bring_back(aside: Path, path: Path) -> None:
    aside.replace(path)
    aside.unlink(missing_ok=True)  # two names of one file are left as they are
