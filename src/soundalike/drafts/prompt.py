"""What a language model is told: a voice as instructions for those that follow them, as turns for small ones."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

import regex

from soundalike.drafts.orders import gives_orders, subject_of
from soundalike.drafts.rules import Rule
from soundalike.drafts.templates import clean, fill
from soundalike.drafts.variety import order_by_variety
from soundalike.drafts.writer import Manner, Message
from soundalike.posts.text import HASHTAG, LINK, MENTION, words

TURNS: Final = 10
SHOWN: Final = 20
KEPT: Final = 200
"""Examples in turns, examples in instructions, and posts a prompt keeps to choose from for a brief."""

_WIDTHS: Final = range(25, 261)  # of an example: shorter ones say nothing, longer ones teach rambling
_LONGEST: Final = 1_000  # before cleaning; nothing longer can become an example
END_OF_TEXT: Final = "\nSubject:"
"""What a base model writes after a post, when it goes on with the next one."""

_KEYWORDS: Final = 2
_CONTENT_LETTERS: Final = 4
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}]"
_CONTENT = regex.compile(
    rf"[[\p{{L}}\p{{M}}'’]--{_UNSPACED}]{{{_CONTENT_LETTERS},}}|{_UNSPACED}{{2}}", regex.V1
)
_UNSPACED_ONE = regex.compile(_UNSPACED)
_NO_SUBJECT: Final = "anything"
_LISTS: Final = ("traits", "patterns", "posts", "plain", "contrasts")
_BROKEN_OFF = (":", "…", ",", "：", "，")  # what a link or a longer post stood behind


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a thread of `of` posts a draft is to stand: after the posts `before` it."""

    before: tuple[str, ...] = ()
    of: int = 1


ALONE: Final = Place()
"""A post that is no part of a thread."""


@dataclass(frozen=True, slots=True)
class VoicePrompt:
    """A voice in words a language model can use.

    `traits` are sentences with their figures, the most regular first; `patterns` sentences on what lifts posts, those
    beyond chance only; `posts` the examples to choose from, in an order of which every beginning is varied; `rules`
    what the user wants of every draft. `plain` are posts that the language model `plain_model` wrote of some of the
    creator's subjects without the voice, and `contrasts` sentences on how the creator differs from those.
    """

    creator: str
    language: str | None = None
    traits: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    posts: tuple[str, ...] = field(default=(), repr=False)
    rules: tuple[Rule, ...] = ()
    plain_model: str = ""
    plain: tuple[str, ...] = ()
    contrasts: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The prompt as plain values; `from_json` reads them back."""
        return asdict(self) | {"rules": [rule.to_json() for rule in self.rules]}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read a prompt from its plain values."""
        lists = {name: tuple(values.get(name, ())) for name in _LISTS}
        rules = tuple(map(Rule.from_json, values.get("rules", ())))
        return cls(**{**values, **lists, "rules": rules})

    @property
    def instructions(self) -> str:
        """The training prompt: plain text that anyone can paste into any chat."""
        return fill(
            "instructions",
            creator=self.creator,
            language=self.language,
            traits=self.traits,
            patterns=self.patterns,
            rules=[rule.sentence for rule in self.rules],
            posts=self.posts[:SHOWN],
            plain_model=self.plain_model,
            plain=self.plain,
            contrasts=self.contrasts,
        )

    def messages(
        self,
        brief: str,
        *,
        manner: Manner,
        max_chars: int,
        continue_from: str | None = None,
        turns: int = TURNS,
        place: Place = ALONE,
    ) -> list[Message]:
        """Word the order for one post.

        `turns` examples as a chat for small models or as one text for base models; instructions for the others.
        """
        if manner == "text":
            return [Message("user", self._text(brief, continue_from, turns, place))]
        if manner == "turns":
            return [*self._turns(subject_of(brief), turns), *_small_request(brief, continue_from, place)]
        request = _request(brief, max_chars=max_chars, continue_from=continue_from, place=place)
        return [Message("system", self.instructions), request]

    def _turns(self, brief: str, count: int) -> list[Message]:
        """Examples as answers to orders."""
        chat: list[Message] = []
        for subject, post in self._examples(brief, count):
            chat += [Message("user", _turn(subject)), Message("assistant", post)]
        return chat

    def _text(self, brief: str, continue_from: str | None, count: int, place: Place) -> str:
        """Examples as one text, subject over post, that breaks off where the new post begins."""
        subject = _subject(brief)
        return fill(
            "text",
            fenced=False,
            creator=self.creator,
            examples=[*self._examples(subject, count), *((subject, clean(post)) for post in place.before)],
            subject=subject,
            beginning=continue_from or "",
        )

    def _examples(self, brief: str, count: int) -> list[tuple[str, str]]:
        """Examples and their subjects; up to half chosen by their words in common with the brief, best match last."""
        rarity = _rarity(self.posts)
        chosen = _choose(self.posts, brief, rarity, count)
        return [(", ".join(keywords(post, rarity)) or _NO_SUBJECT, post) for post in chosen]


