"""Whose a pool of texts is, or that it is too little text to say."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from soundalike.voice.estimate import Floats

ENOUGH_CHARACTERS: Final = 800
"""Characters of a pool under which no verdict is given: some eight posts. At it 2.8 % were wrong (4.1 % at half of it),
half of them the creator's own and half other writers', mean over eleven English creators with rivals that had no say in
any setting; 5.2 % over the six creators that settings were chosen on (`benchmarks/voice likeness`)."""

ENOUGH_WRITERS: Final = 10
"""Other writers of the language under which no verdict is given: with two known, 18 % and more were wrong."""

_RESAMPLES: Final = 1_000
_PERCENTILES: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A pool's likeness (log-odds) with its 95 % interval over texts, which a single text has not.

    `writers` is how many others the measure was learned against.
    """

    likeness: float
    low: float | None
    high: float | None
    texts: int
    characters: int
    writers: int

    @property
    def is_enough(self) -> bool:
        """Whether there are enough text and enough other writers to judge by."""
        return self.characters >= ENOUGH_CHARACTERS and self.writers >= ENOUGH_WRITERS

    @property
    def is_creators(self) -> bool | None:
        """Whether it is likelier the creator's than another writer's; None where there is too little to judge by."""
        return self.likeness > 0 if self.is_enough else None

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if self.writers < ENOUGH_WRITERS:
            return (
                f"Too few other writers of the language are known to say whose it is: {self.writers}, "
                f"and it takes {ENOUGH_WRITERS}."
            )
        if self.characters < ENOUGH_CHARACTERS:
            return (
                f"Too little text to say whose it is: {self.characters:,} characters, "
                f"and it takes {ENOUGH_CHARACTERS:,}."
            )
        whose = (
            "the creator’s than another writer’s"
            if self.is_creators
            else "another writer’s than the creator’s"
        )
        spread = "" if self.low is None or self.high is None else f" ({self.low:+.2f} to {self.high:+.2f})"
        return f"Likelier {whose}: log-odds {self.likeness:+.2f}{spread}."


def judge_pool(ratios: Floats, weights: Floats, *, characters: int, writers: int, seed: int = 0) -> Verdict:
    """Judge a pool by its texts' ratios and weights, as `Likeness.ratios` gives them.

    Raises:
        ValueError: The pool is empty.
    """
    if not len(ratios):
        raise ValueError("A pool of no texts has no likeness.")
    low, high = _interval(ratios, weights, seed) if len(ratios) > 1 else (None, None)
    return Verdict(float(ratios.sum() / weights.sum()), low, high, len(ratios), characters, writers)


def _interval(ratios: Floats, weights: Floats, seed: int) -> tuple[float, float]:
    picks = np.random.default_rng(seed).integers(0, len(ratios), (_RESAMPLES, len(ratios)))
    low, high = np.percentile(ratios[picks].sum(1) / weights[picks].sum(1), _PERCENTILES)
    return float(low), float(high)
