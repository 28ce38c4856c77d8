"""A worker: takes on jobs, gives signs of life, takes over from those that give none."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from typing import Final, Protocol
from uuid import UUID, uuid4

from soundalike import __version__
from soundalike.durable import Do
from soundalike.durable import Task as Run
from soundalike.errors import StorageError
from soundalike.storage import Store
from soundalike.storage.job_records import Job, JobKey, Kind, Worker
from soundalike.telemetry.logs import about
from soundalike.telemetry.traces import span
from soundalike.training.status import Failure
from soundalike.worker.bench import Bench, ChildDied
from soundalike.worker.charge import Charge, TakenOver
from soundalike.worker.steps import STEPS, Task

MOST_CRASHES: Final = 5
"""Workers or children a job may lose in a row before it is parked."""

_FED_AT_ONCE: Final = 50
_ROUNDS_PER_REPAIR: Final = 15
_SETTLED: Final = timedelta(seconds=10)  # what is younger may be on its way from one book to the other
_BEATS_PER_LEASE: Final = 15  # five would do; a database that is slow for a moment must not cost a lease

_log: Final = logging.getLogger(__name__)


class Engine(Protocol):
    """What a worker needs of the engine."""

    def start(self, work: "JobWorker") -> None:
        """Begin to do what is in the queues."""

    def submit(self, task: Run) -> None:
        """Queue a run of a job; the second time it does nothing."""

    def take_over(self, dead: Sequence[str]) -> int:
        """Have the jobs of dead workers done by the living."""

    def owners(self) -> set[str]:
        """Workers in whose name runs are under way."""

    def knows(self, task: Run) -> bool:
        """Whether a run waits or is under way."""

    def stop(self, *, within_seconds: int = 5) -> None:
        """Take nothing more on."""


class JobWorker:
    """Does jobs until it is told to stop; the steps run in the children of `bench`.

    Every beat it renews its lease, ends steps of jobs that are no longer its own, tells the engine of jobs that wait,
    and takes over from workers whose lease has run out.
    """

    def __init__(
        self,
        name: str,
        *,
        store: Store,
        engine: Engine,
        bench: Bench,
        now: Callable[[], datetime],
        lease_seconds: float = 15.0,
        housekeeping: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._engine, self._bench, self._now = store, engine, bench, now
        self._beat_seconds = lease_seconds / _BEATS_PER_LEASE
        self._worker = Worker(
            id=name,
            host=socket.gethostname()[:255],
            pid=os.getpid(),
            version=__version__,
            lease_seconds=lease_seconds,
            started_at=now(),
        )
        self._housekeeping = housekeeping
        self._rounds = count(1)
        self._running: dict[Task, None] = {}
        self._lock = threading.Lock()
        self._stopping = False
        self._wake: SimpleQueue[None] = SimpleQueue()

    @property
    def name(self) -> str:
        """What it is called in the books."""
        return self._worker.id

    def run(self, *, ready: Callable[[], None] = lambda: None) -> None:
        """Work until `stop` is called; then give back what is not done."""
        self._store.leases.beat(self._worker)
        self._engine.start(self)
        ready()
        try:
            while not self._is_stopped():
                self._beat()
        finally:
            self._leave()

    def stop(self) -> None:
        """End soon: running steps are broken off, their jobs go on elsewhere. Any thread or signal may call this."""
        self._stopping = True
        self._wake.put(None)  # not an Event, whose lock the thread that a signal interrupts may be holding

    def begin(self, kind: str, job_id: str, run: int) -> Sequence[tuple[str, Do]]:
        """Take charge of a job, and say what is to be done; nothing if it was cancelled, or crashes again and again."""
        key = JobKey(UUID(job_id), _kind(kind))
        job = self._store.jobs.claim(key, run=run, owner=self._worker.id, at=self._now())
        if job is None or self._stopping:  # what is claimed now is given back when this worker leaves
            return ()
        if job.crashes > MOST_CRASHES:
            self._park(job)
            return ()
        return [(step, partial(self._do, Task(key, step, job.token))) for step in STEPS[job.kind]]

    def _do(self, task: Task) -> bool:
        with self._lock:
            self._running[task] = None
        which = {"training_id": str(task.key.session_id), "job": task.key.kind, "worker": self._worker.id}
        try:
            with about(**which), span("step", step=task.step, **which):
                return self._bench.do(task)
        except ChildDied as death:
            return self._mourn(task, death)
        finally:
            with self._lock:
                self._running.pop(task, None)

    def _mourn(self, task: Task, death: ChildDied) -> bool:
        """A child is gone: because it was stopped, or by itself, which is tried again a few times."""
        if self._stopping:
            return False
        charge = Charge(self._store, task.key, task.token, self._now)
        try:
            with charge.changing() as change:
                crashes = change.job.crashes + 1
                change.update_job(crashes=crashes)
        except TakenOver:
            return False
        _log.warning("%s of %s: %s", task.step, task.key.session_id, death)
        if crashes > MOST_CRASHES:
            self._park_task(charge, str(death))
            return False
        return self._do(task)

    def _park(self, job: Job) -> None:
        charge = Charge(self._store, job.key, job.token, self._now)
        self._park_task(charge, f"The worker was lost {job.crashes} times in a row while it did this.")

    def _park_task(self, charge: Charge, reason: str) -> None:
        message = f"{reason} The job is parked; what was made is kept, and it can be tried again."
        with suppress(TakenOver):
            charge.fail(Failure("job_parked", message), job_status="parked")

    def _is_stopped(self) -> bool:
        """Wait for the next beat, or until `stop` is called."""
        with suppress(Empty):
            self._wake.get(timeout=self._beat_seconds)
        return self._stopping

    def _beat(self) -> None:
        """One round; a database that is away for a moment is waited for."""
        try:
            self._store.leases.beat(self._worker)
            self._end_what_is_not_ours()
            self._feed()
            self._reap()
            if next(self._rounds) % _ROUNDS_PER_REPAIR == 0:
                self._repair()
            self._housekeeping()
        except StorageError as error:
            _log.warning("%s", error)
        except Exception:  # noqa: BLE001 - whatever it was: without the next beat the jobs would be taken away
            _log.exception("a round failed")

    def _end_what_is_not_ours(self) -> None:
        with self._lock:
            running = list(self._running)
        tokens = self._store.jobs.tokens({task.key for task in running}) if running else {}
        for task in running:
            if tokens.get(task.key) != task.token:
                self._bench.stop(task)

    def _feed(self) -> None:
        for job in self._store.jobs.list_due(_FED_AT_ONCE):
            self._engine.submit(_run_of(job))
            self._store.jobs.note_enqueued(job)

    def _reap(self) -> None:
        dead = {name for name in self._store.leases.list_dead() if name != self._worker.id}
        if dead and (taken := self._engine.take_over(sorted(dead))):
            _log.warning("took over %s jobs from %s", taken, ", ".join(sorted(dead)))
        for name in dead:
            self._store.leases.leave(name)

    def _repair(self) -> None:
        """Take up what fell between the engine and our books: runs of nobody, and jobs that the engine has lost."""
        alive = {
            worker.id for worker, silent in self._store.leases.list_workers() if silent < worker.lease_seconds
        }
        if lost := self._engine.owners() - alive - {self._worker.id}:
            self._engine.take_over(sorted(lost))
        with self._lock:
            mine = {task.key for task in self._running}
        before = self._now() - _SETTLED
        for job in self._store.jobs.list_handed_over(before):
            in_hand = job.key in mine if job.owner == self._worker.id else job.owner in alive
            if not in_hand and not self._engine.knows(_run_of(job)):
                _log.warning("%s of %s was lost by the engine; it begins anew", job.kind, job.session_id)
                self._store.jobs.give_back(job, crashed=job.status == "running")

    def _leave(self) -> None:
        """Break off what runs, let it go on elsewhere at once, and strike the own name off the books."""
        self._stopping = True
        self._bench.close()
        self._engine.stop()
        with suppress(StorageError):
            for job in self._store.jobs.list_owned(self._worker.id):
                self._store.jobs.give_back(job)
            self._store.leases.leave(self._worker.id)


def new_name() -> str:
    """A name that no worker ever had."""
    return f"{socket.gethostname()[:20]}-{uuid4().hex[:12]}"


def _run_of(job: Job) -> Run:
    return Run(job.kind, str(job.session_id), job.run, str(job.user_id), job.priority)


def _kind(text: str) -> Kind:
    return "collect" if text == "collect" else "train"
