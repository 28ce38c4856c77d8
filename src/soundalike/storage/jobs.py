"""Jobs as the database keeps them: it decides who is in charge, which is whoever holds a job's present token."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from soundalike.errors import IdempotencyConflict, TooManyJobs, UnknownTraining
from soundalike.storage.database import Database, take_turn
from soundalike.storage.job_records import (
    OPEN,
    Job,
    JobKey,
    Kind,
    Limits,
    Mark,
    TrainingEvent,
)
from soundalike.storage.queries import own, values_of
from soundalike.storage.records import SessionChanges, TrainingSession
from soundalike.storage.sessions import SessionChange
from soundalike.storage.tables import jobs, training_events, training_sessions

_DAY: Final = timedelta(days=1)
_SOON: Final = 60.0  # seconds after which a full queue may have room again


class JobStore:
    """Every question about jobs and every change of one; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # For the doors

    def find_repeated(self, user_id: UUID, kind: Kind, key: str, request_hash: str) -> Job | None:
        """Find the job that an earlier request with the same idempotency key began.

        Raises:
            IdempotencyConflict: That request was another one.
        """
        with self._database.reading() as connection:
            return _find_repeated(connection, user_id, kind, key, request_hash)

    def submit(
        self,
        job: Job,
        *,
        limits: Limits,
        new_session: TrainingSession | None = None,
        changes: SessionChanges | None = None,
        status: dict[str, Any] | None = None,
        anew: Sequence[str] = (),
    ) -> bool:
        """Queue a job, and all that goes with it: a new session, or changes of one, and the first status to publish.

        What the steps named in `anew` made is forgotten.

        A job of this session and kind that has ended begins anew, with its run counted up. One that is open already is
        left alone, and so is one of another session that came with the same idempotency key; then this returns False
        and does nothing else either.

        Raises:
            TooManyJobs: The workspace has as many as it may have.
            IdempotencyConflict: The key came with another request before.
            StorageError: Somebody deleted the session meanwhile.
        """
        with self._database.writing() as connection:
            take_turn(connection, f"jobs {job.user_id}")
            before = _find_and_lock(connection, job.key)
            if before.is_open if before else _is_repeated(connection, job):
                return False
            _check_limits(connection, job, limits)
            if new_session:
                connection.execute(insert(training_sessions).values(values_of(new_session)))
            _put(connection, job, before)
            change = JobChange(connection, job)
            change.drop_artefacts(anew)
            if changes:
                change.update(changes, at=job.created_at)
            if status:
                change.publish(status, at=job.created_at)
            return True

    @contextmanager
    def changing(self, key: JobKey) -> "Iterator[JobChange]":
        """Change a job and its session in one transaction, alone among all that would change it.

        Raises:
            UnknownTraining: There is no such job.
        """
        with self._database.writing() as connection:
            job = _find_and_lock(connection, key)
            if job is None:
                raise _unknown(key.session_id)
            yield JobChange(connection, job)

    def get(self, user_id: UUID, key: JobKey) -> Job:
        """Load one job.

        Raises:
            UnknownTraining: The workspace has none of this id.
        """
        with self._database.reading() as connection:
            job = _find(connection, key)
        if job is None or job.user_id != user_id:
            raise _unknown(key.session_id)
        return job

    def list_open(self, user_id: UUID, username: str | None = None) -> list[Job]:
        """List the workspace's jobs that wait or run; only those about one creator if `username` is given."""
        wanted = [jobs.c.user_id == user_id, jobs.c.status.in_(OPEN)]
        if username is not None:
            wanted.append(func.lower(training_sessions.c.creator_username) == username.lower())
        of_session = training_sessions.c.id == jobs.c.session_id
        statement = select(jobs).join(training_sessions, of_session).where(*wanted)
        with self._database.reading() as connection:
            return [Job(**row) for row in connection.execute(statement).mappings()]

    # For whoever watches

    def read_status(self, user_id: UUID, training_id: UUID) -> dict[str, Any]:
        """The latest status of a training, as it was published.

        Raises:
            UnknownTraining: The workspace has none of this id.
        """
        statement = (
            select(training_events.c.body)
            .join(training_sessions, training_sessions.c.id == training_events.c.session_id)
            .where(
                *own(training_sessions, user_id, training_id),
                training_events.c.number == training_sessions.c.event_number,
            )
        )
        with self._database.reading() as connection:
            body = connection.scalar(statement)
        if body is None:
            raise _unknown(training_id)
        return dict(body)

    def read_events(self, user_id: UUID, training_id: UUID, *, after: int = 0) -> list[TrainingEvent]:
        """Every status a training had after the event of that number, in order."""
        columns = (training_events.c.number, training_events.c.body)
        statement = (
            select(*columns)
            .join(training_sessions, training_sessions.c.id == training_events.c.session_id)
            .where(*own(training_sessions, user_id, training_id), training_events.c.number > after)
            .order_by(training_events.c.number)
        )
        with self._database.reading() as connection:
            return [TrainingEvent(*row) for row in connection.execute(statement)]

    def marks(self, session_ids: Collection[UUID]) -> dict[UUID, Mark]:
        """How far each of these sessions is; one query, whoever's they are."""
        wanted = training_sessions.c
        statement = select(wanted.id, wanted.status, wanted.event_number).where(wanted.id.in_(session_ids))
        with self._database.reading() as connection:
            return {row.id: Mark(row.status, row.event_number) for row in connection.execute(statement)}

    # For workers

    def list_due(self, limit: int) -> list[Job]:
        """Jobs that wait and that the engine has not been told of, the most urgent first."""
        due = (jobs.c.status == "queued", jobs.c.enqueued_run < jobs.c.run)
        statement = select(jobs).where(*due).order_by(jobs.c.priority, jobs.c.created_at).limit(limit)
        with self._database.reading() as connection:
            return [Job(**row) for row in connection.execute(statement).mappings()]

    def note_enqueued(self, job: Job) -> None:
        """Note that the engine was told of this run of a job."""
        same = (*_is(job.key), jobs.c.run == job.run)
        with self._database.writing() as connection:
            connection.execute(update(jobs).where(*same).values(enqueued_run=job.run))

    def claim(self, key: JobKey, *, run: int, owner: str, at: datetime) -> Job | None:
        """Take charge of a job: from now on nobody who had it before can write. None if it has ended or begun anew."""
        claimable = (*_is(key), jobs.c.run == run, jobs.c.status.in_(OPEN))
        lost_one = case((jobs.c.status == "running", jobs.c.crashes + 1), else_=jobs.c.crashes)
        changes = {
            "status": "running",
            "owner": owner,
            "token": jobs.c.token + 1,
            "crashes": lost_one,
            "started_at": func.coalesce(jobs.c.started_at, at),
        }
        statement = update(jobs).where(*claimable).values(changes).returning(*jobs.c)
        with self._database.writing() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        return Job(**row) if row else None

    def give_back(self, job: Job, *, crashed: bool = False) -> None:
        """Have an open job begun anew by whoever comes next, unless somebody has taken it meanwhile."""
        same = (*_is(job.key), jobs.c.token == job.token, jobs.c.status.in_(OPEN))
        anew = {"status": "queued", "run": jobs.c.run + 1, "token": jobs.c.token + 1, "owner": None}
        anew["crashes"] = jobs.c.crashes + int(crashed)
        with self._database.writing() as connection:
            connection.execute(update(jobs).where(*same).values(anew))

    def list_handed_over(self, before: datetime) -> list[Job]:
        """List the open jobs, begun before, that the engine was told of."""
        wanted = (jobs.c.status.in_(OPEN), jobs.c.enqueued_run == jobs.c.run, jobs.c.created_at < before)
        with self._database.reading() as connection:
            return [Job(**row) for row in connection.execute(select(jobs).where(*wanted)).mappings()]

    def tokens(self, keys: Collection[JobKey]) -> dict[JobKey, int]:
        """The present tokens of these jobs; one that was deleted is missing."""
        ids = {key.session_id for key in keys}
        statement = select(jobs.c.session_id, jobs.c.kind, jobs.c.token).where(jobs.c.session_id.in_(ids))
        with self._database.reading() as connection:
            return {JobKey(row.session_id, row.kind): row.token for row in connection.execute(statement)}

    def list_owned(self, owner: str) -> list[Job]:
        """List the running jobs that a worker is in charge of."""
        wanted = (jobs.c.owner == owner, jobs.c.status == "running")
        with self._database.reading() as connection:
            return [Job(**row) for row in connection.execute(select(jobs).where(*wanted)).mappings()]


