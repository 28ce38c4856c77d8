"""Trainings a minute with 1, 2 and 4 workers, and what the engine costs a training."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from soundalike.schemas.training import StatusBody
from soundalike.storage import Store, TrainingSession, open_store
from soundalike.storage.job_records import Job, Limits
from soundalike.training.status import TrainingStatus

HERE = Path(__file__).parent
TENANTS = 8


@dataclass(frozen=True, slots=True)
class Run:
    """So many trainings by so many workers; `busy_seconds` is the middle time from a training's start to its end."""

    database: str
    workers: int
    slots: int
    gpu_seconds: float
    trainings: int
    seconds: float
    busy_seconds: float

    @property
    def per_minute(self) -> float:
        """Trainings a minute."""
        return 60 * self.trainings / self.seconds


def measure(url: str, *, workers: int, slots: int, trainings: int, gpu_seconds: float) -> Run:
    """Queue the trainings, start the workers, and wait for the last training to end."""
    with open_store(url) as store, _working(url, workers, slots, gpu_seconds):
        warm = submit(store, 2 * workers * slots)  # every child is started, every import is done
        wait(store, warm)
        began = time.perf_counter()
        asked = submit(store, trainings)
        wait(store, asked)
        seconds = time.perf_counter() - began
        return Run(
            database=url.partition(":")[0],
            workers=workers,
            slots=slots,
            gpu_seconds=gpu_seconds,
            trainings=trainings,
            seconds=seconds,
            busy_seconds=statistics.median(_busy(store, *each) for each in asked),
        )


def submit(store: Store, count: int) -> list[tuple[UUID, UUID]]:
    """Queue trainings of several tenants in turn; returns whose they are and which."""
    tenants = [uuid4() for _ in range(TENANTS)]
    asked = []
    for number in range(count):
        session = TrainingSession(
            uuid4(), tenants[number % TENANTS], "nobody", datetime.now(UTC), status="queued"
        )
        status = TrainingStatus(str(session.id), session.created_at)
        store.jobs.submit(
            Job(session.id, "train", session.user_id, session.created_at),
            limits=Limits(queued=count, daily=count),
            new_session=session,
            status=StatusBody.of(status).as_json(),
        )
        asked.append((session.user_id, session.id))
    return asked


def wait(store: Store, asked: Sequence[tuple[UUID, UUID]]) -> None:
    """Wait until all have ended."""
    left = {training for _, training in asked}
    while left:
        marks = store.jobs.marks(left)
        left = {training for training in left if marks[training].status != "completed"}
        time.sleep(0.05)


def _busy(store: Store, user_id: UUID, training_id: UUID) -> float:
    status = StatusBody.model_validate(store.jobs.read_status(user_id, training_id))
    begun = status.steps[0].started_at
    assert begun, "a completed training has begun"
    assert status.completed_at, "a completed training has ended"
    return (status.completed_at - begun).total_seconds()


@contextmanager
def _working(url: str, workers: int, slots: int, gpu_seconds: float) -> Iterator[None]:
    environment = os.environ | {
        "DATABASE_URL": url,
        "SOUNDALIKE_WORKER_SLOTS": str(slots),
        "SOUNDALIKE_JOBS_RUNNING": "100",
    }
    command = [sys.executable, str(HERE / "sleeper.py"), str(gpu_seconds)]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        started = [
            stack.enter_context(
                subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(workers)
        ]
        for process in started:
            stack.callback(process.terminate)
            assert process.stdout, "the output is a pipe"
            assert process.stdout.readline() == "ready\n", "a worker did not start"
        yield
