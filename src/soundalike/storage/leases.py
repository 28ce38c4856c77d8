"""Which workers are alive. Their signs of life are timed by the database's clock, which is one for all of them."""

from dataclasses import fields
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, literal_column, select

from soundalike.storage.database import Database, insert_into
from soundalike.storage.job_records import Worker
from soundalike.storage.tables import jobs, workers

_COLUMNS: Final = [workers.c[field.name] for field in fields(Worker)]


class Leases:
    """The workers on the books; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, worker: Worker) -> None:
        """Give a sign of life."""
        values = {field.name: getattr(worker, field.name) for field in fields(worker)}
        with self._database.writing() as connection:
            now = _clock(connection)
            statement = insert_into(connection, workers).values(**values, seen=now)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"seen": now}))

    def leave(self, worker_id: str) -> None:
        """Strike a worker off: it has ended, or is known to be dead."""
        with self._database.writing() as connection:
            connection.execute(delete(workers).where(workers.c.id == worker_id))

    def list_dead(self) -> list[str]:
        """Workers silent for longer than their lease, and owners of running jobs that are on no books."""
        of_running = (jobs.c.status == "running", jobs.c.owner.is_not(None))
        orphans = select(jobs.c.owner).where(*of_running, jobs.c.owner.not_in(select(workers.c.id)))
        with self._database.reading() as connection:
            silent = workers.c.seen + workers.c.lease_seconds < _clock(connection)
            dead = connection.scalars(select(workers.c.id).where(silent)).all()
            return sorted({*dead, *connection.scalars(orphans.distinct())})

    def list_workers(self) -> list[tuple[Worker, float]]:
        """List the workers on the books, each with the seconds since its last sign of life."""
        with self._database.reading() as connection:
            silent_for = (_clock(connection) - workers.c.seen).label("silent")
            rows = connection.execute(select(*_COLUMNS, silent_for).order_by(workers.c.started_at))
            return [(Worker(*row[:-1]), float(row.silent)) for row in rows]


def _clock(connection: Connection) -> ColumnElement[float]:
    """Seconds since 1970."""
    is_sqlite = connection.dialect.name == "sqlite"
    text = (
        "(julianday('now') - 2440587.5) * 86400.0" if is_sqlite else "extract(epoch from clock_timestamp())"
    )
    return literal_column(text)
