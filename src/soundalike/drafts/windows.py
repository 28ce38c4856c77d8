"""Finds equal windows of a fixed width in long sequences of codes, by hash.

The hash of a window is Σ cᵢ·Bⁱ modulo 2**64 over its codes c, from sums over the whole sequence: an odd B can be
divided by, so each window takes one subtraction and one multiplication.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint64]
Places = NDArray[np.int64]

SEPARATOR: Final = 0
"""The code that no window may hold: it stands between texts, and for what is unknown."""

_BASE: Final = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd
_INVERSE: Final = pow(_BASE, -1, 2**64)


class Windows:
    """Every window of `width` codes in a sequence, sorted by hash."""

    def __init__(self, codes: Codes, width: int) -> None:
        self._width = width
        hashes, places = hash_windows(codes, width)
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._places = hashes[order], places[order]

    def matches(self, codes: Codes) -> tuple[Places, Places]:
        """Where windows of `codes` stand in the sequence: starts in `codes`, and starts in the sequence."""
        hashes, at = hash_windows(codes, self._width)
        lows, counts = _ranges(self._hashes, hashes)
        return np.repeat(at, counts), self._places[_spread(lows, counts)]

    def by_owner(self, starts: Places) -> "OwnedWindows":
        """The same windows, each once per text; `starts` says where the texts begin."""
        owners = np.searchsorted(starts, self._places, side="right") - 1
        is_new = np.ones(len(owners), dtype=bool)
        is_new[1:] = (self._hashes[1:] != self._hashes[:-1]) | (owners[1:] != owners[:-1])
        return OwnedWindows(self._width, self._hashes[is_new], owners[is_new])


class OwnedWindows:
    """Which texts hold which windows."""

    def __init__(self, width: int, hashes: Codes, owners: Places) -> None:
        self._width, self._hashes, self._owners = width, hashes, owners

    def owners(self, codes: Codes) -> Places:
        """The text numbers that hold a window of `codes`, once for each distinct window they hold."""
        hashes, _ = hash_windows(codes, self._width)
        return self._owners[_spread(*_ranges(self._hashes, np.unique(hashes)))]


def join(texts: Sequence[Codes]) -> tuple[Codes, Places]:
    """Put texts behind each other with a separator after each; also says where each begins."""
    lengths = np.array([len(text) + 1 for text in texts], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    codes = np.full(int(lengths.sum()), SEPARATOR, dtype=np.uint64)
    for start, text in zip(starts, texts, strict=True):
        codes[start : start + len(text)] = text
    return codes, starts


def read_codes(text: str) -> Codes:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)


def hash_windows(codes: Codes, width: int) -> tuple[Codes, Places]:
    """Hash every window that holds no separator; also says where each begins."""
    if len(codes) < width:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    powers, divisors = _powers(_BASE, len(codes)), _powers(_INVERSE, len(codes) - width + 1)
    sums = _running_sum(codes * powers)
    hashes = (sums[width:] - sums[:-width]) * divisors
    separators = _running_sum((codes == SEPARATOR).astype(np.uint64))
    places = np.flatnonzero(separators[width:] == separators[:-width])
    return hashes[places], places


def _powers(base: int, count: int) -> Codes:
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    product: Codes = np.cumprod(powers, dtype=np.uint64)
    return product


def _running_sum(values: Codes) -> Codes:
    sums = np.zeros(len(values) + 1, dtype=np.uint64)
    np.cumsum(values, dtype=np.uint64, out=sums[1:])
    return sums


def _ranges(sorted_hashes: Codes, hashes: Codes) -> tuple[Places, Places]:
    lows = np.searchsorted(sorted_hashes, hashes, side="left")
    return lows, np.searchsorted(sorted_hashes, hashes, side="right") - lows


def _spread(lows: Places, counts: Places) -> Places:
    """The numbers low, low + 1, … of each range, behind each other."""
    ends = np.cumsum(counts)
    offsets: Places = np.repeat(lows - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)
    return offsets
