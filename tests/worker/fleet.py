"""A fleet of real worker processes, whose steps are written down one line each, to be killed and stopped by tests.

Run as a program it is one worker: `fleet.py LOG LEASE_SECONDS`, by the settings of the environment.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from soundalike.config import read_settings
from soundalike.service.jobs import Caller, JobDesk, TrainingWish
from soundalike.storage.job_records import Limits
from soundalike.wiring import open_logs, open_store
from soundalike.worker.assembly import open_worker
from soundalike.worker.child import open_workshop

LEASE_SECONDS = 3.0


class Logged:
    """Does steps as ever, and writes down who began and who ended which step with which token."""

    def __init__(self, doer, log, worker):
        self._doer, self._log, self._worker = doer, log, worker

    def do(self, task):
        """Do the step between two lines."""
        self._note("begin", task, None)
        go_on = self._doer.do(task)
        self._note("end", task, go_on)
        return go_on

    def close(self):
        """As ever."""
        self._doer.close()

    def _note(self, what, task, go_on):
        line = {
            "at": time.time(),
            "what": what,
            "worker": self._worker,
            "job": str(task.key.session_id),
            "step": task.step,
            "token": task.token,
            "effective": go_on,
        }
        with Path(self._log).open("a") as file:
            file.write(json.dumps(line) + "\n")


def open_logged(log, worker):
    """What a child of this worker does steps with."""
    return Logged(open_workshop(), log, worker)


def _say_ready():
    sys.stdout.write("ready\n")
    sys.stdout.flush()


def main(log, lease_seconds):
    """Be a worker."""
    settings = read_settings()
    open_logs(settings)
    open_doer = partial(open_logged, log, os.getpid())
    with (
        open_store(settings) as store,
        open_worker(settings, store, lease_seconds=lease_seconds, open_doer=open_doer) as worker,
    ):
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run(ready=_say_ready)


class Fleet:
    """So many workers, and what they wrote down."""

    def __init__(self, folder, environment):
        self.log = folder / "steps.jsonl"
        self.log.touch()
        self._environment = os.environ | environment
        self._errors = (folder / "workers.log").open("a")
        self.workers = []

    def start(self):
        """Start one more worker; returns once it is ready."""
        worker = subprocess.Popen(
            [sys.executable, __file__, str(self.log), str(LEASE_SECONDS)],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert worker.stdout.readline() == "ready\n", Path(self._errors.name).read_text()[-2000:]
        self.workers.append(worker)
        return worker

    def kill(self, worker):
        """Kill it as the kernel would for want of memory."""
        worker.kill()
        worker.wait()
        worker.stdout.close()
        self.workers.remove(worker)

    def lines(self):
        """Every step begun and ended so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def close(self):
        """End all."""
        for worker in self.workers:
            worker.send_signal(signal.SIGCONT)
            worker.kill()
            worker.wait()
            worker.stdout.close()
        self._errors.close()


@contextmanager
def running_fleet(folder, environment, count):
    """A fleet of `count` workers, ended afterwards however that goes."""
    fleet = Fleet(folder, environment)
    try:
        for _ in range(count):
            fleet.start()
        yield fleet
    finally:
        fleet.close()


@dataclass(frozen=True)
class Endured:
    """What came of trainings whose workers were killed and stopped: `asked` are (workspace, training)."""

    asked: list
    lines: list
    kills: list
    seconds: float

    @property
    def late_steps(self):
        """Steps that took effect although somebody else had begun the job with a later token before."""
        newest = defaultdict(int)
        late = []
        for line in self.lines:
            if line["what"] == "begin":
                newest[line["job"]] = max(newest[line["job"]], line["token"])
            elif line["effective"] and line["token"] < newest[line["job"]]:
                late.append(line)
        return late

    @property
    def takeovers(self):
        """Seconds from a kill until somebody else began what the killed worker had in hand, for each such job."""
        return [seconds for pid, at in self.kills for seconds in self._takeovers_of(pid, at)]

    def _takeovers_of(self, pid, killed_at):
        mine = {line["job"]: line for line in self.lines if line["worker"] == pid and line["at"] <= killed_at}
        for job, last in mine.items():
            if last["what"] == "end" and (not last["effective"] or last["step"] == "save"):
                continue  # it had ended before
            later = [
                line["at"] for line in self.lines if line["job"] == job and line["token"] > last["token"]
            ]
            if later:  # where there is none, the killed worker's last write had got through
                yield min(later) - killed_at


def endure(
    store, environment, folder, posts, *, trainings, kills, stops, workers=3, tenants=6, most_seconds=900
):
    """Have trainings done while workers are killed, and replaced, or stopped for longer than their lease."""
    began = time.time()
    whose = [uuid4() for _ in range(tenants)]
    desk = JobDesk(store, now=lambda: datetime.now(UTC), limits=Limits(queued=trainings, daily=trainings))
    asked = [
        (tenant, _ask(desk, tenant, posts, f"training {number}"))
        for number, tenant in zip(range(trainings), cycle(whose), strict=False)
    ]
    shocks = ["kill"] * kills + ["stop"] * stops
    random.Random(4).shuffle(shocks)
    with running_fleet(folder, environment, workers) as fleet:
        blows = Blows(fleet)
        while (done := _completed(store, asked)) < trainings:
            assert time.time() < began + most_seconds, [store.jobs.read_status(*each) for each in asked]
            due = 1 + (kills + stops) * done // max(trainings - 4, 1)  # the last ones fall before the end
            if blows.struck < min(due, len(shocks)):
                blows.strike(shocks[blows.struck])
            blows.wake()
            time.sleep(0.1)
        assert blows.struck == len(shocks)
        return Endured(asked, fleet.lines(), blows.kills, time.time() - began)


def _ask(desk, tenant, posts, name):
    """One training more, under a name of its own: asking for the same twice is asking once."""
    return desk.ask_for_training(TrainingWish("swyx", (), posts=posts, name=name), caller=Caller(tenant)).id


class Blows:
    """What is done to a fleet, and when."""

    def __init__(self, fleet):
        self.fleet, self.kills, self.struck = fleet, [], 0
        self._asleep, self._chance = {}, random.Random(5)

    def strike(self, kind):
        """Kill a worker and start another, or stop one until it has lost its lease."""
        self.struck += 1
        worker = self._chance.choice([each for each in self.fleet.workers if each not in self._asleep])
        if kind == "stop":
            worker.send_signal(signal.SIGSTOP)
            self._asleep[worker] = time.time() + 2.5 * LEASE_SECONDS
        else:
            self.kills.append((worker.pid, time.time()))
            self.fleet.kill(worker)
            self.fleet.start()

    def wake(self):
        """Let those go on that have slept long enough."""
        for worker in [each for each, until in self._asleep.items() if time.time() > until]:
            del self._asleep[worker]
            worker.send_signal(signal.SIGCONT)


def _completed(store, asked):
    return sum(mark.status == "completed" for mark in store.jobs.marks([each for _, each in asked]).values())


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
