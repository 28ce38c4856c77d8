import subprocess
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from soundalike.errors import StorageError
from soundalike.storage import open_store, upgrade
from soundalike.storage.database import Database, connect, read_url
from soundalike.storage.tables import metadata
from soundalike.storage.upgrade import NEWEST, VERSION_TABLE, open_database

FIRST = {"training_sessions", "trained_ai_models", "collected_posts"}


def _execute(url, statement):
    database = Database(connect(read_url(url)))
    with database.writing() as connection:
        connection.execute(text(statement))
    database.close()


def test_an_empty_database_is_set_up_as_the_tables_say(empty_url):
    """The revisions, run one after the other, lead to exactly the tables that the code describes."""
    database = open_database(read_url(empty_url))
    options = {"version_table": VERSION_TABLE, "compare_server_default": True}
    with database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
        names = {name for table in metadata.tables for name in _index_names(connection, table)}
    database.close()
    assert differences == []
    assert names == {index.name for table in metadata.sorted_tables for index in table.indexes}


def _index_names(connection, table):
    indexes = inspect(connection).get_indexes(table)
    return [index["name"] for index in indexes if not index.get("duplicates_constraint")]


def test_the_newest_revision_is_the_one_the_code_expects():
    """The number that spares a look at the revisions is the last of them."""
    config = Config()
    config.set_main_option("script_location", str(upgrade._MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_opening_again_changes_nothing(empty_url, training):
    """A database that is current is used as it is."""
    with open_store(empty_url) as store:
        store.create_session(training)
    with open_store(empty_url) as store:
        assert store.get_session(training.user_id, training.id) == training


def test_an_older_database_is_upgraded_and_keeps_its_rows(empty_url, training):
    """What lies in a database of the first revision is there after the upgrade, beside the new tables."""
    with open_store(empty_url) as store:
        store.create_session(training)
    with closing(open_database(read_url(empty_url))) as database, database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in FIRST:
                table.drop(connection)
        connection.execute(text("ALTER TABLE training_sessions DROP COLUMN event_number"))
        connection.execute(text("ALTER TABLE trained_ai_models DROP COLUMN edits"))
    _execute(empty_url, f"UPDATE {VERSION_TABLE} SET version_num = '0001'")
    with open_store(empty_url) as store:
        assert store.list_sessions(training.user_id) == [training]
        assert store.ledger(training.user_id).sessions == ()


def test_a_later_database_is_left_alone(empty_url):
    """What a later version set up is refused with the reason and the way out."""
    open_store(empty_url).close()
    _execute(empty_url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StorageError, match="later version of Soundalike") as caught:
        open_store(empty_url)
    assert "Upgrade Soundalike" in caught.value.hint


def test_tables_of_somebody_else_are_left_alone(empty_url):
    """A database with such a table that no revision made is refused, and keeps it."""
    _execute(empty_url, "CREATE TABLE training_sessions (id INTEGER)")
    with pytest.raises(StorageError, match="did not make: training_sessions"):
        open_store(empty_url)
    _execute(empty_url, "INSERT INTO training_sessions VALUES (1)")


def test_the_room_is_quick_to_enter(tmp_path):
    """Neither importing the store nor opening a current database loads what only upgrades need."""
    url = f"sqlite:///{tmp_path / 'soundalike.db'}"
    open_store(url).close()
    program = (
        "import sys; from soundalike.storage import open_store; open_store(sys.argv[1]).close();"
        "print({'alembic', 'psycopg', 'sqlalchemy.orm'} & sys.modules.keys())"
    )
    ran = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
