"""A creator's posts made ready for measuring: what counts as their writing, and each post taken apart once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import regex

from soundalike.posts.post import Post
from soundalike.posts.text import HASHTAG, MENTION, has_words, language_of, main_language, own_text, words

LONGEST_TEXT: Final = 25_000
"""Characters of a text that are read: the longest post X allows."""

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS_FOR_LANGUAGE: Final = 500
_SENTENCE_END: Final = regex.compile(
    r"(?<=[.!?…][\"'”’)\]]?)\s+|(?<=[。！？])(?![。！？」』”])|\n+", regex.V1
)
_LONE_LETTERS: Final = frozenset("aio")  # other single letters are what is left of “it’s” or “U.S.”
_CASED: Final = regex.compile(r"[\p{Lu}\p{Ll}]")
_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")


@dataclass(frozen=True, slots=True)
class Writing:
    """What kind of writing a body of posts is: its language, whether it has capitals, whether it parts words."""

    language: str | None
    is_cased: bool
    is_spaced: bool


@dataclass(frozen=True, slots=True)
class Corpus:
    """What of a creator's posts is their writing, from the oldest to the newest, with the words of each."""

    items: tuple[Post | str, ...]
    texts: tuple[str, ...]
    writing: Writing

    @property
    def usernames(self) -> frozenset[str]:
        """Whose posts these are, as far as they say."""
        return frozenset(item.username for item in self.items if isinstance(item, Post))


@dataclass(frozen=True, slots=True)
class Reading:
    """One post: `text` without links, its non-blank `lines`, its `sentences`, its `words` in lower case."""

    id: str
    text: str
    lines: tuple[str, ...]
    sentences: tuple[str, ...]
    words: tuple[str, ...]


def text_of(item: Post | str) -> str:
    """The writer's own words of a post, or of bare text taken as an original post."""
    post = Post(id="", text=item, created_at=_NO_TIME, username="") if isinstance(item, str) else item
    return own_text(post)[:LONGEST_TEXT]


def corpus_of(items: Iterable[Post | str]) -> Corpus:
    """Originals with words in the main language, each text once, the earliest kept."""
    own = [item for item in items if isinstance(item, str) or not (item.is_repost or item.is_reply)]
    own.sort(key=lambda item: _NO_TIME if isinstance(item, str) else item.created_at)
    by_text: dict[str, Post | str] = {}
    for item in own:
        by_text.setdefault(text_of(item), item)
    worded = {text: item for text, item in by_text.items() if has_words(text)} or by_text
    writing = _writing(list(worded), [_tag(item) for item in worded.values()])
    kept = {
        text: item
        for text, item in worded.items()
        if writing.language is None or language_of(text, _tag(item)) in (writing.language, None)
    }
    return Corpus(tuple(kept.values()), tuple(kept), writing)


def read(item: Post | str, text: str) -> Reading:
    """Take one post apart; `text` is its own text."""
    return Reading(
        id="" if isinstance(item, str) else item.id,
        text=text,
        lines=tuple(line.strip() for line in text.split("\n") if line.strip()),
        sentences=tuple(piece for part in _SENTENCE_END.split(text) if (piece := part.strip())),
        words=tuple(words(text.lower().replace("’", "'"))),
    )


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, without hashtags and names of accounts."""
    return words(MENTION.sub(" ", HASHTAG.sub(" ", text)).lower().replace("’", "'"))


def is_word(word: str) -> bool:
    """Whether it is a word to compare writers by: no number, no single sign but “a”, “i” and “o”."""
    return (len(word) > 1 or word in _LONE_LETTERS) and not word.isdecimal()


def _writing(texts: Sequence[str], tags: Sequence[str | None]) -> Writing:
    step = max(len(texts) // _TEXTS_FOR_LANGUAGE, 1)
    some = texts[::step]
    body = "".join(some)
    return Writing(
        language=main_language(some, tags[::step]),
        is_cased=len(_CASED.findall(body)) > len(body) / 4,
        is_spaced=len(_UNSPACED.findall(body)) < len(body) / 5,
    )


def _tag(item: Post | str) -> str | None:
    return None if isinstance(item, str) else item.lang
