"""The form of a draft: the creator's ways with it, and what makes a text unfit."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final, Self

import numpy as np
import regex

from soundalike.drafts.length import links_in, weighted_length
from soundalike.drafts.reading import hash_text
from soundalike.drafts.writer import CUT_OFF
from soundalike.posts.packing import is_ascending, pack, refusing, require, unpack
from soundalike.posts.text import MENTION, words

MOST_CHARACTERS: Final = 25_000
"""As many as X lets paying accounts write; what is longer is cut before anyone looks at it."""

_OPEN_ENDINGS: Final = 0.2  # share of posts ending without a stop from which on that is the creator's way
_PARAGRAPHS: Final = 0.1  # likewise for blank lines
_GRAM: Final = 3
_LOOP_COUNT: Final = 3  # a figure of speech repeats itself once, a stuck model goes on …
_LOOP_SHARE: Final = 0.2  # … and fills the text with it
_MOST_IN_A_ROW: Final = 3  # “never, never, never”; of a word, not of “ha” or a character
_A_WORD: Final = 3

BLANK_LINE = re.compile(r"\n\s*\n")
ABOUT_THE_TASK = re.compile(
    r"""
    \b(?:here(?:['’]s|\ is|\ are|\ you\ go)|below\ (?:is|are)|this\ is)\b
      .{0,40}\b(?:post|tweet|draft|version|example|option)s?\b
    | ^(?:sure|certainly|of\ course|absolutely|okay)[,!.:]\s+(?:here|i\b|this|let)
    | \b(?:as|i\ am|i['’]m)\ an?\ (?:ai|artificial\ intelligence|(?:large\ )?language\ model|assistant)\b
    | \bi['’]?m\ sorry,?\ (?:but\ )?i\b
    | \bi\ (?:can(?:not|['’]t)|am\ unable\ to)\ (?:help|assist|write|create|generate|fulfill)
    | \bwrite\ (?:a|one|another)\ (?:new\ )?(?:post|tweet)\b | \b(?:new|next)\ (?:post|tweet)s?\ about\b
    | \bin\ the\ (?:style|voice)\ of\b | \[(?:insert|your|name|link|topic)\b | \{\{ | ``` | </?posts?\b
    | ^\W*1[.)]\s | 以下是|作为一个(?:AI|人工智能)|当然可以|以下是一
    """,
    re.VERBOSE | re.IGNORECASE,
)
_STOPS = regex.compile(
    r"""
    [.!?。！？;:)\]”’"'»」】）…~]\s*$
    | [\p{Extended_Pictographic}\uFE0F\u200D\p{EMod}\p{RI}]\s*$
    | (?:^|\s)[#@$]\w+\s*$
    | (?:^|["”’'])\s*[—–-]\s?[@\p{Lu}][^\n]{0,60}$  # who said it
    """,
    regex.VERBOSE,
)
_DANGLING = re.compile(
    r"(?:[,;:&(–—-]|\b(?:a|an|the|and|or|but|of|to|in|on|for|with|at|by|from|as|that|which|who|is|are|was|were|be|"
    r"has|have|had|will|can|we|i|my|our|your|their|its|if|because|so|than|not))\s*$",
    re.IGNORECASE,
)
_KIND, _VERSION = "form", 1


class Unfit(StrEnum):
    """Why a candidate is withheld."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    ABOUT_THE_TASK = "about the task"
    LOOPS = "loops"
    LINK = "invented link"
    MENTION = "invented mention"
    UNFINISHED = "unfinished"
    COPIED = "copied"
    RULE = "against a rule"
    REPEATED = "too like another candidate"


@dataclass(frozen=True, slots=True)
class Form:
    """The creator's ways with form, and the hashes of the words they have used (case folded)."""

    ends_openly: bool
    has_paragraphs: bool
    words: frozenset[int]

    def knows(self, word: str) -> bool:
        """Whether the creator has used this word."""
        return hash_text(word.casefold()) in self.words

    def to_bytes(self) -> bytes:
        """The form as bytes without a word of text; `from_bytes` reads them back."""
        facts = {"endsOpenly": self.ends_openly, "hasParagraphs": self.has_paragraphs}
        return pack(_KIND, _VERSION, facts, {"words": np.array(sorted(self.words), dtype=np.uint64)})

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: These bytes are no form.
        """
        facts, arrays = unpack(content, _KIND, _VERSION, {"words": "<u8"})
        with refusing(_KIND):
            ways = facts["endsOpenly"], facts["hasParagraphs"]
            require(_KIND, all(isinstance(way, bool) for way in ways), is_ascending(arrays["words"]))
        return cls(*ways, frozenset(arrays["words"].tolist()))


def read_form(texts: Sequence[str]) -> Form:
    """Read the ways with form from a creator's posts; without posts the strict ones are assumed."""
    endings = [_is_stopped(text) for text in texts if text.strip()]
    blanks = [bool(BLANK_LINE.search(text)) for text in texts]
    return Form(
        ends_openly=bool(endings) and endings.count(False) / len(endings) > _OPEN_ENDINGS,
        has_paragraphs=bool(blanks) and sum(blanks) / len(blanks) > _PARAGRAPHS,
        words=frozenset(map(hash_text, {word.casefold() for text in texts for word in words(text)})),
    )


def find_fault(text: str, *, brief: str, form: Form, max_chars: int) -> Unfit | None:
    """Say why a text is unfit by its form, or None; the first reason found, cheap ones first."""
    return next(_faults(text, brief=brief, form=form, max_chars=max_chars), None)


def _faults(text: str, *, brief: str, form: Form, max_chars: int) -> Iterator[Unfit]:
    if not words(text):
        yield Unfit.EMPTY
    if ABOUT_THE_TASK.search(text):
        yield Unfit.ABOUT_THE_TASK
    if _loops(text):
        yield Unfit.LOOPS
    if any(mention.casefold() not in brief.casefold() for mention in MENTION.findall(text)):
        yield Unfit.MENTION
    if is_unfinished(text, form):
        yield Unfit.UNFINISHED
    if weighted_length(text) > max_chars:
        yield Unfit.TOO_LONG
    if any(link.casefold() not in brief.casefold() for link in links_in(text)):
        yield Unfit.LINK


def _loops(text: str) -> bool:
    folded = [word.casefold() for word in words(text)]
    if any(len(word) >= _A_WORD and len(list(row)) > _MOST_IN_A_ROW for word, row in groupby(folded)):
        return True
    grams = Counter(zip(*(folded[start:] for start in range(_GRAM)), strict=False))
    if not grams or max(grams.values()) < _LOOP_COUNT:
        return False
    return 1 - len(grams) / grams.total() > _LOOP_SHARE


def _is_stopped(text: str) -> bool:
    return bool(_STOPS.search(text.rstrip().rpartition("\n")[2]))


def is_unfinished(text: str, form: Form) -> bool:
    """Whether a text breaks off: it was cut, or ends as no text of this creator's does."""
    if text.endswith(CUT_OFF.strip()):
        return True
    return bool(_DANGLING.search(text)) if form.ends_openly else not _is_stopped(text)
