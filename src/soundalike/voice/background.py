"""Other writers: what the creator's writing is set against, as counts without a line of text.

Of each writer are kept how often every run of three characters, every word, phrase, opening, construction, hashtag
and emoji was used, and the value of every trait. A set fitted on public posts ships with the package
(`data/background.npz`; where it is from stands in `data/background.json`). Since counts are kept by writer, a creator
among them can be left out.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from soundalike.posts.post import Post
from soundalike.posts.text import language_of
from soundalike.voice import traits
from soundalike.voice.estimate import Floats
from soundalike.voice.favourites import KINDS, LONG_KINDS, Kind, Tally, terms
from soundalike.voice.grams import Integers, char_grams
from soundalike.voice.reading import corpus_of, read, text_of

MOST_CHARACTERS: Final = 20_000
"""Of a writer's text, so that no single one makes up the background."""

_NAMELESS: Final = "(texts)"  # the writer of bare texts; no username can be this
_FEWEST_POSTS: Final = 5  # a writer with less says nothing
_FEWEST_USES: Final = 3  # of a term by all writers together
_SHARING: Final = 2  # writers of a term of several words: of one alone it would be a line of text
_SECOND_LANGUAGE: Final = 100  # posts in a language under which a writer of several is none of its writers

Counts = tuple[NDArray[np.int32], NDArray[np.int32]]
"""Positions in a vocabulary, ascending, and how often each was used."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One other writer. `grams` and `terms` hold positions in the background's vocabularies, with their counts.

    `words` counts all running words, `counted_words` those by which writers are compared, the rare ones too.
    """

    username: str
    language: str | None
    posts: int
    characters: int
    words: int
    counted_words: int
    grams: Counts
    terms: Mapping[Kind, Counts]
    traits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Background:
    """Other writers over common vocabularies; `provenance` says where they are from."""

    writers: tuple[Writer, ...]
    gram_keys: Integers
    vocabulary: Mapping[Kind, tuple[str, ...]]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def without(self, *usernames: str) -> "Background":
        """The others alone: a creator must not be held against themselves."""
        left_out = {name.casefold() for name in usernames}
        return replace(self, writers=tuple(w for w in self.writers if w.username.casefold() not in left_out))

    def speaking(self, language: str | None, *, at_least: int = traits.FEWEST_WRITERS) -> "Background":
        """The writers of one language; all of them where fewer than `at_least` write it."""
        same = tuple(writer for writer in self.writers if writer.language == language)
        return replace(self, writers=same) if len(same) >= at_least else self

    @property
    def language(self) -> str | None:
        """The language that all writers share, or None."""
        languages = {writer.language for writer in self.writers}
        return languages.pop() if len(languages) == 1 else None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over who is in it and in which terms they are counted."""
        digest = hashlib.sha256(self.gram_keys.tobytes())
        for writer in self.writers:
            digest.update(f"{writer.username}\0".encode())
        return digest.hexdigest()

    def tallies(self) -> dict[Kind, Tally]:
        """Term counts of all writers together."""
        words, posts = sum(w.words for w in self.writers), sum(w.posts for w in self.writers)
        return {kind: Tally(self._total(kind), words=words, posts=posts) for kind in KINDS}

    def trait_values(self) -> dict[str, Floats]:
        """By trait, its value for each writer of whom it can be asked."""
        keys = {key for writer in self.writers for key in writer.traits}
        return {key: np.array([w.traits[key] for w in self.writers if key in w.traits]) for key in keys}

    def _total(self, kind: Kind) -> dict[str, int]:
        total = np.zeros(len(self.vocabulary[kind]), dtype=np.int64)
        for writer in self.writers:
            index, counts = writer.terms[kind]
            total[index] += counts
        return dict(zip(self.vocabulary[kind], total.tolist(), strict=True))


def fit_background(
    items: Iterable[Post | str], *, provenance: Mapping[str, Any] | None = None, seed: int = 0
) -> Background:
    """Count the writing of others; posts are parted by username, bare texts are taken as one writer's.

    Of each writer originals in the main language are used, each text once, a random choice of 20,000 characters.
    Writers with fewer than five such posts are left out. Whoever has 100 posts in another language too stands there a
    second time, as one of its writers.
    """
    by_name: dict[str, list[Post | str]] = {}
    for item in items:
        name = _NAMELESS if isinstance(item, str) else item.username or _NAMELESS
        by_name.setdefault(name, []).append(item)
    chance = np.random.default_rng(seed)
    sheets = [_sheet(name, part, chance) for name in sorted(by_name) for part in _by_language(by_name[name])]
    enough = [sheet for sheet in sheets if sheet.posts >= _FEWEST_POSTS]
    gram_keys = np.unique(np.concatenate([sheet.grams for sheet in enough] or [np.zeros(0, dtype=np.int64)]))
    vocabulary = {kind: _vocabulary(kind, [sheet.terms[kind] for sheet in enough]) for kind in KINDS}
    return Background(
        tuple(_writer(sheet, gram_keys, vocabulary) for sheet in enough),
        gram_keys,
        vocabulary,
        provenance or {},
    )


def _by_language(items: Sequence[Post | str]) -> Iterator[Sequence[Post | str]]:
    """All of a writer's posts, then those in each further language they write much in."""
    yield items
    main = corpus_of(items).writing.language
    others: dict[str, list[Post | str]] = {}
    for item in items:
        language = None if isinstance(item, str) else language_of(text_of(item), item.lang)
        if language and language != main:
            others.setdefault(language, []).append(item)
    yield from (
        others[name] for name in sorted(others) if len(corpus_of(others[name]).texts) >= _SECOND_LANGUAGE
    )


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A writer's counts before there is a common vocabulary."""

    username: str
    language: str | None
    posts: int
    characters: int
    words: int
    grams: Integers
    terms: Mapping[Kind, Counter[str]]
    traits: Mapping[str, float]


