"""The voice profile: what is regular in a creator's writing, each figure beside other writers and with its posts."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np

from soundalike.errors import TooFewPosts
from soundalike.posts.post import Post
from soundalike.voice.background import Background
from soundalike.voice.background_file import shipped_background
from soundalike.voice.favourites import Favourite, Kind, Tally, favourites
from soundalike.voice.reading import Writing, corpus_of, read
from soundalike.voice.traits import Trait, judge

FEWEST_POSTS: Final = 10
"""Posts of the creator's own under which nothing can be called regular."""

_MOST_POSTS: Final = 3_000  # the latest: a voice is what it is now
_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """What is regular in a creator's writing.

    `lengths` are the 5, 25, 50, 75 and 95 % quantiles of the length in characters. `writers` is how many others the
    figures stand beside, `writers_language` the language these share, None where too few write the creator's.
    `traits` holds all that could be asked; `distinct_traits` those that set the creator apart.
    """

    language: str | None
    posts: int
    words: int
    lengths: tuple[float, ...]
    writers: int
    writers_language: str | None
    traits: tuple[Trait, ...]
    favourites: tuple[Favourite, ...]

    @property
    def distinct_traits(self) -> tuple[Trait, ...]:
        """Traits that lie clearly outside what other writers do."""
        return tuple(trait for trait in self.traits if trait.is_distinct)

    @property
    def never(self) -> tuple[Trait, ...]:
        """What the creator as good as never does and other writers do, what they do most first."""
        found = [trait for trait in self.traits if trait.is_never]
        return tuple(sorted(found, key=lambda trait: trait.high / (trait.others or 1.0)))

    def trait(self, key: str) -> Trait | None:
        """The trait of that key, if it could be asked of this writing."""
        return next((trait for trait in self.traits if trait.key == key), None)

    def favourites_of(self, kind: Kind) -> tuple[Favourite, ...]:
        """Favourite words, phrases, openings, constructions (“frame”), hashtags or emoji, the surest first."""
        return tuple(favourite for favourite in self.favourites if favourite.kind == kind)

    def to_json(self) -> dict[str, Any]:
        """The profile as plain values; `from_json` reads them back."""
        traits = [trait.to_json() for trait in self.traits]
        return asdict(self) | {"traits": traits}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read a profile from its plain values."""
        return cls(
            **{
                **values,
                "lengths": tuple(values["lengths"]),
                "traits": tuple(Trait.from_json(trait) for trait in values["traits"]),
                "favourites": tuple(Favourite.from_json(term) for term in values["favourites"]),
            }
        )


def read_voice(
    posts: Iterable[Post | str], background: Background | None = None, *, seed: int = 0
) -> VoiceProfile:
    """Find what is regular in a creator's posts: originals in the main language, the latest 3,000.

    The others are the writers of `background` (the shipped set by default) in the same language, where there are three,
    without the creator.

    Raises:
        TooFewPosts: Under 10 posts are left once reposts, replies and repetitions are out.
    """
    corpus = corpus_of(posts)
    if len(corpus.texts) < FEWEST_POSTS:
        raise TooFewPosts(
            f"{len(corpus.texts)} posts of the creator’s own are too few to call anything regular.",
            found=len(corpus.texts),
            needed=FEWEST_POSTS,
            hint="Reposts, replies and repetitions do not count: widen the window, or add posts from an archive.",
        )
    others = (background or shipped_background()).without(*corpus.usernames)
    compared = others.speaking(corpus.writing.language)
    latest = slice(-_MOST_POSTS, None)
    readings = [
        read(item, text) for item, text in zip(corpus.items[latest], corpus.texts[latest], strict=True)
    ]
    lengths = np.quantile([len(reading.text) for reading in readings], _QUANTILES)
    return VoiceProfile(
        language=corpus.writing.language,
        posts=len(readings),
        words=sum(len(reading.words) for reading in readings),
        lengths=tuple(float(length) for length in lengths),
        writers=len(compared.writers),
        writers_language=compared.language,
        traits=judge(readings, corpus.writing, compared.trait_values(), np.random.default_rng(seed)),
        favourites=favourites(readings, _tallies(others, corpus.writing), is_spaced=corpus.writing.is_spaced),
    )


def _tallies(others: Background, writing: Writing) -> dict[Kind, Tally]:
    """The others' terms; their words only where at least one of them writes the creator's language."""
    same = others.speaking(writing.language, at_least=1)
    tallies = same.tallies()
    if same.language == writing.language:
        return tallies
    return {kind: tally for kind, tally in tallies.items() if kind in ("hashtag", "emoji")}
