"""Durable jobs on DBOS Transact: remembers finished steps, resumes, takes over. The one file that knows the engine.

What is true of a job stands in our own tables; the engine's tables are its own affair and may be thrown away. It says
which worker does which job when: tenants take turns, urgent jobs first, so many at once for a tenant and for a worker.
When a worker dies, nothing in the engine notices; somebody has to call `take_over` with the dead one's id.

https://docs.dbos.dev; the traps that this file goes around are in docs/decisions/0007.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID
from sqlalchemy import Engine as Connections
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL

#: Whatever runs when this changes stays with workers of the old version, for ever; so it does not change. Workflows
#: evolve by steps that look at what is there.
_VERSION: Final = "1"
_NAME: Final = "soundalike"
_SCHEMA: Final = "soundalike_engine"
_ENDED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_MOST_RECOVERIES: Final = 100  # a job that kills its workers is parked long before, by our own count
_TRIES: Final = 7  # of a step while the database is away: a minute and a half in all
_POOL: Final = 10
_KNOWS_SUBSEC: Final = (3, 42)  # SQLite; the engine goes by the version of Python instead

Do = Callable[[], bool]
"""Does one step and says whether to go on with the next."""


class Work(Protocol):
    """What a worker does when a job's turn has come."""

    def begin(self, kind: str, job_id: str, run: int) -> Sequence[tuple[str, Do]]:
        """Take charge of a job; its steps by name, none where there is nothing to do any more."""


@dataclass(frozen=True, slots=True)
class Task:
    """One run of a job, as the engine is told of it. `tenant` is who takes turns; a lower `priority` goes first."""

    kind: str
    job_id: str
    run: int
    tenant: str
    priority: int = 5

    @property
    def name(self) -> str:
        """What the engine calls it."""
        return f"{self.kind}:{self.job_id}:{self.run}"


@dataclass(frozen=True, slots=True)
class Queue:
    """How many jobs of a kind run at once: on one worker, and for one tenant in the whole fleet."""

    kind: str
    per_worker: int
    per_tenant: int


class Engine:
    """The engine in this process; there can be one."""

    def __init__(
        self, url: URL, *, executor: str, queues: Iterable[Queue], polling_seconds: float = 0.25
    ) -> None:
        self._url, self._executor = url, executor
        self._queues, self._polling = tuple(queues), polling_seconds
        self._connections: Connections | None = None

    def start(self, work: Work) -> None:
        """Begin to do what is in the queues.

        `executor` has to be another one at each start: the engine takes the jobs of the same name for its own.
        """
        _Current.work = work
        connections = self._connections = _connect(self._url)
        config: DBOSConfig = {
            "name": _NAME,
            "system_database_url": connections.url.render_as_string(hide_password=False),
            "system_database_engine": connections,
            "dbos_system_schema": _SCHEMA,
            "application_version": _VERSION,
            "executor_id": self._executor,
            "serializer": DBOSPortableJSONSerializer(),  # the default is pickle, which runs what it reads
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": 0.5,  # as long as a stop may take
        }
        DBOS(config=config)
        DBOS.launch()
        for queue in self._queues:
            DBOS.register_queue(
                queue.kind,
                worker_concurrency=queue.per_worker,
                partition_concurrency=queue.per_tenant,
                polling_interval_sec=self._polling,
                on_conflict="always_update",
            )

    def submit(self, task: Task) -> None:
        """Queue a run of a job; the second time it does nothing."""
        options = SetEnqueueOptions(queue_partition_key=task.tenant, priority=task.priority)
        with SetWorkflowID(task.name), options:
            DBOS.enqueue_workflow(task.kind, _job, task.kind, task.job_id, task.run)

    def take_over(self, dead: Sequence[str]) -> int:
        """Have the jobs of dead workers done by the living; returns how many there were. Harmless when repeated."""
        # Public functions offer this only to the vendor's own service. The condition on the owner is in the UPDATE.
        return len(DBOS._recover_pending_workflows(list(dead)))  # noqa: SLF001

    def owners(self) -> set[str]:
        """The executors in whose name runs are under way, alive or not."""
        running = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {workflow.executor_id for workflow in running if workflow.executor_id}

    def knows(self, task: Task) -> bool:
        """Whether a run waits or is under way."""
        status = DBOS.get_workflow_status(task.name)
        return status is not None and status.status not in _ENDED

    def purge(self, before: datetime) -> int:
        """Forget the runs that had ended before; returns how many."""
        ended = DBOS.list_workflows(
            status=_ENDED, completed_before=before.isoformat(), load_input=False, load_output=False
        )
        DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
        return len(ended)

    def stop(self, *, within_seconds: int = 5) -> None:
        """Take nothing more on; what still runs gets that long to end."""
        DBOS.destroy(workflow_completion_timeout_sec=within_seconds)
        if self._connections:  # those that a thread still uses are closed when it has done
            event.listen(self._connections, "checkin", lambda _connection, record: record.invalidate())
            self._connections.dispose()


class _Current:
    """What the engine's functions, which it finds by name, work for."""

    work: Work


@DBOS.workflow(name="job", max_recovery_attempts=_MOST_RECOVERIES)
def _job(kind: str, job_id: str, run: int) -> None:
    for name, do in _Current.work.begin(kind, job_id, run):
        options: Any = {
            "name": name,
            "retries_allowed": True,
            "max_attempts": _TRIES,
            "interval_seconds": 1.0,
            "backoff_rate": 2.0,
        }
        if not DBOS.run_step(options, do):
            return


def engine_url(store_url: URL) -> URL:
    """Where the engine keeps its tables: in a schema of its own, or, on SQLite, in a file beside the database."""
    if store_url.get_backend_name() != "sqlite":
        return store_url
    path = Path(str(store_url.database))
    return store_url.set(database=str(path.with_name(f"{path.stem}-engine{path.suffix}")))


def _connect(url: URL) -> Connections:
    if url.get_backend_name() != "sqlite":
        return create_engine(
            url, pool_size=_POOL, max_overflow=_POOL, pool_pre_ping=True, hide_parameters=True
        )
    # The engine leaves SQLite's default, which is slow by a factor of 2 to 17 and lets readers hold up writers. If the
    # file is locked, another worker uses it, and has set it.
    with closing(sqlite3.connect(str(url.database))) as connection, suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"  # as the engine itself would open it
        connection.execute("PRAGMA busy_timeout = 30000")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        if sqlite3.sqlite_version_info < _KNOWS_SUBSEC:
            connection.create_function("unixepoch", -1, _unixepoch)

    return engine


def _unixepoch(*asked: str) -> float | None:
    """Seconds since 1970, with their fraction: what the engine asks for, whether SQLite knows it or answers NULL."""
    return time.time() if asked == ("subsec",) else float(int(time.time())) if not asked else None
