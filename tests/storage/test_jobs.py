"""Jobs in the database: who is in charge, how many there may be, what is asked twice, what watchers see."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from soundalike.errors import IdempotencyConflict, TooManyJobs, UnknownTraining
from soundalike.storage import TrainingSession
from soundalike.storage.job_records import Artefact, Job, JobKey, Limits, Mark
from soundalike.storage.tables import jobs as jobs_table
from soundalike.storage.tables import step_artefacts, training_events

NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)
ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
MANY = Limits(queued=1000, daily=1000)


@pytest.fixture
def jobs(store):
    """The jobs of an empty store."""
    return store.jobs


def session(user_id=ALICE, username="ada"):
    """A new session."""
    return TrainingSession(uuid4(), user_id, username, NOW)


def job_of(training, **changes):
    """A training of that session."""
    values = {"session_id": training.id, "kind": "train", "user_id": training.user_id, "created_at": NOW}
    return Job(**values | changes)


def submit(jobs, training=None, *, limits=MANY, status=None, **changes):
    """Queue a training of a new session, or of `training`; gives the job."""
    new = training or session()
    job = job_of(new, **changes)
    jobs.submit(job, limits=limits, new_session=None if training else new, status=status)
    return job


def claim(jobs, job, owner="w1", run=1):
    """Take charge as worker `owner`."""
    return jobs.claim(job.key, run=run, owner=owner, at=NOW)


def end(jobs, key, status, **changes):
    """End a job."""
    with jobs.changing(key) as change:
        change.update_job(status=status, owner=None, ended_at=NOW, **changes)


def at_once(count, do):
    """Have `count` threads begin `do(number)` at the same moment; gives what they return or raise."""
    barrier = Barrier(count)

    def attempt(number):
        barrier.wait(10)
        try:
            return do(number)
        except Exception as error:  # noqa: BLE001 - told to the test
            return error

    with ThreadPoolExecutor(count) as pool:
        return [*pool.map(attempt, range(count))]


# Who is in charge


def test_who_claims_a_job_runs_it_with_a_token_of_its_own(jobs):
    """The job names its worker and when it began."""
    claimed = claim(jobs, submit(jobs))
    assert (claimed.status, claimed.owner, claimed.token, claimed.crashes) == ("running", "w1", 1, 0)
    assert claimed.started_at == NOW
    assert jobs.get(ALICE, claimed.key) == claimed


def test_whoever_claims_a_running_job_takes_it_from_its_worker_which_counts_as_lost(jobs):
    """The earlier token is void, the start stays what it was."""
    job = submit(jobs)
    first = claim(jobs, job, "w1")
    second = jobs.claim(job.key, run=1, owner="w2", at=NOW + timedelta(minutes=1))
    assert (second.owner, second.token, second.crashes) == ("w2", first.token + 1, 1)
    assert second.started_at == NOW
    assert jobs.tokens([job.key]) == {job.key: second.token}


def test_two_claims_at_once_give_two_tokens(jobs):
    """One of them is the present one."""
    job = submit(jobs)
    claims = at_once(4, lambda number: claim(jobs, job, f"w{number}"))
    tokens = {claimed.token for claimed in claims}
    assert tokens == {1, 2, 3, 4}
    assert jobs.tokens([job.key]) == {job.key: 4}
    assert jobs.get(ALICE, job.key).owner == next(c.owner for c in claims if c.token == 4)


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "parked"])
def test_a_job_that_has_ended_cannot_be_claimed(jobs, status):
    """Nothing changes."""
    job = submit(jobs)
    claim(jobs, job)
    end(jobs, job.key, status)
    before = jobs.get(ALICE, job.key)
    assert claim(jobs, job, "w2") is None
    assert jobs.get(ALICE, job.key) == before


def test_a_claim_of_an_old_run_or_of_no_job_gives_nothing(jobs):
    """What the engine still does of an earlier run ends there."""
    job = submit(jobs)
    jobs.give_back(claim(jobs, job))
    assert claim(jobs, job, run=1) is None
    assert claim(jobs, job, run=3) is None
    assert claim(jobs, replace(job, session_id=uuid4())) is None
    assert claim(jobs, job, run=2).token == 3


def test_a_job_given_back_waits_again_and_lost_nobody(jobs):
    """Its run is another one, its token too, nobody owns it, and the next claim counts no crash."""
    claimed = claim(jobs, submit(jobs))
    jobs.note_enqueued(claimed)
    jobs.give_back(claimed)
    waiting = jobs.get(ALICE, claimed.key)
    assert (waiting.status, waiting.run, waiting.owner) == ("queued", 2, None)
    assert waiting.token == claimed.token + 1
    assert [job.key for job in jobs.list_due(10)] == [claimed.key]
    assert claim(jobs, claimed, "w2", run=2).crashes == 0


def test_only_who_is_in_charge_gives_back(jobs):
    """Somebody with an old token changes nothing, and what has ended stays so."""
    job = submit(jobs)
    first = claim(jobs, job, "w1")
    second = claim(jobs, job, "w2")
    jobs.give_back(first)
    assert jobs.get(ALICE, job.key) == second
    end(jobs, job.key, "completed")
    jobs.give_back(second)
    assert jobs.get(ALICE, job.key).status == "completed"


def test_a_worker_finds_what_it_owns(jobs):
    """Only what runs, only its own."""
    mine, other, done, _waiting = (submit(jobs) for _ in range(4))
    claim(jobs, mine, "w1")
    claim(jobs, other, "w2")
    claim(jobs, done, "w1")
    end(jobs, done.key, "failed")
    assert [job.key for job in jobs.list_owned("w1")] == [mine.key]


def test_tokens_of_deleted_jobs_are_missing(jobs, store):
    """So that whoever did them stops."""
    kept, deleted = submit(jobs), submit(jobs)
    store.delete_session(ALICE, deleted.session_id)
    assert jobs.tokens([kept.key, deleted.key]) == {kept.key: 0}


# Queueing


def test_an_open_job_is_left_alone(jobs):
    """A second request changes neither it nor its session nor what is published."""
    job = submit(jobs, status={"n": 1})
    claim(jobs, job)
    before = jobs.get(ALICE, job.key)
    again = job_of(session(), session_id=job.session_id, order={"seed": 9})
    assert not jobs.submit(again, limits=MANY, changes={"status": "other"}, status={"n": 2})
    assert jobs.get(ALICE, job.key) == before
    assert jobs.read_status(ALICE, job.session_id) == {"n": 1}
    assert jobs.marks([job.session_id])[job.session_id].status != "other"


def test_a_job_that_has_ended_begins_anew_as_another_run(jobs):
    """What the engine was told of counts for the earlier run only, and the earlier token is void."""
    job = submit(jobs)
    jobs.note_enqueued(job)
    claimed = claim(jobs, job)
    end(jobs, job.key, "failed", crashes=3)
    later = replace(job, created_at=NOW + timedelta(hours=1), order={"seed": 2})
    assert jobs.submit(later, limits=MANY, status={"n": 1}, changes={"status": "queued"})
    anew = jobs.get(ALICE, job.key)
    assert (anew.status, anew.run, anew.enqueued_run, anew.crashes) == ("queued", 2, 1, 0)
    assert (anew.order, anew.started_at, anew.ended_at) == ({"seed": 2}, None, None)
    assert anew.token == claimed.token + 1
    assert [due.run for due in jobs.list_due(10)] == [2]


def test_no_more_wait_and_run_than_may(jobs):
    """Those that have ended do not count; neither do jobs of another kind or another workspace."""
    limits = Limits(queued=2, daily=100)
    first, _second = submit(jobs, limits=limits), submit(jobs, limits=limits)
    with pytest.raises(TooManyJobs) as refused:
        submit(jobs, limits=limits)
    assert refused.value.retry_after_seconds == 60
    submit(jobs, limits=limits, kind="collect")
    end(jobs, first.key, "completed")
    submit(jobs, limits=limits)


def test_another_workspace_has_limits_of_its_own(jobs, store):
    """Alice's jobs are not counted against Bob."""
    limits = Limits(queued=1, daily=1)
    submit(jobs, limits=limits)
    bobs = session(BOB)
    assert jobs.submit(job_of(bobs), limits=limits, new_session=bobs)


