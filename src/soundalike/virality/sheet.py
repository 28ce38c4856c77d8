"""Posts taken apart once, so that a hundred features are a few passes over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import cache
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from soundalike.posts.post import Post
from soundalike.posts.text import LINK, language_of, main_language, own_text
from soundalike.virality.characters import Counts, count_characters
from soundalike.virality.lexicon import kinds_of, opens, said_in

Column = NDArray[np.float32]

_SENTENCE_END = regex.compile(r"(?:(?<![.!?…])[.!?…]++[\"'”’)]*+(?=\s)|[。！？]+[」』”）]*|\n)")
_SENTENCE = regex.compile(r"[\p{L}\p{N}][^.!?。！？\n]*")
_LONGEST_TEXT: Final = 4_000  # characters; the rest of a longer post would only cost time
_ENOUGH_TO_TELL: Final = 1_000  # posts; more would not change the answer


@dataclass(frozen=True, slots=True)
class Sheet:
    """Posts taken apart.

    `raw` is the text as posted, `own` what the writer wrote, `hooks` its opening sentence; `width` counts a wide
    character twice, as X does. `counts` and `hook_counts` are of `characters.py`; `said`, `hook_said` and `hook_opens`
    are sets of the kinds of words in `lexicon.py`, `known` of those that the language has a list for.
    """

    posts: Sequence[Post]
    raw: list[str]
    own: list[str]
    hooks: list[str]
    languages: list[str | None]
    width: Column
    hours: NDArray[np.int64]
    weekdays: NDArray[np.int64]
    links: Counts
    sentences: Counts
    counts: Mapping[str, Counts]
    hook_counts: Mapping[str, Counts]
    known: Counts
    said: Counts
    hook_said: Counts
    hook_opens: Counts


def read_sheet(posts: Sequence[Post], *, zone: tzinfo = UTC, untagged: str | None = None) -> Sheet:
    """Take posts apart; `zone` is the clock that hours are read on.

    Latin text without a language tag is taken for `untagged`, or judged over all posts together where that is None.
    """
    posts = [_bounded(post) for post in posts]
    own = [own_text(post) for post in posts]
    hooks = [_hook(text) for text in own]
    counts = count_characters(own)
    languages = _languages(posts, own, counts, untagged)
    said = [said_in(text, language) for text, language in zip(own, languages, strict=True)]
    hook_said = [
        whole if hook == text else said_in(hook, language)
        for whole, hook, text, language in zip(said, hooks, own, languages, strict=True)
    ]
    local = [post.created_at.astimezone(zone) for post in posts]
    return Sheet(
        posts=posts,
        raw=[post.text for post in posts],
        own=own,
        hooks=hooks,
        languages=languages,
        width=counts["width"].astype(np.float32),
        hours=_whole([moment.hour for moment in local]),
        weekdays=_whole([moment.weekday() for moment in local]),
        links=_whole([len(LINK.findall(post.text)) for post in posts]),
        sentences=_whole([len(_SENTENCE.findall(text)) for text in own]),
        counts=counts,
        hook_counts=count_characters(hooks),
        known=_whole([kinds_of(language) for language in languages]),
        said=_whole(said),
        hook_said=_whole(hook_said),
        hook_opens=_whole([opens(text, language) for text, language in zip(hooks, languages, strict=True)]),
    )


def untagged_language(texts: Sequence[str], told: Sequence[str | None]) -> str | None:
    """The language of the untagged texts, judged together; None where it cannot be told."""
    return main_language(
        [text for text, code in zip(texts, told, strict=True) if code is None][:_ENOUGH_TO_TELL]
    )


def _languages(
    posts: Sequence[Post], own: Sequence[str], counts: Mapping[str, Counts], untagged: str | None
) -> list[str | None]:
    told = [
        language_of(text, post.lang) if script else _language_of_latin(bool(letters), post.lang)
        for text, post, script, letters in zip(
            own, posts, counts["script"].tolist(), counts["word"].tolist(), strict=True
        )
    ]
    if None not in told:
        return told
    fallback = untagged or untagged_language(own, told)
    return [code or fallback for code in told]


@cache
def _language_of_latin(has_letters: bool, tag: str | None) -> str | None:  # noqa: FBT001
    """The language of any text in Latin script: what its letters are makes no difference."""
    return language_of("a" if has_letters else "", tag)


def _bounded(post: Post) -> Post:
    return post if len(post.text) <= _LONGEST_TEXT else replace(post, text=post.text[:_LONGEST_TEXT])


def _hook(text: str) -> str:
    found = _SENTENCE_END.search(text)
    return (text[: found.end()] if found else text).rstrip()


def _whole(values: Sequence[int]) -> Counts:
    return np.array(values, dtype=np.int64)
