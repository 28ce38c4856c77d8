"""The process in which steps run: it can be killed at once, and it ends with its worker."""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Final, Protocol

from soundalike.errors import StorageError
from soundalike.telemetry.logs import about
from soundalike.worker.steps import Task

DONE: Final = "done"
STOP: Final = "stop"
TRY_AGAIN: Final = "try again"


class Doer(Protocol):
    """Does steps."""

    def do(self, task: Task) -> bool:
        """Do a step; False where none is to follow."""

    def close(self) -> None:
        """Let go of everything."""


def serve(pipe: Connection, open_doer: Callable[[], Doer]) -> None:
    """Do one step after another as they come, and say of each what is to follow, until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which ends its children itself
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    doer = open_doer()
    try:
        while True:
            pipe.send(_answer(doer, pipe.recv()))
    except (EOFError, OSError):
        doer.close()


def open_workshop() -> Doer:
    """What real steps are done with, by the settings of the environment."""
    from soundalike.config import read_settings  # noqa: PLC0415 - other doers need none of it
    from soundalike.storage import open_store  # noqa: PLC0415
    from soundalike.wiring import now, open_logs  # noqa: PLC0415
    from soundalike.worker.steps import Workshop  # noqa: PLC0415

    settings = read_settings()
    open_logs(settings)
    return Workshop(settings, open_store(settings.store_url), now=now)


def _answer(doer: Doer, task: Task) -> str:
    try:
        with about(training_id=str(task.key.session_id), job=task.key.kind, step=task.step):
            return DONE if doer.do(task) else STOP
    except StorageError:
        return TRY_AGAIN


def _end_with_the_worker() -> None:
    """However the worker ends, killed or not: nobody is left to hear of what is done here."""
    if worker := parent_process():
        worker.join()
        os._exit(1)
