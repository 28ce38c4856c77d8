"""Steps in child processes: ended at once, mourned, used again, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from doers import Script, Scripted, until

from soundalike.errors import StorageError
from soundalike.storage.job_records import JobKey
from soundalike.worker.bench import Bench, ChildDied
from soundalike.worker.steps import Task

pytestmark = pytest.mark.slow  # a child takes a second to import what steps need


@pytest.fixture
def script(tmp_path):
    """What is to become of steps."""
    return Script(tmp_path)


@pytest.fixture
def bench(tmp_path):
    """Places for scripted steps."""
    with closing(Bench(partial(Scripted, tmp_path))) as opened:
        yield opened


@pytest.fixture
def threads():
    """Threads to have steps done in."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def task(step="voice"):
    """A step of a new job."""
    return Task(JobKey(uuid4(), "train"), step, 1)


def is_alive(pid):
    """Whether there is such a process, not counting one that is dead but not buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(script, count=1):
    """The processes of the first `count` steps begun."""
    return [line["pid"] for line in until(lambda: len(script.begun()) >= count and script.begun())]


def test_a_step_is_done_in_another_process_which_is_used_again(bench, script):
    """It says whether to go on; what it has loaded is there for the next."""
    script.say("evaluate", "last")
    assert bench.do(task()) is True
    assert bench.do(task("evaluate")) is False
    first, second = wait_for(script, 2)
    assert first == second != os.getpid()


def test_steps_at_once_are_in_processes_of_their_own(bench, script, threads):
    """Both are used again."""
    script.say("voice", "wait")
    running = [threads.submit(bench.do, task()) for _ in range(2)]
    pids = set(wait_for(script, 2))
    script.say("voice", None)
    assert [future.result(20) for future in running] == [True, True]
    bench.do(task("train"))
    assert len(pids) == 2
    assert script.begun("train")[0]["pid"] in pids


def test_a_step_is_ended_at_once(bench, script, threads):
    """Whatever it does; the others go on."""
    script.say("voice", "wait")
    stopped, other = task(), task()
    futures = [threads.submit(bench.do, each) for each in (stopped, other)]
    wait_for(script, 2)
    began = time.monotonic()
    bench.stop(stopped)
    with pytest.raises(ChildDied, match="signal 9"):
        futures[0].result(20)
    assert time.monotonic() - began < 1
    script.say("voice", None)
    assert futures[1].result(20) is True


def test_a_step_that_does_not_run_cannot_be_stopped(bench, script):
    """Nobody else is hit."""
    bench.do(task())
    bench.stop(task())
    assert bench.do(task())
    assert len(set(wait_for(script, 2))) == 1


def test_a_child_that_is_killed_is_mourned_and_replaced(bench, script):
    """By whomever it was killed."""
    script.say("voice", "die")
    with pytest.raises(ChildDied, match="was killed by signal 9"):
        bench.do(task())
    script.say("voice", None)
    assert bench.do(task())
    assert len(set(wait_for(script, 2))) == 2


def test_an_idle_child_that_was_killed_is_replaced_unseen(bench, script):
    """The next step does not suffer for it."""
    bench.do(task())
    (pid,) = wait_for(script)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not any(place.is_alive for place in bench._idle))  # a thread of it may outlive the others
    assert bench.do(task())


def test_a_child_that_breaks_is_mourned(bench, script):
    """Real steps never raise; what does is as good as a crash."""
    script.say("voice", "raise")
    with pytest.raises(ChildDied, match="ended with 1"):
        bench.do(task())


def test_a_step_without_a_database_is_for_trying_again(bench, script):
    """The child lives on."""
    script.say("voice", "no database")
    with pytest.raises(StorageError):
        bench.do(task())
    script.say("voice", None)
    assert bench.do(task())
    assert len(set(wait_for(script, 2))) == 1


def test_closing_ends_all_children_and_takes_no_more(tmp_path, script, threads):
    """Idle or not; what ran is told."""
    bench = Bench(partial(Scripted, tmp_path))
    script.say("voice", "wait")
    running = threads.submit(bench.do, task())
    wait_for(script)
    bench.do(task("train"))
    pids = {line["pid"] for line in script.begun()}
    assert len(pids) == 2
    bench.close()
    with pytest.raises(ChildDied):
        running.result(20)
    until(lambda: not any(is_alive(pid) for pid in pids))
    with pytest.raises(ChildDied):
        bench.do(task())


PARENT = """
import sys
sys.path[:0] = [sys.argv[2]]
from functools import partial
from threading import Thread
from uuid import uuid4
from doers import Scripted
from soundalike.storage.job_records import JobKey
from soundalike.worker.bench import Bench
from soundalike.worker.steps import Task

if __name__ == "__main__":
    bench = Bench(partial(Scripted, sys.argv[1]))
    bench.do(Task(JobKey(uuid4(), "train"), "voice", 1))
    steps = ("train", "evaluate")
    threads = [Thread(target=bench.do, args=(Task(JobKey(uuid4(), "train"), step, 1),)) for step in steps]
    for thread in threads:
        thread.start()
"""


def test_children_end_when_their_worker_is_killed(tmp_path, script):
    """Busy or idle: nobody goes on with what nobody waits for."""
    script.say("train", "wait")
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    folder = str(Path(__file__).parent)
    parent = subprocess.Popen([sys.executable, str(program), str(tmp_path), folder])
    try:
        until(lambda: len(script.begun()) == 3)
        pids = {line["pid"] for line in script.begun()}
        assert len(pids) == 2
        assert all(is_alive(pid) for pid in pids)
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not any(is_alive(pid) for pid in pids), most_seconds=5)
