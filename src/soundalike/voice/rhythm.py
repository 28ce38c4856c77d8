"""How posts run: length, sentences, lines, and how they end."""

import math
import re
from typing import Final

import regex

from soundalike.posts.text import EMOJI, HASHTAG, words
from soundalike.voice.reading import Reading
from soundalike.voice.rule import Measure, Rule, Unit, found

_FEW_WORDS: Final = 10
_SHORT_LINE: Final = 6  # words in a last line that lands
_LIST_ITEMS: Final = 2
_BLANK_LINE: Final = re.compile(r"\n\s*\n")
_ITEM: Final = regex.compile(r"(?m)^(?:[-–—•*·‣▪→➡✅✔>]+|\(?\d{1,2}[.)/:、]|[①-⑳])\s*\S")
_THREAD: Final = re.compile(
    r"🧵|(?m:^\(?\d{1,2}/(?:\d{1,2})?\)?(?:\s|$))|\bthread\b|(?<!\d)\d{1,2}/\d{0,2}\Z", re.IGNORECASE
)
_CLOSERS: Final = r"[\"'”’)\]」』]*\Z"
_STOP_END: Final = re.compile(rf"(?<![.。])[.。]{_CLOSERS}")
_EXCLAMATION_END: Final = re.compile(rf"[!！]{_CLOSERS}")
_QUESTION_END: Final = re.compile(rf"[?？]{_CLOSERS}")
_ELLIPSIS_END: Final = re.compile(rf"(?:…|\.\.+|。。+){_CLOSERS}")
_HASHTAG_END: Final = regex.compile(rf"{HASHTAG.pattern}\s*\Z")
_EMOJI_END: Final = regex.compile(rf"(?:{EMOJI.pattern})\Z", regex.V1)
_BARE_END: Final = regex.compile(r"[\p{L}\p{N}]\Z")


def _length(post: Reading) -> float:
    return float(len(post.text))


def _word_count(post: Reading) -> float:
    return float(len(post.words))


def _list(post: Reading) -> float:
    return float(len(_ITEM.findall(post.text)) >= _LIST_ITEMS)


def _bare_end(post: Reading) -> float:
    ends_in_tag = _HASHTAG_END.search(post.text) is not None
    return float(not ends_in_tag and _BARE_END.search(post.text) is not None)


def _every_line_stops(post: Reading) -> float:
    return float(bool(post.lines) and all(_STOP_END.search(line) for line in post.lines))


def _last_line_lands(post: Reading) -> float:
    if len(post.lines) < 2:  # noqa: PLR2004 - of a single line the question cannot be asked
        return math.nan
    return float(len(words(post.lines[-1])) <= _SHORT_LINE)


def _share(key: str, sentence: str, measure: Measure) -> Rule:
    return Rule(key, "rhythm", sentence, Unit.SHARE, measure)


RULES: Final = (
    Rule("length_characters", "rhythm", "Length of a post", Unit.CHARACTERS, _length),
    Rule("length_words", "rhythm", "Length of a post in words", Unit.WORDS, _word_count),
    Rule("sentences", "rhythm", "Sentences", Unit.PER_POST, lambda post: float(len(post.sentences))),
    Rule("sentence_words", "rhythm", "Length of a sentence", Unit.PER_SENTENCE, _word_count),
    Rule("lines", "rhythm", "Lines", Unit.PER_POST, lambda post: float(len(post.lines))),
    _share("few_words", "Says it in under ten words", lambda post: float(len(post.words) < _FEW_WORDS)),
    _share("one_sentence", "Is a single sentence", lambda post: float(len(post.sentences) == 1)),
    _share("several_lines", "Breaks the line", lambda post: float(len(post.lines) > 1)),
    _share("blank_lines", "Leaves blank lines", found(_BLANK_LINE.search)),
    _share("list", "Holds a list", _list),
    _share("thread", "Marks a thread", found(_THREAD.search)),
    _share("last_line_lands", "The last of several lines is short", _last_line_lands),
    _share("every_line_stops", "Every line ends in a full stop", _every_line_stops),
    _share("ends_stop", "Ends in a full stop", found(_STOP_END.search)),
    _share("ends_exclamation", "Ends in an exclamation mark", found(_EXCLAMATION_END.search)),
    _share("ends_question", "Ends in a question", found(_QUESTION_END.search)),
    _share("ends_ellipsis", "Ends in an ellipsis", found(_ELLIPSIS_END.search)),
    _share("ends_hashtag", "Ends in a hashtag", found(_HASHTAG_END.search)),
    _share("ends_emoji", "Ends in an emoji", found(_EMOJI_END.search)),
    _share("ends_bare", "Ends without a closing mark", _bare_end),
)
