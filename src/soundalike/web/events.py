"""A training's statuses as server-sent events: resumed where the client left off, missing none."""

import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from anyio import to_thread
from fastapi.sse import format_sse_event

from soundalike.storage.job_records import Mark, TrainingEvent
from soundalike.web.hub import Hub, Watch

ReadEvents = Callable[[int], Sequence[TrainingEvent]]
"""The statuses of a training after an event's number."""

ENDED: Final = frozenset({"completed", "failed", "cancelled"})

_RETRY_MILLISECONDS: Final = 2_000
_KEEP_ALIVE_SECONDS: Final = 15.0
_SHARED_SECONDS: Final = 1.0  # for whoever comes meanwhile
_LONGEST_SECONDS: Final = 600.0  # then the client comes back, maybe to another server


def as_status(event: TrainingEvent) -> bytes:
    """A status as the API sends it."""
    data = json.dumps(event.body, ensure_ascii=False, separators=(",", ":"))
    return format_sse_event(data_str=data, event="status", id=str(event.number))


@dataclass(frozen=True, slots=True)
class EventStream:
    """What one client is sent of a training, from the event `after` on, each event as `shape` makes it.

    `shared` names what `read` gives where that is the same for all who watch: it is read once for them then.
    """

    hub: Hub
    training_id: UUID
    read: ReadEvents
    after: int = 0
    shape: Callable[[TrainingEvent], bytes] = as_status
    shared: str | None = None
    clock: Callable[[], float] = time.monotonic
    keep_alive_seconds: float = _KEEP_ALIVE_SECONDS
    longest_seconds: float = _LONGEST_SECONDS

    async def chunks(self) -> AsyncIterator[bytes]:
        """Bytes to send, until the training ends, the server goes down, or the stream has lived long enough."""
        yield format_sse_event(retry=_RETRY_MILLISECONDS)
        until = self.clock() + self.longest_seconds
        after = self.after
        async with self.hub.watching(self.training_id) as watch:
            while not watch.is_over:
                mark = watch.mark  # noted before reading: what comes in between wakes at once
                events = await self._read(watch, after)
                for event in events:
                    yield self.shape(event)
                    after = event.number
                if (events and is_ended(events[-1].body)) or self.clock() >= until:
                    return
                async for comment in self._quiet(watch, mark, after, until):
                    yield comment

    async def _read(self, watch: Watch, after: int) -> Sequence[TrainingEvent]:
        if self.shared is None:
            return await to_thread.run_sync(self.read, after)
        events = await watch.share(self.shared, lambda _: self.read(0), seconds=_SHARED_SECONDS)
        return [event for event in events if event.number > after]

    async def _quiet(self, watch: Watch, mark: Mark | None, after: int, until: float) -> AsyncIterator[bytes]:
        """Comments that keep the connection open, until there is something to read."""
        while not watch.is_over and self.clock() < until:
            now = await watch.wait(mark, min(self.keep_alive_seconds, until - self.clock()))
            if now is not None and now.event_number > after:
                return
            if now == mark:
                yield format_sse_event(comment="waiting")
            mark = now


def is_ended(body: dict[str, Any]) -> bool:
    """Whether a status is the last, unless the training is done again."""
    return body.get("status") in ENDED
