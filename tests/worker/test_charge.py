"""The right to write for a job, and how it is lost."""

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from doers import submit

from soundalike.service.jobs import Caller, JobDesk
from soundalike.service.training import publish
from soundalike.storage import TrainingSession
from soundalike.storage.job_records import Job, JobKey, Limits
from soundalike.training.status import Failure, State, Step
from soundalike.worker.charge import Charge, TakenOver

NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)
ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")


def claim(store, job, owner="w1"):
    """Take charge as worker `owner`."""
    claimed = store.jobs.claim(job.key, run=1, owner=owner, at=NOW)
    return Charge(store, claimed.key, claimed.token, lambda: NOW)


@pytest.fixture
def job(store):
    """A training of Alice's that waits."""
    return submit(store, ALICE, created_at=NOW)


def write(charge):
    """Change something in the name of a charge."""
    with charge.changing() as change:
        change.update({"progress": 7}, at=NOW)


def test_who_is_in_charge_may_write(store, job):
    """The job, its session and its events."""
    charge = claim(store, job)
    write(charge)
    assert store.get_session(ALICE, job.session_id).progress == 7
    assert charge.status().state is State.QUEUED


WAYS = {
    "claimed by another": lambda store, job: claim(store, job, "w2"),
    "cancelled": lambda store, job: _desk(store).cancel(job.session_id, caller=Caller(ALICE)),
    "given back": lambda store, job: store.jobs.give_back(store.jobs.get(ALICE, job.key)),
    "deleted": lambda store, job: store.delete_session(ALICE, job.session_id),
}


def _desk(store):
    return JobDesk(store, now=lambda: NOW)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_written_in_the_name_of_an_old_token(store, job, way):
    """However it was lost: whatever was being done is void."""
    charge = claim(store, job)
    WAYS[way](store, job)
    failure = Failure("late", "Too late.")
    for attempt in (partial(write, charge), charge.status, charge.progressed, partial(charge.fail, failure)):
        with pytest.raises(TakenOver):
            attempt()
    for event in store.jobs.read_events(ALICE, job.session_id):
        assert event.body["error"] is None or event.body["error"]["code"] == "cancelled"
    if way != "deleted":
        assert store.get_session(ALICE, job.session_id).progress == 0


def test_a_change_that_fails_leaves_nothing(store, job):
    """It is one transaction."""
    charge = claim(store, job)

    def fail():
        with charge.changing() as change:
            change.update({"progress": 7}, at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.get_session(ALICE, job.session_id).progress == 0


def test_a_failed_training_ends_with_its_reason(store, job):
    """In the job, its session and its status; nobody owns it any more."""
    charge = claim(store, job)
    charge.fail(Failure("too_few_posts", "There are too few."))
    kept, session = store.jobs.get(ALICE, job.key), store.get_session(ALICE, job.session_id)
    assert (kept.status, kept.owner, kept.ended_at) == ("failed", None, NOW)
    assert (session.status, session.error_code) == ("failed", "too_few_posts")
    assert store.jobs.read_status(ALICE, job.session_id)["error"] == {
        "code": "too_few_posts",
        "message": "There are too few.",
    }


def test_a_parked_job_is_a_failed_training(store, job):
    """The status knows five states; the job says more."""
    claim(store, job).fail(Failure("job_parked", "It broke."), job_status="parked")
    assert store.jobs.get(ALICE, job.key).status == "parked"
    assert store.jobs.read_status(ALICE, job.session_id)["status"] == "failed"


def test_a_failed_collection_ends_with_its_reason(store):
    """It has no status but that of its session."""
    session = TrainingSession(UUID(int=1), ALICE, "ada", NOW)
    job = Job(session.id, "collect", ALICE, NOW)
    store.jobs.submit(job, limits=Limits(), new_session=session)
    claim(store, job).fail(Failure("creator_not_found", "Nobody."))
    kept = store.get_session(ALICE, session.id)
    assert (kept.status, kept.error_code, kept.completed_at) == ("failed", "creator_not_found", NOW)
    assert store.jobs.get(ALICE, JobKey(session.id, "collect")).status == "failed"


@pytest.mark.parametrize("state", State)
def test_a_status_that_ends_the_training_ends_the_job(store, job, state):
    """In the same transaction; any other leaves it running."""
    charge = claim(store, job)
    status = charge.status().begun(Step.PREPARE, at=NOW)
    ended = {
        State.COMPLETED: lambda: status.completed("m", at=NOW),
        State.FAILED: lambda: status.stopped(Failure("x", "y"), at=NOW),
        State.CANCELLED: lambda: status.stopped(Failure("x", "y"), at=NOW, state=state),
    }.get(state, lambda: status)()
    with charge.changing() as change:
        publish(change, ended, at=NOW)
        charge.end_with(change, ended)
    expected = state.value if state in (State.COMPLETED, State.FAILED, State.CANCELLED) else "running"
    assert store.jobs.get(ALICE, job.key).status == expected


def test_a_step_that_is_done_forgives_the_crashes_before_it(store, job):
    """Only those in a row count."""
    charge = claim(store, job)
    with charge.changing() as change:
        change.update_job(crashes=4)
    charge.progressed()
    assert store.jobs.get(ALICE, job.key).crashes == 0
