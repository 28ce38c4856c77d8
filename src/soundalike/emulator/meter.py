"""Rate and credits: what a key may ask now, and what it has left."""

from collections import deque
from typing import Final

from soundalike.emulator.faults import Credits, Faults, Tier

POST_PRICE: Final = 15
FLOOR_PRICE: Final = 15  # of every successful request, empty ones too
PROFILE_PRICE: Final = 18
BULK_PROFILE_PRICE: Final = 1
ABOUT_PRICE: Final = 30
BULK_SIZE: Final = 100

_TRIAL_CREDITS: Final = 10_000
_PAID_CREDITS: Final = 1_000_000
_FREE_RATE: Final = (1, 5.0)  # requests, seconds
_PAID_RATE: Final = (20, 1.0)
_LADDER: Final = ((50_000, 20), (10_000, 10), (5_000, 6), (1_000, 3))  # balance, requests a second


def rate_of(tier: Tier, balance: int) -> tuple[int, float]:
    """How many requests are let in per how many seconds."""
    if tier == "paid20":
        return _PAID_RATE
    rungs = (rate for least, rate in _LADDER if balance >= least)
    rung = next(rungs, None) if tier == "balance_ladder" else None
    return (rung, 1.0) if rung else _FREE_RATE


class Meter:
    """One key's account with the service. Times are Unix seconds, handed in with every call."""

    def __init__(self, faults: Faults) -> None:
        self._tier = faults.tier
        self._terms = faults.credits
        self._bonus, self._recharge = _opening(faults.tier, faults.credits)
        self._unsettled: deque[tuple[float, int]] = deque()
        self._admitted: deque[float] = deque()

    def balance(self, now: float) -> tuple[int, int]:
        """Recharged and bonus credits as the service shows them: without charges that have not settled."""
        while self._unsettled and self._unsettled[0][0] <= now:
            self._settle(self._unsettled.popleft()[1])
        return self._recharge, self._bonus

    def admit(self, now: float) -> float:
        """Let a request in and return 0, or return the seconds until one would be; a refused one does not count."""
        count, seconds = rate_of(self._tier, sum(self.balance(now)))
        while self._admitted and self._admitted[0] <= now - seconds:
            self._admitted.popleft()
        if len(self._admitted) >= count:
            return self._admitted[-count] + seconds - now
        self._admitted.append(now)
        return 0.0

    def charge(self, credits_: int, now: float) -> None:
        """Charge a request; it shows in the balance after the settlement delay."""
        self._unsettled.append((now + self._terms.settlement_seconds, credits_))

    def _settle(self, credits_: int) -> None:
        """Take from the bonus first: it is what expires."""
        from_bonus = min(credits_, max(self._bonus, 0))
        self._bonus -= from_bonus
        self._recharge -= credits_ - from_bonus
        if not self._terms.allow_negative:
            self._recharge = max(self._recharge, 0)


def _opening(tier: Tier, terms: Credits) -> tuple[int, int]:
    """Bonus and recharged credits at the start; a tier's own where the toggles state none."""
    bonus, recharge = (_TRIAL_CREDITS, 0) if tier == "free" else (0, _PAID_CREDITS)
    stated = terms.bonus is not None or terms.recharge is not None
    return (terms.bonus or 0, terms.recharge or 0) if stated else (bonus, recharge)
