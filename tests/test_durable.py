"""What is relied on of DBOS, whose storage and one private function are no promise of its makers.

One engine can be in a process at a time; each test starts one and stops it.
"""

import inspect
import json
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import requires, version
from uuid import uuid4

import pytest
from dbos import DBOS
from sqlalchemy import create_engine, text

from soundalike.durable import Engine, Queue, Task, engine_url
from soundalike.storage.database import read_url

MOST_SECONDS = 20.0
QUEUES = (Queue("train", per_worker=2, per_tenant=2),)
PAUSED = (Queue("train", per_worker=2, per_tenant=1),)


class Diary:
    """Work whose every run is written down, and that does what `do` says."""

    def __init__(self, do=lambda _job: True, steps=("one",)):
        self.begun, self.done = [], []
        self._do, self._steps = do, steps

    def begin(self, kind, job_id, run):
        """Say what is to be done."""
        self.begun.append((kind, job_id, run))
        return [(name, lambda name=name: self._step(job_id, name)) for name in self._steps]

    def _step(self, job_id, name):
        go_on = self._do(job_id)
        self.done.append((job_id, name))
        return go_on


@contextmanager
def engine_on(url, work, *, executor=None, queues=QUEUES):
    """An engine that works."""
    engine = Engine(
        engine_url(read_url(url)), executor=executor or uuid4().hex, queues=queues, polling_seconds=0.05
    )
    engine.start(work)
    try:
        yield engine
    finally:
        engine.stop(within_seconds=0)


@pytest.fixture
def url(kind, request, tmp_path):
    """A database without tables of an engine."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'soundalike.db'}"
    address = request.getfixturevalue("postgres_url")
    engine = create_engine(read_url(address))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS soundalike_engine CASCADE"))
    engine.dispose()
    return address


@contextmanager
def tables(url):
    """A connection to the engine's own tables; gives it and the prefix of their names."""
    engine = create_engine(engine_url(read_url(url)))
    prefix = "" if engine.dialect.name == "sqlite" else "soundalike_engine."
    with engine.begin() as connection:
        yield connection, prefix
    engine.dispose()


def until(holds):
    """Wait until something holds."""
    end = time.monotonic() + MOST_SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def task(job, tenant="a", **changes):
    """A run of a job."""
    return Task("train", job, changes.pop("run", 1), tenant, **changes)


def test_the_engine_is_pinned_to_the_versions_that_were_tried():
    """A later one may store otherwise."""
    (wanted,) = [line for line in requires("soundalike") if line.startswith("dbos")]
    assert ">=3.4" in wanted
    assert "<3.5" in wanted
    assert version("dbos").startswith("3.4.")


def test_the_private_function_is_there():
    """It takes the names of executors, and gives what it took over."""
    parameters = [*inspect.signature(DBOS._recover_pending_workflows).parameters.values()]
    assert [parameter.name for parameter in parameters] == ["executor_ids"]


def test_runs_are_done_once_however_often_they_are_submitted(url):
    """Step by step; another run of the same job is done as well."""
    work = Diary(steps=("one", "two"))
    with engine_on(url, work) as engine:
        for _ in range(3):
            engine.submit(task("j"))
        until(lambda: not engine.knows(task("j")))
        engine.submit(task("j"))
        engine.submit(task("j", run=2))
        until(lambda: len(work.begun) == 2 and not engine.knows(task("j", run=2)))
    assert work.begun == [("train", "j", 1), ("train", "j", 2)]
    assert work.done == [("j", "one"), ("j", "two")] * 2


def test_a_step_that_says_so_is_the_last(url):
    """Nothing after it is begun."""
    work = Diary(lambda _job: False, steps=("one", "two"))
    with engine_on(url, work) as engine:
        engine.submit(task("j"))
        until(lambda: work.done and not engine.knows(task("j")))
    assert work.done == [("j", "one")]


def test_an_unknown_run_is_not_known(url):
    """Neither is one of another number."""
    with engine_on(url, Diary()) as engine:
        assert not engine.knows(task("j"))


def test_tenants_take_turns(url):
    """Two of B's, asked for after ten of A's, are among the first to be done."""
    gate = threading.Event()
    work = Diary(lambda _job: gate.wait(MOST_SECONDS))
    with engine_on(url, work, queues=(Queue("train", per_worker=3, per_tenant=2),)) as engine:
        for number in range(10):
            engine.submit(task(f"a{number}", "a"))
        for number in range(2):
            engine.submit(task(f"b{number}", "b"))
        until(lambda: len(work.begun) >= 3)
        gate.set()
        until(lambda: len(work.done) == 12)
    order = [job for job, _ in work.done]
    assert max(order.index("b0"), order.index("b1")) < 6


def test_a_tenant_has_only_so_many_at_once(url):
    """Whatever else the worker could take."""
    gate, most, running, lock = threading.Event(), [0], [0], threading.Lock()

    def do(_job):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        gate.wait(0.05)
        with lock:
            running[0] -= 1
        return True

    work = Diary(do)
    with engine_on(url, work, queues=(Queue("train", per_worker=5, per_tenant=2),)) as engine:
        for number in range(6):
            engine.submit(task(f"a{number}", "a"))
        until(lambda: len(work.done) == 6)
    assert most == [2]


