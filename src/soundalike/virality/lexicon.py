"""Which kinds of words a text draws on, by the lists of its language. A language without a list has no say.

English and Spanish are matched by whole words, Korean from the beginning of a word (its particles follow), Chinese and
Japanese, which have no word boundaries, anywhere. Where entries overlap, the longer one counts alone: 我们 is “we”,
not “I”.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from soundalike.virality.wordlists import INNOCENT, LISTS

KINDS: Final = {kind: 1 << place for place, kind in enumerate(LISTS)}
"""The bit of each kind in the sets that `said_in` gives."""

_PHRASE: Final = 1 << 62  # a word that begins a phrase
_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s]")
_OPENERS = "\"'“‘「¿¡# "
_UNSPACED: Final = {"zh": "", "ja": "", "ko": r"(?<!\w)"}


@dataclass(frozen=True, slots=True)
class _Spaced:
    """Whole words by a table, phrases by looking for them among the words."""

    table: Mapping[str, int]
    phrases: Sequence[tuple[str, int]]

    def said_in(self, text: str) -> int:
        tokens = _TOKEN.findall(text)
        said = 0
        for bits in map(self.table.get, tokens):
            if bits:
                said |= bits
        if said & _PHRASE:
            line = f" {' '.join(tokens)} "
            for phrase, bits in self.phrases:
                if phrase in line:
                    said |= bits
        return said & ~_PHRASE

    def opens(self, text: str) -> int:
        first = _TOKEN.match(text)
        said = self.table.get(first[0], 0) if first else 0
        if said & _PHRASE:
            line = f" {' '.join(_TOKEN.findall(text))} "
            for phrase, bits in self.phrases:
                said |= bits * line.startswith(phrase)
        return said & ~_PHRASE


@dataclass(frozen=True, slots=True)
class _Unspaced:
    """Entries wherever they stand, the longest first."""

    table: Mapping[str, int]
    pattern: re.Pattern[str]

    def said_in(self, text: str) -> int:
        said = 0
        for entry in self.pattern.findall(text + " "):
            said |= self.table[entry]
        return said

    def opens(self, text: str) -> int:
        first = self.pattern.match(text + " ")
        return self.table[first[0]] if first else 0


@cache
def kinds_of(language: str | None) -> int:
    """The set of kinds that have a list in this language."""
    return sum(bit for kind, bit in KINDS.items() if language in LISTS[kind])


def said_in(text: str, language: str | None) -> int:
    """The set of kinds whose words a text draws on, as bits of `KINDS`; none where the language has no list."""
    reader = _reader(language)
    return reader.said_in(_plain(text)) if reader else 0


def opens(text: str, language: str | None) -> int:
    """The set of kinds of the word or phrase that a text begins with."""
    reader = _reader(language)
    return reader.opens(_plain(text).lstrip(_OPENERS)) if reader else 0


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


@cache
def _reader(language: str | None) -> _Spaced | _Unspaced | None:
    table: dict[str, int] = defaultdict(int)
    for kind, lists in LISTS.items():
        for entry in lists.get(language or "", "").split():
            table[entry.replace("_", " ")] |= KINDS[kind]
    table |= dict.fromkeys(INNOCENT.get(language or "", "").split(), 0)
    if not table:
        return None
    if language in _UNSPACED:
        longest_first = sorted(map(re.escape, table), key=len, reverse=True)
        return _Unspaced(table, re.compile(f"{_UNSPACED[language]}(?:{'|'.join(longest_first)})"))
    phrases = [(f" {entry} ", bits) for entry, bits in table.items() if " " in entry]
    words = {entry: bits for entry, bits in table.items() if " " not in entry}
    for phrase, _ in phrases:
        first = phrase.split()[0]
        words[first] = words.get(first, 0) | _PHRASE
    return _Spaced(words, phrases)