def _sheet(name: str, items: Sequence[Post | str], chance: np.random.Generator) -> _Sheet:
    corpus = corpus_of(items)
    chosen = _up_to(MOST_CHARACTERS, corpus.texts, chance)
    readings = [read(corpus.items[index], corpus.texts[index]) for index in chosen]
    counts: dict[Kind, Counter[str]] = {kind: Counter() for kind in KINDS}
    for reading in readings:
        for kind, used in terms(reading, is_spaced=corpus.writing.is_spaced).items():
            counts[kind].update(used)
    return _Sheet(
        username=name,
        language=corpus.writing.language,
        posts=len(readings),
        characters=sum(len(reading.text) for reading in readings),
        words=sum(len(reading.words) for reading in readings),
        grams=char_grams([reading.text for reading in readings])[0],
        terms=counts,
        traits=traits.figures(readings, corpus.writing) if readings else {},
    )


def _up_to(most: int, texts: Sequence[str], chance: np.random.Generator) -> list[int]:
    """Positions of a random choice of texts with at most `most` characters, in order."""
    order = chance.permutation(len(texts))
    lengths = np.cumsum([len(texts[index]) for index in order])
    return sorted(order[: int(np.searchsorted(lengths, most, "right"))].tolist())


def _vocabulary(kind: Kind, counts: Sequence[Counter[str]]) -> tuple[str, ...]:
    uses, writers = Counter[str](), Counter[str]()
    for own in counts:
        uses.update(own)
        writers.update(own.keys())
    shared = _SHARING if kind in LONG_KINDS else 1
    return tuple(sorted(term for term in uses if uses[term] >= _FEWEST_USES and writers[term] >= shared))


def _writer(sheet: _Sheet, gram_keys: Integers, vocabulary: Mapping[Kind, tuple[str, ...]]) -> Writer:
    keys, counts = np.unique(sheet.grams, return_counts=True)
    return Writer(
        username=sheet.username,
        language=sheet.language,
        posts=sheet.posts,
        characters=sheet.characters,
        words=sheet.words,
        counted_words=sheet.terms["word"].total(),
        grams=(np.searchsorted(gram_keys, keys).astype(np.int32), counts.astype(np.int32)),
        terms={kind: _positions(vocabulary[kind], sheet.terms[kind]) for kind in KINDS},
        traits=sheet.traits,
    )


def _positions(vocabulary: Sequence[str], counts: Counter[str]) -> Counts:
    used = [(index, counts[term]) for index, term in enumerate(vocabulary) if term in counts]
    index, count = np.array(used, dtype=np.int32).reshape(-1, 2).T
    return index, count
