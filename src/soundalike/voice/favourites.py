"""Favourite words, phrases, openings, constructions, hashtags, emoji: what the creator writes more than others do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, Self

import numpy as np

from soundalike.posts.text import EMOJI, HASHTAG
from soundalike.voice.frames import frames, openings
from soundalike.voice.reading import Reading, is_word, plain_words

Kind = Literal["word", "phrase", "hashtag", "emoji", "opening", "frame"]
KINDS: Final[tuple[Kind, ...]] = ("word", "phrase", "hashtag", "emoji", "opening", "frame")
LONG_KINDS: Final[frozenset[Kind]] = frozenset({"phrase", "opening", "frame"})
"""Terms of several words: of one writer alone they would be lines of text, and one of them can hold another."""

_PHRASE_WORDS: Final = (2, 3)
_SMALL_CHARACTERS: Final = frozenset("的一是了在不我你他她它们这那有和就也都要会能可以个上来到说着过吗吧呢啊")
"""Chinese function characters: pairs with one of them are mostly no words."""
_FEWEST_POSTS: Final = 3  # posts a term must stand in: what was said twice is no habit
PER_WORDS: Final[frozenset[Kind]] = frozenset({"word", "phrase"})
"""Kinds whose rates are per 1,000 running words; the others' are per 100 posts."""
_PER_WORDS_SCALE, _PER_POSTS_SCALE = 1_000.0, 100.0
_SURE: Final = 4.0  # standard errors; with some 10,000 terms tried, less would let chance in
_SHOWN: Final = 20
_EVIDENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Favourite:
    """A term used more than by other writers.

    `rate` and `others_rate` are per 1,000 running words for words and phrases, per 100 posts for the rest. `surprise`
    is how many standard errors they lie apart.
    """

    kind: Kind
    text: str
    count: int
    posts: int
    rate: float
    others_rate: float
    surprise: float
    evidence: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The term as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read a term back from its plain values."""
        return cls(**{**values, "evidence": tuple(values["evidence"])})


@dataclass(frozen=True, slots=True)
class Tally:
    """How often terms of one kind were used: counts by term, over `words` running words and `posts` posts."""

    counts: Mapping[str, int]
    words: int
    posts: int

    def exposure(self, kind: Kind) -> int:
        """What the counts of `kind` are set against: running words for words and phrases, else posts."""
        return self.words if kind in PER_WORDS else self.posts


def terms(reading: Reading, *, is_spaced: bool) -> dict[Kind, list[str]]:
    """The terms of a post in order, in lower case; hashtags and names of accounts are no words.

    Where words are not parted by spaces, single characters are no words, and runs of two and three are phrases.
    """
    plain = (
        reading.words if "#" not in reading.text and "@" not in reading.text else plain_words(reading.text)
    )
    gap, is_part = (" ", is_word) if is_spaced else ("", _is_character)
    return {
        "word": [word for word in plain if is_word(word)],
        "phrase": [
            gap.join(group)
            for size in _PHRASE_WORDS
            for group in zip(*(plain[start:] for start in range(size)), strict=False)
            if all(map(is_part, group))
        ],
        "hashtag": [tag.lower() for tag in HASHTAG.findall(reading.text)] if "#" in reading.text else [],
        "emoji": [] if reading.text.isascii() else EMOJI.findall(reading.text),
        "opening": openings(plain, gap=gap),
        "frame": frames(reading),
    }


def favourites(
    readings: Sequence[Reading], others: Mapping[Kind, Tally], *, is_spaced: bool
) -> tuple[Favourite, ...]:
    """Up to twenty terms of each kind in `others` that the creator uses clearly more, the surest first.

    The measure is the log-likelihood ratio of two rates (Dunning 1993) as a number of standard errors: with y of n
    here, b of m there and p = (y + b) / (n + m), surprise = sqrt(2 (y log(y / np) + b log(b / mp))).
    """
    by_post = [terms(reading, is_spaced=is_spaced) for reading in readings]
    found: list[Favourite] = []
    running_words = sum(len(reading.words) for reading in readings)
    for kind, theirs in others.items():
        used = [post[kind] for post in by_post]
        mine = Tally(Counter(term for post in used for term in post), words=running_words, posts=len(used))
        spread = Counter(term for post in used for term in set(post))
        sure = _surest(kind, mine, theirs, spread)
        evidence = _evidence({favourite.text for favourite in sure}, used, readings)
        found += [replace(favourite, evidence=tuple(evidence[favourite.text])) for favourite in sure]
    return tuple(found)


def _surest(kind: Kind, mine: Tally, theirs: Tally, spread: Mapping[str, int]) -> list[Favourite]:
    tried = [term for term, posts in spread.items() if posts >= _FEWEST_POSTS]
    y = np.array([mine.counts[term] for term in tried], dtype=float)
    b = np.array([theirs.counts.get(term, 0) for term in tried], dtype=float)
    n, m = max(mine.exposure(kind), 1), theirs.exposure(kind)
    pooled = (y + b) / (n + m)
    theirs_part = np.where(b > 0, b * np.log(np.maximum(b, 1) / np.maximum(m * pooled, 1e-9)), 0)
    g = 2 * (y * np.log(y / (n * pooled)) + theirs_part)
    z = np.sign(y / n - b / max(m, 1)) * np.sqrt(np.maximum(g, 0))
    scale = _PER_WORDS_SCALE if kind in PER_WORDS else _PER_POSTS_SCALE
    order = sorted(np.flatnonzero(z >= _SURE), key=lambda index: (-z[index], tried[index]))
    found = [
        Favourite(
            kind=kind,
            text=tried[index],
            count=int(y[index]),
            posts=spread[tried[index]],
            rate=float(scale * y[index] / n),
            others_rate=float(scale * b[index] / max(m, 1)),
            surprise=float(z[index]),
            evidence=(),
        )
        for index in order
    ]
    return _without_parts(found)[:_SHOWN] if kind in LONG_KINDS else found[:_SHOWN]


def _without_parts(phrases: list[Favourite]) -> list[Favourite]:
    """Leave out a phrase that mostly occurs inside a longer one, and a longer one that is no surer than its part."""
    kept: list[Favourite] = []
    for phrase in phrases:
        if not any(phrase.text in other.text or other.text in phrase.text for other in kept):
            kept.append(phrase)
    return kept


def _evidence(
    wanted: set[str], used: Sequence[Sequence[str]], readings: Sequence[Reading]
) -> dict[str, list[str]]:
    """Ids of the newest posts that hold each wanted term."""
    found: dict[str, list[str]] = {term: [] for term in wanted}
    for post, reading in zip(reversed(used), reversed(readings), strict=True):
        for term in wanted.intersection(post):
            if len(found[term]) < _EVIDENCE and reading.id:
                found[term].append(reading.id)
    return found


def _is_character(word: str) -> bool:
    return word not in _SMALL_CHARACTERS and not word.isascii()
