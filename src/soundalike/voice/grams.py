"""Short runs of characters as numbers: three code points of 21 bits each make one int64, exactly.

Texts are padded with a start mark and closed with an end mark, so that how a text opens and ends counts too. A run of
two or of one is the run of three with its older characters masked off.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

ORDERS: Final = (1, 2, 3)
_BITS: Final = 21  # Unicode ends at 0x10FFFF
_MASK: Final = (1 << _BITS) - 1
_SHAPES: Final = {"Lu": "A", "Ll": "a", "Lo": "文", "Nd": "0", "Nl": "0", "No": "0", "So": "☺"}
_START, _END = "\x02", "\x03"
AT_START: Final = ord(_START) << _BITS | ord(_START)
"""What stands before the first character of a text."""
_LONGEST: Final = ORDERS[-1]


def char_grams(texts: Sequence[str]) -> tuple[Integers, Integers]:
    """Every run of three that ends in a character of a text or in its end mark, and the index of its text."""
    padded = [_START * (_LONGEST - 1) + text + _END for text in texts]
    lengths = np.array([len(text) for text in padded], dtype=np.int64)
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    keys = codes.copy()
    keys[1:] |= codes[:-1] << _BITS
    keys[2:] |= codes[:-2] << 2 * _BITS
    starts = np.cumsum(lengths) - lengths
    inside = np.arange(len(codes)) - np.repeat(starts, lengths) >= _LONGEST - 1
    rows = np.repeat(np.arange(len(texts)), lengths)
    return keys[inside], rows[inside]


def shortened(keys: Integers, order: int) -> Integers:
    """The last `order` characters of each run."""
    return keys & ((1 << _BITS * order) - 1)


def shaped(keys: Integers) -> Integers:
    """Runs by their shape: capitals, small letters, other letters, digits and pictures each made one character."""
    runs, back = np.unique(keys, return_inverse=True)
    shapes = np.zeros_like(runs)
    for place in range(_LONGEST):
        codes, index = np.unique((runs >> _BITS * place) & _MASK, return_inverse=True)
        classes = np.array([_shape(code) for code in codes.tolist()], dtype=np.int64)
        shapes |= classes[index] << _BITS * place
    return shapes[back]


@cache
def _shape(code: int) -> int:
    return ord(_SHAPES.get(unicodedata.category(chr(code)), chr(code)))


def closes(keys: Integers) -> NDArray[np.bool_]:
    """Which runs end a text."""
    ends: NDArray[np.bool_] = shortened(keys, 1) == ord(_END)
    return ends


def before_last(keys: Integers) -> Integers:
    """Runs without their newest character."""
    return keys >> _BITS
