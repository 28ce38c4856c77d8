"""How fast the tweets API may be asked.

The service judges a key by the moments at which requests arrive: one per 5 s for a key that was never topped up, 3 to
20 per second for others, by balance. Spacing of 5.2 s has been seen to be refused now and then, 5.5 s not.

All who share a key share one `Rate`: a process's threads through `LocalPace`, everybody else through the database.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from soundalike.posts.api.wire import Balance

# Requests per second by balance, twitterapi.io/qps-limits. A newer page grants 20 after any top-up; the lower holds.
_LADDER: Final = ((50_000, 20.0), (10_000, 10.0), (5_000, 6.0), (1_000, 3.0))
_FREE_RATE: Final = 0.2

# How much wider than the limit turns are spaced, since arrival wavers: by a tenth where a turn lasts seconds, by 3 %
# where twenty share one.
_SLOW_MARGIN, _FAST_MARGIN = 0.1, 0.03

_SLOWEST_SECONDS = 6.0  # wider spacing gains nothing: it would outlast every known limit
_CALM_TURNS = 50  # without a refusal, before a widened spacing is narrowed again; doubled by every refusal
_MOST_CALM_TURNS = 3200
_NARROWING = 0.8
_PUNCTUAL_SECONDS = 0.005  # what is late by more makes the turns after it wait as well
_MOST_EXCESS_SECONDS = 0.2  # longer ones are the service's own time
_LOST_CLOCK_SECONDS = 600.0  # a next turn farther off than any wait: the clock was set back

_FIRST_WAIT_SECONDS = 6.0
_LONGEST_WAIT_SECONDS = 60.0
_JITTER = 0.25  # waits are stretched by up to a quarter, so that refused callers do not come back together


def spacing_of(per_second: float) -> float:
    """The seconds between requests that keep within a limit, whatever their way to the service takes."""
    margin = _SLOW_MARGIN if per_second < 1 else _FAST_MARGIN
    return (1 + margin) / per_second


CAREFUL_SECONDS: Final = spacing_of(_FREE_RATE)
"""The spacing of a key of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The turns of one key. Moments are seconds on one clock that all who share it read.

    `spacing` is in force; after a refusal it is wider than `proven`, to which it comes back when `patience` turns went
    by in calm.
    """

    spacing: float = CAREFUL_SECONDS
    proven: float = CAREFUL_SECONDS
    next_turn: float = 0.0
    paused_until: float = 0.0
    calm: int = 0
    patience: int = _CALM_TURNS

    def take_turn(self, now: float) -> tuple["Rate", float]:
        """Take the next turn; returns when it is."""
        due = self.next_turn if self.next_turn - now < _LOST_CLOCK_SECONDS else now
        turn = max(now, due)
        rested = self.calm + 1 >= self.patience
        spacing = max(self.proven, self.spacing * _NARROWING) if rested else self.spacing
        calm = 0 if rested else self.calm + 1
        return replace(self, next_turn=turn + spacing, spacing=spacing, calm=calm), turn

    def delay(self, late_seconds: float) -> "Rate":
        """Move later turns on after one that was taken late, or too many requests would arrive in one second."""
        return replace(self, next_turn=self.next_turn + max(0.0, late_seconds - _PUNCTUAL_SECONDS))

    def slow_down(self, now: float, seconds: float) -> "Rate":
        """Let no turn come within `seconds`; double the spacing up to 6 s, once for all who are refused together."""
        paused = replace(
            self,
            next_turn=max(self.next_turn, now + seconds),
            paused_until=max(self.paused_until, now + seconds),
        )
        if now < self.paused_until:
            return paused
        wider = max(self.spacing, min(2 * self.spacing, _SLOWEST_SECONDS))
        return replace(paused, spacing=wider, calm=0, patience=min(2 * self.patience, _MOST_CALM_TURNS))

    def prove(self, spacing: float) -> "Rate":
        """Go by `spacing`, at once unless it is narrower and the service has refused what seemed proven."""
        if self.patience > _CALM_TURNS:
            return replace(self, proven=spacing, spacing=max(self.spacing, spacing))
        # The turn already given out was spaced for less.
        sooner = self.next_turn - max(0.0, self.spacing - spacing)
        return replace(self, proven=spacing, spacing=spacing, next_turn=max(sooner, self.paused_until))


class Pace(Protocol):
    """Keeps requests apart, also those of others who share the key."""

    @property
    def seconds_between(self) -> float:
        """The present spacing."""

    def wait_turn(self) -> None:
        """Return when the next request may leave; called before every attempt, repeated ones too."""

    def slow_down(self, seconds: float) -> None:
        """Let no turn come within `seconds` from now, and space turns wider until calm has returned."""

    def prove(self, spacing: float) -> None:
        """Go by a spacing that the key's balance proves, or its owner states."""

    def delay(self, late_seconds: float) -> None:
        """Move later turns on after a request that arrived late, by so much."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long exchanges take, smoothed as TCP smooths round trips (RFC 6298)."""

    mean: float
    deviation: float
    exchanges: int = 0

    def after(self, seconds: float) -> "Latency":
        """With one more exchange."""
        if not self.exchanges:
            return Latency(seconds, seconds / 2, 1)
        deviation = 0.75 * self.deviation + 0.25 * abs(self.mean - seconds)
        return Latency(0.875 * self.mean + 0.125 * seconds, deviation, self.exchanges + 1)

    def excess(self, seconds: float) -> float:
        """How much longer than usual a strangely long exchange took: so late its request may have arrived."""
        strange = self.exchanges and seconds > self.mean + 4 * self.deviation
        return min(seconds - self.mean, _MOST_EXCESS_SECONDS) if strange else 0.0


