"""What a creator writes about: their own most frequent words of content, found without looking at engagement.

Found so, a topic is one more feature of a post, and its contrast as honest as any other. Chinese, which has no spaces,
is read by its most frequent strings of two to four characters, Japanese by runs of kanji or katakana, Korean by words
without their particles.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from soundalike.virality.wordlists import COMMON, LISTS, PARTICLES

Mask = NDArray[np.bool_]

MOST_TOPICS: Final = 20
LEAST_SHARE: Final = 0.03
"""Of the posts; rarer words would cost every other feature sureness and gain none themselves."""

_MOST_SHARE = 0.5  # a word in most posts is a signature, and those without it are the exception
_FEWEST_POSTS = 10
_SAMPLE = 5_000  # posts; a share of 3 % is known to a quarter of a percent
_SAME_SHARE = 0.8
_LONGEST_GRAM = 4

_WORD = re.compile(r"(?<![@\w])(?:[^\W\d_](?:[\w'’]|[.+-](?=\w)){2,}|[A-Z]{2}(?!\w))")
_SCRIPT = re.compile(r"[\u3400-\u9FFF]{2,}|[\u30A1-\u30FA\u30FC]{3,}")
_SPACELESS = re.compile(r"[\u3041-\u30FF\u3400-\u9FFF]+")
_PARTICLE = re.compile(
    r"(?<=[가-힣]{2})(?:에서|으로|에게|까지|부터|은|는|이|가|을|를|에|의|도|로|와|과|들|만)$"
)
_HANGUL = re.compile(r"[가-힣]{2,}")


def find_topics(texts: Sequence[str], languages: Sequence[str | None]) -> dict[str, Mask]:
    """For each topic which of the texts are about it, the commonest topic first; the texts are the writer's own."""
    step = max(ceil(len(texts) / _SAMPLE), 1)
    sample = [_terms(*each) for each in zip(texts[::step], languages[::step], strict=True)]
    chosen = _choose(Counter(term for terms in sample for term in terms), len(sample), step)
    found = {term: np.zeros(len(texts), dtype=np.bool_) for term in chosen}
    if found:
        for place, (text, language) in enumerate(zip(texts, languages, strict=True)):
            for term in found.keys() & _terms(text, language):
                found[term][place] = True
    return found


def _choose(counts: Counter[str], texts: int, step: int) -> list[str]:
    least = max(LEAST_SHARE * texts, _FEWEST_POSTS / step)
    frequent = {term: n for term, n in counts.items() if least <= n <= _MOST_SHARE * texts}
    whole = [term for term in frequent if not _is_no_topic(term, frequent)]
    return sorted(whole, key=lambda term: (-frequent[term], term))[:MOST_TOPICS]


def _is_no_topic(term: str, frequent: dict[str, int]) -> bool:
    """Whether a term hardly occurs but within a longer one, or is itself a common word with something beside it."""
    if _chinese().match(term) and any(word in term for word in COMMON["zh"].split()):
        return True
    return any(
        term in other and term != other and n >= _SAME_SHARE * frequent[term] for other, n in frequent.items()
    )


def _terms(text: str, language: str | None) -> set[str]:
    """The words of content of a text, in lower case and once each; hashtags count as their word."""
    if text.isascii():
        return {word.lower() for word in _WORD.findall(text.replace("'s", ""))} - _common(language)
    words = {
        word.lower() for word in _WORD.findall(_SPACELESS.sub(" ", text.replace("’s", "").replace("'s", "")))
    }
    if language == "ko":
        words = {_PARTICLE.sub("", word) for word in words | set(_HANGUL.findall(text))}
    return (words | set(_runs(text, language))) - _common(language)


def _runs(text: str, language: str | None) -> Iterable[str]:
    if language == "ja":
        return _SCRIPT.findall(text)
    runs = _chinese().findall(text)
    return (
        run[start : start + length]
        for run in runs
        for length in range(2, _LONGEST_GRAM + 1)
        for start in range(len(run) - length + 1)
    )


@cache
def _common(language: str | None) -> frozenset[str]:
    """Words that are no topic: the common ones, and those that other features ask for."""
    told = language if language and language in COMMON else "en"
    listed = (entry for lists in LISTS.values() for entry in lists.get(told, "").split())
    return frozenset([*COMMON[told].split(), *listed])


@cache
def _chinese() -> re.Pattern[str]:
    """Runs of characters that can be part of a topic."""
    return re.compile(f"(?:(?![{PARTICLES}])[\\u3400-\\u9FFF]){{2,}}")
