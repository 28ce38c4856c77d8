"""What a rule asks of a text, and how a text is brought to it without a language model.

Links are never touched: they stand in a draft because the user asked for them.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final
from unicodedata import normalize

import regex

from soundalike.drafts.length import links_in, weighted_length
from soundalike.posts.text import EMOJI, HASHTAG, LINK, MENTION

Change = Callable[[str], str]

QUESTION_MARKS: Final = "?？؟¿՞፧"
EXCLAMATION_MARKS: Final = "!！¡‼❗❕"

_ASKED = re.compile(f"[{QUESTION_MARKS}⁉❓❔]")
_SHOUTED = re.compile(rf"[{EXCLAMATION_MARKS}]")
_SHOUT = re.compile(rf"(?P<mixed>[{EXCLAMATION_MARKS}{QUESTION_MARKS}]{{2,}})|[!！‼❗❕]\uFE0F?|¡")
_TRAILING_TAGS = regex.compile(rf"(?:\s*{HASHTAG.pattern})+(?=\s*$)")
_TRAILING_TAG = regex.compile(rf"\s*(?P<tag>{HASHTAG.pattern})")
_PLAIN_TAG = regex.compile(r"(?<![\w#])#(?P<word>\p{L}[\p{Ll}\p{Lo}\p{M}]*|\p{Lu}+)(?![\p{L}\p{M}\p{N}_])")
_SENTENCE_END = regex.compile(r"""(?<=[.!?。！？…]["”’'»」)\]]?)\s+|(?<=[。！？])|\n+""")
_BEGINS = regex.compile(r"(?:^|[.!?…。！？\n][\"“‘'«(\s]*)$")
_SPACES = re.compile(r"[^\S\n]{2,}")
_BEFORE_STOP = re.compile(r"[^\S\n]+(?=[.,;:!?…](?:\s|$))")
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_LETTER = r"[\p{L}\p{M}\p{N}_]"


@lru_cache(maxsize=256)
def pattern_of(term: str) -> regex.Pattern[str]:
    """Finds a word, a phrase or a sign in whatever case and spacing; not inside a longer word.

    `can` is found in “yes, can do” and not in “can’t” or “candle”; scripts without spaces have no such borders.
    """
    parts = [regex.sub(r"['’]", "['’]", regex.escape(part)) for part in term.split()]
    before = rf"(?<!{_LETTER})" if regex.match(rf"{_LETTER}", term) and not _is_unspaced(term[0]) else ""
    after = (
        rf"(?!{_LETTER})(?!['’](?!s\b)\p{{L}})"
        if regex.match(_LETTER, term[-1]) and not _is_unspaced(term[-1])
        else ""
    )
    return regex.compile(before + r"\s+".join(parts) + after, regex.IGNORECASE)


def stands_in(term: str, text: str) -> bool:
    """Whether the word, phrase or sign stands in the text, outside its links."""
    return bool(pattern_of(term).search(normalize("NFC", without_links(text))))


def without_links(text: str) -> str:
    """The text with a space for each link, bare domains too."""
    text = LINK.sub(" ", text)
    for link in links_in(text):
        text = text.replace(link, " ", 1)
    return text


def has_link(text: str) -> bool:
    """Whether X would make a link of any of it."""
    return bool(LINK.search(text) or links_in(text))


def has_mention(text: str) -> bool:
    """Whether it names an account."""
    return bool(MENTION.search(without_links(text)))


def has_hashtag(text: str) -> bool:
    """Whether it holds a hashtag."""
    return bool(HASHTAG.search(without_links(text)))


def has_emoji(text: str) -> bool:
    """Whether it holds an emoji."""
    return bool(EMOJI.search(text))


def count_emoji(text: str) -> int:
    """How many emoji it holds."""
    return len(EMOJI.findall(text))


def asks(text: str) -> bool:
    """Whether it holds a question mark of any script."""
    return bool(_ASKED.search(without_links(text)))


def exclaims(text: str) -> bool:
    """Whether it holds an exclamation mark of any script."""
    return bool(_SHOUTED.search(without_links(text)))


def has_capitals(text: str) -> bool:
    """Whether lower-casing would change it, names of accounts and links apart."""
    return text != lower(text)


def replace_term(text: str, term: str, other: str) -> str:
    """Put `other` for the term everywhere, in the case of what stood there: Utilize, UTILIZE → Use, USE."""

    def put(found: regex.Match[str]) -> str:
        return _in_case(found[0], term, other, begins=bool(_BEGINS.search(found.string[: found.start()])))

    return _neatly(text, lambda part: pattern_of(term).sub(put, part))


def drop_emoji(text: str) -> str:
    """Take out every emoji with the gap it leaves."""
    return _neatly(text, lambda part: EMOJI.sub("", part).replace("\ufe0f", ""))


def drop_hashtags(text: str, *, keep: Callable[[str], bool] = lambda _: False) -> str:
    """Take hashtags off the end; inside a sentence `#shipping` becomes the word, `#BuildInPublic` stays.

    `keep` is asked about each, its sign included.
    """

    def strip(run: regex.Match[str]) -> str:
        return "".join(found[0] for found in _TRAILING_TAG.finditer(run[0]) if keep(found["tag"]))

    def plain(found: regex.Match[str]) -> str:
        tag, word = found[0], found.group("word")
        return str(tag if keep(tag) else word)

    return _neatly(_TRAILING_TAGS.sub(strip, text), lambda part: _PLAIN_TAG.sub(plain, part))


def calm(text: str) -> str:
    """Full stops for exclamation marks; “?!” keeps its question."""

    def stop(found: re.Match[str]) -> str:
        signs = found[0]
        if signs == "¡" or not _SHOUTED.search(signs):
            return signs.strip("¡")
        asked = next((sign for sign in signs if sign in QUESTION_MARKS and sign != "¿"), None)
        return asked or ("。" if "！" in signs else ".")

    return _neatly(text, lambda part: _SHOUT.sub(stop, part).replace("¡", ""))


def lower(text: str) -> str:
    """Everything in lower case but links and names of accounts."""
    return _outside(LINK, text, lambda part: _outside(MENTION, part, str.lower))


def on_one_line(text: str) -> str:
    """Line breaks become spaces."""
    return " ".join(text.split())


def shorten(text: str, most: int) -> str:
    """Leave out whole sentences at the end until it fits; a single sentence that is too long stays as it is."""
    ends = [found.start() for found in _SENTENCE_END.finditer(text) if found.start()]
    shorter = [text[:end].rstrip() for end in ends if weighted_length(text[:end].rstrip()) <= most]
    return shorter[-1] if shorter and weighted_length(text) > most else text


def drop_sign(text: str, sign: str) -> str:
    """Take an emoji out; other signs hold sentences together and stay."""
    return _neatly(text, lambda part: part.replace(sign, "")) if EMOJI.fullmatch(sign) else text


def _neatly(text: str, change: Change) -> str:
    """Change what is outside links; where that changed anything, close the gaps it left."""
    changed = _outside(LINK, text, change)
    if changed == text:
        return text
    lines = [_SPACES.sub(" ", _BEFORE_STOP.sub("", line)).strip() for line in changed.split("\n")]
    return "\n".join(lines).strip()


def _outside(kept: re.Pattern[str], text: str, change: Change) -> str:
    parts: list[str] = []
    end = 0
    for found in kept.finditer(text):
        parts += [change(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, change(text[end:])])


def _in_case(found: str, term: str, other: str, *, begins: bool) -> str:
    if not other:
        return other
    if len(found) > 1 and found.isupper() and not term.isupper():
        return other.upper()
    if found[0].isupper() and (begins or term[0].islower()):
        return other[0].upper() + other[1:]
    return other


def _is_unspaced(character: str) -> bool:
    return bool(regex.match(_UNSPACED, character))
