from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert

from soundalike.storage import TrainingSession
from soundalike.storage.fleet import Fleet, read_fleet
from soundalike.storage.job_records import Job, Limits, Worker
from soundalike.storage.spending import fingerprint
from soundalike.storage.tables import api_requests, step_artefacts

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def _submit(store, kind, minutes_ago):
    at = NOW - timedelta(minutes=minutes_ago)
    session = TrainingSession(uuid4(), ALICE, "swyx", at)
    job = Job(session.id, kind, ALICE, at)
    store.jobs.submit(job, limits=Limits(), new_session=session)
    return job


def test_nobody_and_nothing_is_a_fleet_too(store):
    """An empty database is told in zeros."""
    assert read_fleet(store.database, at=NOW) == Fleet()


def test_jobs_are_counted_and_the_longest_wait_is_told(store):
    """By kind and status; what runs waits no more."""
    for minutes in (5, 30):
        _submit(store, "train", minutes)
    running = _submit(store, "collect", 60)
    store.jobs.claim(running.key, run=1, owner="w1", at=NOW)
    fleet = read_fleet(store.database, at=NOW)
    assert fleet.jobs == {("train", "queued"): 2, ("collect", "running"): 1}
    assert fleet.queue_age_seconds == {"train": 1800.0}


def test_workers_count_while_their_lease_lasts(store):
    """By the database's clock; one that fell silent is none."""
    store.leases.beat(Worker("w1", "box", 1, "1", 15.0, NOW))
    store.leases.beat(Worker("w2", "box", 2, "1", -1.0, NOW))
    assert read_fleet(store.database, at=NOW).workers_alive == 1


def test_credits_are_what_was_paid_and_steps_what_was_done(store):
    """A request that is not settled counts in full, one to a stand-in not at all."""
    job = _submit(store, "train", 5)
    paid, free = (fingerprint("key", stand_in_at=at) for at in (None, "http://127.0.0.1:1"))
    with store.database.writing() as connection:
        for key, credits_ in ((paid, 90), (paid, None), (free, 500)):
            row = {"user_id": ALICE, "key": key, "kind": "search", "at": NOW, "most_credits": 300}
            connection.execute(insert(api_requests).values(**row, credits=credits_))
        for step, seconds in (("voice", 1.5), ("train", 20.0)):
            row = {"session_id": job.session_id, "step": step, "input_hash": "", "artefact": {}, "detail": ""}
            connection.execute(insert(step_artefacts).values(**row, made_at=NOW, seconds=seconds))
    fleet = read_fleet(store.database, at=NOW)
    assert fleet.credits_spent == 390
    assert fleet.steps == {"voice": (1, 1.5), "train": (1, 20.0)}
