"""What can be said of a post in a yes or no: the questions that patterns and the forecast ask of every post.

Each feature is a key, a sentence in words and a function over all posts at once. An answer is 1, 0, or NaN where it
cannot be given: nobody said whether there was a picture, or there is no word list for the language. The questions
about wording are those that Tan, Lee and Pang (“The effect of wording on message propagation”, ACL 2014) found to
matter, and those that handbooks for creators name.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from soundalike.posts.text import EMOJI, HASHTAG, MENTION
from soundalike.virality.lexicon import KINDS
from soundalike.virality.sheet import Column, Sheet, read_sheet, untagged_language

__all__ = [
    "FEATURES",
    "HOURS",
    "STATED_FEATURES",
    "TEXT_FEATURES",
    "TIME_FEATURES",
    "Column",
    "Feature",
    "Sheet",
    "feature_matrix",
    "read_sheet",
    "untagged_language",
]

Mask = NDArray[np.bool_]
Answer = Callable[[Sheet], Column]

_UNKNOWN: Final = np.float32(np.nan)
_NO_LIMIT: Final = 10**6

_LINK_WIDTH = 24  # X counts a link as 23 characters; it takes a space


@dataclass(frozen=True, slots=True)
class Feature:
    """A question with a yes or no; `sentence` completes "posts with this: …"."""

    key: str
    sentence: str
    of: Answer


def feature_matrix(sheet: Sheet, features: Sequence[Feature]) -> Column:
    """The answers, one row a post and one column a feature: 1, 0 or NaN."""
    answers = np.zeros((len(sheet.own), len(features)), dtype=np.float32)
    for place, feature in enumerate(features):
        answers[:, place] = feature.of(sheet)
    return answers


def _flags(mask: Mask) -> Column:
    return mask.astype(np.float32)


def _where_cased(sheet: Sheet, mask: Mask) -> Column:
    """Capitals mean something only in scripts that have them."""
    cased = sheet.counts["upper"] + sheet.counts["lower"] > sheet.counts["spaceless"]
    return np.where(cased, _flags(mask), _UNKNOWN)


def _count(name: str, least: int = 1) -> Answer:
    return lambda sheet: _flags(sheet.counts[name] >= least)


def _hook_count(name: str) -> Answer:
    return lambda sheet: _flags(sheet.hook_counts[name] > 0)


def _matches(texts: Sequence[str], pattern: regex.Pattern[str], candidates: Mask, least: int = 1) -> Mask:
    """Which of the texts match; only the candidates are searched, for most hold nothing that could."""
    found = np.zeros(len(texts), dtype=np.bool_)
    for place in np.flatnonzero(candidates).tolist():
        text = texts[place]
        found[place] = pattern.search(text) is not None if least == 1 else len(pattern.findall(text)) >= least
    return found


def _holds(pattern: regex.Pattern[str], *needs: str, least: int = 1) -> Answer:
    """Whether the text matches; it cannot where it has none of the characters of the classes named."""
    return lambda sheet: _flags(_matches(sheet.own, pattern, _any_of(sheet, needs), least))


def _any_of(sheet: Sheet, names: Iterable[str]) -> Mask:
    held: Mask = sum((sheet.counts[name] for name in names), start=np.zeros(len(sheet.own), np.int64)) > 0
    return held


def _hook_holds(pattern: regex.Pattern[str], need: str) -> Answer:
    return lambda sheet: _flags(_matches(sheet.hooks, pattern, sheet.hook_counts[need] > 0))


def _cased(pattern: regex.Pattern[str], need: str, least: int) -> Answer:
    return lambda s: _where_cased(s, _matches(s.own, pattern, s.counts[need] >= least))


def _kind(kind: str, where: str) -> Answer:
    bit = KINDS[kind]
    return lambda sheet: np.where(sheet.known & bit, _flags((getattr(sheet, where) & bit) > 0), _UNKNOWN)


def _says(kind: str) -> Answer:
    return _kind(kind, "said")


def _hook_says(kind: str) -> Answer:
    return _kind(kind, "hook_said")


def _opens(kind: str) -> Answer:
    return _kind(kind, "hook_opens")


def _both(one: Answer, other: Answer) -> Answer:
    return lambda sheet: one(sheet) * other(sheet)


def _either(one: Answer, other: Answer) -> Answer:
    return lambda sheet: np.fmax(one(sheet), other(sheet))


def _width(least: float, most: float) -> Answer:
    return lambda sheet: _flags((sheet.width >= least) & (sheet.width < most))


def _fills(limit: int) -> Answer:
    """Within a fifteenth of the limit, links counted."""

    def answer(sheet: Sheet) -> Column:
        width = sheet.width + _LINK_WIDTH * sheet.links
        return _flags((width > limit * 14 / 15) & (width <= limit))

    return answer


def _mean_length(least: float, most: float) -> Answer:
    """Letters a word, in scripts that have cases and where there are words enough for a mean."""

    def answer(sheet: Sheet) -> Column:
        words = sheet.counts["words"]
        letters = (sheet.counts["upper"] + sheet.counts["lower"]) / np.maximum(words, 1)
        return np.where(
            words >= _ENOUGH_WORDS,
            _where_cased(sheet, (letters >= least) & (letters < most)),
            _UNKNOWN,
        )

    return answer


def _sentence_length(least: float, most: float) -> Answer:
    return lambda sheet: _flags(
        (sheet.counts["words"] >= least * sheet.sentences) & (sheet.counts["words"] < most * sheet.sentences)
    )


def _stated(name: str) -> Answer:
    return lambda sheet: _column(
        np.nan if (flag := getattr(post, name)) is None else float(flag) for post in sheet.posts
    )


def _column(values: Iterable[float]) -> Column:
    return np.fromiter(values, dtype=np.float32)


def _hour(first: int, end: int) -> Answer:
    return lambda sheet: _flags((sheet.hours >= first) & (sheet.hours < end))


def _around(hour: int) -> Answer:
    return lambda sheet: _flags((sheet.hours - hour + 1) % 24 <= 2)  # noqa: PLR2004 - the hours before and after


def _weekday(*days: int) -> Answer:
    return lambda sheet: _flags(np.isin(sheet.weekdays, days))


def _p(expression: str) -> regex.Pattern[str]:
    return regex.compile(expression)


def _short_hook(sheet: Sheet) -> Column:
    words = sheet.hook_counts["words"]
    return _flags((words > 0) & (words <= _FEW_WORDS))


def _mostly_capitals(sheet: Sheet) -> Column:
    upper, lower = sheet.counts["upper"], sheet.counts["lower"]
    return _where_cased(sheet, (upper >= _FEW_WORDS) & (upper > lower))


def _headline(sheet: Sheet) -> Column:
    """Most words begin with a capital, as in the headlines of newspapers in English."""
    many = sheet.counts["upper"] >= _ENOUGH_WORDS
    begun = np.zeros(len(sheet.own))
    for place in np.flatnonzero(many).tolist():
        begun[place] = len(_CAPITALISED.findall(sheet.own[place]))
    return _where_cased(sheet, many & (begun >= _HEADLINE_SHARE * sheet.counts["words"]))


_FEW_WORDS = 6
_ENOUGH_WORDS = 4
_HEADLINE_SHARE = 0.6
_DIGIT = r"\p{Nd}"
_CAPITALISED = _p(r"(?<![\p{L}\p{N}'’@#])\p{Lu}\p{Ll}")
_LIST_LINE = _p(r"(?m)^[^\S\n]*(?:[-–—•‣▪*·→✅✔☑]|\p{Nd}{1,2}[.)、）]|\p{Nd}\uFE0F?\u20E3)\s*\S")
_NUMBERED_LINE = _p(r"(?m)^[^\S\n]*(?:\p{Nd}{1,2}[.)、）]|\p{Nd}\uFE0F?\u20E3)\s*\S")
_UNIT = _p(
    rf"{_DIGIT}[\d.,]{{0,12}}\s?(?:[%％$€£¥]|percent|x\b|k\b|m\b|bn\b|million|billion|trillion|hours?|minutes?|"
    r"days?|weeks?|months?|years?|miles?|km|kg|lbs?|people|users|times|millones|horas?|días?|años?|"
    r"万|亿|千|百|年|月|天|小时|分钟|个|次|人|元|刀|億|円|時間|分|시간|일|명|원|년|개월|만)"
)
_MONEY = _p(rf"[$€£¥]\s?{_DIGIT}|{_DIGIT}\s?(?:dollars|euros?|dólares|pesos|美元|美金|元|块|円|万円|원|€)")
_LARGE = _p(
    rf"{_DIGIT}{{1,3}}(?:[,.]{_DIGIT}{{3}})+(?!{_DIGIT})|{_DIGIT}{{5,}}|"
    rf"{_DIGIT}\s?(?:[kK]\b|[mM]\b|bn\b|thousand|million|billion|trillion|mil\b|millones|万|亿|億|만|억)"
)
_COUNTED = _p(
    rf"(?i)(?<!{_DIGIT}){_DIGIT}{{1,2}}\s(?:\w+\s){{0,2}}(?:ways?|things|tips|lessons|reasons|rules|steps|tricks|ideas|"
    r"habits|mistakes|facts|signs|books|tools|questions|hacks|formas|cosas|maneras|razones|consejos|pasos|lecciones|"
    r"errores|reglas|ideas)\b|(?:(?<!\p{Nd})\p{Nd}{1,2}\s?|[三四五六七八九十]{1,2})(?:个(?![月人小])|条|种|款|招|步)|"
    r"\p{Nd}{1,2}\s?(?:つ|選|のコツ|가지|개의|단계)"
)
_YEAR = _p(rf"(?<![{_DIGIT},.])(?:19|20){_DIGIT}{{2}}(?![{_DIGIT},])")
_RELAYED = _p(r"(?i)\b(?:RT|MT|HT|h/t|via|vía|转自|来自)\b?\s*:?\s*@\w")
_FIRST_OF = _p(rf"(?:^|\s|[(（])[1１]\s?[/／]\s?(?:{_DIGIT}{{1,2}}|n|x)?(?:[)）:\s]|$)")
_POINTS = _p(r"👇|👉|⬇|⤵|↓|➡|→")
_MENTION_START = _p(r"^[.\s]*@\w")
_END = r"[\"'”’」』）)\s]*$"

TEXT_FEATURES: Final[tuple[Feature, ...]] = (
    Feature("hook_question", "Opens with a question", _hook_count("question")),
    Feature("hook_question_word", "Opens with how, why, what or their like", _opens("question_word")),
    Feature("hook_number", "Opens with a number", _hook_holds(_p(rf"^[$€£¥#~≈]?{_DIGIT}"), "digit")),
    Feature("hook_figure", "A figure in the opening sentence", _hook_count("digit")),
    Feature(
        "hook_quote",
        "Opens with a quotation",
        lambda s: _column(text[:1] in '"“”‘「『«' and text != "" for text in s.hooks),
    ),
    Feature("hook_first_person", "Opens with I or my", _opens("first_person")),
    Feature("hook_you", "Speaks to “you” in the opening sentence", _hook_says("second_person")),
    Feature("hook_this", "Opens with “this” or “here”", _opens("pointing")),
    Feature("hook_instruction", "Opens by telling the reader what to do", _opens("instruction")),
    Feature(
        "hook_label",
        "Opens with a label and a colon",
        _hook_holds(_p(r"^[^\n:：.!?]{1,25}[:：](?!//)"), "colon"),
    ),
    Feature("hook_news", "Opens like news (breaking, update, official)", _hook_says("news")),
    Feature("hook_emoji", "Opens with an emoji", _hook_holds(_p(rf"(?V1)^(?:{EMOJI.pattern})"), "sign")),
    Feature("hook_negation", "No, not or never in the opening sentence", _hook_says("negation")),
    Feature("hook_negative", "Opens with something going wrong", _hook_says("negative")),
    Feature("hook_positive", "Opens with delight", _hook_says("positive")),
    Feature("hook_curiosity", "Opens with a secret, a truth or a surprise", _hook_says("curiosity")),
    Feature("hook_short", "An opening sentence of at most six words", _short_hook),
    Feature("thread", "Opens a thread", _either(_says("thread"), _holds(_FIRST_OF, "digit"))),
    Feature("list_post", "Promises so many ways, things or lessons", _holds(_COUNTED, "digit", "spaceless")),
    Feature("width_to_50", "At most 50 characters", _width(0, 51)),
    Feature("width_51_140", "51 to 140 characters", _width(51, 141)),
    Feature("width_141_280", "141 to 280 characters", _width(141, 281)),
    Feature("width_over_200", "Over 200 characters", _width(201, _NO_LIMIT)),
    Feature("width_over_280", "Over 280 characters", _width(281, _NO_LIMIT)),
    Feature("width_over_600", "Over 600 characters", _width(601, _NO_LIMIT)),
    Feature("fills_140", "Fills the 140 characters of old", _fills(140)),
    Feature("fills_280", "Fills the 280 characters", _fills(280)),
    Feature("one_sentence", "A single sentence", lambda s: _flags(s.sentences < 2)),  # noqa: PLR2004
    Feature("short_sentences", "Short sentences, under eight words on average", _sentence_length(1, 8)),
    Feature(
        "long_sentences", "Long sentences, over twenty words on average", _sentence_length(20, _NO_LIMIT)
    ),
    Feature("short_words", "Short words, under four letters on average", _mean_length(0, 4)),
    Feature("long_words", "Long words, over five letters on average", _mean_length(5, _NO_LIMIT)),
    Feature("line_break", "A line break", _count("break")),
    Feature("line_breaks_3", "Three or more line breaks", _count("break", 3)),
    Feature("blank_line", "A blank line between paragraphs", _holds(_p(r"\n\n"), "break")),
    Feature("list", "A list", _holds(_LIST_LINE, "break", least=2)),
    Feature("numbered", "A numbered list", _holds(_NUMBERED_LINE, "break", least=2)),
    Feature("number", "A figure", _count("digit")),
    Feature("exact_figure", "An exact figure with its unit", _holds(_UNIT, "digit")),
    Feature("large_figure", "Thousands, millions or more", _holds(_LARGE, "digit")),
    Feature("percentage", "A percentage", _holds(_p(rf"{_DIGIT}\s?[%％]|\bper ?cent\b"), "digit")),
    Feature("money", "A sum of money", _holds(_MONEY, "digit")),
    Feature("year", "Names a year", _holds(_YEAR, "digit")),
    Feature("question", "A question", _count("question")),
    Feature("question_end", "Ends with a question", _holds(_p(rf"[?？]{_END}"), "question")),
    Feature(
        "question_open",
        "Asks how, why, what or their like",
        _both(_count("question"), _says("question_word")),
    ),
    Feature("question_to_you", "Asks “you” a question", _both(_count("question"), _says("second_person"))),
    Feature("exclamation", "An exclamation mark", _count("exclamation")),
    Feature("exclamations", "Two or more exclamation marks", _count("exclamation", 2)),
    Feature("ellipsis", "Trails off with dots", _holds(_p(r"\.{2,}|…|。{2,}"), "dot")),
    Feature("colon", "A colon", _holds(_p(r"[:：](?!//)"), "colon")),
    Feature("colon_end", "Ends with a colon", _holds(_p(r"[:：]\s*$"), "colon")),
    Feature("dash", "A dash", _holds(_p(r"[—–]|\s--?\s"), "dash")),
    Feature("brackets", "Something in brackets", _count("bracket")),
    Feature("quotation", "Quotation marks", _count("quote")),
    Feature("stretched", "Stretched letters (soooo)", _count("stretched")),
    Feature("first_person", "First person", _says("first_person")),
    Feature("second_person", "Speaks to “you”", _says("second_person")),
    Feature("third_person", "He, she or they", _says("third_person")),
    Feature("we", "Speaks as “we”", _says("we")),
    Feature("kin", "Family or friends", _says("kin")),
    Feature("negation", "No, not or never", _says("negation")),
    Feature("negative", "Words of trouble", _says("negative")),
    Feature("positive", "Words of delight", _says("positive")),
    Feature("mixed", "Delight and trouble in one post", _both(_says("positive"), _says("negative"))),
    Feature("arousal", "Words of excitement or alarm", _says("arousal")),
    Feature("laughter", "Laughs", _says("laughter")),
    Feature("coarse", "Coarse language", _says("coarse")),
    Feature("superlative", "Best, worst, most, ever, always", _says("superlative")),
    Feature("comparison", "Compares (more, less, than, versus)", _says("comparison")),
    Feature("hedge", "Hedges (maybe, probably, I think)", _says("hedge")),
    Feature("certainty", "Sounds certain (definitely, really, must)", _says("certainty")),
    Feature("concrete", "Things one can see or touch", _says("concrete")),
    Feature("turn", "A turn with “but” or its like", _says("turn")),
    Feature("reason", "A reason with “because” or its like", _says("reason")),
    Feature("advice", "Advice or lessons (should, must, how to)", _says("advice")),
    Feature("curiosity", "A secret, a truth or a surprise", _says("curiosity")),
    Feature("now", "Today, now, tonight", _says("now")),
    Feature("past", "Looks back (yesterday, years ago)", _says("past")),
    Feature("future", "Looks ahead (will, soon, next)", _says("future")),
    Feature("again", "Says it again (still, again, in case you missed it)", _says("again")),
    Feature("news", "News words (breaking, update, official)", _says("news")),
    Feature("new", "Something new or launched", _says("new")),
    Feature("offer", "An offer (free, sale, giveaway)", _says("offer")),
    Feature("thanks", "Thanks or congratulations", _says("thanks")),
    Feature("please", "Says please", _says("please")),
    Feature("asks_share", "Asks to share or repost", _says("asks_share")),
    Feature("ask_to_act", "Asks to read, watch, join, share", _says("ask_to_act")),
    Feature("headline", "Capitals like a headline", _headline),
    Feature(
        "capitals", "A word in capitals", _cased(_p(r"(?<![\p{L}\p{N}#@])\p{Lu}{4,}(?!\p{L})"), "upper", 4)
    ),
    Feature("mostly_capitals", "Mostly in capitals", _mostly_capitals),
    Feature("lower_start", "Begins in lower case", _cased(_p(r"^\p{Ll}"), "lower", 1)),
    Feature("name", "A name inside a sentence", _cased(_p(r"\p{Ll}[,;]? \p{Lu}\p{Ll}+"), "upper", 1)),
    Feature("full_stop_end", "Ends with a full stop", _holds(_p(r"[.。]\s*$"), "dot")),
    Feature("link", "A link", lambda s: _flags(s.links > 0)),
    Feature("links", "Two or more links", lambda s: _flags(s.links > 1)),
    Feature("mention", "Mentions an account", _holds(MENTION, "at")),
    Feature("mentions", "Mentions two or more accounts", _holds(MENTION, "at", least=2)),
    Feature(
        "mention_start",
        "Begins with a mention",
        lambda s: _column(bool(_MENTION_START.match(text)) for text in s.raw),
    ),
    Feature("relayed", "Passes on another’s words (RT, MT, via @…)", _holds(_RELAYED, "at")),
    Feature("hashtag", "A hashtag", _holds(HASHTAG, "hash")),
    Feature("hashtags", "Two or more hashtags", _holds(HASHTAG, "hash", least=2)),
    Feature("cashtag", "A ticker symbol ($TSLA)", _holds(_p(r"(?<![\w$])\$[A-Z]{1,6}\b"), "currency")),
    Feature("emoji", "An emoji", _holds(EMOJI, "sign")),
    Feature("emojis", "Three or more emoji", _holds(EMOJI, "sign", least=3)),
    Feature("emoji_end", "Ends with an emoji", _holds(_p(rf"(?V1)(?:{EMOJI.pattern})\s*$"), "sign")),
    Feature("points", "Points on with an arrow or a finger", _holds(_POINTS, "arrow")),
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

HOURS: Final[tuple[Feature, ...]] = tuple(
    Feature(f"hour_{h:02}", f"Posted from {(h - 1) % 24}:00 to {(h + 2) % 24}:00", _around(h))
    for h in range(24)
)
"""The three hours around each hour of the day: single hours hold few posts, and neighbours are alike."""

FEATURES: Final = (*TEXT_FEATURES, *TIME_FEATURES, *STATED_FEATURES)