def test_no_more_begin_in_a_day_than_may(jobs):
    """The refusal says in how many seconds the first of them is a day old."""
    limits = Limits(queued=100, daily=2)
    for hours in (5, 3):
        job = submit(jobs, limits=limits, created_at=NOW - timedelta(hours=hours))
        end(jobs, job.key, "completed")
    with pytest.raises(TooManyJobs) as refused:
        submit(jobs, limits=limits)
    assert refused.value.retry_after_seconds == 19 * 3600
    submit(jobs, limits=limits, created_at=NOW + timedelta(hours=19, seconds=1))


def test_nothing_is_kept_of_a_refused_job(jobs, store):
    """No session and no event is left of it."""
    submit(jobs)
    with pytest.raises(TooManyJobs):
        submit(jobs, limits=Limits(queued=1), status={"n": 1})
    assert len(store.list_sessions(ALICE)) == 1


@pytest.mark.parametrize("limits", [Limits(queued=3, daily=100), Limits(queued=100, daily=3)])
def test_of_two_at_the_limit_at_once_one_passes(jobs, limits):
    """Counting and queueing are one."""
    submit(jobs, limits=limits)
    submit(jobs, limits=limits)
    results = at_once(4, lambda _: submit(jobs, limits=limits))
    assert sorted(type(result).__name__ for result in results) == ["Job"] + ["TooManyJobs"] * 3


