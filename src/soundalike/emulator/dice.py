"""Chance that can be repeated: one seeded generator and a count of occasions for every fault."""

from collections import Counter
from random import Random

from soundalike.emulator.faults import Chance


class Dice:
    """Decides what strikes; the same seed and the same requests give the same faults."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
        self._occasions: Counter[str] = Counter()

    def occasion(self, name: str) -> int:
        """Count one more occasion of this name, from 1."""
        self._occasions[name] += 1
        return self._occasions[name]

    def strikes(self, name: str, chance: Chance) -> bool:
        """Whether the fault of this name strikes now."""
        return chance.strikes(self.occasion(name), self._random.random())

    def under(self, rate: float) -> bool:
        """True at this rate."""
        return self._random.random() < rate

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return self._random.randrange(limit)
