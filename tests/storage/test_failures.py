import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from soundalike.storage.failures import failure

PLACE = "The database x"


def _locked(folder):
    """The driver's own error when two write at once and neither waits."""
    first, second = (sqlite3.connect(folder / "x.db", timeout=0) for _ in range(2))
    try:
        first.execute("BEGIN IMMEDIATE")
        second.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error
    finally:
        first.close()
        second.close()


def test_another_process_at_work_is_named(tmp_path):
    """A lock that outlasts the wait is told apart from damage."""
    error = failure(OperationalError("BEGIN", {}, _locked(tmp_path)), PLACE)
    assert error.message == "The database x is kept busy by another process."


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (psycopg.errors.DiskFull(), "has no room left on its disk"),
        (psycopg.errors.InsufficientPrivilege(), "does not let this user in"),
        (psycopg.errors.InvalidPassword(), "does not let this user in"),
        (psycopg.errors.InvalidCatalogName(), "does not exist"),
        (psycopg.errors.TooManyConnections(), "has no free connection"),
        (psycopg.errors.DeadlockDetected(), "is kept busy"),
        (psycopg.errors.AdminShutdown(), "cannot be reached"),
        (psycopg.errors.UniqueViolation(), "already holds something else under that id"),
        (psycopg.OperationalError("connection failed: secret detail"), "cannot be reached"),
        (psycopg.errors.UndefinedTable("secret detail"), "refused"),
    ],
)
def test_postgresql_states_are_put_in_words(cause, said):
    """Each state of the server has its sentence, and none repeats the server's own text."""
    wrap = OperationalError if isinstance(cause, psycopg.OperationalError) else ProgrammingError
    error = failure(wrap("SELECT", {}, cause), PLACE)
    assert error.message.startswith(f"{PLACE} {said}")
    assert error.hint
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (PoolTimeout(), "kept busy"),
        (OverflowError(), "number this large"),
        (DBAPIError("", {}, Exception()), "refused"),
    ],
)
def test_errors_without_a_state_are_put_in_words_too(raised, said):
    """Nothing from inside is left without a sentence."""
    assert said in failure(raised, PLACE).message
