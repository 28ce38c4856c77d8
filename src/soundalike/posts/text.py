"""The words of a post: what is the writer's own, how it falls into words, which language it is in.

Works on whole lists where speed matters; nothing here knows about creators or engagement.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from html import unescape
from typing import Final

import regex

from soundalike.posts.post import Post

LINK: Final = re.compile(r"https?://\S+|\bpic\.twitter\.com/\S+", re.IGNORECASE)
MENTION: Final = re.compile(r"(?<![\w@])@\w{1,20}")
HASHTAG: Final = regex.compile(r"(?<![\w#])#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*")
EMOJI: Final = regex.compile(
    r"\p{RI}\p{RI}|[\p{Extended_Pictographic}--[©®™‼⁉↔-↪ℹ]]\p{EMod}?\uFE0F?(?:\u200D\p{Extended_Pictographic}\p{EMod}?\uFE0F?)*",
    regex.V1,
)

_LEADING_MENTIONS = re.compile(r"^(?:\s*@\w{1,20})+\s*")
_SCRIPTLESS = "[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}]"
_WORD = regex.compile(
    rf"{_SCRIPTLESS}|(?:(?!{_SCRIPTLESS})[\p{{L}}\p{{M}}\p{{N}}])(?:(?!{_SCRIPTLESS})[\p{{L}}\p{{M}}\p{{N}}'’])*"
)
_NOT_A_LANGUAGE: Final = frozenset({"", "und", "zxx", "qme", "qst", "qht", "qam", "qct", "art"})
_SCRIPTS: Final = {
    "ja": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "ko": regex.compile(r"\p{Hangul}"),
    "zh": regex.compile(r"\p{Han}"),
    "ar": regex.compile(r"\p{Arabic}"),
    "ru": regex.compile(r"\p{Cyrillic}"),
    "el": regex.compile(r"\p{Greek}"),
    "he": regex.compile(r"\p{Hebrew}"),
    "hi": regex.compile(r"\p{Devanagari}"),
    "th": regex.compile(r"\p{Thai}"),
}
_LATIN = regex.compile(r"\p{Latin}")
# The commonest words that the other languages here do not share; a tenth of running text consists of them.
_COMMON_WORDS: Final = {
    "en": "the and of is you that it this for with are".split(),
    "es": "el los las y que del por una con para pero".split(),
    "pt": "os não uma com em que do da para mas é".split(),
    "fr": "le les et est des que une pour dans pas vous".split(),
    "de": "der die und das ist nicht ein ich mit auf zu".split(),
    "it": "il che di è per non una sono gli della con".split(),
    "nl": "het een van en ik niet dat op zijn met voor".split(),
    "tr": "ve bir bu için da çok ne var gibi daha ama".split(),
    "id": "yang dan di ini itu untuk tidak dengan dari ada".split(),
}
_COMMON_ENOUGH: Final = 0.06
_LANGUAGES_OF_SCRIPT: Final = {
    "ar": {"ar", "fa", "ur"},
    "ru": {"ru", "uk", "bg", "sr", "mk"},
    "hi": {"hi", "mr", "ne"},
}


def own_text(post: Post) -> str:
    """What the writer wrote: NFC, no links, no mentions that only address a reply, entities unescaped once."""
    text = unicodedata.normalize("NFC", unescape_once(post.text))
    for link in post.media_links:
        text = text.replace(link, " ")
    text = LINK.sub(" ", text)
    if post.is_reply:
        text = _LEADING_MENTIONS.sub("", text)
    return re.sub(r" ?\n ?", "\n", re.sub(r"[^\S\n]+", " ", text)).strip()


def unescape_once(text: str) -> str:
    """Turn `&amp; &lt; &gt;` back, once: the only entities X writes."""
    return re.sub(r"&(?:amp|lt|gt);", lambda found: unescape(found[0]), text)


def words(text: str) -> list[str]:
    """The words of a text in order; scripts written without spaces count each character as a word."""
    return [found[0] for found in _WORD.finditer(text)]


def has_words(text: str) -> bool:
    """Whether anything but links, mentions, tags and signs is left to read."""
    return bool(_WORD.search(HASHTAG.sub(" ", MENTION.sub(" ", text))))


def language_of(text: str, tag: str | None = None) -> str | None:
    """The language by script, else by the source's tag; None where neither tells.

    Tags of short posts are often wrong, scripts never: text with kana is Japanese whatever the tag says, and Han
    without kana is Chinese. Latin script leaves the choice to the tag.
    """
    letters = {code: len(pattern.findall(text)) for code, pattern in _SCRIPTS.items()}
    latin = len(_LATIN.findall(text)) / 4  # a letter says less than an ideograph
    code = max(letters, key=letters.__getitem__)
    if letters["ja"] and letters["zh"] + letters["ja"] > latin and letters["ja"] * 8 > letters["zh"]:
        code = "ja"
    known = tag if tag not in _NOT_A_LANGUAGE else None
    if letters[code] and letters[code] >= latin:
        return known if known in _LANGUAGES_OF_SCRIPT.get(code, ()) else code
    if not latin:
        return None
    return known if known and known not in _SCRIPTS else None


def main_language(texts: Sequence[str], tags: Iterable[str | None] = ()) -> str | None:
    """The language most of the texts are in; None where it cannot be told.

    Untagged texts in Latin script are told apart together, by how many of their words are a language's commonest ones.
    """
    padded = [*tags] or [None] * len(texts)
    counts = Counter(language_of(text, tag) for text, tag in zip(texts, padded, strict=True))
    code = counts.most_common(1)[0][0] if counts else None
    return (
        code or _by_common_words(texts) or next((known for known, _ in counts.most_common() if known), None)
    )


def _by_common_words(texts: Sequence[str]) -> str | None:
    counts = Counter(word.lower() for text in texts for word in words(text))
    shares = {
        code: sum(counts[word] for word in common) / max(counts.total(), 1)
        for code, common in _COMMON_WORDS.items()
    }
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _COMMON_ENOUGH else None
