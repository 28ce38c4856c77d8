"""What can be said of a post in a yes or no: the questions that patterns and the forecast ask of every post.

Each feature is a key, a sentence in words and a function over all posts at once. An answer is 1, 0, or NaN where it
cannot be given: nobody said whether there was a picture, or there is no word list for the language.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from soundalike.posts.post import Post
from soundalike.posts.text import EMOJI, HASHTAG, LINK, MENTION, language_of, main_language, own_text, words
from soundalike.virality.lexicon import LISTS

Column = NDArray[np.float32]
Extract = Callable[["Sheet"], Sequence[str]]

_WIDE = regex.compile(r"[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]")
_SENTENCE_END = regex.compile(r"(?:(?<![.!?…])[.!?…]++[\"'”’)]*+(?=\s)|[。！？]+[」』”）]*|\n)")
_OPENERS = "\"'“‘「¿¡ "
_LONGEST_TEXT = 4_000  # characters; the rest of a longer post would only cost time
_ENOUGH_TO_TELL = 1_000  # posts; more would not change the answer


@dataclass(frozen=True, slots=True)
class Sheet:
    """Posts taken apart once, so that each feature is one pass over one list.

    `raw` is the text as posted, `own` what the writer wrote, `hooks` its opening sentence; `width` counts a wide
    character twice, as X does.
    """

    posts: Sequence[Post]
    raw: list[str]
    own: list[str]
    hooks: list[str]
    languages: list[str | None]
    width: Column
    hours: NDArray[np.int64]
    weekdays: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Feature:
    """A question with a yes or no; `sentence` completes "posts with this: …"."""

    key: str
    sentence: str
    of: Callable[[Sheet], Column]


def read_sheet(posts: Sequence[Post], *, zone: tzinfo = UTC, untagged: str | None = None) -> Sheet:
    """Take posts apart; `zone` is the clock that hours are read on.

    Latin text without a language tag is taken for `untagged`, or judged over all posts together where that is None.
    """
    posts = [_bounded(post) for post in posts]
    own = [own_text(post) for post in posts]
    told = [language_of(text, post.lang) for text, post in zip(own, posts, strict=True)]
    fallback = untagged or untagged_language(own, told)
    local = [post.created_at.astimezone(zone) for post in posts]
    return Sheet(
        posts=posts,
        raw=[post.text for post in posts],
        own=own,
        hooks=[_hook(text) for text in own],
        languages=[code or fallback for code in told],
        width=_column(len(text) + len(_WIDE.findall(text)) for text in own),
        hours=np.array([moment.hour for moment in local], dtype=np.int64),
        weekdays=np.array([moment.weekday() for moment in local], dtype=np.int64),
    )


def untagged_language(texts: Sequence[str], told: Sequence[str | None]) -> str | None:
    """The language of the untagged texts, judged together; None where it cannot be told."""
    return main_language(
        [text for text, code in zip(texts, told, strict=True) if code is None][:_ENOUGH_TO_TELL]
    )


def feature_matrix(sheet: Sheet, features: Sequence[Feature]) -> Column:
    """The answers, one row a post and one column a feature: 1, 0 or NaN."""
    if not features:
        return np.zeros((len(sheet.own), 0), dtype=np.float32)
    return np.stack([feature.of(sheet) for feature in features], axis=1)


def _bounded(post: Post) -> Post:
    return post if len(post.text) <= _LONGEST_TEXT else replace(post, text=post.text[:_LONGEST_TEXT])


def _hook(text: str) -> str:
    found = _SENTENCE_END.search(text)
    return (text[: found.end()] if found else text).rstrip()


def _column(values: Iterable[float]) -> Column:
    return np.fromiter(values, dtype=np.float32)


def _own(sheet: Sheet) -> Sequence[str]:
    return sheet.own


def _hooks(sheet: Sheet) -> Sequence[str]:
    return sheet.hooks


def _raw(sheet: Sheet) -> Sequence[str]:
    return sheet.raw


def _has(pattern: regex.Pattern[str], where: Extract = _own) -> Callable[[Sheet], Column]:
    return lambda sheet: _column(pattern.search(text) is not None for text in where(sheet))


def _at_least(count: int, pattern: regex.Pattern[str], where: Extract = _own) -> Callable[[Sheet], Column]:
    return lambda sheet: _column(len(pattern.findall(text)) >= count for text in where(sheet))


def _says(kind: str, where: Extract = _own, *, opens: bool = False) -> Callable[[Sheet], Column]:
    patterns = LISTS[kind]

    def answer(text: str, language: str | None) -> float:
        pattern = patterns.get(language or "")
        if pattern is None:
            return np.nan
        lower = text.lower()
        return float((pattern.match(lower.lstrip(_OPENERS)) if opens else pattern.search(lower)) is not None)

    return lambda sheet: _column(map(answer, where(sheet), sheet.languages))


def _latin(pattern: regex.Pattern[str]) -> Callable[[Sheet], Column]:
    """Capitals mean something only in scripts that have them."""
    has_case = regex.compile(r"\p{Lu}|\p{Ll}")
    return lambda s: _column(
        float(pattern.search(text) is not None) if has_case.search(text) else np.nan for text in s.own
    )


def _width(least: float, most: float) -> Callable[[Sheet], Column]:
    return lambda sheet: ((sheet.width >= least) & (sheet.width < most)).astype(np.float32)


def _stated(name: str) -> Callable[[Sheet], Column]:
    return lambda sheet: _column(
        np.nan if (flag := getattr(post, name)) is None else float(flag) for post in sheet.posts
    )


def _hour(first: int, end: int) -> Callable[[Sheet], Column]:
    return lambda sheet: ((sheet.hours >= first) & (sheet.hours < end)).astype(np.float32)


def _weekday(*days: int) -> Callable[[Sheet], Column]:
    return lambda sheet: np.isin(sheet.weekdays, days).astype(np.float32)


def _short_hook(sheet: Sheet) -> Column:
    return _column(len(hook) <= 80 and 0 < len(words(hook)) <= 6 for hook in sheet.hooks)  # noqa: PLR2004 - six words


def _p(expression: str) -> regex.Pattern[str]:
    return regex.compile(expression)


_DIGIT = r"\p{Nd}"
_QUESTION = _p(r"[?？]")
_SENTENCE = _p(r"[\p{L}\p{N}][^.!?。！？\n]*")
_QUOTED = _p(r"[\"“”「」『』«»]")
_LIST_LINE = _p(r"(?m)^[^\S\n]*(?:[-–—•‣▪*·→✅✔☑]|\p{Nd}{1,2}[.)、）]|\p{Nd}\uFE0F?\u20E3)\s*\S")
_UNIT = _p(
    rf"{_DIGIT}[\d.,]{{0,12}}\s?(?:[%％$€£¥]|percent|x\b|k\b|m\b|bn\b|million|billion|trillion|hours?|minutes?|"
    r"days?|weeks?|months?|years?|miles?|km|kg|lbs?|people|users|times|万|亿|千|百|年|月|天|小时|分钟|个|次|人|元|刀|億|円|時間|분|시간|일|명|원)"
)

TEXT_FEATURES: Final[tuple[Feature, ...]] = (
    Feature("hook_question", "Opens with a question", _has(_p(r"[?？]"), _hooks)),
    Feature(
        "hook_question_word",
        "Opens with how, why, what or their like",
        _says("question_word", _hooks, opens=True),
    ),
    Feature("hook_number", "Opens with a number", _has(_p(rf"^[$€£¥#~≈]?{_DIGIT}"), _hooks)),
    Feature("hook_figure", "A figure in the opening sentence", _has(_p(_DIGIT), _hooks)),
    Feature("hook_quote", "Opens with a quotation", _has(_p(r"^[\"“”‘「『«]"), _hooks)),
    Feature("hook_first_person", "Opens with I or my", _says("first_person", _hooks, opens=True)),
    Feature("hook_you", "Speaks to “you” in the opening sentence", _says("second_person", _hooks)),
    Feature(
        "hook_label", "Opens with a label and a colon", _has(_p(r"^[^\n:：.!?]{1,25}[:：](?!//)"), _hooks)
    ),
    Feature(
        "hook_emoji",
        "Opens with an emoji",
        lambda s: _column(EMOJI.match(text) is not None for text in s.own),
    ),
    Feature("hook_negation", "No, not or never in the opening sentence", _says("negation", _hooks)),
    Feature("hook_negative", "Opens with something going wrong", _says("negative", _hooks)),
    Feature("hook_short", "An opening sentence of at most six words", _short_hook),
    Feature("width_to_50", "At most 50 characters", _width(0, 51)),
    Feature("width_51_140", "51 to 140 characters", _width(51, 141)),
    Feature("width_141_280", "141 to 280 characters", _width(141, 281)),
    Feature("width_over_200", "Over 200 characters", _width(201, np.inf)),
    Feature("width_over_280", "Over 280 characters", _width(281, np.inf)),
    Feature("one_sentence", "A single sentence", lambda s: 1 - _at_least(2, _SENTENCE)(s)),
    Feature("line_break", "A line break", _has(_p(r"\n"))),
    Feature("line_breaks_3", "Three or more line breaks", _at_least(3, _p(r"\n"))),
    Feature("list", "A list", _at_least(2, _LIST_LINE)),
    Feature("number", "A figure", _has(_p(_DIGIT))),
    Feature("exact_figure", "An exact figure with its unit", _has(_UNIT)),
    Feature("percentage", "A percentage", _has(_p(rf"{_DIGIT}\s?[%％]|\bper ?cent\b"))),
    Feature(
        "money",
        "A sum of money",
        _has(_p(rf"[$€£¥]\s?{_DIGIT}|{_DIGIT}\s?(?:dollars|euros?|美元|元|块|円|원|€)")),
    ),
    Feature("question", "A question", _has(_QUESTION)),
    Feature("exclamation", "An exclamation mark", _has(_p(r"[!！]"))),
    Feature("exclamations", "Two or more exclamation marks", _at_least(2, _p(r"[!！]"))),
    Feature("ellipsis", "Trails off with dots", _has(_p(r"\.{2,}|…|。{2,}"))),
    Feature("colon", "A colon", _has(_p(r"[:：](?!//)"))),
    Feature("dash", "A dash", _has(_p(r"[—–]|\s--?\s"))),
    Feature("brackets", "Something in brackets", _has(_p(r"[(（]"))),
    Feature("quotation", "Quotation marks", _has(_QUOTED)),
    Feature("first_person", "First person", _says("first_person")),
    Feature("second_person", "Speaks to “you”", _says("second_person")),
    Feature("we", "Speaks as “we”", _says("we")),
    Feature("negation", "No, not or never", _says("negation")),
    Feature("negative", "Words of trouble", _says("negative")),
    Feature("positive", "Words of delight", _says("positive")),
    Feature("arousal", "Words of excitement or alarm", _says("arousal")),
    Feature("superlative", "Best, worst, most, ever, always", _says("superlative")),
    Feature("turn", "A turn with “but” or its like", _says("turn")),
    Feature("reason", "A reason with “because” or its like", _says("reason")),
    Feature("now", "Today, now, tonight", _says("now")),
    Feature("thanks", "Thanks or congratulations", _says("thanks")),
    Feature("ask_to_act", "Asks to read, watch, join, share", _says("ask_to_act")),
    Feature("capitals", "A word in capitals", _latin(_p(r"(?<![\p{L}\p{N}#@])\p{Lu}{4,}(?!\p{L})"))),
    Feature("lower_start", "Begins in lower case", _latin(_p(r"^\p{Ll}"))),
    Feature("name", "A name inside a sentence", _latin(_p(r"\p{Ll}[,;]? \p{Lu}\p{Ll}+"))),
    Feature("full_stop_end", "Ends with a full stop", _has(_p(r"[.。]\s*$"))),
    Feature("link", "A link", lambda s: _column(LINK.search(text) is not None for text in s.raw)),
    Feature(
        "mention",
        "Mentions an account",
        lambda s: _column(MENTION.search(text) is not None for text in s.own),
    ),
    Feature("mention_start", "Begins with a mention", _has(_p(r"^[.\s]*@\w"), _raw)),
    Feature("hashtag", "A hashtag", _has(HASHTAG)),
    Feature("hashtags", "Two or more hashtags", _at_least(2, HASHTAG)),
    Feature("emoji", "An emoji", _has(EMOJI)),
    Feature("emojis", "Three or more emoji", _at_least(3, EMOJI)),
)
"""What the text alone tells."""

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

TIME_FEATURES: Final[tuple[Feature, ...]] = (
    *(Feature(f"hours_{h:02}", f"Posted from {h}:00 to {h + 6}:00", _hour(h, h + 6)) for h in (0, 6, 12, 18)),
    *(Feature(day.lower(), f"Posted on a {day}", _weekday(number)) for number, day in enumerate(_DAYS)),
    Feature("weekend", "Posted at a weekend", _weekday(5, 6)),
)
"""What the clock tells, in the zone the sheet was read in."""

STATED_FEATURES: Final[tuple[Feature, ...]] = (
    Feature("media", "A picture or video", _stated("has_media")),
    Feature("quote", "Quotes a post", _stated("is_quote")),
    Feature("reply", "A reply", _stated("is_reply")),
)
"""What only the source of the posts can tell."""

FEATURES: Final = (*TEXT_FEATURES, *TIME_FEATURES, *STATED_FEATURES)

HOURS: Final = tuple(
    Feature(f"hour_{h:02}", f"Posted from {h}:00 to {h + 1}:00", _hour(h, h + 1)) for h in range(24)
)
"""One feature for each hour of the day, tried apart from the rest."""
