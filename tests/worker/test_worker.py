"""Workers with the real engine and real children: what becomes of a job, whatever happens to whoever does it."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from doers import LEASE_SECONDS, Script, a_worker, now, submit, until

from soundalike.service.jobs import Caller, JobDesk
from soundalike.training.status import Step

pytestmark = pytest.mark.slow  # engine and child take two seconds to start

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
CALLER = Caller(ALICE)
STEPS = [step.value for step in Step]


@pytest.fixture
def script(tmp_path):
    """What is to become of steps."""
    return Script(tmp_path)


@pytest.fixture
def desk(store):
    """Takes orders."""
    return JobDesk(store, now=now)


@pytest.fixture
def start(url, tmp_path):
    """Have a worker work in a thread while a block runs; afterwards its steps and its thread have ended."""

    @contextmanager
    def starting():
        with a_worker(url, tmp_path) as worker:
            thread = threading.Thread(target=worker.run)
            thread.start()
            try:
                yield worker
            finally:
                worker.stop()
                thread.join(60)
                assert not thread.is_alive()

    return starting


def status_of(store, job):
    """What the job is."""
    return store.jobs.get(ALICE, job.key).status


def wait_until(store, job, *statuses):
    """Wait until the job is one of these."""
    until(lambda: status_of(store, job) in statuses, why=lambda: store.jobs.get(ALICE, job.key))


def test_a_job_is_done_step_by_step(start, store, script):
    """Once, by one process, and the worker is off the books when it has left."""
    with start() as worker:
        job = submit(store, ALICE)
        wait_until(store, job, "completed")
        assert [found.id for found, _ in store.leases.list_workers()] == [worker.name]
    assert [line["step"] for line in script.begun()] == STEPS
    assert len({line["pid"] for line in script.begun()}) == 1
    kept = store.jobs.get(ALICE, job.key)
    assert (kept.owner, kept.crashes, kept.run) == (None, 0, 1)
    assert store.leases.list_workers() == []


def test_a_cancelled_step_ends_within_two_seconds_and_leaves_nothing(start, store, script, desk):
    """Neither the step itself nor those after it; the steps before it are kept."""
    script.say("patterns", "wait")
    with start():
        job = submit(store, ALICE)
        (line,) = until(lambda: script.begun("patterns"))
        began = time.monotonic()
        desk.cancel(job.session_id, caller=CALLER)
        until(lambda: not Path(f"/proc/{line['pid']}").exists())
        assert time.monotonic() - began < 2
        script.say("patterns", None)
        other = submit(store, ALICE)
        wait_until(store, other, "completed")
    assert status_of(store, job) == "cancelled"
    assert store.jobs.read_status(ALICE, job.session_id)["status"] == "cancelled"
    with store.changing(ALICE, job.session_id) as change:
        assert [step for step in STEPS if change.artefact(step)] == ["prepare", "voice"]


def test_a_cancelled_job_that_waits_is_never_begun(start, store, script, desk):
    """Whether the engine knows of it or not."""
    job, told = submit(store, ALICE), submit(store, ALICE)
    store.jobs.note_enqueued(told)
    for each in (job, told):
        desk.cancel(each.session_id, caller=CALLER)
    with start():
        other = submit(store, ALICE)
        wait_until(store, other, "completed")
    assert len(script.begun("prepare")) == 1


def test_a_step_that_kills_its_children_is_parked_with_its_reason(start, store, script, desk):
    """After six of them; then it can be tried again, where it was."""
    script.say("voice", "die")
    with start():
        job = submit(store, ALICE)
        wait_until(store, job, "parked")
        assert len(script.begun("voice")) == 6
        error = store.jobs.read_status(ALICE, job.session_id)["error"]
        assert error["code"] == "job_parked"
        assert "signal 9" in error["message"]
        script.say("voice", None)
        desk.retry(job.session_id, caller=CALLER)
        wait_until(store, job, "completed")
    assert store.jobs.get(ALICE, job.key).crashes == 0


def test_a_step_without_a_database_is_tried_again(start, store, script):
    """The job goes on where it was."""
    script.say("voice", "no database")
    with start():
        job = submit(store, ALICE)
        until(lambda: script.begun("voice"))
        script.say("voice", None)
        wait_until(store, job, "completed")
    assert len(script.begun("prepare")) == 1
    assert len(script.begun("voice")) == 2


def test_a_worker_that_stops_gives_back_what_another_completes(start, store, script):
    """At once, and it counts as no crash."""
    script.say("train", "wait")
    with start():
        job = submit(store, ALICE)
        (line,) = until(lambda: script.begun("train"))
    assert not Path(f"/proc/{line['pid']}").exists()
    waiting = store.jobs.get(ALICE, job.key)
    assert (waiting.status, waiting.owner, waiting.run, waiting.crashes) == ("queued", None, 2, 0)
    script.say("train", None)
    with start():
        wait_until(store, job, "completed")


def test_a_run_that_the_engine_has_lost_begins_anew(start, store, script):
    """Its tables may be thrown away: ours say what is to be done."""
    job = submit(store, ALICE, created_at=now() - timedelta(minutes=1))
    store.jobs.note_enqueued(job)
    with start():
        wait_until(store, job, "completed")
    assert store.jobs.get(ALICE, job.key).run == 2


def test_a_deleted_session_ends_its_step(start, store, script, desk):
    """Its job is gone, and so is its child."""
    script.say("voice", "wait")
    with start():
        job = submit(store, ALICE)
        (line,) = until(lambda: script.begun("voice"))
        desk.purge(job.session_id, caller=CALLER)
        until(lambda: not Path(f"/proc/{line['pid']}").exists(), most_seconds=10)
    assert store.list_sessions(ALICE) == []


def test_a_killed_worker_is_taken_over_from(url, start, store, script, tmp_path):
    """Within its lease and a few seconds; the steps it had done are not done again."""
    script.say("patterns", "wait")
    program = Path(__file__).with_name("doers.py")
    words = [sys.executable, str(program), url, str(tmp_path), str(LEASE_SECONDS)]
    first = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert first.stdout.readline() == "ready\n"
        job = submit(store, ALICE)
        until(lambda: script.begun("patterns"))
    finally:
        first.kill()
        first.wait()
        first.stdout.close()
    script.say("patterns", None)
    with start():
        began = time.monotonic()
        until(lambda: len(script.begun("patterns")) == 2)
        assert time.monotonic() - began < LEASE_SECONDS + 5
        wait_until(store, job, "completed")
    assert [len(script.begun(step)) for step in STEPS] == [1, 1, 2, 1, 1, 1]