class JobChange(SessionChange):
    """A job and its session while they are being changed."""

    def __init__(self, connection: Connection, job: Job) -> None:
        super().__init__(connection, job.session_id)
        self.job = job

    def update_job(self, **changes: Any) -> None:  # noqa: ANN401 - columns of the table
        """Change fields of the job."""
        self._connection.execute(update(jobs).where(*_is(self.job.key)).values(**changes))


def _find(connection: Connection, key: JobKey, *, lock: bool = False) -> Job | None:
    statement = select(jobs).where(*_is(key))
    row = connection.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    return Job(**row) if row else None


def _find_and_lock(connection: Connection, key: JobKey) -> Job | None:
    """The session is locked before its job, as whoever deletes it does: in any other order the two would block."""
    session = select(training_sessions.c.id).where(training_sessions.c.id == key.session_id)
    connection.execute(session.with_for_update(key_share=True))
    return _find(connection, key, lock=True)


def _find_repeated(
    connection: Connection, user_id: UUID, kind: Kind, key: str, request_hash: str | None
) -> Job | None:
    same = (jobs.c.user_id == user_id, jobs.c.kind == kind, jobs.c.idempotency_key == key)
    row = connection.execute(select(jobs).where(*same)).mappings().one_or_none()
    if row and row["request_hash"] != request_hash:
        raise IdempotencyConflict(
            "This Idempotency-Key was used for another request.", hint="Use a new key for a new request."
        )
    return Job(**row) if row else None


