"""How probable a text's characters are in somebody's writing: runs of three, smoothed by Witten and Bell's rule."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from soundalike.voice.estimate import Floats
from soundalike.voice.grams import ORDERS, Integers, before_last, shortened

_ALPHABET: Final = (
    2_000  # characters that might come where nothing is known; the same for all, so it hardly matters
)


@dataclass(frozen=True, slots=True)
class _Level:
    """Runs of one order with their uses, and the contexts they stand in: uses, and different characters after them."""

    runs: Integers
    uses: Floats
    contexts: Integers
    totals: Floats
    kinds: Floats


@dataclass(frozen=True, slots=True)
class RunModel:
    """A writer, or many: runs of three, ascending, and how often each was used."""

    keys: Integers
    uses: Integers
    levels: tuple[_Level, ...]

    @classmethod
    def of(cls, keys: Integers, uses: Integers) -> Self:
        """The model of counted runs; `keys` ascend without repetition."""
        return cls(keys, uses, tuple(_level(keys, uses, order) for order in ORDERS))

    def log_probability(self, keys: Integers) -> Floats:
        """Of each run the log-probability of its last character after the ones before it.

        p(x | h) = (uses(hx) + kinds(h) p(x | h')) / (uses(h) + kinds(h)), h' being h without its oldest character
        (Witten and Bell 1991); where h was never seen, p(x | h').
        """
        runs, back = np.unique(keys, return_inverse=True)
        probability = np.full(len(runs), 1 / _ALPHABET)
        for order, level in zip(ORDERS, self.levels, strict=True):
            run = shortened(runs, order)
            uses = _found(level.runs, level.uses, run)
            totals, kinds = (
                _found(level.contexts, values, before_last(run)) for values in (level.totals, level.kinds)
            )
            seen = totals > 0
            probability[seen] = (uses + kinds * probability)[seen] / (totals + kinds)[seen]
        logs: Floats = np.log(probability)[back]
        return logs


def _level(keys: Integers, uses: Integers, order: int) -> _Level:
    runs, index = np.unique(shortened(keys, order), return_inverse=True)
    counts = np.bincount(index, weights=uses, minlength=len(runs)).astype(float)
    contexts, place = np.unique(before_last(runs), return_inverse=True)
    totals = np.bincount(place, weights=counts, minlength=len(contexts)).astype(float)
    return _Level(runs, counts, contexts, totals, np.bincount(place, minlength=len(contexts)).astype(float))


def _found(known: Integers, values: Floats, wanted: Integers) -> Floats:
    """The value of each wanted run; 0 for one that is not known."""
    if not len(known):
        return np.zeros(len(wanted))
    index = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[index] == wanted, values[index], 0.0)