# Asked twice


def test_the_same_key_finds_the_job_of_the_same_request(jobs):
    """A key is of one kind and one workspace."""
    job = submit(jobs, idempotency_key="k", request_hash="h")
    assert jobs.find_repeated(ALICE, "train", "k", "h").key == job.key
    assert jobs.find_repeated(ALICE, "train", "other", "h") is None
    assert jobs.find_repeated(ALICE, "collect", "k", "h") is None
    assert jobs.find_repeated(BOB, "train", "k", "h") is None


def test_the_same_key_of_another_request_is_a_conflict(jobs):
    """It would get an answer to something it did not ask."""
    submit(jobs, idempotency_key="k", request_hash="h")
    with pytest.raises(IdempotencyConflict):
        jobs.find_repeated(ALICE, "train", "k", "other")


def test_two_with_the_same_key_at_once_are_one_job(jobs, store):
    """Whoever comes second does nothing: no session, no event, no error."""

    def attempt(_):
        new = session()
        job = job_of(new, idempotency_key="k", request_hash="h")
        return jobs.submit(job, limits=MANY, new_session=new, status={"n": 1})

    assert sorted(at_once(4, attempt)) == [False, False, False, True]
    (kept,) = store.list_sessions(ALICE)
    assert jobs.find_repeated(ALICE, "train", "k", "h").session_id == kept.id


def test_two_with_the_same_key_for_other_requests_at_once_conflict(jobs, store):
    """One is queued, the other is told."""

    def attempt(number):
        new = session()
        job = job_of(new, idempotency_key="k", request_hash=f"h{number}")
        return jobs.submit(job, limits=MANY, new_session=new)

    results = at_once(2, attempt)
    assert {str(type(result).__name__) for result in results} == {"bool", "IdempotencyConflict"}
    assert len(store.list_sessions(ALICE)) == 1


