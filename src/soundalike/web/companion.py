"""A worker beside the server: begun with it, begun again when it ends by itself, ended with it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Final, Self

from soundalike.telemetry.logs import get_log

WORKER: Final = (sys.executable, "-m", "soundalike", "worker", "--with-parent")
"""Ends when its standard input is closed: at the latest when the kernel does that for a server that was killed."""

_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 60.0
_STEADY_SECONDS: Final = 60.0  # after which an end is a new misfortune, not the same one again
_END_SECONDS: Final = 10.0


class Companion:
    """Keeps `command` running while the block does; a pause that doubles keeps a broken one from spinning.

    `settings` are environment variables of its own.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        settings: Mapping[str, str] = MappingProxyType({}),
        first_pause_seconds: float = _FIRST_PAUSE_SECONDS,
        end_seconds: float = _END_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = list(command)
        self._environment = os.environ | dict(settings)
        self._first_pause = first_pause_seconds
        self._end_seconds = end_seconds
        self._clock = clock
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="soundalike-companion")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        with self._lock:
            process = self._process
        if process:
            self._end(process)
        self._thread.join()

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdin:
            process.stdin.close()  # which asks it to end
        try:
            process.wait(self._end_seconds)
        except subprocess.TimeoutExpired:
            process.kill()  # its jobs are taken up again by whoever comes next

    @property
    def pid(self) -> int | None:
        """The process that runs now, or ran last."""
        with self._lock:
            return self._process.pid if self._process else None

    def _watch(self) -> None:
        pause = self._first_pause
        while process := self._begin():
            began = self._clock()
            status = process.wait()
            if process.stdin:
                process.stdin.close()
            if self._ending.is_set():
                return
            if self._clock() - began >= _STEADY_SECONDS:
                pause = self._first_pause
            get_log("soundalike.web").warning("worker ended", status=status, again_in_seconds=pause)
            self._ending.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _begin(self) -> "subprocess.Popen[bytes] | None":
        """Begin the process, unless all is to end."""
        with self._lock:
            if self._ending.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603 - the command is this program
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the server, which then ends its worker
            )
            return self._process
