"""Many examples as one row of tokens that do not see each other.

Posts are short, and the order before each begins with the same thirty tokens. Padded to the longest of eight, 170
posts of three creators were 1.8 to 2.6 times as many tokens as here, where every token is read once: the beginning that
prompts share stands once, and all of them look back at it; otherwise each sees itself alone. Positions run as if each
example stood by itself, so that what a model makes of it is the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundalike.finetune.examples import Example

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pack:
    """Examples as one row of T tokens.

    `tokens` and `positions` have shape (T,). At the places `predicts` (N,) stand the tokens from which `targets` (N,)
    are to be told. For attention the row falls into S stretches of up to L tokens: `queries` (S, L) says where their
    tokens stand, `keys` (S, K) what they may look at, `sees` (S, L, K) which of it each does; `back` (T,) is where
    each token stands among the S·L queries. `chars` counts the characters of the answers.
    """

    tokens: Places
    positions: Places
    predicts: Places
    targets: Places
    queries: Places
    keys: Places
    sees: NDArray[np.bool_]
    back: Places
    chars: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Tokens that stand together from `start` on, and what stood before them elsewhere."""

    start: int
    size: int
    before: range


def pack(examples: Sequence[Example]) -> Pack:
    """Put examples into one row."""
    row = _Row()
    for group in _same_beginnings(examples):
        row.add(group)
    return row.packed(sum(example.chars for example in examples))


def batches(
    examples: Sequence[Example], tokens: int, *, rng: np.random.Generator | None = None
) -> Iterator[list[Example]]:
    """Divide examples into batches of about `tokens` tokens that are read; in random order if `rng` is given."""
    order = np.arange(len(examples)) if rng is None else rng.permutation(len(examples))
    batch: list[Example] = []
    size = 0
    for place in order:
        own = len(examples[place].answer) + _OWN_OF_PROMPT
        if batch and size + own > tokens:
            yield batch
            batch, size = [], 0
        batch.append(examples[place])
        size += own
    if batch:
        yield batch


_OWN_OF_PROMPT = 16  # the words of a subject and what follows them; the rest is shared


class _Row:
    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._positions: list[int] = []
        self._predicts: list[int] = []
        self._targets: list[int] = []
        self._stretches: list[_Stretch] = []

    def add(self, group: Sequence[Example]) -> None:
        """Add examples whose prompts begin alike, what they share first."""
        shared = _shared(group)
        before = self._put(group[0].prompt[:shared], range(0))
        for example in group:
            own = (*example.prompt[shared:], *example.answer[:-1])
            place = self._put(own, before)
            first = place.stop - len(example.answer)
            self._predicts += range(first, place.stop)
            self._targets += example.answer

    def packed(self, chars: int) -> Pack:
        queries = max(each.size for each in self._stretches)
        keys = queries + max(len(each.before) for each in self._stretches)
        shape = len(self._stretches)
        asked, heard = np.zeros((shape, queries), np.int64), np.zeros((shape, keys), np.int64)
        sees = np.zeros((shape, queries, keys), dtype=np.bool_)
        back = np.zeros(len(self._tokens), np.int64)
        for at, each in enumerate(self._stretches):
            own, known = np.arange(each.start, each.start + each.size), len(each.before)
            asked[at, : each.size] = own
            heard[at, : known + each.size] = np.concatenate([np.array(each.before, np.int64), own])
            sees[at, : each.size, : known + each.size] = np.tri(
                each.size, known + each.size, known, dtype=np.bool_
            )
            sees[at, each.size :, 0] = True  # a row that sees nothing would be no number
            back[own] = at * queries + np.arange(each.size)
        tokens, positions, predicts, targets = (
            np.array(each, np.int64)
            for each in (self._tokens, self._positions, self._predicts, self._targets)
        )
        return Pack(tokens, positions, predicts, targets, asked, heard, sees, back, chars)

    def _put(self, tokens: Sequence[int], before: range) -> range:
        start = len(self._tokens)
        self._tokens += tokens
        self._positions += range(len(before), len(before) + len(tokens))
        if tokens:
            self._stretches.append(_Stretch(start, len(tokens), before))
        return range(start, len(self._tokens))


def _same_beginnings(examples: Sequence[Example]) -> list[list[Example]]:
    """Examples by the first token of their prompts: orders in one group, texts to continue in another."""
    groups: dict[int, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.prompt[0], []).append(example)
    return list(groups.values())


def _shared(group: Sequence[Example]) -> int:
    """How many tokens all prompts begin with; the last of each stays its own, as the answer is told from it."""
    if len(group) == 1:
        return 0
    prompts = [example.prompt[:-1] for example in group]
    first, last = min(prompts), max(prompts)
    return next(
        (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first)
    )
