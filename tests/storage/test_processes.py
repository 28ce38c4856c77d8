"""Several processes on one database, as a web server and its workers are."""

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from alembic.command import upgrade as migrate
from alembic.config import Config
from sqlalchemy import column, func, insert, select, table

from soundalike.storage import TrainingSession, open_store, upgrade
from soundalike.storage.database import Database, connect, read_url
from soundalike.storage.tables import training_sessions
from soundalike.storage.upgrade import NEWEST, open_database

pytestmark = pytest.mark.slow

WRITER = """
import sys
from datetime import UTC, datetime
from uuid import UUID
from soundalike.storage import open_store

url, user, training, field = sys.argv[1:]
with open_store(url) as store:
    for number in range(1, 301):
        store.update_session(UUID(user), UUID(training), at=datetime.now(UTC), **{field: f"{field} {number}"})
"""
OPENER = "import sys; from soundalike.storage import open_store; open_store(sys.argv[1]).close()"

UPGRADER = """
import logging, sys
import alembic.command
from soundalike.storage import open_store

logging.basicConfig(format="%(message)s")
logging.getLogger("alembic.runtime.migration").setLevel("INFO")
print("ready", flush=True)
sys.stdin.readline()
open_store(sys.argv[1]).close()
"""


def _run_at_once(*programs):
    """Run Python programs side by side; their error output, in order."""
    running = [
        subprocess.Popen([sys.executable, "-c", *words], stderr=subprocess.PIPE, text=True)
        for words in programs
    ]
    return [process.communicate(timeout=120)[1] for process in running]


def test_two_processes_write_without_a_locked_database(url):
    """300 updates each of one row: no writer is refused, and none undoes the other's."""
    training = TrainingSession(uuid4(), uuid4(), "swyx", datetime.now(UTC))
    with open_store(url) as store:
        store.create_session(training)
        same_row = (url, str(training.user_id), str(training.id))
        complaints = _run_at_once(
            (WRITER, *same_row, "training_prompt"), (WRITER, *same_row, "error_message")
        )
        after = store.get_session(training.user_id, training.id)
    assert complaints == ["", ""]
    assert (after.training_prompt, after.error_message) == ("training_prompt 300", "error_message 300")


def test_processes_that_open_a_new_database_at_once_all_get_it(empty_url):
    """One sets the tables up, the others wait for it."""
    assert _run_at_once(*[(OPENER, empty_url)] * 4) == [""] * 4


def _set_up_as_of(url, revision):
    """Tables as an earlier version left them."""
    config = Config()
    config.set_main_option("script_location", str(upgrade._MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with closing(Database(connect(read_url(url)))) as database, database.writing() as connection:
        config.attributes["connection"] = connection
        migrate(config, revision)
        columns = {"id": uuid4().hex, "user_id": uuid4().hex, "creator_username": "swyx"}
        connection.execute(insert(table("training_sessions", *map(column, columns))).values(columns))


def test_processes_that_open_an_old_database_at_once_upgrade_it_once(empty_url):
    """Four that wait for the same word find revision 0002: one upgrades, the others wait, and the rows stay."""
    _set_up_as_of(empty_url, "0002")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADER, empty_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert [process.stdout.readline() for process in running] == ["ready\n"] * 4
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=120)[1] for process in running]
    steps = [line for words in told for line in words.splitlines() if line.startswith("Running upgrade")]
    assert [process.returncode for process in running] == [0] * 4, told
    assert [line.split()[2] for line in steps] == [f"{n:04}" for n in range(2, int(NEWEST))]
    with closing(open_database(read_url(empty_url))) as database, database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(training_sessions)) == 1
