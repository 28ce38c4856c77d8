"""Texts as sparse rows of numbers, and ridge regression on them, without a vocabulary to keep.

Every n-gram is counted in one of 2**17 columns by its checksum, so a model is two arrays of fixed size whatever the
posts hold.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COLUMNS: Final = 2**17

_LONGEST_TEXT = 4_000  # characters looked at; a long post of 25,000 would outweigh a hundred others in time
_URL = re.compile(r"https?://\S+")
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(
    r"[\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF]|[@#]?(?:(?![\u3040-\u30FF\u3400-\u9FFF\uAC00-\uD7AF])[\w'’])+|[^\w\s]"
)
_SHORTEST, _LONGEST = 3, 5  # characters of a word
_WORD_GRAM, _CHARACTER_GRAM = "w", "c"
_FEWEST_TEXTS = {_WORD_GRAM: 2, _CHARACTER_GRAM: 3}
_WEIGHTS = {_WORD_GRAM: 1.0, _CHARACTER_GRAM: 0.6}


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix beside a dense one: entry k stands in `row[k]`, `column[k]`; `dense` is (texts, features)."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    value: Floats
    dense: Floats

    def times(self, sparse: Floats, dense: Floats) -> Floats:
        """The product with a column vector."""
        products = self.value * sparse[self.column]
        return np.bincount(self.row, products, minlength=len(self.dense)) + self.dense @ dense

    def transposed_times(self, vector: Floats) -> tuple[Floats, Floats]:
        """The transpose's product with a vector of one number a text."""
        products = self.value * vector[self.row]
        return np.bincount(self.column, products, minlength=COLUMNS).astype(np.float64), self.dense.T @ vector

    def first(self, count: int) -> "Rows":
        """The first `count` texts."""
        kept = self.row < count
        return Rows(self.row[kept], self.column[kept], self.value[kept], self.dense[:count])


@dataclass(frozen=True, slots=True)
class Entries:
    """Which columns each text touches, once each, for one kind of n-gram."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    kind: str

    def idf(self, texts: int) -> Floats:
        """log((1 + n) / (1 + texts with it)) + 1 for each column, 0 where too few of the first `texts` hold it."""
        found = np.bincount(self.column[self.row < texts], minlength=COLUMNS)
        return np.where(found >= _FEWEST_TEXTS[self.kind], np.log((1 + texts) / (1 + found)) + 1, 0.0)

    def weighed(self, idf: Floats, texts: int) -> Floats:
        """A value for each entry: idf, each text scaled to the length of its kind."""
        value = idf[self.column]
        length = np.sqrt(np.bincount(self.row, value * value, minlength=texts))
        return _WEIGHTS[self.kind] * value / np.maximum(length, 1e-12)[self.row]


def read_entries(texts: Sequence[str]) -> tuple[Entries, Entries]:
    """Words and pairs of words with the text's edges; and 3 to 5 characters within a word."""
    plain = [_plain(text) for text in texts]
    return _entries(plain, _word_grams, _WORD_GRAM), _entries(plain, _character_grams, _CHARACTER_GRAM)


def solve_ridge(rows: Rows, target: Floats, *, strength: float) -> tuple[Floats, Floats]:
    """Weights w with least |Xw - target|² + strength·|w|², by conjugate gradients on the dual (Xᵀα, α of n numbers)."""

    def system(vector: Floats) -> Floats:
        return rows.times(*rows.transposed_times(vector)) + strength * vector

    alpha = np.zeros(len(target))
    rest = target.astype(np.float64)
    direction = rest.copy()
    size = float(rest @ rest)
    enough = 1e-8 * size
    for _ in range(len(target)):
        if size <= enough:
            break
        turned = system(direction)
        step = size / float(direction @ turned)
        alpha += step * direction
        rest -= step * turned
        size, before = float(rest @ rest), size
        direction = rest + size / before * direction
    return rows.transposed_times(alpha)


def _plain(text: str) -> str:
    """Lower case, links as `url`, every digit as 0: what is said, without which link and which figure."""
    return _DIGIT.sub("0", _URL.sub(" url ", text[:_LONGEST_TEXT].lower().replace("&amp;", "&")))


def _word_grams(text: str) -> Iterator[str]:
    found = ["^", *_TOKEN.findall(text), "$"]
    yield from found[1:-1]
    yield from map(" ".join, pairwise(found))


def _character_grams(text: str) -> Iterator[str]:
    for word in set(text.split()):
        edged = f" {word} "
        for length in range(_SHORTEST, _LONGEST + 1):
            for start in range(len(edged) - length + 1):
                yield edged[start : start + length]


def _entries(texts: Sequence[str], grams: Callable[[str], Iterable[str]], kind: str) -> Entries:
    columns = [_columns_of(grams(text), kind) for text in texts]
    row = np.repeat(np.arange(len(texts)), [len(each) for each in columns])
    return Entries(row, np.concatenate(columns) if columns else np.zeros(0, dtype=np.int64), kind)


def _columns_of(grams: Iterable[str], kind: str) -> NDArray[np.int64]:
    start = crc32(kind.encode())
    found = {crc32(gram.encode("utf-8", "replace"), start) % COLUMNS for gram in set(grams)}
    return np.array(sorted(found), dtype=np.int64)