def _is_repeated(connection: Connection, job: Job) -> bool:
    key = job.idempotency_key
    return key is not None and bool(_find_repeated(connection, job.user_id, job.kind, key, job.request_hash))


def _put(connection: Connection, job: Job, before: Job | None) -> None:
    if before is None:
        connection.execute(insert(jobs).values(_values(job)))
        return
    anew = {"run": before.run + 1, "token": before.token + 1, "enqueued_run": before.enqueued_run}
    connection.execute(update(jobs).where(*_is(job.key)).values(_values(job) | anew))


def _check_limits(connection: Connection, job: Job, limits: Limits) -> None:
    mine = and_(jobs.c.user_id == job.user_id, jobs.c.kind == job.kind)
    is_open, is_recent = jobs.c.status.in_(OPEN), jobs.c.created_at > job.created_at - _DAY
    counted = select(
        func.count(case((is_open, 1))),
        func.count(case((is_recent, 1))),
        func.min(case((is_recent, jobs.c.created_at))),
    ).where(mine, or_(is_open, is_recent))
    waiting, recent, first = connection.execute(counted).one()
    if waiting >= limits.queued:
        raise TooManyJobs(
            f"{waiting} jobs of this workspace wait or run already; {limits.queued} is the most.",
            retry_after_seconds=_SOON,
            hint="Wait until some have ended, or cancel one.",
        )
    if recent >= limits.daily:
        raise TooManyJobs(
            f"This workspace has begun {recent} such jobs within a day; {limits.daily} is the most.",
            retry_after_seconds=max((first + _DAY - job.created_at).total_seconds(), 1.0),
            hint="Try again later, or have the limit raised (SOUNDALIKE_JOBS_DAILY).",
        )


def _is(key: JobKey) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return jobs.c.session_id == key.session_id, jobs.c.kind == key.kind


def _values(record: Job) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _unknown(training_id: UUID) -> UnknownTraining:
    return UnknownTraining(
        f"There is no training {training_id}.", hint="Start one: POST /api/train-ai/start-training"
    )
