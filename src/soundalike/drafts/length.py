"""The length X counts, by the rules of twitter-text (config v3): 23 a link, 2 an emoji, else 1 or 2 by code point.

A bare domain is a link where its ending is one that can be registered (the Public Suffix List); text after a link that
only closes a sentence is not part of it.
"""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

import regex

from soundalike.posts.text import EMOJI

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_LINK_WEIGHT: Final = 23
_EMOJI_WEIGHT: Final = 2
_LIGHT: Final = (
    (0, 4351),
    (8192, 8205),
    (8208, 8223),
    (8242, 8247),
)  # code points of weight 1; all others weigh 2

_LABEL = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"
_LINK = regex.compile(
    rf"(?<![a-z0-9_@＠$#＃./-])(?:https?://)?(?P<domain>(?:{_LABEL}\.)++[a-z]{{2,24}})(?![a-z0-9_@-])"
    r"(?::\d{1,5})?(?:[/?#][^\s…“”‘’«»\p{Han}\p{Hiragana}\p{Katakana}\p{Block=CJK_Symbols_And_Punctuation}\uFF00-\uFFEF]*)?",
    regex.IGNORECASE,
)
_AFTER: Final = ".,;:!?'\"”’)]}»"
_KEYCAP = regex.compile(r"[0-9#*]\uFE0F?\u20E3")


def weighted_length(text: str) -> int:
    """The length of a post as X counts it; 280 is the most for accounts that do not pay."""
    rest, length = unicodedata.normalize("NFC", text), 0
    for link in links_in(rest):
        rest, length = rest.replace(link, "", 1), length + _LINK_WEIGHT
    for pattern in (_KEYCAP, EMOJI):
        rest, found = pattern.subn("", rest)
        length += _EMOJI_WEIGHT * found
    return length + sum(_weight(ord(sign)) for sign in rest)


def links_in(text: str) -> list[str]:
    """What X would turn into a link, in order: bare domains too."""
    return [
        found[0].rstrip(_AFTER)
        for found in _LINK.finditer(text)
        if _can_be_registered(found["domain"].lower())
    ]


def _weight(code_point: int) -> int:
    return 1 if any(first <= code_point <= last for first, last in _LIGHT) else 2


def _can_be_registered(domain: str) -> bool:
    return _suffixes().privatesuffix(domain) is not None


@cache
def _suffixes() -> "PublicSuffixList":
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - reads a list of 15,000 lines

    return PublicSuffixList(accept_unknown=False)