def test_a_job_with_a_key_can_begin_anew(jobs):
    """The key stays its own."""
    job = submit(jobs, idempotency_key="k", request_hash="h")
    end(jobs, job.key, "failed")
    assert jobs.submit(job, limits=MANY)
    assert jobs.find_repeated(ALICE, "train", "k", "h").run == 2


# For workers


def test_the_most_urgent_job_is_due_first(jobs):
    """Then the oldest; what the engine was told of, or what does not wait, is not due."""
    late = submit(jobs, created_at=NOW + timedelta(seconds=2))
    early = submit(jobs, created_at=NOW + timedelta(seconds=1))
    urgent = submit(jobs, created_at=NOW + timedelta(seconds=3), priority=1)
    told, running = submit(jobs), submit(jobs)
    jobs.note_enqueued(told)
    claim(jobs, running)
    assert [job.key for job in jobs.list_due(10)] == [urgent.key, early.key, late.key]
    assert [job.key for job in jobs.list_due(1)] == [urgent.key]


def test_telling_the_engine_of_an_old_run_says_nothing_of_the_present_one(jobs):
    """A job that began anew meanwhile is still due."""
    job = submit(jobs)
    jobs.give_back(job)
    jobs.note_enqueued(job)
    assert [due.run for due in jobs.list_due(10)] == [2]


def test_handed_over_are_the_open_jobs_that_the_engine_knows_of(jobs):
    """Those that are younger are left out, and so are those that ended or wait to be told of."""
    waiting, running, young, done, _due = (
        submit(jobs, created_at=NOW - timedelta(seconds=seconds)) for seconds in (60, 61, 5, 62, 63)
    )
    for job in (waiting, running, young, done):
        jobs.note_enqueued(job)
    claim(jobs, running)
    end(jobs, done.key, "completed")
    handed = jobs.list_handed_over(NOW - timedelta(seconds=10))
    assert {job.key for job in handed} == {waiting.key, running.key}


# For watchers


def test_events_are_numbered_without_a_gap_however_many_publish(jobs):
    """Four threads, each in transactions of its own."""
    job = submit(jobs, status={"n": -1})

    def publish(thread):
        for number in range(10):
            with jobs.changing(job.key) as change:
                change.publish({"n": [thread, number]}, at=NOW)

    assert at_once(4, publish) == [None] * 4
    events = jobs.read_events(ALICE, job.session_id)
    assert [event.number for event in events] == list(range(1, 42))
    for thread in range(4):
        mine = [event.body["n"][1] for event in events[1:] if event.body["n"][0] == thread]
        assert mine == list(range(10))
    assert jobs.read_status(ALICE, job.session_id) == events[-1].body
    assert jobs.marks([job.session_id]) == {job.session_id: Mark("collecting", 41)}


def test_events_are_read_from_where_one_left_off(jobs):
    """After the last there is nothing."""
    job = submit(jobs, status={"n": 1})
    with jobs.changing(job.key) as change:
        change.publish({"n": 2}, at=NOW)
    assert [event.body for event in jobs.read_events(ALICE, job.session_id, after=1)] == [{"n": 2}]
    assert jobs.read_events(ALICE, job.session_id, after=2) == []


def test_a_change_that_fails_leaves_nothing(jobs):
    """Neither its event nor its number."""
    job = submit(jobs, status={"n": 1})

    def fail():
        with jobs.changing(job.key) as change:
            change.publish({"n": 2}, at=NOW)
            change.update_job(status="failed")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with jobs.changing(job.key) as change:
        change.publish({"n": 3}, at=NOW)
    assert [(e.number, e.body["n"]) for e in jobs.read_events(ALICE, job.session_id)] == [(1, 1), (2, 3)]
    assert jobs.get(ALICE, job.key).status == "queued"


