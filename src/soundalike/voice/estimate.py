"""Figures with 95 % intervals: shares, medians and rates."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_Z: Final = 1.959964  # 97.5 % point of the normal distribution
_MOST_UNSEEN: Final = -math.log(0.025)  # events expected at most, at 97.5 %, where none was seen (Poisson)
_RESAMPLES: Final = 1_000
_RESAMPLES_AT_ONCE: Final = 100  # bounds the weights held in memory
_PERCENTILES: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


def share(answers: Floats) -> Estimate:
    """Share of ones among zeros and ones, with Wilson's interval (Wilson 1927)."""
    n, p = len(answers), float(answers.mean())
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return Estimate(p, min(max(centre - half, 0.0), p), max(min(centre + half, 1.0), p))


def median(values: Floats) -> Estimate:
    """Median with the interval between the order statistics n/2 ± z √n/2, which assumes no distribution."""
    ordered, n = np.sort(values), len(values)
    reach = _Z * math.sqrt(n) / 2
    low, high = max(math.floor(n / 2 - reach) - 1, 0), min(math.ceil(n / 2 + reach), n - 1)
    return Estimate(float(np.median(ordered)), float(ordered[low]), float(ordered[high]))


def rates(counts: Floats, exposures: Floats, chance: np.random.Generator) -> list[Estimate]:
    """Sum of counts over sum of exposures, by column, with percentile bootstraps over posts.

    Both arguments have the shape (posts, rates). Where nothing was counted, a bootstrap would be sure of
    zero: there the upper end is the exact Poisson bound of 3.7 events.
    """
    values = counts.sum(0) / np.maximum(exposures.sum(0), 1)
    both = np.concatenate([counts, exposures], axis=1)
    drawn = np.concatenate([_resampled(both, chance) for _ in range(_RESAMPLES // _RESAMPLES_AT_ONCE)])
    top, bottom = np.split(drawn, 2, axis=1)
    low, high = np.percentile(top / np.maximum(bottom, 1), _PERCENTILES, axis=0)
    unseen = np.where(counts.sum(0) == 0, _MOST_UNSEEN / np.maximum(exposures.sum(0), 1), 0)
    return [
        Estimate(float(value), float(min(least, value)), float(max(most, value, bound)))
        for value, least, most, bound in zip(values, low, high, unseen, strict=True)
    ]


def _resampled(values: Floats, chance: np.random.Generator) -> Floats:
    """Column sums of resamples; each post is drawn Poisson(1) times (Oza and Russell's online bootstrap)."""
    times = chance.poisson(1.0, size=(_RESAMPLES_AT_ONCE, len(values))).astype(np.float64)
    return times @ values
