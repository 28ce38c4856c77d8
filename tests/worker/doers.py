"""Steps that take no time, or as long as a test likes, done in real child processes; and a worker that has them done.

A file named like a step in the folder `script` says what becomes of that step; each step begun is a line of `log`. Run
as a program this is one worker: `doers.py URL FOLDER LEASE_SECONDS`.
"""

import json
import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from soundalike.durable import Engine, Queue, engine_url
from soundalike.errors import StorageError
from soundalike.schemas.training import StatusBody
from soundalike.service.training import publish, status_of
from soundalike.storage import TrainingSession, open_store
from soundalike.storage.database import read_url
from soundalike.storage.job_records import Artefact, Job, Limits
from soundalike.training.status import Step, TrainingStatus
from soundalike.worker.bench import Bench
from soundalike.worker.charge import Charge, TakenOver
from soundalike.worker.steps import STEPS
from soundalike.worker.worker import JobWorker, new_name

MOST_SECONDS = 60.0
LEASE_SECONDS = 3.0


def now():
    """The present."""
    return datetime.now(UTC)


def until(holds, *, most_seconds=MOST_SECONDS, why=lambda: ""):
    """Wait until something holds; gives what it was."""
    end = time.monotonic() + most_seconds
    while not (found := holds()):
        assert time.monotonic() < end, why()
        time.sleep(0.02)
    return found


class Script:
    """What is to become of steps, and what has become of them."""

    def __init__(self, folder):
        self._folder, self._log = Path(folder), Path(folder) / "log"

    def say(self, step, what):
        """Have a step `wait`, `die`, `raise`, find `no database`, or be the `last`; None: have it done as usual."""
        file = self._folder / f"script-{step}"
        if what is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(what)

    def said(self, step):
        """What is said of a step now."""
        with suppress(FileNotFoundError):
            return (self._folder / f"script-{step}").read_text()

    def note(self, task):
        """Write down that a step is begun here."""
        line = {"pid": os.getpid(), "step": task.step, "token": task.token}
        with self._log.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def begun(self, step=None):
        """The steps begun so far, or how often one was."""
        with suppress(FileNotFoundError):
            lines = [json.loads(line) for line in self._log.read_text().splitlines()]
            return [line for line in lines if step in (None, line["step"])]
        return []


class Scripted:
    """Does steps as the script says."""

    def __init__(self, folder):
        self._script = Script(folder)

    def do(self, task):
        """Do the step, or whatever the script says instead."""
        self._script.note(task)
        while (what := self._script.said(task.step)) == "wait":
            time.sleep(0.01)
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "raise":
            raise RuntimeError("as the script says")
        if what == "no database":
            raise StorageError("as the script says")
        return what != "last"

    def close(self):
        """Nothing is open."""


class Writing(Scripted):
    """Writes what comes of each step into the database, as long as it is in charge."""

    def __init__(self, url, folder):
        super().__init__(folder)
        self._store = open_store(url)

    def do(self, task):
        """Do the step; the last one ends the job."""
        go_on = super().do(task)
        charge = Charge(self._store, task.key, task.token, now)
        try:
            with charge.changing() as change:
                change.keep(Artefact(task.step, "0" * 64, {}, "made", now(), 0.1))
                status = status_of(change.status).begun(Step(task.step), at=now())
                status = status.done(Step(task.step), "made", at=now())
                status = status.completed("m", at=now()) if task.step == STEPS["train"][-1] else status
                publish(change, status, at=now())
                change.update_job(crashes=0)
                charge.end_with(change, status)
        except TakenOver:
            return False
        return go_on

    def close(self):
        """Give back the connections."""
        self._store.close()


@contextmanager
def a_worker(url, folder, *, lease_seconds=LEASE_SECONDS):
    """A worker with the real engine whose steps the script rules."""
    name = new_name()
    queues = (Queue("train", per_worker=2, per_tenant=2),)
    engine = Engine(engine_url(read_url(url)), executor=name, queues=queues, polling_seconds=0.05)
    bench = Bench(partial(Writing, url, folder))
    with open_store(url) as store:
        yield JobWorker(name, store=store, engine=engine, bench=bench, now=now, lease_seconds=lease_seconds)


def submit(store, user_id, *, created_at=None, **changes):
    """Queue a training of a new session; gives the job."""
    at = created_at or now()
    session = TrainingSession(uuid4(), user_id, "ada", at)
    job = Job(session.id, "train", user_id, at, **changes)
    status = StatusBody.of(TrainingStatus(str(session.id), at)).as_json()
    store.jobs.submit(job, limits=Limits(), new_session=session, status=status)
    return job


def main(url, folder, lease_seconds):
    """Be a worker."""
    with a_worker(url, folder, lease_seconds=lease_seconds) as worker:
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run(ready=lambda: print("ready", flush=True))  # noqa: T201 - the test waits for it


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
