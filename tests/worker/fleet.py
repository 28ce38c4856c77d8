"""A fleet of real worker processes, whose steps are written down one line each, to be killed and stopped by tests.

Run as a program it is one worker: `fleet.py LOG LEASE_SECONDS`, by the settings of the environment.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from soundalike.config import read_settings
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


def late_steps(lines):
    """Steps that took effect although somebody else had begun the job with a later token before."""
    newest = defaultdict(int)
    late = []
    for line in lines:
        if line["what"] == "begin":
            newest[line["job"]] = max(newest[line["job"]], line["token"])
        elif line["effective"] and line["token"] < newest[line["job"]]:
            late.append(line)
    return late


def takeover_seconds(lines, worker, killed_at):
    """For each job that a killed worker had in hand: how long until somebody else began it."""
    mine = {}
    for line in lines:
        if line["worker"] == worker and line["at"] <= killed_at:
            mine[line["job"]] = line
    found = []
    for job, last in mine.items():
        after = [
            line["at"]
            for line in lines
            if line["job"] == job and line["token"] > last["token"] and line["what"] == "begin"
        ]
        ended = last["what"] == "end" and (not last["effective"] or last["step"] == "save")
        if after and not ended:
            found.append(min(after) - killed_at)
    return found


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
