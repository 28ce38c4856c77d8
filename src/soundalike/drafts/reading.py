"""A text as the copy guard sees it: as words without signs, and as codes to be compared.

NFKC, case folded, without punctuation, apostrophes, links or signs, so that retyping does not hide a copy. Scripts
written without spaces count by the character: two of them weigh as a word, and each as two characters, as in X's own
lengths.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np
import regex

from soundalike.drafts.windows import Codes, Places
from soundalike.posts.text import LINK

_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_INNER = r"\p{L}\p{M}\p{N}'’\u00AD\u200B-\u200D"  # soft hyphens and zero-width signs do not end a word
_TOKEN = regex.compile(rf"{_UNSPACED}|[[\p{{L}}\p{{N}}]--{_UNSPACED}][[{_INNER}]--{_UNSPACED}]*", regex.V1)
_IS_UNSPACED: Final = regex.compile(_UNSPACED)
_NO_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a text, plain, and where each stands in it."""

    text: str
    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def flat(self) -> str:
        """The words with a space around each; unspaced characters twice and close together."""
        parts = (word * 2 if is_unspaced(word) else f" {word} " for word in self.words)
        return "".join(parts).replace("  ", " ")

    @property
    def bare(self) -> str:
        """The text without white space, for one that has no words."""
        return "".join(self.text.split())

    def weight(self, first: int, last: int) -> float:
        """How many words stand from `first` to `last`, an unspaced character being half a one."""
        return sum(0.5 if is_unspaced(word) else 1.0 for word in self.words[first : last + 1])

    def span(self, first: int, last: int) -> str:
        """The text from one word to another."""
        return self.text[self.places[first][0] : self.places[last][1]]

    def halves(self, code: Callable[[str], int]) -> tuple[Codes, Places]:
        """Two codes a word, one an unspaced character, and the number of the word each belongs to."""
        sizes = [1 if is_unspaced(word) else 2 for word in self.words]
        codes = np.fromiter(map(code, self.words), dtype=np.uint64, count=len(self.words))
        owners = np.repeat(np.arange(len(sizes)), sizes)
        second = np.zeros(len(owners), dtype=np.uint64)
        second[1:] = owners[1:] == owners[:-1]
        return codes[owners] + second, owners


def read(text: str) -> Reading:
    """Take a text apart."""
    unlinked = LINK.sub(lambda link: " " * len(link[0]), text)
    tokens = [(plain, token.span()) for token in _TOKEN.finditer(unlinked) if (plain := _plain(token[0]))]
    return Reading(text, tuple(word for word, _ in tokens), tuple(place for _, place in tokens))


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of a script written without spaces."""
    return _IS_UNSPACED.match(word) is not None


def word_code(word: str) -> int:
    """A hash of a word: even and above 0, so that the next number can stand for its second half."""
    return hash_text(word) & ~1 or 2


def hash_text(text: str) -> int:
    """64 bits for a text."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _plain(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word.lower()
    return str(_NO_LETTER.sub("", unicodedata.normalize("NFKC", word).casefold()))
