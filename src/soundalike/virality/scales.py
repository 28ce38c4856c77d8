"""Texts as rows of numbers, on the scales of the texts that a model was fitted on."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from soundalike.virality.grams import Entries, Floats, Integers, Kind
from soundalike.virality.ridge import Rows

_CLIP: Final = 4.0


@dataclass(frozen=True)
class Layout:
    """What the columns of a row are: n-grams of some kinds, then dense columns by name.

    A dense column is brought to mean 0 and variance 1 and then weighed: the larger its weight, the larger an effect
    the regression expects of it.
    """

    kinds: tuple[Kind, ...]
    names: tuple[str, ...]
    weights: tuple[float, ...]

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where the columns of each kind begin, all kinds side by side; and last, how many there are."""
        ends = np.cumsum([kind.columns for kind in self.kinds])
        return (0, *ends.tolist())


@dataclass(frozen=True, slots=True)
class Reading:
    """Texts taken apart, once for all scales: n-grams of each kind, and a dense row a text in order of the names."""

    entries: list[Entries]
    dense: Floats


@dataclass(frozen=True, slots=True)
class Scales:
    """What a row's numbers are measured by.

    `columns` are the n-grams that enough texts held, in rising order, and `found` in how many of `texts` each was;
    `mean` and `spread` are of the dense columns.
    """

    layout: Layout
    texts: int
    columns: Integers
    found: Integers
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, layout: Layout, reading: Reading, count: int) -> "Scales":
        """The scales of the first `count` texts."""
        counts = [np.bincount(e.column[e.row < count], minlength=e.kind.columns) for e in reading.entries]
        kept = [np.flatnonzero(n >= kind.fewest_texts) for n, kind in zip(counts, layout.kinds, strict=True)]
        columns = np.concatenate([each + offset for each, offset in zip(kept, layout.offsets, strict=False)])
        found = np.concatenate([n[each] for n, each in zip(counts, kept, strict=True)])
        return cls(layout, count, columns, found, *_mean_and_spread(reading.dense[:count]))

    def rows(self, reading: Reading) -> Rows:
        """The texts of a reading; n-grams that are not among `columns` are left out."""
        parts = [
            self._part(each, offset, len(reading.dense))
            for each, offset in zip(reading.entries, self.layout.offsets, strict=False)
        ]
        row, column, value = (np.concatenate(each) for each in zip(*parts, strict=True))
        dense = self.standardised(reading.dense) * np.array(self.layout.weights)
        return Rows(row, column, value, dense, len(self.columns))

    def standardised(self, dense: Floats) -> Floats:
        """Dense columns with mean 0 and variance 1 over the known texts; 0 where there is no answer."""
        return np.clip(np.nan_to_num((dense - self.mean) / self.spread), -_CLIP, _CLIP)

    def _part(self, entries: Entries, offset: int, texts: int) -> tuple[Integers, Integers, Floats]:
        """Row, place among the columns and tf-idf of one kind; each text's part has the weight of the kind."""
        asked = entries.column + offset
        place = np.searchsorted(self.columns, asked)
        held = np.append(self.columns, -1)[place] == asked
        row, place = entries.row[held], place[held]
        value = np.log((1 + self.texts) / (1 + self.found[place])) + 1
        length = np.sqrt(np.bincount(row, value * value, minlength=texts))
        return row, place, entries.kind.weight * value / length[row]


def _mean_and_spread(dense: Floats) -> tuple[Floats, Floats]:
    """Over the known answers of each column; what never varies has an endless spread, and so says nothing."""
    known = np.isfinite(dense)
    filled, number = np.where(known, dense, 0.0), np.maximum(known.sum(axis=0), 1)
    mean = filled.sum(axis=0) / number
    square = (np.where(known, filled - mean, 0.0) ** 2).sum(axis=0) / number
    return mean, np.where(square > 0, np.sqrt(square), np.inf)