def test_another_workspace_sees_nothing(jobs):
    """Not even that there is something."""
    job = submit(jobs, status={"n": 1})
    with pytest.raises(UnknownTraining):
        jobs.get(BOB, job.key)
    with pytest.raises(UnknownTraining):
        jobs.read_status(BOB, job.session_id)
    assert jobs.read_events(BOB, job.session_id) == []
    assert jobs.list_open(BOB) == []


def test_open_jobs_are_found_by_creator(jobs):
    """In any case of the name; what has ended is not open."""
    ada, _eve = submit(jobs, username_session("Ada", jobs)), submit(jobs, username_session("eve", jobs))
    done = submit(jobs, username_session("ada", jobs))
    end(jobs, done.key, "cancelled")
    assert [job.key for job in jobs.list_open(ALICE, "aDA")] == [ada.key]
    assert len(jobs.list_open(ALICE)) == 2


def username_session(username, jobs):
    """A session about that creator, kept."""
    new = session(username=username)
    jobs.submit(job_of(new, kind="collect"), limits=MANY, new_session=new)
    end(jobs, JobKey(new.id, "collect"), "completed")
    return new


def test_a_training_without_a_status_is_unknown(jobs):
    """A session that was only collected has none."""
    job = submit(jobs, kind="collect")
    with pytest.raises(UnknownTraining):
        jobs.read_status(ALICE, job.session_id)
    with pytest.raises(UnknownTraining), jobs.changing(JobKey(job.session_id, "train")):
        pass


def _rows(store, table):
    with store.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("way", ["delete", "purge", "forget"])
def test_whatever_a_session_had_goes_with_it(jobs, store, way):
    """Jobs, events and what its steps made; those of other sessions stay."""
    mine, other = session(), session(username="eve")
    for new in (mine, other):
        job = submit_with_artefact(jobs, new)
    delete = {
        "delete": lambda: store.delete_session(ALICE, mine.id),
        "purge": lambda: store.purge_session(ALICE, mine.id),
        "forget": lambda: store.forget_creator(ALICE, "ADA"),
    }[way]
    delete()
    assert [_rows(store, table) for table in (jobs_table, training_events, step_artefacts)] == [1, 1, 1]
    assert jobs.get(ALICE, job.key).session_id == other.id


def submit_with_artefact(jobs, new):
    """Queue a training of a new session, of which one step is done."""
    job = job_of(new)
    jobs.submit(job, limits=MANY, new_session=new, status={"n": 1})
    with jobs.changing(job.key) as change:
        change.keep(Artefact("voice", "0" * 64, {"a": 1}, "found", NOW, 1.5))
    return job


def test_a_step_keeps_one_artefact_until_it_is_dropped(jobs):
    """The last one counts."""
    job = submit_with_artefact(jobs, session())
    with jobs.changing(job.key) as change:
        latest = Artefact("voice", "1" * 64, {"a": [1.5, None, "é"]}, "more", NOW, 0.25)
        change.keep(latest)
        assert change.artefact("voice") == latest
        assert change.artefact("train") is None
    with jobs.changing(job.key) as change:
        change.drop_artefacts(["train"])
        assert change.artefact("voice")
        change.drop_artefacts(["voice", "train"])
        assert change.artefact("voice") is None


@pytest.mark.slow
def test_a_session_deleted_while_its_job_is_changed_is_a_matter_of_waiting(jobs, store):
    """Nobody gives up for somebody else's sake: whoever comes second waits, and finds what the first left."""
    for _ in range(15):
        new = session()
        job = submit_with_artefact(jobs, new)

        def change_or_delete(number, job=job):
            if number == 0:
                return store.purge_session(ALICE, job.session_id)
            with jobs.changing(job.key) as change:
                change.update_job(crashes=number)
                change.update({"status": "running"}, at=NOW)
                change.publish({"n": number}, at=NOW)
                return None

        results = at_once(4, change_or_delete)
        assert results[0] is None
        assert {type(result) for result in results[1:]} <= {type(None), UnknownTraining}
