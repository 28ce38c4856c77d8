"""What a language model writes of the creator's subjects without the voice, and how the creator differs from that.

Traits set a creator against other people. A model has habits of its own, which it falls back into unless they are
named: it is measured as if it were a writer, by the same traits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from soundalike.drafts.form import Form
from soundalike.drafts.order import read_order, write_rounds
from soundalike.drafts.tidying import tidy
from soundalike.drafts.writer import CUT_OFF, Writer
from soundalike.errors import TooFewPosts
from soundalike.voice.background import Background
from soundalike.voice.profile import VoiceProfile, read_voice
from soundalike.voice.traits import Trait, is_clear

SUBJECTS: Final = 3
EACH: Final = 8
"""Subjects, and posts on each: enough to tell habits, few enough to wait for."""

_MAX_CHARS: Final = 280
_TOLD: Final = 8  # as of patterns: more is followed by none


@dataclass(frozen=True, slots=True)
class PlainWriting:
    """Posts by a model without the voice, a subject after the other, and their traits."""

    texts: tuple[str, ...]
    traits: tuple[Trait, ...]


def write_plain(
    subjects: Sequence[str], writer: Writer, form: Form, background: Background, *, seed: int
) -> PlainWriting | None:
    """Have the model write posts without the voice; None where it says too little that is new to be measured.

    Raises:
        WriterError: The language model cannot be reached, or failed.
    """
    found: list[str] = []
    for number, subject in enumerate(subjects[:SUBJECTS]):
        order = read_order(subject, max_chars=_MAX_CHARS, continue_from=None)
        for answers in write_rounds(order, writer, None, batch=EACH, rounds=1, seed=seed + number):
            found += [tidy(each, form).removesuffix(CUT_OFF).strip() for each in answers]
    texts = tuple(dict.fromkeys(text for text in found if text))
    try:
        return PlainWriting(texts, read_voice(texts, background).traits)
    except TooFewPosts:
        return None


def differences(voice: VoiceProfile, plain: PlainWriting) -> list[tuple[Trait, Trait]]:
    """Traits that set the creator apart from the model and not already from people, with the model's own, widest first.

    The 95 % intervals have a gap between them, and the difference is one that a reader could notice.
    """
    own = {trait.key: trait for trait in voice.traits if not trait.is_distinct}
    pairs = [(own[trait.key], trait) for trait in plain.traits if trait.key in own]
    apart = [pair for pair in pairs if _gap(*pair) > 0 and is_clear(*pair)]
    return sorted(apart, key=lambda pair: -_gap(*pair) / _spread(*pair))[:_TOLD]


def _gap(one: Trait, other: Trait) -> float:
    return max(one.low - other.high, other.low - one.high)


def _spread(one: Trait, other: Trait) -> float:
    return max(one.high - one.low, other.high - other.low, 1e-9)
