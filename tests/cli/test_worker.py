"""`soundalike worker` as a process: it does what waits, and ends when it is told to."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest

from conftest import environment
from soundalike.service.jobs import Caller, JobDesk, TrainingWish
from soundalike.storage import open_store
from writing import made_up_posts

pytestmark = pytest.mark.slow  # the process imports engine and database

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
MOST_SECONDS = 90.0


def now():
    """The present."""
    return datetime.now(UTC)


@pytest.fixture
def settings(tmp_path, llm_address):
    """The settings of a worker: data in a folder of the test's, a model whose texts are known."""
    return environment(tmp_path, llm_address)


@pytest.fixture
def store(tmp_path):
    """The store that the worker works on."""
    with open_store(f"sqlite:///{tmp_path}/data/soundalike.sqlite3") as opened:
        yield opened


@pytest.fixture
def start(settings, store, tmp_path):
    """Starts workers; they are ready, and ended afterwards however the test goes."""

    @contextmanager
    def starting(*options):
        errors = tmp_path / "errors.log"
        words = [sys.executable, "-m", "soundalike", "worker", *options]
        with errors.open("w") as file:
            process = subprocess.Popen(
                words, env=os.environ | settings, stdin=subprocess.PIPE, stderr=file, cwd=tmp_path
            )
        try:
            until(lambda: "is ready" in errors.read_text() or process.poll() is not None)
            assert process.poll() is None, errors.read_text()
            yield process
        finally:
            process.kill()
            process.wait()
            process.stdin.close()

    return starting


def until(holds, why=lambda: ""):
    """Wait until something holds."""
    end = time.monotonic() + MOST_SECONDS
    while not holds():
        assert time.monotonic() < end, why()
        time.sleep(0.02)


def end_of(process, within_seconds):
    """How a process ends."""
    return process.wait(within_seconds)


def errors(tmp_path):
    """What the worker said."""
    return (tmp_path / "errors.log").read_text()


def test_a_training_is_done_from_beginning_to_end(start, store, tmp_path):
    """With real steps: a graded model is kept. Then the worker ends within five seconds of being told to."""
    posts = made_up_posts(150, datetime(2026, 9, 1, tzinfo=UTC))
    wish = TrainingWish("ada", (), posts=posts, name="mine")
    session = JobDesk(store, now=now).ask_for_training(wish, caller=Caller(ALICE))

    def status():
        return store.jobs.read_status(ALICE, session.id)

    with start() as process:
        until(lambda: status()["status"] in ("completed", "failed"), why=status)
        process.send_signal(signal.SIGTERM)
        assert end_of(process, 5) == 0
    assert (status()["status"], status()["progress"]) == ("completed", 100), status()
    (model,) = store.list_models(ALICE)
    assert (str(model.id), model.model_name) == (status()["modelId"], "mine")
    assert store.leases.list_workers() == []
    assert "Traceback" not in errors(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("options", [(), ("--with-parent",)])
def test_a_signal_ends_it_well_within_five_seconds(start, store, tmp_path, number, options):
    """With status 0 and no complaint, also while it watches over its parent."""
    with start(*options) as process:
        process.send_signal(number)
        assert end_of(process, 5) == 0
    assert store.leases.list_workers() == []
    assert errors(tmp_path).strip().endswith("is ready.")


def test_with_its_parent_it_ends_when_standard_input_closes(start, store):
    """Which it does however the parent ends."""
    with start("--with-parent") as process:
        process.stdin.close()
        assert end_of(process, 5) == 0
    assert store.leases.list_workers() == []


def test_alone_it_works_without_standard_input(start, store):
    """As under a service manager."""
    with start() as process:
        process.stdin.close()
        names = {found.id for found, _ in store.leases.list_workers()}
        assert len(names) == 1
        until(lambda: all(silent < 2 for _, silent in store.leases.list_workers()))
        assert process.poll() is None
