"""Tells texts that give orders to a language model, and takes such orders out of a brief.

Posts and briefs are data. Whatever they say, it is fenced and cleaned before a model reads it; this goes further: a
post that gives orders is no example of anybody's voice, and of a brief the subject alone reaches a model too small to
know a subject from an order. Signs are words (to set instructions aside, to answer with one thing only, to be another
from now on) in the languages of `orders_words`, the marks of chats, templates and tool calls, and either of them
disguised: by look-alike letters, characters that cannot be seen, spaces between letters, or a common encoding.

It knows what it was told of, and an order in other words passes: the fence and the copy guard stay behind it.
"""

import base64
import binascii
import codecs
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Final
from urllib.parse import unquote

import regex

from soundalike.drafts.orders_words import LOOKALIKES, MARKS, SPACED_OUT, phrases
from soundalike.posts.post import Post
from soundalike.posts.text import own_text

_LONGEST: Final = 25_000  # characters of the longest post X allows
_DEEPEST: Final = 2  # encodings within encodings
_PLAIN_LETTERS: Final = str.maketrans(
    {"đ": "d", "ł": "l", "ı": "i", "ø": "o", "æ": "ae", "œ": "oe", "’": "'"}
)
_LEET: Final = str.maketrans("0134578@$!|", "oieastbasil")
_FLAG = re.compile("🏴[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
_HIDDEN_TAG = re.compile("[\U000e0000-\U000e007f]")  # with it a text can be spelled that nobody sees
_HIDDEN_BYTES = re.compile("[\ufe00-\ufe0f]{6,}|[\U000e0100-\U000e01ef]{4,}")
_ACCENTS = regex.compile(r"(?<=[\p{Latin}\p{Arabic}]\p{Mn}*)\p{Mn}|(?!\n)\p{C}|\p{Variation_Selector}")
_LETTERS_APART = re.compile(r"(?<!\w)(?:\w[ .\-_*|/]{1,3}){4,}\w(?!\w)")
_CAPITAL, _SMALL = regex.compile(r"\p{Lu}"), regex.compile(r"\p{Ll}")
_CAPITALS = regex.compile(r"(?<![\p{L}\p{N}#@$])\p{Lu}{4,}(?!\p{L})")
_BEFORE: Final = 40  # characters before a word in capitals that are read for it
_NO_LETTERS = regex.compile(r"[^\p{L}\p{N}]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_HEX = re.compile(r"(?:(?:\\x|0x|%)?[0-9a-fA-F]{2}[ ,:]?){10,}")
_URL_SAFE: Final = str.maketrans("-_", "+/")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_HEX_SIGNS = re.compile(r"\\x|0x|[ ,:%]")
_PIECE = re.compile(r"\n|[^\n]+?(?:[.!?…](?=\s)|[。！？]|(?=\n)|$)")  # sentences, and breaks between lines
_QUOTED = re.compile(r"“[^”]{1,400}”|\"[^\"\n]{1,400}\"|«[^»]{1,400}»|「[^」]{1,400}」|`[^`]{1,400}`")


def gives_orders(text: str) -> bool:
    """Whether a text gives orders to a language model, openly or in disguise; its first 25,000 characters are read."""
    return _gives_orders(text[:_LONGEST], _DEEPEST)


def without_orders(posts: Iterable[Post]) -> list[Post]:
    """Posts to learn from: what gives orders to a language model says nothing of how somebody writes."""
    return [post for post in posts if not gives_orders(own_text(post))]


def subject_of(brief: str) -> str:
    """What a brief is about, without orders to a model: what stands before the first of them; empty if nothing does.

    A quoted order, as in a brief about such orders, is taken out of its quotation marks, and the rest is kept. A brief
    without orders is returned as it is.
    """
    if not gives_orders(brief):
        return brief
    unquoted = _QUOTED.sub(lambda quoted: "" if gives_orders(quoted[0]) else quoted[0], brief)
    if unquoted != brief and not gives_orders(unquoted):
        return " ".join(unquoted.split())
    ends = [0, *(piece.end() for piece in _PIECE.finditer(brief[:_LONGEST]))]
    first = bisect_left(ends, 1, key=lambda end: int(gives_orders(brief[:end])))
    kept = brief[: ends[first - 1]].strip()
    return "" if gives_orders(kept) else kept


def _gives_orders(text: str, depth: int) -> bool:
    if _HIDDEN_TAG.search(_FLAG.sub("", text)) or _HIDDEN_BYTES.search(text):
        return True
    folded = _fold(text)
    if MARKS.search(folded) or any(_says_so(variant) for variant in {folded, folded.translate(LOOKALIKES)}):
        return True
    if _is_spaced_out(folded) or _asks_for_capitals(text):
        return True
    return depth > 0 and any(_gives_orders(hidden, depth - 1) for hidden in _decoded(text))


def _says_so(folded: str) -> bool:
    return any(each.are_in(folded) for each in phrases())


def _asks_for_capitals(text: str) -> bool:
    """Whether a text, itself not in capitals, tells somebody to say a word in capitals."""
    if len(_CAPITAL.findall(text)) > len(_SMALL.findall(text)) / 2:
        return False
    before = (
        _fold(text[max(0, found.start() - _BEFORE) : found.start()]) for found in _CAPITALS.finditer(text)
    )
    return any(each.lead_to(text) for text in before for each in phrases())


def _is_spaced_out(folded: str) -> bool:
    """Whether the best known orders are there once spaces, signs and digits for letters are undone, or backwards."""
    squeezed = _NO_LETTERS.sub("", folded.translate(LOOKALIKES))
    leet = _NO_LETTERS.sub("", folded.translate(LOOKALIKES).translate(_LEET))
    turned = codecs.encode(squeezed, "rot13")
    return any(SPACED_OUT.search(each) for each in (squeezed, leet, squeezed[::-1], turned))


def _fold(text: str) -> str:
    """The text in one form: case, width, accents of Latin and Arabic letters and what cannot be seen are gone."""
    plain = unicodedata.normalize(
        "NFD", unicodedata.normalize("NFKC", unescape(text.replace("\\n", "\n"))).casefold()
    )
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", plain)).translate(_PLAIN_LETTERS)
    return _LETTERS_APART.sub(lambda run: re.sub(r"[^\w]", "", run[0]), plain)


def _decoded(text: str) -> Iterator[str]:
    """What the text holds in base64, hexadecimal digits, percent signs or escapes, as far as it is readable."""
    for found in _BASE64.findall(text):
        yield from _readable(_from_base64(found))
    for found in _HEX.finditer(text):
        digits = _HEX_SIGNS.sub("", found[0])
        yield from _readable(bytes.fromhex(digits[: len(digits) // 2 * 2]))
    for plain in (unquote(text), _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)):
        if plain != text:
            yield plain


def _from_base64(digits: str) -> bytes:
    plain = digits.rstrip("=").translate(_URL_SAFE)
    try:
        return base64.b64decode(plain[: len(plain) - (len(plain) % 4 == 1)] + "=" * (-len(plain) % 4))
    except binascii.Error:
        return b""


def _readable(data: bytes) -> Iterator[str]:
    try:
        yield data.decode()
    except UnicodeDecodeError:
        return
