"""Who waits for what to change: one query at a time for everybody in this process, however many there are."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from anyio import CapacityLimiter, to_thread

from soundalike.storage.job_records import Mark
from soundalike.web.problems import Refused

T = TypeVar("T")
ReadMarks = Callable[[Collection[UUID]], Mapping[UUID, Mark]]

POLL_SECONDS: Final = 0.3
_LONGEST_PAUSE_SECONDS: Final = 5.0
_MOST_WATCHERS: Final = 2_000
_MOST_ASKED: Final = 500  # ids in one query


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read of a session, when, and how it stood then."""

    value: Any
    at: float
    mark: Mark | None


@dataclass(slots=True)
class _Topic:
    """A session that somebody watches; `mark` is None until it was looked at, and if it is gone."""

    mark: Mark | None = None
    is_known: bool = False
    watchers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    readings: dict[str, _Reading] = field(default_factory=dict)

    def put(self, mark: Mark | None) -> None:
        """Take note of how it stands, and wake whoever waits if that is news."""
        if self.is_known and mark == self.mark:
            return
        self.mark, self.is_known = mark, True
        self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Watch:
    """One watcher's view of a session."""

    def __init__(self, hub: "Hub", topic: _Topic) -> None:
        self._hub = hub
        self._topic = topic

    @property
    def is_over(self) -> bool:
        """Whether the server goes down or the session is gone: nothing will change any more."""
        return self._hub.is_closed or (self._topic.is_known and self._topic.mark is None)

    @property
    def mark(self) -> Mark | None:
        """How the session stood when it was last looked at."""
        return self._topic.mark

    async def wait(self, known: Mark | None, seconds: float) -> Mark | None:
        """Wait until the session stands otherwise than `known`, at most so long; gives how it stands."""
        if not self.is_over and (not self._topic.is_known or self._topic.mark == known):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._topic.changed.wait(), max(seconds, 0))
        return self._topic.mark

    async def share(self, what: str, read: Callable[[T | None], T], *, seconds: float) -> T:
        """What `read` gives, read in a thread and once for all who watch this of the session; they all read the same.

        It is read again once it is `seconds` old, and told then what it gave before; and when the session stands
        otherwise, as if for the first time.
        """
        topic = self._topic
        async with topic.turn:
            before = topic.readings.get(what)
            known = before if before and before.mark == topic.mark else None
            if known is None or time.monotonic() - known.at >= seconds:
                mark = topic.mark
                value = await to_thread.run_sync(read, known.value if known else None)
                known = topic.readings[what] = _Reading(value, time.monotonic(), mark)
            found: T = known.value
            return found


class Hub:
    """Asks `read_marks` for all watched sessions at once, every `poll_seconds` while anybody watches.

    It belongs to one event loop; `close` may also be called once that loop has ended.
    """

    def __init__(self, read_marks: ReadMarks, *, poll_seconds: float = POLL_SECONDS) -> None:
        self.is_closed = False
        self._read_marks = read_marks
        self._poll_seconds = poll_seconds
        self._topics: dict[UUID, _Topic] = {}
        self._watchers = 0
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    @asynccontextmanager
    async def watching(self, session_id: UUID) -> AsyncIterator[Watch]:
        """Watch a session while the block runs.

        Raises:
            Refused: Too many are watching.
        """
        if self._watchers >= _MOST_WATCHERS:
            raise Refused(
                "too_many_streams", "Too many wait for news here already.", hint="Ask again in a while."
            )
        topic = self._topics.setdefault(session_id, _Topic())
        topic.watchers += 1
        self._watchers += 1
        self._start()
        try:
            yield Watch(self, topic)
        finally:
            self._watchers -= 1
            topic.watchers -= 1
            if not topic.watchers:
                del self._topics[session_id]

    @property
    def watchers(self) -> int:
        """How many are watching."""
        return self._watchers

    def close(self) -> None:
        """Wake everybody for good."""
        self.is_closed = True
        self._closing.set()
        for topic in self._topics.values():
            topic.wake()

    async def ended(self) -> None:
        """Wait until no query is under way any more."""
        if self._task and not self._task.done():
            await self._task

    def _start(self) -> None:
        """Poll in the running loop, unless that is done already."""
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._task = loop.create_task(self._poll())

    async def _poll(self) -> None:
        limiter = CapacityLimiter(1)  # never behind the threads that answer requests
        pause = self._poll_seconds
        while self._topics and not self.is_closed:
            try:
                await self._look(limiter)
                pause = self._poll_seconds
            except Exception:  # noqa: BLE001 - the database is away: whoever waits goes on waiting
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), pause)

    async def _look(self, limiter: CapacityLimiter) -> None:
        asked = list(self._topics)
        for start in range(0, len(asked), _MOST_ASKED):
            ids = asked[start : start + _MOST_ASKED]
            marks = await to_thread.run_sync(self._read_marks, ids, limiter=limiter)
            for session_id in ids:
                if topic := self._topics.get(session_id):
                    topic.put(marks.get(session_id))
