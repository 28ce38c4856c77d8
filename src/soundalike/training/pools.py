"""Figures of pools of texts with their 95 % intervals, where texts that were drafted on one brief are alike.

Drafts of one brief share its subject and the examples it called up, so they are no independent draws: intervals that
took them for such were too narrow, by factors of 1.6 and 2.3 for 80 drafts of the embedded model on 10 subjects of two
creators. Whole briefs are resampled instead, one fewer than there are, which makes the variance of a mean unbiased (Rao
and Wu 1988), and deviations are stretched as Student's t is wider than the normal distribution.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST_TEXTS: Final = 8
"""Texts in a pool under which no verdict is given: a bootstrap of fewer tells too narrow an interval."""

FEWEST_BRIEFS: Final = 4
"""Briefs under which no verdict is given, for the same reason."""

RESAMPLES: Final = 2_000
_INTERVAL: Final = (2.5, 97.5)
_Z: Final = 1.959964  # 97.5 % point of the normal distribution
_LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % interval, over `count` texts."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Texts:
    """Drafts, and the number of the brief that each was written on, of shape (texts,)."""

    texts: tuple[str, ...]
    groups: Integers

    @classmethod
    def of(cls, by_brief: Sequence[Sequence[str]]) -> Self:
        """Drafts brief by brief."""
        groups = np.repeat(np.arange(len(by_brief)), [len(each) for each in by_brief])
        return cls(tuple(text for each in by_brief for text in each), groups)

    def where(self, kept: Sequence[bool]) -> "Texts":
        """Those that are kept."""
        return Texts(
            tuple(text for text, is_kept in zip(self.texts, kept, strict=True) if is_kept),
            self.groups[np.array(kept, dtype=np.bool_)],
        )


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts by a figure and its weight, both of shape (texts,), and the number of the brief each was drafted on.

    Without `groups` every text stands for itself.
    """

    ratios: Floats
    weights: Floats
    groups: Integers | None = None

    def __len__(self) -> int:
        return len(self.ratios)

    @property
    def likeness(self) -> float:
        """Sum of the figures over the sum of the weights; 0 where there is no text."""
        return float(self.ratios.sum() / max(self.weights.sum(), _LEAST))

    def resampled(self, chance: np.random.Generator) -> Floats:
        """Likeness of resamples of the briefs, of shape (2000,)."""
        sums = np.stack([self.ratios, self.weights], 1)
        drawn = redrawn(by_group(sums, self.groups), RESAMPLES, chance)
        likeness: Floats = drawn[:, 0] / np.maximum(drawn[:, 1], _LEAST)
        return self.likeness + stretch(count_groups(len(self), self.groups)) * (likeness - self.likeness)


def by_group(rows: Floats, groups: Integers | None) -> Floats:
    """Sums of rows by group, of shape (groups, columns); the rows themselves where each stands for itself."""
    if groups is None:
        return rows
    known, places = np.unique(groups, return_inverse=True)
    sums = np.zeros((len(known), rows.shape[1]))
    np.add.at(sums, places, rows)
    return sums


def count_groups(texts: int, groups: Integers | None) -> int:
    """How many independent draws the texts are."""
    return texts if groups is None else len(np.unique(groups))


def draws(groups: int, times: int, chance: np.random.Generator) -> Floats:
    """How often each group is in each resample, of shape (times, groups)."""
    if not groups:
        return np.zeros((times, 0))
    return chance.multinomial(max(groups - 1, 1), np.full(groups, 1 / groups), size=times).astype(np.float64)


def redrawn(sums: Floats, times: int, chance: np.random.Generator) -> Floats:
    """Column sums of resamples of the groups, of shape (times, columns)."""
    drawn: Floats = draws(len(sums), times, chance) @ sums
    return drawn


def stretch(groups: int) -> float:
    """How much wider Student's t with groups − 1 degrees of freedom is than the normal distribution, at 97.5 %.

    The first term of its expansion (Abramowitz and Stegun 26.7.5): 1 + (z² + 1) / 4ν.
    """
    return 1 + (_Z**2 + 1) / (4 * max(groups - 1, 1))


def measure(pool: Pool, chance: np.random.Generator) -> Measure:
    """Likeness of a pool with its interval."""
    return between(pool.likeness, pool.resampled(chance), len(pool))


def gap_closed(ceiling: Pool, drafts: Pool, floor: Pool, chance: np.random.Generator) -> Measure | None:
    """(drafts - floor) / (ceiling - floor) with its interval; None where ceiling and floor cannot be told apart."""
    high, middle, low = (pool.resampled(chance) for pool in (ceiling, drafts, floor))
    if np.percentile(high - low, _INTERVAL[0]) <= 0:
        return None
    value = (drafts.likeness - floor.likeness) / (ceiling.likeness - floor.likeness)
    return between(value, (middle - low) / (high - low), len(drafts))


def can_judge(*pools: Pool) -> bool:
    """Whether each pool has texts enough, on briefs enough, for a verdict."""
    return all(
        len(pool) >= FEWEST_TEXTS and count_groups(len(pool), pool.groups) >= FEWEST_BRIEFS for pool in pools
    )


def share(answers: Sequence[bool] | NDArray[np.bool_], groups: Integers | None = None) -> Measure:
    """The share of yes with Wilson's interval (Wilson 1927); 0 to 1 where there is no answer.

    Where answers within a brief agree more than by chance, it is that of as many independent answers as they are worth:
    n over the design effect, the variance of the share between briefs over p (1 - p) / n (Korn and Graubard 1998).
    """
    yes = np.asarray(answers, dtype=np.float64)
    if not len(yes):
        return Measure(0.0, 0.0, 1.0, 0)
    p, n = float(yes.mean()), len(yes) / _design_effect(yes, groups)
    z = _Z * stretch(count_groups(len(yes), groups))
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return Measure(p, min(max(centre - half, 0.0), p), max(min(centre + half, 1.0), p), len(yes))


def ratio(first: Measure, second: Measure) -> Measure | None:
    """One share over another with the interval that follows from theirs (MOVER-R: Donner and Zou 2012).

    None where the second is so uncertain that no upper end follows.
    """
    p, q = first.value, second.value
    if second.high >= 2 * q or second.low <= 0:
        return None
    low = _edge(p * q, first.low * (2 * p - first.low), second.high * (2 * q - second.high), -1)
    high = _edge(p * q, first.high * (2 * p - first.high), second.low * (2 * q - second.low), 1)
    return Measure(p / q, max(low, 0.0), high, first.count)


def between(value: float, resampled: Floats, count: int) -> Measure:
    """A figure with the percentile interval of its resamples."""
    low, high = np.percentile(resampled, _INTERVAL)
    return Measure(float(value), float(low), float(high), count)


def _edge(product: float, first: float, second: float, side: int) -> float:
    return (product + side * math.sqrt(max(product**2 - first * second, 0.0))) / second


def _design_effect(yes: Floats, groups: Integers | None) -> float:
    p, n, briefs = float(yes.mean()), len(yes), count_groups(len(yes), groups)
    if groups is None or briefs < 2 or not 0 < p < 1:  # noqa: PLR2004 - there is nothing to compare
        return 1.0
    residuals = by_group((yes - p)[:, None], groups)
    variance = float((residuals**2).sum()) / n**2 * briefs / (briefs - 1)
    return max(variance / (p * (1 - p) / n), 1.0)
