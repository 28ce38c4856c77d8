import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import event, text

from soundalike.errors import SettingsError, StorageError
from soundalike.storage.database import Database, connect, read_url
from soundalike.storage.upgrade import open_database


@pytest.fixture
def database(url):
    """An open database with tables."""
    opened = open_database(read_url(url))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:p@h/d",
        "postgres://u:p@h/d",
        "postgresql+psycopg2://u:p@h/d",
        "postgresql+asyncpg://u:p@h/d",
    ],
)
def test_every_spelling_of_postgresql_uses_psycopg_3(text):
    """Whatever driver a host's URL names, the installed one is used."""
    assert read_url(text).render_as_string(hide_password=False) == "postgresql+psycopg://u:p@h/d"


def test_a_home_folder_is_found():
    """A tilde in a SQLite path is the user's home."""
    assert read_url("sqlite:///~/soundalike.db").database == str(Path.home() / "soundalike.db")


@pytest.mark.parametrize(
    "text", ["", "hunter2", "mysql://u:hunter2@h/d", "sqlite://", "sqlite:///:memory:", "x://:hunter2:@"]
)
def test_other_urls_are_refused_without_repeating_them(text):
    """What is no usable URL may still hold a password, so the message leaves it out."""
    with pytest.raises(SettingsError, match="DATABASE_URL") as caught:
        read_url(text)
    assert "hunter2" not in str(caught.value)


def test_sqlite_is_private_and_set_for_several_processes(tmp_path):
    """The file is its owner's alone, writes ahead, keeps references, and waits for other writers."""
    path = tmp_path / "new" / "folder" / "soundalike.db"
    database = open_database(read_url(f"sqlite:///{path}"))
    with database.reading() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    database.close()
    assert found == ["wal", 1, 1, 15_000]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_read_that_turns_into_a_write_does_not_fail(tmp_path):
    """A writing unit holds the lock from its first read, so nobody can write in between."""
    path = tmp_path / "soundalike.db"
    database = open_database(read_url(f"sqlite:///{path}"))
    other = sqlite3.connect(path, timeout=0)
    with database.writing() as connection:
        connection.execute(text("SELECT * FROM training_sessions"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("DELETE FROM collected_posts")
        connection.execute(text("DELETE FROM training_sessions"))
    other.close()
    database.close()


def test_readers_do_not_wait_for_a_writer(database):
    """While one transaction writes, another reads what was there before."""
    count = text("SELECT count(*) FROM soundalike_version")
    with database.writing() as writer:
        writer.execute(text("DELETE FROM soundalike_version"))
        with database.reading() as reader:
            assert reader.scalar(count) == 1
        writer.rollback()


def test_an_error_undoes_the_whole_unit(database):
    """A unit that fails halfway leaves nothing behind."""

    def fail_halfway():
        with database.writing() as connection:
            connection.execute(text("DELETE FROM soundalike_version"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    with database.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM soundalike_version")) == 1


def test_the_database_thinks_in_utc(database, kind):
    """A row that leaves its time to the server gets UTC."""
    with database.reading() as connection:
        zone = connection.scalar(text("SHOW TIME ZONE" if kind == "postgresql" else "SELECT 'UTC'"))
    assert zone == "UTC"


def test_a_full_disk_is_named(tmp_path):
    """When the file can grow no more, the error says so and nothing of the unit is kept."""
    database = open_database(read_url(f"sqlite:///{tmp_path / 'soundalike.db'}"))
    event.listen(
        database.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1")
    )
    database.close()
    with pytest.raises(StorageError, match="has no room left") as caught, database.writing() as connection:
        connection.execute(text("CREATE TABLE big AS SELECT zeroblob(1000000)"))
    assert caught.value.hint.startswith("Free some space")
    database.close()


def test_a_read_only_database_is_named(kind, empty_url):
    """Where nothing may be written, the error says so."""
    database = open_database(read_url(empty_url))
    only_read = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET default_transaction_read_only = on"}[
        kind
    ]

    def refuse_writes(connection, _record):
        connection.execute(only_read)
        connection.commit()

    event.listen(database.engine, "connect", refuse_writes)
    database.close()
    with pytest.raises(StorageError, match="is read-only"), database.writing() as connection:
        connection.execute(text("DELETE FROM soundalike_version"))
    database.close()


def test_an_unreachable_server_is_named_without_its_password():
    """The message says where and what to check, and keeps the password to itself."""
    database = Database(connect(read_url("postgresql://someone:hunter2@127.0.0.1:1/voices")))
    with (
        pytest.raises(StorageError, match=r"“voices” at 127.0.0.1:1 cannot be reached") as caught,
        database.reading(),
    ):
        pass
    assert "DATABASE_URL" in caught.value.hint
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path):
    """A text file is refused, not overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, only notes\n" * 50)
    with pytest.raises(StorageError, match=r"notes\.txt is not a SQLite database"):
        open_database(read_url(f"sqlite:///{path}"))
    assert path.read_text().startswith("not a database")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """A path that leads through a file is refused."""
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be created"):
        open_database(read_url(f"sqlite:///{tmp_path / 'file' / 'soundalike.db'}"))


def test_a_folder_is_no_database(tmp_path):
    """The path of a folder is refused."""
    with pytest.raises(StorageError, match="cannot be opened"):
        open_database(read_url(f"sqlite:///{tmp_path}"))
