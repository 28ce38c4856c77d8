"""The report card: how like the creator the drafts are, beside what could be expected at best and at worst.

Likeness is the pooled log-odds of being the creator's (voice/likeness.py). Four pools stand side by side: the ceiling
(the creator's own held-out posts), the drafts (unselected), the floor (the same language model without the voice) and
the impostors (other writers). Intervals are 95 % percentile bootstraps over texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FEWEST_TEXTS: Final = 8
"""Texts in a pool under which no verdict is given: a bootstrap of fewer tells too narrow an interval."""

_RESAMPLES = 2_000
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Pool:
    """Texts as likeness sees them: weighted log-odds and weight of each, both of shape (texts,)."""

    ratios: Floats
    weights: Floats

    def __len__(self) -> int:
        return len(self.ratios)

    @property
    def likeness(self) -> float:
        """Weighted mean of the log-odds; 0 where there is no text."""
        return float(self.ratios.sum() / max(self.weights.sum(), 1e-9))

    def resampled(self, chance: np.random.Generator) -> Floats:
        """Likeness of resamples of the texts, of shape (2000,)."""
        picks = chance.integers(0, max(len(self), 1), size=(_RESAMPLES, len(self)))
        drawn: Floats = self.ratios[picks].sum(axis=1) / np.maximum(self.weights[picks].sum(axis=1), 1e-9)
        return drawn


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95 % interval, over `count` texts."""

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Impostor:
    """Another writer's likeness to the creator."""

    username: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Novelty:
    """How new the unselected drafts are, held against every collected post."""

    longest_shared_words: int
    mean_novelty: float
    too_close: int
    drafts: int


@dataclass(frozen=True, slots=True)
class ReportCard:
    """What a model is worth, with what it could not be judged on in `notes`.

    `gap_closed` is the share of the way from floor to ceiling that the drafts go: 0 at the floor, 1 at the ceiling.
    `length_distance` is the Kolmogorov-Smirnov distance of lengths in characters, 0 (the same) to 1.
    `withheld` counts why drafts would not have been shown to the user; `texts` are the drafts that were judged.
    """

    ceiling: Measure
    drafts: Measure
    floor: Measure
    impostors: tuple[Impostor, ...]
    gap_closed: Measure | None
    length_distance: Measure
    novelty: Novelty
    withheld: Mapping[str, int]
    texts: tuple[str, ...]
    notes: tuple[str, ...]
    writer: str
    seed: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The card as plain values; `from_json` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ReportCard":
        """Read a card from its plain values."""
        gap = values["gap_closed"]
        return cls(
            ceiling=Measure(**values["ceiling"]),
            drafts=Measure(**values["drafts"]),
            floor=Measure(**values["floor"]),
            impostors=tuple(Impostor(**impostor) for impostor in values["impostors"]),
            gap_closed=Measure(**gap) if gap else None,
            length_distance=Measure(**values["length_distance"]),
            novelty=Novelty(**values["novelty"]),
            withheld=values["withheld"],
            texts=tuple(values["texts"]),
            notes=tuple(values["notes"]),
            writer=values["writer"],
            seed=values["seed"],
            seconds=values["seconds"],
        )


def measure(pool: Pool, chance: np.random.Generator) -> Measure:
    """Likeness of a pool with its interval."""
    return _measure(pool.likeness, pool.resampled(chance), len(pool.ratios))


def gap_closed(ceiling: Pool, drafts: Pool, floor: Pool, chance: np.random.Generator) -> Measure | None:
    """(drafts - floor) / (ceiling - floor) with its interval; None where ceiling and floor cannot be told apart."""
    high, middle, low = (pool.resampled(chance) for pool in (ceiling, drafts, floor))
    if np.percentile(high - low, _INTERVAL[0]) <= 0:
        return None
    value = (drafts.likeness - floor.likeness) / (ceiling.likeness - floor.likeness)
    return _measure(value, (middle - low) / (high - low), len(drafts.ratios))


def distribution_distance(
    first: Sequence[float], second: Sequence[float], chance: np.random.Generator
) -> Measure:
    """Kolmogorov-Smirnov distance: the greatest difference of the two cumulative distributions; 1 to nothing at all."""
    if not (len(first) and len(second)):
        return Measure(1.0, 1.0, 1.0, 0)
    one, other = np.sort(np.asarray(first, dtype=float)), np.sort(np.asarray(second, dtype=float))
    drawn = [
        _distance(np.sort(chance.choice(one, len(one))), np.sort(chance.choice(other, len(other))))
        for _ in range(_RESAMPLES // 4)
    ]
    return _measure(_distance(one, other), np.array(drawn), len(one))


def _distance(one: Floats, other: Floats) -> float:
    at = np.concatenate([one, other])
    below = np.searchsorted(one, at, "right") / len(one) - np.searchsorted(other, at, "right") / len(other)
    return float(np.abs(below).max())


def _measure(value: float, resampled: Floats, count: int) -> Measure:
    low, high = np.percentile(resampled, _INTERVAL)
    return Measure(float(value), float(low), float(high), count)


def spread(impostors: Sequence[Impostor]) -> Measure:
    """The median of the impostors between their 2.5 and 97.5 % points."""
    ordered = np.array([impostor.likeness for impostor in impostors])
    low, middle, high = np.percentile(ordered, (_INTERVAL[0], 50, _INTERVAL[1]))
    return Measure(float(middle), float(low), float(high), len(ordered))
