"""Which words and signs are used."""

import math
import re
from typing import Final

import regex

from soundalike.posts.text import EMOJI, HASHTAG, MENTION
from soundalike.voice.reading import Reading
from soundalike.voice.rule import Measure, Needs, Rule, Unit, count, count_words, found

_SAMPLE: Final = 20  # words compared for variety: a fixed number, since variety falls with length
_LONG_WORD: Final = 8  # letters
_ELLIPSIS: Final = re.compile(r"…|\.{2,}|。{2,}")
_DASH: Final = re.compile(r"[—–]|(?<=\s)--?(?=\s)")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_FIGURE: Final = re.compile(
    r"[$€£¥₿]\s?\d|\d\s?(?:%|[kmb]\b|x\b|°|[ap]m\b|bn\b|usd\b|hours?\b|days?\b|weeks?\b|months?\b|years?\b|minutes?\b"
    r"|times\b|percent\b|million\b|billion\b|[万亿个年月天小时分钟倍元])",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"“[^”\n]+”|\"[^\"\n]+\"|[「『][^」』\n]+[」』]|«[^»\n]+»")
_BRACKETED: Final = re.compile(r"\([^()\n]+\)|（[^（）\n]+）")
_CAPITALS: Final = regex.compile(r"(?<![@#\w])\p{Lu}{3,}(?!\w)")
_LETTER: Final = regex.compile(r"[\p{Lu}\p{Ll}]")
_CONTRACTION: Final = re.compile(r"\w['’](?:s|t|re|ve|ll|d|m)\b", re.IGNORECASE)
_SUPERLATIVE: Final = re.compile(
    r"\b(?:most|best|worst|greatest|biggest|never|always|ever|every|totally|absolutely|incredibly|completely|"
    r"extremely|insanely|huge|tremendous|massive|amazing|incredible|unbelievable|\w{3,}[^aeiou]iest)\b",
    re.IGNORECASE,
)

_I: Final = frozenset("i i'm i've i'd i'll me my mine myself".split())
_WE: Final = frozenset("we we're we've we'd we'll us our ours ourselves".split())
_YOU: Final = frozenset("you you're you've you'd you'll your yours yourself yourselves".split())
_HEDGES: Final = frozenset(
    "maybe perhaps probably possibly likely seems seem seemed somewhat fairly roughly might may could apparently "
    "arguably guess suppose kinda sorta almost presumably".split()
)
_NEGATIONS: Final = frozenset(
    "no not never nothing nobody none neither nor without can't cannot don't doesn't didn't won't isn't aren't "
    "wasn't weren't couldn't shouldn't wouldn't haven't hasn't hadn't ain't".split()
)
_BRITISH: Final = frozenset(
    "colour colours favour favourite honour labour neighbour behaviour flavour humour rumour centre theatre metre "
    "defence offence licence organise organised organisation realise realised recognise recognised apologise "
    "analyse criticise optimise travelled travelling cancelled programme grey towards whilst".split()
)
_AMERICAN: Final = frozenset(
    "color colors favor favorite honor labor neighbor behavior flavor humor rumor center theater meter defense "
    "offense organize organized organization realize realized recognize recognized apologize analyze criticize "
    "optimize traveled traveling canceled gray toward".split()
)


def _long_words(post: Reading) -> float:
    return float(sum(len(word) >= _LONG_WORD for word in post.words))


def _variety(post: Reading) -> float:
    return float(len(set(post.words[:_SAMPLE]))) if len(post.words) >= _SAMPLE else math.nan


def _opens_small(post: Reading) -> float:
    letter = _LETTER.search(post.text)
    return float(letter[0].islower()) if letter else math.nan


def _all_small(post: Reading) -> float:
    return float(post.text == post.text.lower()) if _LETTER.search(post.text) else math.nan


def _british(post: Reading) -> float:
    british = sum(word in _BRITISH for word in post.words)
    american = sum(word in _AMERICAN for word in post.words)
    return float(british > american) if british + american else math.nan


def _per_100(key: str, sentence: str, measure: Measure) -> Rule:
    return Rule(key, "diction", sentence, Unit.PER_100_POSTS, measure)


def _per_1000(key: str, sentence: str, measure: Measure, needs: Needs = Needs.ENGLISH) -> Rule:
    return Rule(key, "diction", sentence, Unit.PER_1000_WORDS, measure, needs)


def _share(key: str, sentence: str, measure: Measure, needs: Needs = Needs.NOTHING) -> Rule:
    return Rule(key, "diction", sentence, Unit.SHARE, measure, needs)


RULES: Final = (
    _per_100("emoji", "Emoji", count(EMOJI.findall)),
    _per_100("hashtags", "Hashtags", count(HASHTAG.findall)),
    _per_100("mentions", "Accounts named", count(MENTION.findall)),
    _per_100("exclamations", "Exclamation marks", count(re.compile(r"[!！]").findall)),
    _per_100("questions", "Question marks", count(re.compile(r"[?？]").findall)),
    _per_100("ellipses", "Ellipses", count(_ELLIPSIS.findall)),
    _per_100("dashes", "Dashes", count(_DASH.findall)),
    _per_100("colons", "Colons and semicolons", count(re.compile(r"[:;：；](?!\w|//)").findall)),
    _per_100("quotations", "Words in quotation marks", count(_QUOTED.findall)),
    _per_100("brackets", "Remarks in brackets", count(_BRACKETED.findall)),
    _per_100("numbers", "Numbers", count(_NUMBER.findall)),
    _share("figure", "Gives a figure with its unit", found(_FIGURE.search)),
    _share("opens_small", "Starts with a small letter", _opens_small, Needs.CAPITALS),
    _share("all_small", "Is written without capitals", _all_small, Needs.CAPITALS),
    _share("british", "British spelling, where it shows", _british, Needs.ENGLISH),
    _per_1000("capitals", "Words in capitals", count(_CAPITALS.findall), Needs.CAPITALS),
    _per_1000("long_words", "Words of eight letters or more", _long_words, Needs.SPACES),
    Rule(
        "word_letters",
        "diction",
        "Length of a word",
        Unit.PER_WORD,
        lambda post: float(sum(map(len, post.words))),
        Needs.SPACES,
    ),
    Rule(
        "variety",
        "diction",
        "Different words among a post’s first twenty",
        Unit.WORDS,
        _variety,
        Needs.SPACES,
    ),
    _per_1000("contractions", "Contractions", count(_CONTRACTION.findall)),
    _per_1000("first_person", "“I”, “me” and “my”", count_words(_I)),
    _per_1000("we", "“We”, “us” and “our”", count_words(_WE)),
    _per_1000("you", "“You” and “your”", count_words(_YOU)),
    _per_1000("hedges", "Hedges such as “maybe” and “probably”", count_words(_HEDGES)),
    _per_1000("superlatives", "Superlatives and strong words", count(_SUPERLATIVE.findall)),
    _per_1000("negations", "Negations", count_words(_NEGATIONS)),
)
