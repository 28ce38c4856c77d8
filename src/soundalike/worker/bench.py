"""The children of a worker, and who uses which."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess
from typing import Final

from soundalike.errors import StorageError
from soundalike.worker.child import DONE, TRY_AGAIN, Doer, serve
from soundalike.worker.steps import Task

_SPAWN: Final = multiprocessing.get_context("spawn")  # a fork would inherit locks that its threads held
_GRACE_SECONDS: Final = 2.0


class ChildDied(Exception):
    """The process that did the step is gone: killed, out of memory, or crashed."""

    def __init__(self, exit_code: int | None) -> None:
        reason = (
            f"was killed by signal {-exit_code}" if exit_code and exit_code < 0 else f"ended with {exit_code}"
        )
        super().__init__(f"The process that did the step {reason}.")


class Place:
    """One child, and the pipe to it."""

    def __init__(self, open_doer: Callable[[], Doer]) -> None:
        self._pipe, end = _SPAWN.Pipe()
        self._process: SpawnProcess = _SPAWN.Process(target=serve, args=(end, open_doer), daemon=True)
        self._process.start()
        end.close()

    @property
    def is_alive(self) -> bool:
        """Whether it can take a step."""
        return self._process.is_alive()

    def do(self, task: Task) -> bool:
        """Have a step done; False where none is to follow.

        Raises:
            ChildDied: The child did not come to the end of it.
            StorageError: The database is away; the step may be tried again.
        """
        try:
            self._pipe.send(task)
            answer = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join(_GRACE_SECONDS)
            raise ChildDied(self._process.exitcode) from None
        if answer == TRY_AGAIN:
            raise StorageError("The database was away during a step.")
        return bool(answer == DONE)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._process.kill()

    def close(self) -> None:
        """Let it end by itself, for a moment."""
        self._pipe.close()
        self._process.join(_GRACE_SECONDS)
        self.kill()
        self._process.join()


class Bench:
    """Places for steps. A child that is idle is used again: its model is loaded, its imports are done."""

    def __init__(self, open_doer: Callable[[], Doer]) -> None:
        self._open_doer = open_doer
        self._lock = threading.Lock()
        self._idle: list[Place] = []
        self._busy: dict[Task, Place] = {}
        self._closed = False

    def do(self, task: Task) -> bool:
        """Have a step done in a process of its own; False where none is to follow.

        Raises:
            ChildDied: It was killed, by `stop` or by somebody else.
            StorageError: The database is away; the step may be tried again.
        """
        with self._place(task) as place:
            return place.do(task)

    def stop(self, task: Task) -> None:
        """End the step at once."""
        with self._lock:
            if place := self._busy.get(task):
                place.kill()

    def close(self) -> None:
        """End all children; steps that run raise ChildDied."""
        with self._lock:
            self._closed = True
            idle, busy = self._idle, list(self._busy.values())
            self._idle = []
        for place in busy:
            place.kill()
        for place in idle:
            place.close()

    @contextmanager
    def _place(self, task: Task) -> Iterator[Place]:
        place = self._take(task)
        try:
            yield place
        finally:
            self._give_back(task, place)

    def _take(self, task: Task) -> Place:
        with self._lock:
            if self._closed:
                raise ChildDied(None)
            alive = [place for place in self._idle if place.is_alive]
            place = alive.pop() if alive else Place(self._open_doer)
            self._idle = alive
            self._busy[task] = place
            return place

    def _give_back(self, task: Task, place: Place) -> None:
        with self._lock:
            del self._busy[task]
            if place.is_alive and not self._closed:
                self._idle.append(place)
                return
        place.close()
