"""How long a request waits for its result: the preference of RFC 7240, and the waiting itself."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from anyio import to_thread

from soundalike.schemas.sessions import status_of
from soundalike.storage import TrainingSession
from soundalike.web.hub import Hub

USUAL_SECONDS: Final = 30
MOST_SECONDS: Final = 60

_WAIT: Final = re.compile(r"wait\s*=\s*\"?([0-9]{1,9})\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds to wait, and what to say in `Preference-Applied` if somebody asked."""

    seconds: float = USUAL_SECONDS
    applied: str | None = None

    @classmethod
    def read(cls, prefer: str | None) -> "Patience":
        """Read `Prefer`; what is no preference for waiting is left alone, as the standard wants."""
        for wish in (prefer or "").split(","):
            text = wish.partition(";")[0].strip()
            if found := _WAIT.fullmatch(text):
                seconds = min(int(found[1]), MOST_SECONDS)
                return cls(seconds, f"wait={seconds}")
            if text.lower() == "respond-async":
                return cls(0, "respond-async")
        return cls()


async def collected(
    session_id: UUID,
    read: Callable[[], TrainingSession],
    hub: Hub,
    seconds: float,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> TrainingSession:
    """Wait until a session's collection has ended, at most so long; gives the session as it then is.

    Raises:
        Refused: Too many are waiting.
        UnknownSession: It was deleted meanwhile.
    """
    until = clock() + seconds
    session = await to_thread.run_sync(read)
    if status_of(session) != "collecting" or seconds <= 0:
        return session
    async with hub.watching(session_id) as watch:
        while True:
            mark = watch.mark  # noted before reading: what comes in between wakes at once
            session = await to_thread.run_sync(read)
            if status_of(session) != "collecting" or watch.is_over or clock() >= until:
                return session
            await watch.wait(mark, until - clock())
