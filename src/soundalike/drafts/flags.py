"""What in a draft a person should check: it came neither from the brief nor from the creator's posts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import regex

from soundalike.drafts.form import Form
from soundalike.posts.text import HASHTAG, LINK, words

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = regex.compile(r"\p{Lu}[\p{L}\p{M}'’]+(?:[ -]\p{Lu}[\p{L}\p{M}'’]+)*")
_SENTENCE_START = regex.compile(r"(?:^|[.!?:…\n\"“(]\s*)$")
_DATE = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
    r"|(?<![\d$€£,.])(?:19|20)\d\d(?![\d%,.]\d|%)\b|\d{1,2}月\d{1,2}[日号]|(?:星期|周)[一二三四五六日天]",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\b(?:according to"
    r"|(?:stud(?:y|ies)|research|reports?|polls?|data|scientists?|experts?) "
    r"(?:shows?|says?|finds?|found|suggests?|prove[sd]?|confirm(?:s|ed)?)"
    r"|has (?:just )?(?:announced|confirmed|signed|launched|acquired|died|resigned)"
    r"|(?:announced|confirmed|revealed) (?:that|today|a|the|its|his|her)"
    r"|was (?:arrested|fired|killed|convicted|acquired)|"
    r"(?:world['’]s|the) first(?:[ -]ever)|first[ -]ever|record[ -](?:high|low|breaking))\b"
    r"|研究(?:显示|表明|发现)|据\S{1,12}(?:报道|称|统计)|宣布",
    re.IGNORECASE,
)
_SENTENCE = regex.compile(r"[^\n.!?。！？]+(?:[.!?。！？]+(?!\S)|[.!?](?=\S)[^\n.!?。！？]*)*[.!?。！？]*")
_LONGEST_CLAIM: Final = 280


@dataclass(frozen=True, slots=True)
class Flag:
    """Something in a draft that came neither from the brief nor from the creator's posts.

    A claim is a whole sentence that reports what is said to have happened, or to have been found.
    """

    kind: Literal["name", "number", "date", "claim"]
    text: str


def find_flags(text: str, *, brief: str, form: Form) -> tuple[Flag, ...]:
    """List names, numbers, dates and claims that are not in the brief; of names those the creator has never used.

    Claims are told by words that report, in English and Chinese; that none is flagged does not make a draft true.
    """
    folded = brief.casefold()
    dates = [found[0] for found in _DATE.finditer(text) if found[0].casefold() not in folded]
    told = {number.replace(",", "") for number in _NUMBER.findall(brief)}
    undated = _DATE.sub(" ", text)
    numbers = [number for number in _NUMBER.findall(undated) if number.replace(",", "") not in told]
    flags = [
        *(Flag("name", name) for name in _invented_names(undated, brief, form)),
        *(Flag("number", number) for number in numbers),
        *(Flag("date", date) for date in dates),
        *(Flag("claim", claim) for claim in _claims(text) if claim.casefold() not in folded),
    ]
    return tuple(dict.fromkeys(flags))


def _invented_names(text: str, brief: str, form: Form) -> list[str]:
    told = {word.casefold() for word in words(brief)}
    return [
        name
        for name in _names(text)
        if not all(word.casefold() in told or form.knows(word) for word in words(name))
    ]


def _claims(text: str) -> Iterator[str]:
    for found in _SENTENCE.finditer(text):
        if _REPORTS.search(found[0]):
            yield found[0].strip()[:_LONGEST_CLAIM]


def _names(text: str) -> Iterator[str]:
    """Capitalised words in a row, single ones only inside a sentence, and hashtags."""
    yield from HASHTAG.findall(text)
    plain = LINK.sub(" ", HASHTAG.sub(" ", text))
    if plain.isupper():
        return
    for found in _NAME.finditer(plain):
        if len(words(found[0])) > 1 or not _SENTENCE_START.search(plain[: found.start()]):
            yield found[0]
