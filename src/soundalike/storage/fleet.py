"""How all processes on one database stand, for whoever watches over them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from soundalike.storage.database import Database
from soundalike.storage.leases import Leases
from soundalike.storage.ledger import same_money, spent
from soundalike.storage.tables import jobs, step_artefacts


@dataclass(frozen=True, slots=True)
class Fleet:
    """The figures of a fleet.

    `jobs` counts by (kind, status); `queue_age_seconds` is the age of the longest waiting job by kind; `credits_spent`
    were paid for, those of stand-ins left out; `steps` holds by step how often it was done and in how many seconds
    altogether, for trainings that are kept.
    """

    jobs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    queue_age_seconds: Mapping[str, float] = field(default_factory=dict)
    workers_alive: int = 0
    credits_spent: int = 0
    steps: Mapping[str, tuple[int, float]] = field(default_factory=dict)


def read_fleet(database: Database, *, at: datetime) -> Fleet:
    """Read the figures; `at` is the present.

    Raises:
        StorageError: The database refuses.
    """
    workers = Leases(database).list_workers()
    with database.reading() as connection:
        return Fleet(
            jobs=_jobs(connection),
            queue_age_seconds=_ages(connection, at),
            workers_alive=sum(silent <= worker.lease_seconds for worker, silent in workers),
            credits_spent=spent(connection, same_money(None)),
            steps=_steps(connection),
        )


def _jobs(connection: Connection) -> dict[tuple[str, str], int]:
    counted = select(jobs.c.kind, jobs.c.status, func.count()).group_by(jobs.c.kind, jobs.c.status)
    return {(kind, status): number for kind, status, number in connection.execute(counted)}


def _ages(connection: Connection, at: datetime) -> dict[str, float]:
    waiting = jobs.c.status == "queued"
    first = select(jobs.c.kind, func.min(jobs.c.created_at)).where(waiting).group_by(jobs.c.kind)
    return {kind: max(0.0, (at - began).total_seconds()) for kind, began in connection.execute(first)}


def _steps(connection: Connection) -> dict[str, tuple[int, float]]:
    table = step_artefacts
    counted = select(table.c.step, func.count(), func.sum(table.c.seconds)).group_by(table.c.step)
    return {step: (number, float(seconds)) for step, number, seconds in connection.execute(counted)}
