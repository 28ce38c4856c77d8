"""Contrasts of an outcome between posts with and without each of many features: effects, intervals and p-values."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Real = NDArray[np.floating[Any]]

PERMUTATIONS: Final = 2_000
"""The least p is 1/2001, under 0.1/200: one true effect among two hundred features can be found."""

_NUMBERS_AT_ONCE = 3_000_000  # keeps a batch of permutations near 40 MB whatever the number of posts
_LONGEST_RUN = 20  # posts; engagement of neighbours is alike for about that long
# With 50 runs of 100 real posts the intervals of features that come in long bouts missed 7 to 17 % of the time, with
# 20 runs 6 to 11 %; of features that come singly 4 to 6 % either way.
_FEWEST_RUNS = 20
_COVERAGE = 0.95
_ROUNDING = 1e-4  # in single precision: a permutation that changes nothing must count as equally far
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Contrasts:
    """One number a feature. `effect`, `low` and `high` are differences of means; the interval is of 95 %.

    `t` is the effect over its standard error.
    """

    effect: Floats
    low: Floats
    high: Floats
    p: Floats
    t: Floats


@dataclass(frozen=True, slots=True)
class _Sides:
    """Posts with each feature as 0/1, and which could say at all: one of the few columns of `told`, by `telling`.

    A post that cannot say is on neither side, so the sums without a feature are those of the told less those with it.
    """

    yes: Singles
    told: Singles
    telling: NDArray[np.intp]

    @classmethod
    def of(cls, answers: Singles) -> "_Sides":
        kinds = dict[bytes, int]()
        told = np.isfinite(answers)
        telling = [kinds.setdefault(column.tobytes(), len(kinds)) for column in told.T]
        columns = [np.frombuffer(content, dtype=np.bool_) for content in kinds]
        return cls(
            (answers == 1).astype(np.float32), np.stack(columns, axis=1).astype(np.float32), np.array(telling)
        )

    def differ(self, values: Singles) -> tuple[Floats, Floats]:
        """Mean difference and its standard error (Welch), one row for each row of values, one column a feature."""
        squares = values * values
        total, count = (values @ self.told)[:, self.telling], self.told.sum(axis=0)[self.telling]
        of_squares = (squares @ self.told)[:, self.telling]
        with_it, squares_with = values @ self.yes, squares @ self.yes
        number = self.yes.sum(axis=0)
        yes = _mean_and_error(with_it, squares_with, number)
        no = _mean_and_error(total - with_it, of_squares - squares_with, count - number)
        return yes[0] - no[0], np.sqrt(np.maximum(yes[1] + no[1], _LEAST_VARIANCE))


def contrast(answers: Singles, outcome: Floats, rng: np.random.Generator) -> Contrasts:
    """Contrast the outcome of posts that answer 1 with those that answer 0, for each column of answers.

    Effect and interval come from the studentised mean difference when runs of neighbouring posts trade places. The
    p-value is the share of such permutations at least as far from 0; the interval is the effect less its error times
    the quantiles of the permuted.

    Args:
        answers: (posts, features) of 1, 0 or NaN, in order of time; at least two posts on either side of each.
        outcome: One number a post.
        rng: Of the permutations.
    """
    if not answers.shape[1]:
        return Contrasts(*(np.zeros(0) for _ in range(5)))
    values = ((outcome - outcome.mean()) / max(float(outcome.std()), _LEAST_VARIANCE)).astype(np.float32)
    sides = _Sides.of(answers)
    effect, error = (row[0] for row in sides.differ(values[None, :]))
    luck = _luck(sides, values, rng)
    low, high = effect - error * np.quantile(luck, [(1 + _COVERAGE) / 2, (1 - _COVERAGE) / 2], axis=0)
    farther = np.abs(luck) >= np.abs(effect / error) * (1 - _ROUNDING) - _ROUNDING
    scale = float(outcome.std())
    p = (1 + farther.sum(axis=0)) / (1 + len(luck))
    return Contrasts(effect * scale, low * scale, high * scale, p, effect / error)


def _luck(sides: _Sides, values: Singles, rng: np.random.Generator) -> Floats:
    """Differences over their errors under permutations, one row each."""
    size = len(values)
    run = max(min(size // _FEWEST_RUNS, _LONGEST_RUN), 1)
    rows = min(max(_NUMBERS_AT_ONCE // size, 1), PERMUTATIONS)
    luck = np.empty((PERMUTATIONS, sides.yes.shape[1]))
    for first in range(0, PERMUTATIONS, rows):
        mixed = _mix_runs(rng, values, run, min(rows, PERMUTATIONS - first))
        difference, error = sides.differ(mixed)
        luck[first : first + rows] = difference / error
    return luck


def _mix_runs(rng: np.random.Generator, values: Singles, run: int, rows: int) -> Singles:
    """Values with their runs in random order, each row cut elsewhere; what does not fill a run stays together."""
    size = len(values)
    whole, rest = divmod(size, run)
    starts = rng.permuted(np.broadcast_to(np.arange(whole) * run, (rows, whole)), axis=1)
    cut = rng.integers(0, size, (rows, 1))
    twice = np.concatenate([values, values])
    mixed = np.empty((rows, size), dtype=np.float32)
    mixed[:, : size - rest] = sliding_window_view(twice, run)[starts + cut].reshape(rows, size - rest)
    if rest:
        mixed[:, size - rest :] = sliding_window_view(twice, rest)[size - rest + cut[:, 0]]
    return mixed


def _mean_and_error(total: Real, squares: Real, count: Real) -> tuple[Floats, Floats]:
    """Mean of the values on one side and the square of its standard error."""
    mean = total / count
    variance = np.maximum(squares / count - mean * mean, 0.0)
    return mean, variance / (count - 1.0)


def adjust(p_values: Floats) -> Floats:
    """q-values by Benjamini and Hochberg (1995): p·m/rank, made to rise with p, at most 1."""
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * (len(p_values) / np.arange(1, len(p_values) + 1))
    q_values = np.empty_like(p_values)
    q_values[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q_values
