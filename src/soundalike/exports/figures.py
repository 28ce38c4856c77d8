"""What a voice is told by where its posts are not shown: more of what was measured, in the words of the prompt."""

from collections.abc import Iterator
from typing import Final

from soundalike.training import wording
from soundalike.voice.favourites import Kind
from soundalike.voice.profile import VoiceProfile
from soundalike.voice.traits import Trait

_ALWAYS: Final = ("length_characters", "lines")  # what no model guesses
_MOST_TRAITS: Final = 8
_LEAST_APART: Final = 0.5  # of the range of other writers: nearer ones say nothing of this one
_KINDS: Final[tuple[tuple[Kind, int], ...]] = (("opening", 3), ("frame", 4), ("phrase", 3), ("emoji", 3))
"""Kinds of favourites and how many are told; words and hashtags are subjects, which a brief gives."""


def figures(voice: VoiceProfile) -> Iterator[str]:
    """Sentences on the usual length, on what is furthest from other writers, and on favourite turns of phrase."""
    for key in _ALWAYS:
        if found := voice.trait(key):
            yield wording.trait(found)
    furthest = sorted(voice.traits, key=_apart, reverse=True)[:_MOST_TRAITS]
    yield from (wording.trait(each) for each in furthest if _apart(each) >= _LEAST_APART)
    for kind, count in _KINDS:
        yield from map(wording.favourite, voice.favourites_of(kind)[:count])


def _apart(trait: Trait) -> float:
    """How far a trait lies from the other writers' median, in ranges of theirs; 0 where they are not known."""
    if trait.others is None or trait.others_low is None or trait.others_high is None:
        return 0.0
    spread = trait.others_high - trait.others_low
    return abs(trait.value - trait.others) / spread if spread else 0.0
