"""What a trait is before it is measured: a sentence, a unit, and a function of one post."""

from collections.abc import Callable, Sized
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from soundalike.voice.reading import Reading, Writing

Room = Literal["hooks", "rhythm", "diction"]
Measure = Callable[[Reading], float]
"""A post's figure: 0 or 1 for a share, a count or a length else; NaN where the question cannot be asked."""


class Unit(StrEnum):
    """What a trait's figure counts."""

    SHARE = "share"
    """Share of posts, 0 to 1; posts of which the question cannot be asked are left out."""
    WORDS = "words"
    """Median over posts."""
    CHARACTERS = "characters"
    """Median over posts."""
    PER_POST = "per post"
    PER_100_POSTS = "per 100 posts"
    PER_1000_WORDS = "per 1,000 words"
    PER_SENTENCE = "words per sentence"
    PER_WORD = "letters per word"


class Needs(StrEnum):
    """What the writing must have for the rule to make sense."""

    NOTHING = "nothing"
    ENGLISH = "english"
    CAPITALS = "capitals"
    SPACES = "spaces"


@dataclass(frozen=True, slots=True)
class Rule:
    """One candidate trait."""

    key: str
    room: Room
    sentence: str
    unit: Unit
    measure: Measure
    needs: Needs = Needs.NOTHING

    def suits(self, writing: Writing) -> bool:
        """Whether the rule can be asked of such writing."""
        match self.needs:
            case Needs.ENGLISH:
                return writing.language == "en"
            case Needs.CAPITALS:
                return writing.is_cased
            case Needs.SPACES:
                return writing.is_spaced
            case Needs.NOTHING:
                return True


def found(search: Callable[[str], object]) -> Measure:
    """A share: 1 where `search` (a pattern's `search` or `match`) finds something in the text."""
    return lambda post: float(search(post.text) is not None)


def count(find_all: Callable[[str], Sized]) -> Measure:
    """A count: how much `find_all` (a pattern's `findall`) finds in the text."""
    return lambda post: float(len(find_all(post.text)))


def count_words(vocabulary: frozenset[str]) -> Measure:
    """A count: how many of the post's words are in `vocabulary`."""
    return lambda post: float(sum(word in vocabulary for word in post.words))


def opens_with(vocabulary: frozenset[str]) -> Measure:
    """A share: 1 where the first word is in `vocabulary`."""
    return lambda post: float(bool(post.words) and post.words[0] in vocabulary)
