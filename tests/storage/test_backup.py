"""Backup and restore: of a database in use, by anybody's archive, at any moment of a kill."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from soundalike.errors import StorageError
from soundalike.storage import TrainingSession, open_store
from soundalike.storage.backup import Place, back_up, place_of
from soundalike.storage.job_records import Job, JobKey, Limits, Worker
from soundalike.storage.restore import ASIDE, restore
from soundalike.storage.tables import workers
from soundalike.storage.upgrade import NEWEST, VERSION_TABLE

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)


def _sessions_of(place):
    with open_store(f"sqlite:///{place.database}") as store:
        return {training.id for training in store.list_sessions(ALICE, limit=200)}


def test_what_was_backed_up_is_restored(place, file, elsewhere):
    """The rows, the engine's database, the secret key and the adapters, each for this user's eyes only."""
    done = restore(elsewhere, file)
    assert _sessions_of(elsewhere) == _sessions_of(place)
    assert elsewhere.secret.read_text() == "the key"
    assert elsewhere.adapters.joinpath("m1/adapter.gguf").read_bytes() == b"GGUF" * 1_000
    with closing(sqlite3.connect(elsewhere.engine)) as engine:
        assert engine.execute("SELECT id FROM workflow").fetchall() == [("train:1:1",)]
    assert (done.manifest.version, done.manifest.revision, done.manifest.made_at) == ("1.2.3", NEWEST, NOW)
    assert done.manifest.rows["training_sessions"] == 1
    assert done.aside == ()
    for path in (file, elsewhere.database, elsewhere.secret, elsewhere.engine):
        assert path.stat().st_mode & 0o077 == 0
    assert {path.name for path in elsewhere.folder.iterdir()} - {"adapters", "secret.key"} <= {
        *(
            "soundalike.sqlite3",
            "soundalike-engine.sqlite3",
            "soundalike.sqlite3-wal",
            "soundalike.sqlite3-shm",
        )
    }


def test_a_backup_is_one_moment_of_a_database_that_is_written(place, tmp_path):
    """While one thread writes and others back up, every backup is whole: a count and the rows it counts agree."""
    stop = threading.Event()
    with closing(sqlite3.connect(place.database)) as connection:
        connection.execute("CREATE TABLE counted (n INTEGER)")
        connection.execute("CREATE TABLE counter (n INTEGER)")
        connection.execute("INSERT INTO counter VALUES (0)")
        connection.commit()

    def write():
        with closing(sqlite3.connect(place.database, timeout=30, isolation_level=None)) as connection:
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO counted SELECT 1 FROM (VALUES (1), (2), (3))")
                connection.execute("UPDATE counter SET n = n + 3")
                connection.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(4):
            back_up(place, tmp_path / f"{n}.backup", at=NOW, version="1")
    finally:
        stop.set()
        writer.join()
    counts = []
    for n in range(4):
        with zipfile.ZipFile(tmp_path / f"{n}.backup") as archive:
            archive.extract("database.sqlite3", tmp_path / str(n))
        with closing(sqlite3.connect(tmp_path / str(n) / "database.sqlite3")) as connection:
            counts.append(
                connection.execute("SELECT (SELECT n FROM counter), count(*) FROM counted").fetchone()
            )
    assert all(stated == counted for stated, counted in counts)
    assert len({stated for stated, _ in counts}) == 4


def test_what_was_deleted_is_not_in_the_backup(place, tmp_path):
    """A forgotten creator's posts must not live on in the free pages of a file that is kept for years."""
    with closing(sqlite3.connect(place.database)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.executemany("INSERT INTO notes VALUES (?)", [("forgotten words" * 50,)] * 200)
        connection.commit()
        connection.execute("DELETE FROM notes")
        connection.commit()
    back_up(place, tmp_path / "kept.backup", at=NOW, version="1")
    with zipfile.ZipFile(tmp_path / "kept.backup") as archive:
        assert b"forgotten words" not in archive.read("database.sqlite3")


def test_an_existing_database_is_replaced_on_request_only_and_stays_beside(place, file):
    """Without it nothing changes; with it the old files have another name, and a second time yet another."""
    with open_store(f"sqlite:///{place.database}") as store:
        store.create_session(TrainingSession(uuid4(), ALICE, "later", NOW))
    later = _sessions_of(place)
    with pytest.raises(StorageError, match="already") as caught:
        restore(place, file)
    assert "--yes" in caught.value.hint
    assert _sessions_of(place) == later
    first, second = (restore(place, file, replace=True) for _ in "12")
    assert len(_sessions_of(place)) == 1
    kept = place.database.with_name(place.database.name + ASIDE)
    assert kept in first.aside
    assert kept not in second.aside
    kept.rename(place.folder / "back.sqlite3")
    assert _sessions_of(Place(place.folder / "back.sqlite3", place.folder)) == later


def test_jobs_that_ran_are_queued_again(place, tmp_path):
    """A new run each, owned by nobody, so that neither a dead worker nor the engine's memory of it can hold them up."""
    (training,) = _sessions_of(place)
    job = Job(training, "train", ALICE, NOW)
    with open_store(f"sqlite:///{place.database}") as store:
        store.jobs.submit(job, limits=Limits())
        store.jobs.note_enqueued(job)
        store.jobs.claim(job.key, run=1, owner="w1", at=NOW)
        store.leases.beat(Worker("w1", "host", 1, "1", 15.0, NOW))
    back_up(place, tmp_path / "kept.backup", at=NOW, version="1")
    new = Place(tmp_path / "new.sqlite3", tmp_path)
    assert restore(new, tmp_path / "kept.backup").requeued == 1
    with open_store(f"sqlite:///{new.database}") as store:
        (due,) = store.jobs.list_due(10)
        assert store.leases.list_dead() == ["w1"]
        assert store.jobs.claim(JobKey(training, "train"), run=1, owner="w1", at=NOW) is None
    assert (due.status, due.owner, due.run, due.enqueued_run, due.token) == ("queued", None, 2, 1, 2)


def test_a_database_with_a_living_worker_is_not_replaced(place, file):
    """Its lease says so, whether it is busy or not; once that has run out, the database is free."""
    with open_store(f"sqlite:///{place.database}") as store:
        store.leases.beat(Worker("w1", "box", 4711, "1", 15.0, NOW))
    with pytest.raises(StorageError, match="process 4711 on box"):
        restore(place, file, replace=True)
    with open_store(f"sqlite:///{place.database}") as store, store.database.writing() as connection:
        connection.execute(update(workers).values(seen=workers.c.seen - 16))
    restore(place, file, replace=True)


def test_a_database_that_anybody_has_open_is_not_replaced(place, file):
    """Even when they do nothing at the moment: another process with an idle connection."""
    with open_store(f"sqlite:///{place.database}") as store:
        store.list_sessions(ALICE)
        with pytest.raises(StorageError, match="in use"):
            restore(place, file, replace=True)
        assert len(store.list_sessions(ALICE)) == 1
    restore(place, file, replace=True)


def test_a_damaged_database_can_be_replaced_and_its_log_is_not_played_into_the_new_one(place, file):
    """That is what backups are for."""
    place.database.write_bytes(b"not a database" * 1_000)
    log = place.database.with_name(place.database.name + "-wal")
    log.write_bytes(b"old log")
    done = restore(place, file, replace=True)
    assert len(_sessions_of(place)) == 1
    assert {path.name.partition(ASIDE)[0] for path in done.aside} >= {place.database.name, log.name}


def test_a_backup_of_an_older_revision_is_upgraded(place, tmp_path, elsewhere):
    """The tables are this version's afterwards, the rows those of then."""
    with closing(sqlite3.connect(place.database)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall():
            if name not in {"training_sessions", "trained_ai_models", "collected_posts", VERSION_TABLE}:
                connection.execute(f"DROP TABLE {name}")
        connection.execute("ALTER TABLE training_sessions DROP COLUMN event_number")
        connection.execute("ALTER TABLE trained_ai_models DROP COLUMN edits")
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0001'")
        connection.commit()
    made = back_up(place, tmp_path / "old.backup", at=NOW, version="0.1")
    assert made.revision == "0001"
    restore(elsewhere, tmp_path / "old.backup")
    assert len(_sessions_of(elsewhere)) == 1


def test_a_backup_does_not_replace_a_file_by_itself_nor_ever_the_database(place, file):
    """Not an older backup unless asked to, and never what it is a backup of."""
    with pytest.raises(StorageError, match="exists") as caught:
        back_up(place, file, at=NOW, version="1")
    assert "--yes" in caught.value.hint
    back_up(place, file, at=NOW + timedelta(days=1), version="1", replace=True)
    for path in (place.database, place.engine, place.secret, place.folder):
        with pytest.raises(StorageError, match="cannot be the backup"):
            back_up(place, path, at=NOW, version="1", replace=True)


def test_a_damaged_database_is_not_backed_up_over_a_good_backup(place, file):
    """The check is before the replacing."""
    good = file.read_bytes()
    with closing(sqlite3.connect(place.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(place.database.read_bytes())
    data[4096 * 3 : 4096 * 9] = b"\xff" * 4096 * 6
    place.database.write_bytes(data)
    with pytest.raises(StorageError, match="damaged"):
        back_up(place, file, at=NOW, version="1", replace=True)
    assert file.read_bytes() == good
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_where_there_is_nothing_there_is_nothing_to_back_up(elsewhere, tmp_path):
    """And no empty database is made by asking."""
    with pytest.raises(StorageError, match="no database"):
        back_up(elsewhere, tmp_path / "file", at=NOW, version="1")
    assert not elsewhere.folder.exists()


@pytest.mark.parametrize(
    ("action", "command"),
    [
        ("backup", "pg_dump --format=custom --file='my file' postgresql://me@db:5433/voices"),
        (
            "restore",
            "pg_restore --clean --if-exists --no-owner --dbname=postgresql://me@db:5433/voices 'my file'",
        ),
    ],
)
def test_for_postgresql_the_command_line_is_told_without_the_password(tmp_path, action, command):
    """It has better tools; the password is not repeated."""
    with pytest.raises(StorageError) as caught:
        place_of(
            "postgresql://me:hunter2@db:5433/voices?sslpassword=hunter2",
            tmp_path,
            action=action,
            file=Path("my file"),
        )
    assert command in caught.value.hint
    assert "hunter2" not in str(caught.value)


RESTORER = """
import os, signal, sys
from pathlib import Path
from soundalike.storage.backup import Place
from soundalike.storage import restore as room
place, file, left = Place(Path(sys.argv[1]), Path(sys.argv[1]).parent), Path(sys.argv[2]), int(sys.argv[3])

def watch(event, arguments):
    global left
    if event in {"os.rename", "os.link"}:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
room.restore(place, file, replace=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("moves", range(12))
def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new_one(place, file, moves):
    """At any of its moves; and the same command goes through afterwards."""
    with open_store(f"sqlite:///{place.database}") as store:
        store.create_session(TrainingSession(uuid4(), ALICE, "later", NOW))
    arguments = [sys.executable, "-c", RESTORER, str(place.database), str(file), str(moves)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    assert len(_sessions_of(place)) in ({1} if done.returncode == 0 else {1, 2})
    restore(place, file, replace=True)
    assert len(_sessions_of(place)) == 1
