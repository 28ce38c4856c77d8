"""How fast the tweets API may be asked.

The service judges a key by the moments at which requests arrive: one per 5 s for a key that was never topped up, 3 to
20 per second for others, by balance. Spacing of 5.2 s has been seen to be refused now and then, 5.5 s not.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from soundalike.posts.api.wire import Balance

CAREFUL_SECONDS: Final = 5.5
_SLOWEST_SECONDS = 6.0  # wider spacing gains nothing: it would outlast every known limit
_HEADROOM = 0.75  # use three quarters of a limit, as arrival wavers

# Requests per second by balance, twitterapi.io/qps-limits. A newer page grants 20 after any top-up; the lower holds.
_LADDER: Final = ((50_000, 20), (10_000, 10), (5_000, 6), (1_000, 3))

_FIRST_WAIT_SECONDS = 6.0
_LONGEST_WAIT_SECONDS = 60.0
_JITTER = 0.25  # waits are stretched by up to a quarter, so that refused callers do not come back together


class Pace(Protocol):
    """Keeps requests apart, also those of others who share the key."""

    @property
    def seconds_between(self) -> float:
        """The present spacing."""

    def wait_turn(self) -> None:
        """Return when the next request may leave; called before every attempt, repeated ones too."""

    def slow_down(self, seconds: float) -> None:
        """Let no turn come within `seconds` from now, and space turns wider for good."""

    def speed_up(self, seconds_between: float) -> None:
        """Narrow the spacing, but never to what was found too fast."""


class LocalPace:
    """A pace for the threads of one process."""

    def __init__(
        self,
        seconds_between: float = CAREFUL_SECONDS,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._spacing = seconds_between
        self._proven_too_fast = 0.0
        self._next_turn = float("-inf")
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()

    @property
    def seconds_between(self) -> float:
        """The present spacing."""
        return self._spacing

    def wait_turn(self) -> None:
        """Return when the next request may leave."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next_turn)
            self._next_turn = turn + self._spacing
        if turn > now:
            self._sleep(turn - now)

    def slow_down(self, seconds: float) -> None:
        """Let no turn come within `seconds` from now, and double the spacing for good, up to 6 s."""
        with self._lock:
            self._next_turn = max(self._next_turn, self._clock() + seconds)
            self._proven_too_fast = self._spacing
            self._spacing = max(self._spacing, min(2 * self._spacing, _SLOWEST_SECONDS))

    def speed_up(self, seconds_between: float) -> None:
        """Narrow the spacing, but never to what was found too fast."""
        with self._lock:
            if self._proven_too_fast < seconds_between < self._spacing:
                self._next_turn -= (
                    self._spacing - seconds_between
                )  # the turn already given out was spaced for less
                self._spacing = seconds_between


def spacing_for(balance: Balance) -> float:
    """The seconds between requests that a balance proves to be allowed.

    A key that was never topped up holds bonus credits only.
    """
    if balance.recharged == 0:
        return CAREFUL_SECONDS
    for least, per_second in _LADDER:
        if balance.total >= least:
            return 1 / (_HEADROOM * per_second)
    return CAREFUL_SECONDS


def wait_after_refusal(refusals: int, retry_after_seconds: float | None, chance: float) -> float:
    """The seconds to wait after the `refusals`-th HTTP 429 running.

    The service's own wish or 6 s doubling up to 60 s, whichever is longer; `chance` in [0, 1) adds up to a quarter.
    """
    own = min(_FIRST_WAIT_SECONDS * 2.0 ** (refusals - 1), _LONGEST_WAIT_SECONDS)
    return max(own, retry_after_seconds or 0.0) * (1 + _JITTER * chance)
