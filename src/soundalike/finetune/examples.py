"""A creator's posts as examples to train on: the order for a post as drafting words it, and the post as its answer."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from soundalike.drafts.orders import gives_orders
from soundalike.drafts.prompt import content_words, keywords, plain_messages
from soundalike.drafts.templates import clean
from soundalike.errors import TooFewPosts
from soundalike.finetune.vocabulary import Vocabulary
from soundalike.posts.duplicates import near_duplicates
from soundalike.posts.text import LINK, MENTION, words

FEWEST: Final = 20
"""Usable posts under which there is nothing to train on: an adapter would learn them by heart."""

_VALIDATION_SHARE: Final = 0.15
_VALIDATION: Final = range(5, 61)  # fewer say nothing, more only take time
_CHARS: Final = range(10, 1_001)
_BROKEN_OFF: Final = (":", "…", ",", "：", "，")  # what a link or a longer post stood behind
_MAX_CHARS: Final = 280  # small models are not told
_MOST_TOKENS: Final = 320

Rarity = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    """Tokens of a prompt, which is only read, and of the answer to be learned; `chars` is the answer's length."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    chars: int

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One post in both of its forms: as the answer to an order, and as a text that is only continued."""

    asked: Example
    continued: Example


def select_texts(texts: Sequence[str]) -> list[str]:
    """The texts fit to train on, in their order: links out, each said once.

    Left out are texts of under 10 or over 1,000 characters, with mentions, broken off, that give a model orders, and
    near-duplicates of earlier ones: repeated texts are what a model copies (Lee et al. 2021).
    """
    fit = [text for text in map(_cleaned, texts) if text]
    return [
        text for at, (text, first) in enumerate(zip(fit, near_duplicates(fit), strict=True)) if first == at
    ]


def split_texts(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split texts, the oldest first, into those to learn from and the latest, on which training is stopped.

    Raises:
        TooFewPosts: There are under 20.
    """
    if len(texts) < FEWEST:
        raise TooFewPosts(
            f"{len(texts)} usable posts are too few to train an adapter.",
            found=len(texts),
            needed=FEWEST,
            hint="Widen --months, add posts from an X archive, or choose --trainer prompt.",
        )
    wanted = min(max(round(len(texts) * _VALIDATION_SHARE), _VALIDATION[0]), _VALIDATION[-1])
    return list(texts[:-wanted]), list(texts[-wanted:])


def rarity_of(texts: Sequence[str]) -> Rarity:
    """Inverse document frequency of content words: log(texts / texts with the word)."""
    holding = Counter(word for text in texts for word in content_words(text))
    return {word: math.log(len(texts) / count) for word, count in holding.items()}


def build_lessons(texts: Sequence[str], vocabulary: Vocabulary, *, rarity: Rarity) -> list[Lesson]:
    """Build both examples of each text; the subject asked for is its two rarest content words, as in drafting.

    Texts of more than 320 tokens are cut there, without an end.
    """
    return [_lesson(text, ", ".join(keywords(text, rarity)), vocabulary) for text in texts]


def _lesson(text: str, subject: str, vocabulary: Vocabulary) -> Lesson:
    order = plain_messages(subject, manner="turns", max_chars=_MAX_CHARS)
    answer = (*vocabulary.read(text), vocabulary.ends)[:_MOST_TOKENS]
    return Lesson(
        Example(vocabulary.ask(order), answer, len(text)), Example((vocabulary.begins,), answer, len(text))
    )


def _cleaned(text: str) -> str:
    """The text without links and marks; nothing where it is not fit to learn from."""
    if len(text) > _CHARS[-1] or MENTION.search(text) or gives_orders(text):
        return ""
    told = clean(LINK.sub("", text))
    return told if len(told) in _CHARS and words(told) and not told.endswith(_BROKEN_OFF) else ""
