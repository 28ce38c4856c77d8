"""Posts drawn from counts: each character follows the two before it as in the writer's own text.

What is drawn so reads like nothing, but its runs come together as runs do: a rare word brings all of its own. Runs
drawn one by one do not, and a measure that learns from them takes their coming together for the creator's mark.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np

from soundalike.voice.background import Counts
from soundalike.voice.grams import AT_START, Integers, before_last, closes, shortened

_WRITER_SHIFT: Final = 42  # a context of two characters has as many bits


@dataclass(frozen=True, slots=True)
class Chains:
    """The runs of several writers, one writer after the other.

    A state is a writer with two characters written; `starts` is each writer's first. From a state one of the runs
    between two `edges` is drawn, in proportion to its uses; `follows` is the state after each run. `ends` holds, for
    each writer, runs that close a text.
    """

    runs: Integers
    edges: Integers
    begins: Integers
    widths: Integers
    follows: Integers
    starts: Integers
    ends: tuple[Integers, ...]

    @classmethod
    def of(cls, gram_keys: Integers, counts: Sequence[Counts]) -> Self:
        """The chains of writers whose `counts` stand over the vocabulary `gram_keys`."""
        runs = np.concatenate([gram_keys[index] for index, _ in counts])
        uses = np.concatenate([each for _, each in counts]).astype(np.int64)
        owner = np.repeat(np.arange(len(counts)), [len(index) for index, _ in counts])
        closing = closes(runs)
        states, first = np.unique(_state(owner, before_last(runs)), return_index=True)
        edges = np.concatenate([[0], np.cumsum(np.where(closing, 0, uses))])
        begins = edges[first]
        widths = edges[np.append(first[1:], len(runs))] - begins
        starts = np.searchsorted(states, _state(np.arange(len(counts)), AT_START))
        return cls(
            runs=runs,
            edges=edges,
            begins=begins,
            widths=widths,
            follows=_follows(states, widths, starts, owner, runs),
            starts=starts,
            ends=tuple(
                np.repeat(runs[closing & (owner == writer)], uses[closing & (owner == writer)])
                for writer in range(len(counts))
            ),
        )

    def draw(
        self, owners: Integers, lengths: Integers, chance: np.random.Generator
    ) -> tuple[Integers, Integers]:
        """Runs of one post for each of `owners`, `lengths` of them, the last a closing one; and the post of each."""
        parts = [*self._running(owners, lengths - 1, chance), self._closing(owners, chance)]
        runs, posts = (np.concatenate(part) for part in zip(*parts, strict=True))
        return runs, posts

    def _running(
        self, owners: Integers, lengths: Integers, chance: np.random.Generator
    ) -> Iterator[tuple[Integers, Integers]]:
        state = self.starts[owners]
        for step in range(int(lengths.max(initial=0))):
            going = np.flatnonzero(lengths > step)
            here = state[going]
            place = self.begins[here] + (chance.random(len(going)) * self.widths[here]).astype(np.int64)
            run = np.searchsorted(self.edges, place, "right") - 1
            state[going] = self.follows[run]
            yield self.runs[run], going

    def _closing(self, owners: Integers, chance: np.random.Generator) -> tuple[Integers, Integers]:
        spots = chance.random(len(owners))
        runs = [
            self.ends[owner][int(spot * len(self.ends[owner]))]
            for owner, spot in zip(owners, spots, strict=True)
        ]
        return np.array(runs, dtype=np.int64), np.arange(len(owners))


def _state(owner: Integers, context: Integers | int) -> Integers:
    return owner.astype(np.int64) << _WRITER_SHIFT | context


def _follows(
    states: Integers, widths: Integers, starts: Integers, owner: Integers, runs: Integers
) -> Integers:
    """The state after each run; where a text has always ended there, the writer's commonest one."""
    wanted = _state(owner, shortened(runs, 2))
    found = np.minimum(np.searchsorted(states, wanted), len(states) - 1)
    goes_on = (states[found] == wanted) & (widths[found] > 0)
    within = widths.copy()
    within[starts] = 0
    edges = np.searchsorted(states, _state(np.arange(len(starts) + 1), 0)).tolist()
    commonest = [begin + int(np.argmax(within[begin:end])) for begin, end in pairwise(edges)]
    return np.where(goes_on, found, np.array(commonest)[owner])