def build_prompt(
    texts: Sequence[str],
    *,
    creator: str,
    language: str | None = None,
    traits: Iterable[str] = (),
    patterns: Iterable[str] = (),
) -> VoicePrompt:
    """Build the prompt of a voice from the creator's own texts (no replies, no reposts), the best first.

    Examples are 25 to 260 characters wide, with no mentions and no orders to a model; links are taken out.
    """
    return VoicePrompt(
        creator=creator,
        language=language,
        traits=tuple(traits),
        patterns=tuple(patterns),
        posts=tuple(order_by_variety(_usable(texts), KEPT)),
    )


def plain_messages(brief: str, *, manner: Manner, max_chars: int) -> list[Message]:
    """The same order without any voice: what the report card takes as its floor."""
    if manner == "text":
        return VoicePrompt("people").messages(brief, manner=manner, max_chars=max_chars)
    return _small_request(brief, None) if manner == "turns" else [_request(brief, max_chars=max_chars)]


def subjects_of(prompt: VoicePrompt, count: int) -> list[str]:
    """What the first examples are about, two words each, different ones."""
    rarity = _rarity(prompt.posts)
    found = (", ".join(keywords(post, rarity)) for post in prompt.posts)
    return list(dict.fromkeys(filter(None, found)))[:count]


def keywords(text: str, rarity: Mapping[str, float], count: int = _KEYWORDS) -> list[str]:
    """The rarest content words of a text, in its order; words unknown to `rarity` are the rarest."""
    found = {word.casefold(): word for word in _CONTENT.findall(HASHTAG.sub(" ", text))}
    rarest = sorted(found, key=lambda word: (-rarity.get(word, math.inf), word))[:count]
    return [found[word] for word in found if word in rarest]


def content_words(text: str) -> set[str]:
    """The content words of a text, case folded: four letters or more, or two unspaced characters."""
    return {word.casefold() for word in _CONTENT.findall(text)}


def _usable(texts: Iterable[str]) -> list[str]:
    told = (text for text in texts if len(text) <= _LONGEST and not gives_orders(text))
    cleaned = (clean(LINK.sub("", text)) for text in told if not MENTION.search(text))
    return list(
        dict.fromkeys(
            text
            for text in cleaned
            if _width(text) in _WIDTHS and words(text) and not text.endswith(_BROKEN_OFF)
        )
    )


def _width(text: str) -> int:
    """Characters, those of scripts without spaces twice, as X counts them."""
    return len(text) + len(_UNSPACED_ONE.findall(text))


def _rarity(texts: Sequence[str]) -> dict[str, float]:
    """Inverse document frequency: log(texts / texts with the word)."""
    holding = Counter(word for text in texts for word in content_words(text))
    return {word: math.log(len(texts) / count) for word, count in holding.items()}


def _choose(posts: Sequence[str], brief: str, rarity: Mapping[str, float], count: int) -> list[str]:
    asked = content_words(brief)
    scores = {post: sum(rarity[word] for word in asked & content_words(post)) for post in posts}
    matching = sorted((post for post in posts if scores[post]), key=lambda post: -scores[post])[: count // 2]
    others = [post for post in posts if post not in matching][: count - len(matching)]
    return [*others, *reversed(matching)]


def _small_request(brief: str, continue_from: str | None, place: Place = ALONE) -> list[Message]:
    order = Message("user", _turn(_subject(brief)))
    written = [each for post in place.before for each in (order, Message("assistant", clean(post)))]
    beginning = [Message("assistant", clean(continue_from))] if continue_from else []
    return [*written, order, *beginning]


def _subject(brief: str) -> str:
    return " ".join(subject_of(brief).split()).rstrip(".") or _NO_SUBJECT


def _turn(subject: str) -> str:
    return fill("turn", fenced=False, subject=subject)


def _request(
    brief: str, *, max_chars: int, continue_from: str | None = None, place: Place = ALONE
) -> Message:
    text = fill(
        "request",
        brief=brief,
        max_chars=max_chars,
        continue_from=continue_from or "",
        before=place.before,
        of=place.of,
    )
    return Message("user", text)
