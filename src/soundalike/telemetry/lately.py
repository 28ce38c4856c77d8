"""A value that is slow to read, as it was of late."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lately(Generic[T]):
    """What `read` says, asked anew every `seconds` at most, by one thread at a time, and waited for only so long.

    However many ask and however slow `read` is, it is under way once; whoever loses patience gets the last value.
    """

    def __init__(
        self,
        read: Callable[[], T],
        *,
        seconds: float = 5.0,
        patience_seconds: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._patience = patience_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._done: threading.Event | None = None
        self._asked_at: float | None = None
        self._value: T | None = None
        self._read_at: float | None = None
        self.is_fresh = False
        """Whether the last asking was answered, and in time."""

    def get(self) -> tuple[T | None, float | None]:
        """The value and its age in seconds; None before the first answer."""
        done = self._ask()
        if not done.wait(self._patience):
            self.is_fresh = False
        with self._lock:
            age = None if self._read_at is None else max(0.0, self._clock() - self._read_at)
            return self._value, age

    def _ask(self) -> threading.Event:
        with self._lock:
            now = self._clock()
            is_old = self._asked_at is None or now - self._asked_at >= self._seconds
            if self._done is None or (is_old and self._done.is_set()):
                self._done, self._asked_at = threading.Event(), now
                threading.Thread(target=self._refresh, args=(self._done,), daemon=True).start()
            return self._done

    def _refresh(self, done: threading.Event) -> None:
        try:
            value = self._read()
        except Exception:  # noqa: BLE001 - whatever it is, the other figures must not go down with it
            self.is_fresh = False
        else:
            with self._lock:
                self._value, self._read_at, self.is_fresh = value, self._clock(), True
        finally:
            done.set()
