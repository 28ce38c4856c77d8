"""Being in charge of a job: the right to write for it, until somebody else takes it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from soundalike.errors import UnknownTraining
from soundalike.service.training import publish, status_of
from soundalike.storage import SessionChanges, Store
from soundalike.storage.job_records import JobKey
from soundalike.storage.jobs import JobChange
from soundalike.training.status import Failure, State, TrainingStatus

_ENDS = {State.COMPLETED, State.FAILED, State.CANCELLED}


class TakenOver(Exception):
    """Somebody else is in charge of the job now, or it was cancelled or deleted: whatever is being done is void."""


@dataclass(frozen=True)
class Charge:
    """A job in the hands of whoever holds its present token."""

    store: Store
    key: JobKey
    token: int
    now: Callable[[], datetime]

    @contextmanager
    def changing(self) -> Iterator[JobChange]:
        """Change the job and its session in one transaction.

        Raises:
            TakenOver: The token is no longer the job's.
        """
        try:
            with self.store.jobs.changing(self.key) as change:
                if change.job.token != self.token:
                    raise TakenOver(str(self.key))
                yield change
        except UnknownTraining as gone:
            raise TakenOver(str(self.key)) from gone

    def status(self) -> TrainingStatus:
        """The status that was published last."""
        with self.changing() as change:
            return status_of(change.status)

    def end_with(self, change: JobChange, status: TrainingStatus) -> None:
        """A status that ends the training ends the job."""
        if status.state in _ENDS:
            change.update_job(status=status.state.value, ended_at=self.now(), owner=None)

    def progressed(self) -> None:
        """Note that a step was done: whatever crashed before it does not count any more."""
        with self.changing() as change:
            change.update_job(crashes=0)

    def fail(self, failure: Failure, *, job_status: str = "failed") -> None:
        """End the job with its reason; what was made so far is kept."""
        with self.changing() as change:
            if self.key.kind == "train":
                publish(change, status_of(change.status).stopped(failure, at=self.now()), at=self.now())
            else:
                self._end_collection(change, failure)
            change.update_job(status=job_status, ended_at=self.now(), owner=None)

    def _end_collection(self, change: JobChange, failure: Failure) -> None:
        changes: SessionChanges = {
            "status": "failed",
            "error_code": failure.code,
            "error_message": failure.message,
            "completed_at": self.now(),
        }
        change.update(changes, at=self.now())
