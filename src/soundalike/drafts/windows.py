"""Which texts hold which windows of a fixed width, by hash alone.

The hash of a window is Σ cᵢ·Bⁱ modulo 2**64 over its codes c, from sums over the whole sequence (an odd B can be
divided by, so each window takes one subtraction and one multiplication), its bits then mixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint64]
Places = NDArray[np.int64]

SEPARATOR: Final = 0
"""The code that no window may hold: it stands between texts."""

_BITS: Final = 64
_BASE: Final = 0x9E3779B97F4A7C15  # 2**64 / golden ratio, odd
_INVERSE: Final = pow(_BASE, -1, 2**64)
_MIXING: Final = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))  # splitmix64's


@dataclass(frozen=True, slots=True)
class Windows:
    """Hashes of windows with the number of the text that holds each, as one ascending array.

    A key is the first `hash_bits` of a hash, then `owner_bits` of the number; without these no text is told.
    """

    keys: Codes
    hash_bits: int
    owner_bits: int = 0

    @classmethod
    def of(cls, hashes: Codes, owners: Places | None = None, *, hash_bits: int, owner_bits: int = 0) -> Self:
        """Each window once a text; `owners` numbers the texts, below 2**owner_bits."""
        bits = min(hash_bits, _BITS - owner_bits)
        keys = _shifted(hashes, bits, owner_bits)
        return cls(distinct(keys if owners is None else keys | owners.astype(np.uint64)), bits, owner_bits)

    def holds(self, hashes: Codes) -> bool:
        """Whether any of the windows is there."""
        return bool(len(self.holders(hashes)[0]))

    def holders(self, hashes: Codes) -> tuple[Places, Places]:
        """Who holds which: positions in `hashes`, and beside each the number of a text."""
        first = _shifted(hashes, self.hash_bits, self.owner_bits)
        lows = np.searchsorted(self.keys, first, side="left")
        counts = np.searchsorted(self.keys, first | self._mask, side="right") - lows
        owners = (self.keys[_spread(lows, counts)] & self._mask).astype(np.int64)
        return np.repeat(np.arange(len(hashes)), counts), owners

    def joined(self, other: Self, *, owners: int, owner_bits: int) -> Self:
        """Both together, the texts of `other` numbered from `owners` on."""
        bits = min(self.hash_bits, other.hash_bits, _BITS - owner_bits)
        both = [self._with_bits(bits, owner_bits, 0), other._with_bits(bits, owner_bits, owners)]
        return type(self)(distinct(np.concatenate(both)), bits, owner_bits)

    def _with_bits(self, hash_bits: int, owner_bits: int, first: int) -> Codes:
        numbers = self.keys & self._mask if owner_bits else np.uint64(0)
        hashes = self.keys >> np.uint64(self.owner_bits + self.hash_bits - hash_bits)
        added: Codes = (hashes << np.uint64(owner_bits)) | (numbers + np.uint64(first if owner_bits else 0))
        return added

    @property
    def _mask(self) -> np.uint64:
        return np.uint64((1 << self.owner_bits) - 1)


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
    return _mixed(hashes[places]), places


def owners_of(places: Places, starts: Places) -> Places:
    """The number of the text in which each place stands; `starts` says where texts begin."""
    owners: Places = np.searchsorted(starts, places, side="right") - 1
    return owners


def distinct(values: Codes) -> Codes:
    """The values in ascending order, each once; for long arrays several times as fast as `np.unique`."""
    ordered = np.sort(values)
    is_new = np.ones(len(ordered), dtype=bool)
    is_new[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_new]


def _mixed(hashes: Codes) -> Codes:
    """Every bit of a hash from all of its bits: sums modulo 2**64 are poor in the low ones."""
    for shift, factor in _MIXING:
        hashes = (hashes ^ (hashes >> np.uint64(shift))) * np.uint64(factor)
    return hashes


def _shifted(hashes: Codes, hash_bits: int, owner_bits: int) -> Codes:
    keys: Codes = (hashes >> np.uint64(_BITS - hash_bits)) << np.uint64(owner_bits)
    return keys


def _powers(base: int, count: int) -> Codes:
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    product: Codes = np.cumprod(powers, dtype=np.uint64)
    return product


def _running_sum(values: Codes) -> Codes:
    sums = np.zeros(len(values) + 1, dtype=np.uint64)
    np.cumsum(values, dtype=np.uint64, out=sums[1:])
    return sums


def _spread(lows: Places, counts: Places) -> Places:
    """The numbers low, low + 1, … of each range, behind each other."""
    ends = np.cumsum(counts)
    offsets: Places = np.repeat(lows - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)
    return offsets
