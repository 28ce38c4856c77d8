"""An edit, word by word: which words and phrases of a draft went, which came in, and what stands in whose place."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final
from unicodedata import normalize

import regex

from soundalike.posts.text import EMOJI, HASHTAG, LINK, MENTION

_MOST_TOKENS: Final = 500  # of a text: some ten times what a usual post has
_MOST_MATCHES: Final = 3_000  # pairs of equal words; a hundred times what two wordings of a post have
_LONGEST_PHRASE: Final = 5
_LONGEST_REPLACEMENT: Final = 4
_UNSPACED: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_WORD: Final = (
    rf"{_UNSPACED}|(?:(?!{_UNSPACED})[\p{{L}}\p{{M}}\p{{N}}])+(?:'(?:(?!{_UNSPACED})[\p{{L}}\p{{M}}])+)*"
)
_TOKEN = regex.compile(
    rf"(?P<fixed>{LINK.pattern}|{MENTION.pattern}|{HASHTAG.pattern})|(?P<word>{_WORD})|(?P<emoji>{EMOJI.pattern})"
    r"|\n+|[^\s]",
    regex.IGNORECASE | regex.V1,
)
_IS_WORD = regex.compile(_WORD, regex.V1)
_IS_UNSPACED = regex.compile(_UNSPACED)
_CLOSE: Final = frozenset(",.;:!?)")
_TELLING_SIGNS: Final = frozenset("—–;…:·•|/()[]“”„«»~*")
"""Signs that are a manner of writing by themselves; stops, commas, question and exclamation marks are not."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a draft's words.

    `share` is how much of its words and signs went. `terms` are its words, phrases of up to five, emoji, hashtags and
    telling signs, in lower case, with whether they went: no such term is left, and every word of it was taken out.
    `put_in` are those that came in new.
    """

    share: float
    terms: dict[str, bool]
    put_in: frozenset[str]
    counts: Counter[str]
    swaps: dict[str, str]

    def count(self, term: str) -> int:
        """How often a term stood in the draft."""
        return self.counts[term]

    def replacement(self, term: str) -> str | None:
        """What stands in the place of a term that went, as it was written; None where nothing or too much does."""
        return self.swaps.get(term)


def read_change(draft: str, final: str) -> Change:
    """Compare a draft with what was made of it; the first five hundred words and signs of each."""
    before, after = _tokens(draft), _tokens(final)
    was, now = ([_folded(token) for token in tokens] for tokens in (before, after))
    taken: set[int] = set()
    swaps: dict[str, str] = {}
    for tag, start, end, new_start, new_end in _steps(was, now):
        if tag in {"delete", "replace"}:
            taken |= set(range(start, end))
        if tag == "replace" and new_end - new_start <= _LONGEST_REPLACEMENT:
            swaps[_joined(was[start:end])] = _joined(after[new_start:new_end])
    stood, stands = list(_spans(was)), {term for term, _, _ in _spans(now)}
    gone: dict[str, bool] = {}
    for term, start, end in stood:
        went = term not in stands and taken.issuperset(range(start, end))
        gone[term] = gone.get(term, True) and went
    counts = Counter(term for term, _, _ in stood)
    share = len(taken) / len(was) if was else 0.0
    return Change(share, gone, frozenset(stands - gone.keys()), counts, swaps)


def _steps(was: Sequence[str], now: Sequence[str]) -> Iterable[tuple[str, int, int, int, int]]:
    """How one becomes the other: what is equal, deleted, inserted or replaced, from where to where.

    Texts that repeat few words without end, for which that would take minutes, count as written anew.
    """
    stands = Counter(now)
    if sum(count * stands[token] for token, count in Counter(was).items()) > _MOST_MATCHES:
        return [("replace", 0, len(was), 0, len(now))]
    return SequenceMatcher(None, was, now, autojunk=False).get_opcodes()


def terms_of(text: str) -> set[str]:
    """The words, phrases, emoji, hashtags and telling signs of a text, in lower case."""
    return {term for term, _, _ in _spans([_folded(token) for token in _tokens(text)])}


def _tokens(text: str) -> list[str]:
    text = normalize("NFC", text[: 20 * _MOST_TOKENS]).replace("’", "'").strip()
    return [found[0] for found in _TOKEN.finditer(text)][:_MOST_TOKENS]


def _folded(token: str) -> str:
    return "\n" if token.isspace() else token.casefold()


def _spans(tokens: Sequence[str]) -> Iterable[tuple[str, int, int]]:
    """Every term with where it begins and ends."""
    is_word = [bool(_IS_WORD.fullmatch(token)) for token in tokens]
    for start, token in enumerate(tokens):
        if is_word[start] or token in _TELLING_SIGNS or token[0] == "#" != token or EMOJI.fullmatch(token):
            yield token, start, start + 1
        for end in range(start + 2, min(start + _LONGEST_PHRASE, len(tokens)) + 1):
            if not all(is_word[start:end]):
                break
            yield _joined(tokens[start:end]), start, end


def _joined(tokens: Sequence[str]) -> str:
    """Tokens as they are written: no space between characters of scripts without spaces, nor before a stop."""
    text = ""
    for part in tokens:
        is_close = part in _CLOSE or (not part.isascii() and _IS_UNSPACED.fullmatch(part))
        text += part if is_close else f" {part}"
    return text.strip()
