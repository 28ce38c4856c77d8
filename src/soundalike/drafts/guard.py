"""The copy guard: what a text has in common with any collected post.

Texts are compared as words: NFKC, case folded, without punctuation, apostrophes, links or signs, so that retyping does
not hide a copy. Scripts written without spaces count by the character: two of them weigh as a word, and each as two
characters, as in X's own lengths.

Every window of the posts is hashed once (a polynomial modulo 2**64, see `windows`); hits are held against the words.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from soundalike.drafts.windows import SEPARATOR, Codes, Windows, join, read_codes
from soundalike.posts.post import Post
from soundalike.posts.text import LINK, unescape_once

COPIED_WORDS: Final = 8
COPIED_CHARACTERS: Final = 40
COPIED_SHARE: Final = 0.5
"""A draft is a copy when it shares this many words or characters in a row, or over this share of its shingles."""

SHINGLE_CHARACTERS: Final = 8
_SPAN_WIDTHS: Final = range(2 * COPIED_WORDS, 3, -2)  # in half-words: 8 words down to 2
_MOST_PLACES: Final = 64  # at which a span is followed to its end; a slogan may stand in hundreds of posts

_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_INNER = r"\p{L}\p{M}\p{N}'’\u00AD\u200B-\u200D"  # soft hyphens and zero-width signs do not end a word
_TOKEN = regex.compile(rf"{_UNSPACED}|[[\p{{L}}\p{{N}}]--{_UNSPACED}][[{_INNER}]--{_UNSPACED}]*", regex.V1)
_IS_UNSPACED = regex.compile(_UNSPACED)
_NO_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a text shares with the collected posts.

    `shared_text` is the longest run of words it has in common with one of them, as it stands in the text, and `post_id`
    that post; both None under two words. `novelty` is 1 − the largest share of the text's character 8-grams that one
    post holds.
    """

    copied: bool
    shared_text: str | None
    shared_words: float
    post_id: str | None
    novelty: float


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as the guard sees it: its words, plain, and where each stands in the text."""

    text: str
    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]

    @property
    def flat(self) -> str:
        """The words with a space around each; unspaced characters twice and close together."""
        parts = (word * 2 if _IS_UNSPACED.match(word) else f" {word} " for word in self.words)
        return "".join(parts).replace("  ", " ")

    def weight(self, first: int, last: int) -> float:
        """How many words stand from `first` to `last`, an unspaced character being half a one."""
        return sum(0.5 if _IS_UNSPACED.match(word) else 1.0 for word in self.words[first : last + 1])


class CopyGuard:
    """Knows every collected post; built once, 12,000 posts in about a second, and asked often."""

    def __init__(self, posts: Sequence[Post]) -> None:
        readings = [_read(unescape_once(post.text)) for post in posts]
        self._ids = [post.id for post in posts]
        self._vocabulary: dict[str, int] = {}
        for reading in readings:
            for word in reading.words:
                self._vocabulary.setdefault(word, len(self._vocabulary) + 1)
        self._flats = [reading.flat for reading in readings]
        self._wordless = {_bare(reading.text) for reading in readings if not reading.words}
        self._all_flat = "\n".join(self._flats)
        characters, character_starts = join([read_codes(flat) for flat in self._flats])
        halves, self._starts = join([self._halves(reading)[0] for reading in readings])
        self._spans = {width: Windows(halves, width) for width in _SPAN_WIDTHS}
        self._runs = Windows(characters, COPIED_CHARACTERS)
        self._shingles = Windows(characters, SHINGLE_CHARACTERS).by_owner(character_starts)
        self._corpus = halves

    def check(self, text: str) -> Overlap:
        """Say what `text` shares with the posts, and whether that makes it a copy."""
        reading = _read(text)
        if not reading.words:
            return Overlap(_bare(text) in self._wordless, None, 0.0, None, 1.0)
        flat = reading.flat
        shared, shared_words, post_id = self._longest_span(reading)
        share = self._largest_share(flat)
        copied = (
            shared_words >= COPIED_WORDS
            or share > COPIED_SHARE
            or self._shares_run(flat)
            or (len(flat) < SHINGLE_CHARACTERS and flat in self._all_flat)
        )
        return Overlap(copied, shared, shared_words, post_id, 1.0 - share)

    def _halves(self, reading: _Reading) -> tuple[Codes, list[int]]:
        """Two codes a word, one an unspaced character, and which word each belongs to; unknown words are separators."""
        codes: list[int] = []
        owners: list[int] = []
        for at, word in enumerate(reading.words):
            number = self._vocabulary.get(word)
            parts = 1 if _IS_UNSPACED.match(word) else 2
            codes += [2 * number + part if number else SEPARATOR for part in range(parts)]
            owners += [at] * parts
        return np.array(codes, dtype=np.uint64), owners

    def _longest_span(self, reading: _Reading) -> tuple[str | None, float, str | None]:
        codes, owners = self._halves(reading)
        for width in _SPAN_WIDTHS:
            at, places = self._spans[width].matches(codes)
            if len(at):
                start, end, place = max(
                    (self._follow(codes, *pair, width) for pair in _distinct(at, places)),
                    key=lambda found: found[1] - found[0],
                )
                first, last = owners[start], owners[end - 1]
                text = reading.text[reading.places[first][0] : reading.places[last][1]]
                post = int(np.searchsorted(self._starts, place, side="right")) - 1
                return text, reading.weight(first, last), self._ids[post]
        return None, 0.0, None

    def _follow(self, codes: Codes, at: int, place: int, width: int) -> tuple[int, int, int]:
        """Follow a shared window to the end of what is shared; (start, end) in `codes`, and the place in the posts."""
        room = min(len(codes) - at, len(self._corpus) - place)
        differs = np.flatnonzero(
            (codes[at : at + room] != self._corpus[place : place + room])
            | (codes[at : at + room] == SEPARATOR)
        )
        length = int(differs[0]) if len(differs) else room
        return (at, at + length, place) if length >= width else (at, at, place)

    def _largest_share(self, flat: str) -> float:
        """The largest share of the text's shingles that one post holds, counted in that post's own words."""
        shingles = _shingles(flat)
        owners = self._shingles.owners(read_codes(flat))
        if not shingles or not len(owners):
            return 0.0
        nearest = self._flats[int(np.bincount(owners).argmax())]
        return sum(shingle in nearest for shingle in shingles) / len(shingles)

    def _shares_run(self, flat: str) -> bool:
        at, _ = self._runs.matches(read_codes(flat))
        return any(flat[start : start + COPIED_CHARACTERS] in self._all_flat for start in at[:_MOST_PLACES])


def _read(text: str) -> _Reading:
    unlinked = LINK.sub(lambda link: " " * len(link[0]), text)
    tokens = [(plain, token.span()) for token in _TOKEN.finditer(unlinked) if (plain := _plain(token[0]))]
    return _Reading(text, tuple(word for word, _ in tokens), tuple(place for _, place in tokens))


def _plain(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word.lower()
    return str(_NO_LETTER.sub("", unicodedata.normalize("NFKC", word).casefold()))


def _bare(text: str) -> str:
    return "".join(text.split())


def _shingles(flat: str) -> set[str]:
    return {flat[at : at + SHINGLE_CHARACTERS] for at in range(len(flat) - SHINGLE_CHARACTERS + 1)}


def _distinct(at: NDArray[np.int64], places: NDArray[np.int64]) -> Iterable[tuple[int, int]]:
    """The first match on each diagonal: the others are parts of the same span."""
    _, first = np.unique(places - at, return_index=True)
    return [(int(at[i]), int(places[i])) for i in sorted(first)[:_MOST_PLACES]]
