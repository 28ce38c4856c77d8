"""A worker whose steps do nothing, but for the one that stands for a GPU, which sleeps. All books are the real ones.

Run as a program it is one worker: `sleeper.py GPU_SECONDS`, by the settings of the environment.
"""

import signal
import sys
import time
from datetime import UTC, datetime
from functools import partial

from soundalike.config import read_settings
from soundalike.service.training import Keeper
from soundalike.storage import Store, open_store
from soundalike.training.status import Step
from soundalike.training.workflow import Journal
from soundalike.worker.assembly import open_worker
from soundalike.worker.charge import Charge, TakenOver
from soundalike.worker.steps import Task


class Sleeper:
    """Does the six steps of a training with nothing in them."""

    def __init__(self, store: Store, gpu_seconds: float) -> None:
        self._store, self._gpu_seconds = store, gpu_seconds

    def do(self, task: Task) -> bool:
        """Keep the statuses of a step; sleep where the GPU would work."""
        charge = Charge(self._store, task.key, task.token, _now)
        keeper = Keeper(charge.changing, _now, with_status=charge.end_with)
        try:
            journal = Journal(charge.status(), now=_now, publish=keeper.publish)
            with journal.step(Step(task.step)):
                time.sleep(self._gpu_seconds if task.step == Step.TRAIN else 0)
            if task.step == Step.SAVE:
                journal.complete("none")
            else:
                charge.progressed()
        except TakenOver:
            return False
        return True

    def close(self) -> None:
        """Close the store."""
        self._store.close()


def open_sleeper(url: str, gpu_seconds: float) -> Sleeper:
    """What a child does steps with."""
    return Sleeper(open_store(url), gpu_seconds)


def _now() -> datetime:
    return datetime.now(UTC)


def main(gpu_seconds: float) -> None:
    """Be a worker until SIGTERM."""
    settings = read_settings()
    open_doer = partial(open_sleeper, settings.store_url, gpu_seconds)
    with open_store(settings.store_url) as store, open_worker(settings, store, open_doer=open_doer) as worker:
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run(ready=lambda: print("ready", flush=True))


if __name__ == "__main__":
    main(float(sys.argv[1]))
