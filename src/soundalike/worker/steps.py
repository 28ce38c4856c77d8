"""Doing one step of a job, in a process of its own. Whatever it writes, it writes while it is in charge."""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from soundalike.config import Settings
from soundalike.errors import Busy, SoundalikeError, StorageError
from soundalike.posts.gathering import PostSource
from soundalike.service.collecting import collect_for
from soundalike.service.failures import failure_of
from soundalike.service.ordering import training_order
from soundalike.service.training import Keeper, train_step
from soundalike.storage import SessionChanges, Store
from soundalike.storage.job_records import Job, JobKey
from soundalike.telemetry.logs import about
from soundalike.training.status import Step
from soundalike.training.steps import Made, Training
from soundalike.voice.background_file import shipped_background
from soundalike.wiring import base_folder, open_posts, open_writer, scratch_folder, writer_spec
from soundalike.worker.charge import Charge, TakenOver

if TYPE_CHECKING:
    from soundalike.drafts.writer import Writer

#: The steps of each kind of job, in order.
STEPS: Final = {"collect": ("collect",), "train": tuple(step.value for step in Step)}

_LOCK_SECONDS: Final = 600.0  # how long to wait for somebody else's collection of the same creator
_LOOK_AGAIN: Final = 2.0

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """A step to be done by whoever holds the token."""

    key: JobKey
    step: str
    token: int


class Workshop:
    """What steps are done with, opened when it is first needed and kept for the next."""

    def __init__(self, settings: Settings, store: Store, *, now: Callable[[], datetime]) -> None:
        self._settings, self._store, self._now = settings, store, now
        self._open = ExitStack()
        self._writers: dict[str, Writer] = {}
        self._last: tuple[Task, Training] | None = None

    def close(self) -> None:
        """Let go of everything."""
        self._open.close()

    def do(self, task: Task) -> bool:
        """Do a step; False where none is to follow: after a failure, or when somebody else has taken over.

        Raises:
            StorageError: The database is away; the step may be tried again.
        """
        charge = Charge(self._store, task.key, task.token, self._now)
        try:
            self._do(task, charge)
        except TakenOver:
            return False
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - a job ends with its reason, whatever it is
            if not isinstance(error, SoundalikeError):
                _log.exception("step %s of %s failed", task.step, task.key.session_id)
            return _fail(charge, error)
        return True

    def _do(self, task: Task, charge: Charge) -> None:
        with charge.changing() as change:
            job = change.job
        with about(request_id=job.request_id):
            if task.key.kind == "collect":
                self._collect(job, charge)
            else:
                self._train(task, job, charge)

    def _collect(self, job: Job, charge: Charge) -> None:
        session = self._store.get_session(job.user_id, job.session_id)

        def note(changes: SessionChanges) -> None:
            with charge.changing() as change:
                change.update(changes, at=self._now())
                if changes.get("status") == "collected":
                    change.update_job(status="completed", ended_at=self._now(), owner=None)

        def open_source(_session_id: UUID) -> "AbstractContextManager[PostSource]":
            return open_posts(self._settings, self._store, session, most_credits=job.order.get("budget"))

        patiently(lambda: collect_for(session, open_source, store=self._store, now=self._now, note=note))

    def _train(self, task: Task, job: Job, charge: Charge) -> None:
        keeper = Keeper(charge.changing, self._now, with_status=charge.end_with)
        train_step(Step(task.step), self._training(task, job), keeper, charge.status())
        if task.step != STEPS["train"][-1]:
            charge.progressed()

    def _training(self, task: Task, job: Job) -> Training:
        """The training with what its earlier steps made; the one of the last step, where this is the next."""
        if self._last and replace(self._last[0], step=task.step) == task:
            training = self._last[1]
        else:
            session = self._store.get_session(job.user_id, job.session_id)
            spec = writer_spec(self._settings, job.order.get("trainer"))
            training = Training(
                training_order(
                    session, job.order, self._store, writes=spec, base=base_folder(self._settings)
                ),
                writer=partial(self._writer_now, spec),
                background=shipped_background(),
                clock=time.monotonic,
                scratch=scratch_folder(self._settings),
            )
            with self._store.changing(job.user_id, job.session_id) as change:
                for step in STEPS["train"][: Step(task.step).number - 1]:
                    if made := change.artefact(step):
                        training.know(Step(step), Made(made.artefact, made.detail))
        self._last = (task, training)
        return training

    def _writer_now(self, spec: str) -> "Writer":
        if spec not in self._writers:
            self._writers[spec] = self._open.enter_context(open_writer(self._settings, spec))
        return self._writers[spec]


def patiently(collect: Callable[[], None]) -> None:
    """Collect once nobody else collects the same creator: what they bring need not be paid again."""
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return collect()
        except Busy:
            if time.monotonic() > end:
                raise
            time.sleep(_LOOK_AGAIN)


def _fail(charge: Charge, error: Exception) -> bool:
    try:
        charge.fail(failure_of(error))
    except TakenOver:
        return False
    return False