class LocalPace:
    """A pace for the threads of one process."""

    def __init__(
        self,
        spacing: float = CAREFUL_SECONDS,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = Rate(spacing, spacing, next_turn=float("-inf"))
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()

    @property
    def seconds_between(self) -> float:
        """The present spacing."""
        return self._rate.spacing

    def wait_turn(self) -> None:
        """Return when the next request may leave."""
        with self._lock:
            self._rate, turn = self._rate.take_turn(self._clock())
        wait_until(turn, clock=self._clock, sleep=self._sleep, on_late=self.delay)

    def slow_down(self, seconds: float) -> None:
        """Let no turn come within `seconds` from now, and space turns wider until calm has returned."""
        with self._lock:
            self._rate = self._rate.slow_down(self._clock(), seconds)

    def prove(self, spacing: float) -> None:
        """Go by a spacing that the key's balance proves, or its owner states."""
        with self._lock:
            self._rate = self._rate.prove(spacing)

    def delay(self, late_seconds: float) -> None:
        """Move later turns on after a request that arrived late, by so much."""
        with self._lock:
            self._rate = self._rate.delay(late_seconds)


def wait_until(
    turn: float,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    on_late: Callable[[float], None],
) -> None:
    """Sleep until `turn` and report a late awakening, which a busy machine makes of a punctual sleep."""
    ahead = turn - clock()
    if ahead > 0:
        sleep(ahead)
    late = clock() - turn
    if late > _PUNCTUAL_SECONDS:
        on_late(late)


def spacing_for(balance: Balance) -> float:
    """The seconds between requests that a balance proves to be allowed.

    A key that was never topped up holds bonus credits only.
    """
    if balance.recharged > 0:
        for least, per_second in _LADDER:
            if balance.total >= least:
                return spacing_of(per_second)
    return CAREFUL_SECONDS


def wait_after_refusal(refusals: int, retry_after_seconds: float | None, chance: float) -> float:
    """The seconds to wait after the `refusals`-th HTTP 429 running.

    The service's own wish or 6 s doubling up to 60 s, whichever is longer; `chance` in [0, 1) adds up to a quarter.
    """
    own = min(_FIRST_WAIT_SECONDS * 2.0 ** (refusals - 1), _LONGEST_WAIT_SECONDS)
    return max(own, retry_after_seconds or 0.0) * (1 + _JITTER * chance)
