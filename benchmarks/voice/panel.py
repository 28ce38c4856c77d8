"""Creators and other writers for judging likeness: who is learned from, who is judged, who was never met.

The earlier 80 % of a creator's posts in time are learned from (at most 200 are left for later). The other writers of
the language are dealt into two sets: settings were chosen with the writers of one set as rivals (DEVELOPMENT), figures
are taken with those of the other. The rivals of a set are parted in two; each half in turn is left out of the
background, and its real posts are the others'. So no rival that is judged was met by the measure, nor by whoever chose
its settings.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from soundalike.posts.files import load_posts
from soundalike.posts.post import Post
from soundalike.posts.text import language_of, words
from soundalike.voice.background import Background
from soundalike.voice.estimate import Floats
from soundalike.voice.reading import corpus_of, text_of

DEVELOPMENT: Final = (
    "BarackObama danshipper ezshine petergyang steipete themooncarl zarazhangrui timtimtim_eth:zh".split()
)
"""Creators that settings were chosen on; of the accounts of `authorship_2026`, every other one by name."""

POSTS_OF_A_RIVAL: Final = 25
POOL: Final = 5

_LATER: Final = 200
_PARTS: Final = 2
_FEWEST_LATER: Final = 10  # texts of such a length, under which a creator says nothing of it
_RESAMPLES: Final = 400

Choose = Callable[[Sequence[str]], list[str]]
"""Of texts those of one length, or their beginnings."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One writer's texts, from the oldest to the newest."""

    name: str
    language: str | None
    texts: tuple[str, ...]

    @property
    def username(self) -> str:
        """Whose texts these are: a writer of two languages is two here."""
        return self.name.split(":")[0]

    @property
    def is_development(self) -> bool:
        """Whether settings were chosen on them."""
        return self.name in DEVELOPMENT


@dataclass(frozen=True, slots=True)
class Case:
    """A creator to learn, and the rivals to tell them from; `background` holds none of these."""

    creator: Writer
    known: tuple[str, ...]
    later: tuple[str, ...]
    rivals: tuple[Writer, ...]
    background: Background


@dataclass(frozen=True, slots=True)
class Panel:
    """All writers; `creators` are those with a file of their own, `others` the accounts of one collection."""

    creators: tuple[Writer, ...]
    others: tuple[Writer, ...]

    @classmethod
    def read(cls, data_dir: Path) -> "Panel":
        """Read `shared/data`."""
        creators = [
            _writer(path.stem, load_posts(path)) for path in sorted(data_dir.glob("creators/*.jsonl"))
        ]
        timtimtim = load_posts(data_dir / "creators/timtimtim_eth.jsonl")
        chinese = [post for post in timtimtim if language_of(text_of(post), post.lang) == "zh"]
        accounts: dict[str, list[Post]] = defaultdict(list)
        for post in load_posts(data_dir / "extra/authorship_2026.jsonl"):
            accounts[post.username].append(post)
        known = {writer.name for writer in creators}
        others = [_writer(name, posts) for name, posts in sorted(accounts.items()) if name not in known]
        return cls(tuple(creators), (_writer("timtimtim_eth:zh", chinese), *others))

    @property
    def writers(self) -> tuple[Writer, ...]:
        """Everyone."""
        return (*self.creators, *self.others)

    def rivals(self, creator: Writer, *, development: bool) -> tuple[Writer, ...]:
        """The other writers of the creator's language in one of the two sets."""
        accounts = [writer for writer in self.others if not writer.is_development]
        chosen_on = {*DEVELOPMENT, *(writer.name for writer in accounts[::2])}
        return tuple(
            writer
            for writer in self.writers
            if writer.username != creator.username
            and writer.language == creator.language
            and (writer.name in chosen_on) == development
        )

    def cases(self, background: Background, *, development: bool) -> Iterator[Case]:
        """Every creator against each half of the rivals; in development, development's creators alone."""
        for creator in self.creators:
            if development and not creator.is_development:
                continue
            cut = max(len(creator.texts) * 4 // 5, len(creator.texts) - _LATER)
            rivals = self.rivals(creator, development=development)
            parts = min(_PARTS, len(rivals))
            for part in range(parts):
                unmet = rivals[part::parts]
                rest = background.without(creator.name, *(writer.username for writer in unmet))
                yield Case(creator, creator.texts[:cut], creator.texts[cut:], unmet, rest)


def whole(texts: Sequence[str]) -> list[str]:
    """The texts as they are."""
    return list(texts)


def between(fewest: int, most: int) -> Choose:
    """Texts of so many words."""
    return lambda texts: [text for text in texts if fewest <= len(words(text)) <= most]


def first(count: int) -> Choose:
    """The first `count` words of the texts that have as many."""
    return lambda texts: [cut for text in texts if (cut := _cut(text, count))]


LENGTHS: Final[Mapping[str, Choose]] = {
    "all lengths": whole,
    "10-20 words": between(10, 20),
    "first 15": first(15),
    "first 25": first(25),
    "first 40": first(40),
}

Scorer = Callable[[Sequence[Sequence[str]]], Floats]
"""A fitted measure: the likeness of each pool of texts."""


def wins(case: Case, scorer: Scorer, choose: Choose, *, pool: int) -> Floats | None:
    """The share of each rival's pools that each of the creator's beats, (pools, rivals); None for too few."""
    own = _pools(choose(case.later), pool)
    theirs = [_pools(choose(rival.texts)[-POSTS_OF_A_RIVAL:], pool) for rival in case.rivals]
    theirs = [pools for pools in theirs if pools]
    if len(own) * pool < _FEWEST_LATER or not theirs:
        return None
    scores = scorer(own)
    return np.stack([_shares(scores, scorer(pools)) for pools in theirs], axis=1)


def resampled(tables: Sequence[Floats], chance: np.random.Generator) -> Floats:
    """Areas under the curve of one creator: as measured, then with pools and rivals drawn anew; (1 + resamples,)."""
    drawn = [np.mean([_drawn(table, chance).mean() for table in tables]) for _ in range(_RESAMPLES)]
    return np.array([np.mean([table.mean() for table in tables]), *drawn])


def _drawn(table: Floats, chance: np.random.Generator) -> Floats:
    rows, columns = (chance.integers(0, size, size) for size in table.shape)
    return table[rows][:, columns]


def _shares(own: Floats, theirs: Floats) -> Floats:
    ordered = np.sort(theirs)
    sides: tuple[NDArray[np.intp], NDArray[np.intp]] = (
        np.searchsorted(ordered, own, "left"),
        np.searchsorted(ordered, own, "right"),
    )
    return (sides[0] + sides[1]) / 2 / len(theirs)


def _pools(texts: Sequence[str], size: int) -> list[list[str]]:
    return [list(texts[start : start + size]) for start in range(0, len(texts) - size + 1, size)]


def _cut(text: str, count: int) -> str:
    end, found = 0, words(text)[:count]
    for word in found:
        end = text.index(word, end) + len(word)
    return text[:end] if len(found) == count else ""


def _writer(name: str, posts: Sequence[Post]) -> Writer:
    corpus = corpus_of(posts)
    return Writer(name, corpus.writing.language, corpus.texts)