def test_the_lower_number_goes_first(url):
    """Within a tenant."""
    gate = threading.Event()
    work = Diary(lambda _job: gate.wait(MOST_SECONDS))
    with engine_on(url, work, queues=PAUSED) as engine:
        engine.submit(task("first"))
        until(lambda: work.begun)
        for job, priority in (("late", 9), ("usual", 5), ("urgent", 1)):
            engine.submit(task(job, priority=priority))
        gate.set()
        until(lambda: len(work.done) == 4)
    assert [job for job, _ in work.done] == ["first", "urgent", "usual", "late"]


@pytest.mark.slow
def test_runs_of_the_dead_are_taken_over_and_no_others(url):
    """Only those of the executors that are named; the second time there is nothing to take."""
    gate = threading.Event()
    work = Diary(lambda _job: gate.wait(MOST_SECONDS))
    with engine_on(url, work, executor="me") as engine:
        for job in ("mine", "of the dead"):
            engine.submit(task(job))
        until(lambda: len(work.begun) == 2)
        dead = task("of the dead").name
        with tables(url) as (connection, prefix):
            statement = f"UPDATE {prefix}workflow_status SET executor_id = 'dead' WHERE workflow_uuid = :id"
            connection.execute(text(statement), {"id": dead})
        assert engine.owners() == {"me", "dead"}
        assert engine.take_over(["nobody"]) == 0
        assert engine.take_over(["dead"]) == 1
        assert engine.take_over(["dead"]) == 0
        assert engine.knows(task("of the dead"))
        gate.set()
        until(lambda: not engine.knows(task("mine")) and not engine.knows(task("of the dead")))
    begun = [job for _, job, _ in work.begun]
    assert (begun.count("mine"), begun.count("of the dead")) == (1, 2)


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from test_durable import Diary, engine_on, task

def do(job):
    if len(work.done) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return True

work = Diary(do, steps=("one", "two"))
with engine_on(sys.argv[1], work, executor="killed") as engine:
    engine.submit(task("j"))
    signal.pause()
"""


@pytest.mark.slow
def test_a_finished_step_is_remembered_over_a_kill(url):
    """Whoever takes over begins with the step that was under way."""
    folder = __file__.rpartition("/")[0]
    killed = subprocess.run([sys.executable, "-c", KILLED, url, folder], timeout=60, check=False)
    assert killed.returncode == -9
    work = Diary(steps=("one", "two"))
    with engine_on(url, work) as engine:
        assert engine.owners() == {"killed"}
        assert engine.take_over(["killed"]) == 1
        until(lambda: work.done and not engine.knows(task("j")))
    assert work.done == [("j", "two")]


@pytest.mark.slow
def test_nothing_is_pickled(url):
    """What the engine stores of arguments and results is JSON: reading it runs nothing."""
    work = Diary()
    with engine_on(url, work) as engine:
        engine.submit(task("j"))
        until(lambda: work.done and not engine.knows(task("j")))
        with tables(url) as (connection, prefix):
            stored = [
                connection.scalar(text(f"SELECT {column} FROM {prefix}{table}"))
                for table, column in (
                    ("workflow_status", "serialization"),
                    ("workflow_input", "inputs"),
                    ("workflow_output", "output"),
                    ("operation_outputs", "serialization"),
                    ("operation_outputs", "output"),
                )
            ]
    assert stored[0] == stored[3] == "portable_json"
    assert json.loads(stored[1])["positionalArgs"] == ["train", "j", 1]
    assert [json.loads(stored[2]), json.loads(stored[4])] == [None, True]


@pytest.mark.slow
def test_what_ended_long_ago_is_forgotten(url):
    """What waits or runs is not."""
    gate = threading.Event()
    work = Diary(lambda job: job == "done" or gate.wait(MOST_SECONDS))
    with engine_on(url, work) as engine:
        for job in ("done", "running"):
            engine.submit(task(job))
        until(lambda: len(work.begun) == 2 and not engine.knows(task("done")))
        assert engine.purge(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert engine.purge(datetime.now(UTC) + timedelta(hours=1)) == 1
        assert engine.knows(task("running"))
        engine.submit(task("done"))
        until(lambda: len(work.begun) == 3)
        gate.set()


def test_the_engines_file_lies_beside_the_database_in_write_ahead_mode(tmp_path):
    """Its own default is slow and lets readers hold up writers."""
    url = f"sqlite:///{tmp_path / 'soundalike.db'}"
    with engine_on(url, Diary()):
        pass
    with closing(sqlite3.connect(tmp_path / "soundalike-engine.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_on_postgresql_the_engine_has_a_schema_of_its_own():
    """In the same database."""
    url = read_url("postgresql://user:secret@host/name")
    assert engine_url(url) == url
