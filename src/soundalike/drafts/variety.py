"""Puts texts into an order of which every beginning is varied."""

import zlib
from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

import numpy as np
from numpy.typing import NDArray

_Vector = NDArray[np.float32]

_GRAM: Final = 3
_BUCKETS: Final = 1024
_MOST_TEXTS: Final = 3000
_LENGTHS: Final = 3
_PREFERENCE: Final = 0.5  # typical as much as new


def order_by_variety(texts: Sequence[str], count: int) -> list[str]:
    """Choose up to `count` texts, each typical of all and little like those before it; all lengths take turns.

    Within each third by length: maximal marginal relevance (Carbonell and Goldstein 1998), half the cosine to the mean
    of all, less half the largest cosine to a chosen one, over square-rooted counts of hashed character 3-grams. Without
    the thirds, long texts would be the most typical. Looks at the first 3,000 texts.
    """
    texts = sorted(texts[:_MOST_TEXTS], key=len)
    if not texts:
        return []
    vectors = np.stack([_vector(text) for text in texts])
    typical = vectors @ _unit(vectors.mean(axis=0))
    thirds = np.array_split(np.arange(len(texts)), _LENGTHS)
    orders = [third[_order(vectors[third], typical[third], count)] for third in thirds]
    turns = zip_longest(*(order.tolist() for order in orders))
    return [texts[at] for turn in turns for at in turn if at is not None][:count]


def _order(vectors: _Vector, typical: _Vector, count: int) -> list[int]:
    """The order by marginal relevance of up to `count` rows of `vectors`."""
    nearest = np.zeros(len(vectors), dtype=np.float32)
    chosen: list[int] = []
    for _ in range(min(count, len(vectors))):
        gain = _PREFERENCE * typical - (1 - _PREFERENCE) * nearest
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    return chosen


def _vector(text: str) -> _Vector:
    folded = f" {text.casefold()} "
    grams = (folded[at : at + _GRAM] for at in range(len(folded) - _GRAM + 1))
    buckets = [zlib.crc32(gram.encode("utf-8", "surrogatepass")) % _BUCKETS for gram in grams]
    return _unit(np.sqrt(np.bincount(buckets, minlength=_BUCKETS)))


def _unit(vector: NDArray[np.floating]) -> _Vector:
    unit: _Vector = (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)
    return unit
