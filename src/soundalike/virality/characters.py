"""How many characters of each class texts hold, and how many words, counted over all texts at once."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

_CODES: Final = 0x110000
_SINGLE: Final[Mapping[str, str]] = {
    "break": "\n",
    "question": "?？",
    "exclamation": "!！",
    "colon": ":：",
    "dash": "—–-",
    "quote": '"“”「」『』«»',
    "bracket": "(（",
    "dot": ".…。",
    "percent": "%％",
    "currency": "$€£¥",
    "at": "@",
    "hash": "#",
    "arrow": "→➡↓⬇👇👉⤵",
    "apostrophe": "'’",
}
_RANGES: Final[Mapping[str, tuple[tuple[int, int], ...]]] = {
    "wide": (
        (0x1100, 0x115F),
        (0x2E80, 0xA4CF),
        (0xAC00, 0xD7A3),
        (0xF900, 0xFAFF),
        (0xFE30, 0xFE6F),
        (0xFF00, 0xFF60),
    ),
    # Every character that can be an emoji or begin one, and others: a pattern decides.
    "sign": ((0x200D, 0x200D), (0x2300, 0x2BFF), (0x3030, 0x303D), (0x3297, 0x3299), (0x1F000, 0x1FAFF)),
    # Scripts written without spaces: each character counts as a word.
    "spaceless": (
        (0x0E00, 0x0EFF),
        (0x1000, 0x109F),
        (0x1780, 0x17FF),
        (0x2E80, 0x2FDF),
        (0x3005, 0x3007),
        (0x3041, 0x309F),
        (0x30A1, 0x30FA),
        (0x3400, 0x9FFF),
        (0xF900, 0xFAFF),
        (0x20000, 0x3FFFF),
    ),
    # Whatever may belong to another script than Latin.
    "script": (
        (0x0370, 0x1DFF),
        (0x2E80, 0xFDFF),
        (0xFE70, 0xFFFF),
        (0x10000, 0x1CFFF),
        (0x20000, 0x3FFFF),
    ),
}
_CATEGORIES: Final = {"upper": ("Lu",), "lower": ("Ll",), "digit": ("Nd",), "word": ("L", "M", "N")}
_NAMES: Final = (*_SINGLE, *_RANGES, *_CATEGORIES)
_LETTERED: Final = ((0, 0x3000), (0xA640, 0xABC0), (0xFB00, 0xFE00), (0xFF00, 0xFFF0), (0x1D400, 0x1D800))
"""Where letters, marks and digits of alphabets stand; of the rest, none has a case."""


def count_characters(texts: Sequence[str]) -> dict[str, Counts]:
    """For each class of characters, how many of them each text holds; `words`, `width`, `stretched` besides.

    A word is a run of letters, marks and digits with apostrophes inside, or one character of a script written without
    spaces. `width` counts a wide character twice, as X does; `stretched` counts letters that follow two of their like.
    """
    if not texts:
        return {name: np.zeros(0, dtype=np.int64) for name in (*_NAMES, "words", "width", "stretched")}
    joined = "\0".join([*texts, ""])
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    bounds = np.concatenate([[0], np.cumsum(lengths + 1)])
    flags = _table()[codes]

    def total(marks: NDArray[np.bool_]) -> Counts:
        return np.diff(np.searchsorted(np.flatnonzero(marks), bounds))

    counts = {name: total((flags & _bit(name)) > 0) for name in _NAMES}
    counts["words"] = total(_word_starts(flags))
    counts["width"] = lengths + counts["wide"]
    counts["stretched"] = total(_stretched(codes, flags))
    return counts


def _word_starts(flags: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Where a word begins; the apostrophe in “can't” parts nothing."""
    alone = (flags & _bit("spaceless")) > 0
    inside = ((flags & _bit("word")) > 0) & ~alone
    joins = (flags & _bit("apostrophe")) > 0
    goes_on = np.zeros(len(flags), dtype=np.bool_)
    goes_on[1:] = inside[:-1]
    goes_on[2:] |= joins[1:-1] & inside[:-2]
    return (inside & ~goes_on) | (alone & ((flags & _bit("word")) > 0))


def _stretched(codes: NDArray[np.uint32], flags: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Where a letter with a case stands for the third time or more: “soooo”."""
    third = (flags & (_bit("upper") | _bit("lower"))) > 0
    third[:2] = False
    third[2:] &= (codes[2:] == codes[1:-1]) & (codes[1:-1] == codes[:-2])
    return third


def _bit(name: str) -> np.uint32:
    return np.uint32(1 << _NAMES.index(name))


@cache
def _table() -> NDArray[np.uint32]:
    """The classes of every code point as bits: 4 MB, made in some hundredths of a second when first needed."""
    table = np.zeros(_CODES, dtype=np.uint32)
    for name, characters in _SINGLE.items():
        table[[ord(character) for character in characters]] |= _bit(name)
    for name, ranges in _RANGES.items():
        for first, last in ranges:
            table[first : last + 1] |= _bit(name)
    table[(table & _bit("spaceless")) > 0] |= _bit("word")
    table[0xAC00:0xD7A4] |= _bit("word")
    for first, end in _LETTERED:
        table[first:end] |= [_bits_of(unicodedata.category(chr(code))) for code in range(first, end)]
    return table


@cache
def _bits_of(category: str) -> np.uint32:
    names = [name for name, prefixes in _CATEGORIES.items() if category.startswith(prefixes)]
    return np.uint32(sum(int(_bit(name)) for name in names))
