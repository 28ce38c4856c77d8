"""The stretch of time around each post that it is compared with, and medians and percentiles over it."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

WINDOW_SECONDS: Final = 30 * 86_400.0
"""Half the width of the stretch a post is compared with."""

FEWEST_NEIGHBOURS: Final = 20
"""A median of fewer posts moves with each of them, so a thinner window is widened to the nearest 20 in time."""


class Surroundings:
    """For each of the given times, in rising order: the stretch of posts it is compared with, itself among them.

    The stretch is ±30 days, widened to the nearest 20 posts where it holds fewer, and all there are where there are
    fewer still. Only the `usual` posts are company; all are where the mask is left out.
    """

    def __init__(self, seconds: Floats, usual: Mask | None = None) -> None:
        self._usual = np.ones(len(seconds), dtype=np.bool_) if usual is None else usual
        company = seconds[self._usual]
        here = np.clip(np.cumsum(self._usual) - 1, 0, None)
        near_first, near_end = _nearest(seconds, company, here, min(FEWEST_NEIGHBOURS, len(company)))
        self._first = np.minimum(np.searchsorted(company, seconds - WINDOW_SECONDS, "left"), near_first)
        self._end = np.maximum(np.searchsorted(company, seconds + WINDOW_SECONDS, "right"), near_end)

    def median(self, values: Floats) -> Floats:
        """The median of each stretch."""
        return np.array([_median(stretch) for _, stretch in self._stretches(values)])

    def percentile(self, values: Floats) -> Floats:
        """Where each value stands in its stretch: the share below it plus half the share equal to it, 0 to 100."""
        return np.array([_standing(value, stretch) for value, stretch in self._stretches(values)])

    def _stretches(self, values: Floats) -> Iterator[tuple[float, list[float]]]:
        # One sorted list slides along, so the work grows with the number of posts and not with its square.
        numbers: list[float] = values[self._usual].tolist()
        stretch: list[float] = []
        held_from = held_to = 0
        for value, first, end in zip(values.tolist(), self._first.tolist(), self._end.tolist(), strict=True):
            for entering in numbers[held_to:end]:
                insort(stretch, entering)
            for leaving in numbers[held_from:first]:
                del stretch[bisect_left(stretch, leaving)]
            held_from, held_to = first, end
            yield value, stretch


def _nearest(
    seconds: Floats, company: Floats, here: NDArray[np.intp], count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Bounds of the `count` of the company nearest in time to each post; both bounds never go back.

    `here` is each post's own place in the company, or the place of the one before it.
    """
    first = np.clip(here[:, None] + np.arange(1 - count, 2), 0, len(company) - count)
    farther = np.maximum(seconds[:, None] - company[first], company[first + count - 1] - seconds[:, None])
    best = np.take_along_axis(first, farther.argmin(axis=1)[:, None], axis=1)[:, 0]
    best = np.maximum.accumulate(best)
    return best, best + count


def _median(ordered: list[float]) -> float:
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _standing(value: float, ordered: list[float]) -> float:
    return 50.0 * (bisect_left(ordered, value) + bisect_right(ordered, value)) / len(ordered)
