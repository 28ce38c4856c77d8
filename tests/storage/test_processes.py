"""Several processes on one database, as a web server and its workers are."""

import subprocess
import sys
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from soundalike.storage import TrainingSession, open_store

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
