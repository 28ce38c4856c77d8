"""Which workers are alive, by the database's clock."""

import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from soundalike.storage import TrainingSession
from soundalike.storage.job_records import Job, Limits, Worker
from soundalike.storage.tables import workers

NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)
ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")


def worker(name, lease_seconds=15.0):
    """A worker of that name; its own clock is long ago, which must not matter."""
    return Worker(name, "here", 1, "1.0", lease_seconds, NOW)


def age(store, name, seconds):
    """Have a worker's last sign of life be so much older."""
    with store.database.writing() as connection:
        connection.execute(update(workers).where(workers.c.id == name).values(seen=workers.c.seen - seconds))


def silent(store):
    """Seconds since each worker's last sign of life."""
    return {found.id: seconds for found, seconds in store.leases.list_workers()}


def run_job(store, owner):
    """A job that runs, in the charge of `owner`."""
    new = TrainingSession(uuid4(), ALICE, "ada", NOW)
    job = Job(new.id, "train", ALICE, NOW)
    store.jobs.submit(job, limits=Limits(), new_session=new)
    return store.jobs.claim(job.key, run=1, owner=owner, at=NOW)


def test_a_sign_of_life_puts_a_worker_on_the_books(store):
    """As it described itself, a moment ago by the database's clock."""
    store.leases.beat(worker("w1"))
    ((found, seconds),) = store.leases.list_workers()
    assert found == worker("w1")
    assert -0.01 <= seconds < 5
    assert store.leases.list_dead() == []


def test_a_later_sign_of_life_renews_the_lease(store):
    """The row is the same."""
    store.leases.beat(worker("w1"))
    age(store, "w1", 14)
    assert silent(store)["w1"] > 13
    store.leases.beat(worker("w1"))
    assert silent(store)["w1"] < 5


@pytest.mark.parametrize(("seconds", "dead"), [(14, []), (16, ["w1"])])
def test_a_worker_silent_for_longer_than_its_lease_is_dead(store, seconds, dead):
    """Each by its own lease."""
    store.leases.beat(worker("w1", lease_seconds=15))
    store.leases.beat(worker("w2", lease_seconds=60))
    age(store, "w1", seconds)
    age(store, "w2", seconds)
    assert store.leases.list_dead() == dead


def test_a_dead_worker_that_gives_a_sign_of_life_is_alive(store):
    """It was only stopped for a while."""
    store.leases.beat(worker("w1"))
    age(store, "w1", 100)
    store.leases.beat(worker("w1"))
    assert store.leases.list_dead() == []


def test_a_worker_that_left_is_on_no_books(store):
    """Leaving twice is leaving once."""
    store.leases.beat(worker("w1"))
    store.leases.leave("w1")
    store.leases.leave("w1")
    assert store.leases.list_workers() == []
    assert store.leases.list_dead() == []


def test_the_owner_of_a_running_job_that_is_on_no_books_is_dead(store):
    """Once however many jobs it had; owners on the books and jobs that have ended do not count."""
    store.leases.beat(worker("alive"))
    run_job(store, "alive")
    run_job(store, "gone")
    run_job(store, "gone")
    ended = run_job(store, "left")
    with store.jobs.changing(ended.key) as change:
        change.update_job(status="completed")
    assert store.leases.list_dead() == ["gone"]


def test_a_short_lease_runs_out_by_the_databases_clock(store):
    """Whatever the worker's own clock says."""
    store.leases.beat(worker("w1", lease_seconds=0.2))
    end = time.monotonic() + 10
    while not store.leases.list_dead():
        assert time.monotonic() < end
        time.sleep(0.02)
    assert silent(store)["w1"] > 0.2
