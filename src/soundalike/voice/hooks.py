"""How posts open."""

import re
from typing import Final

import regex

from soundalike.posts.text import EMOJI, HASHTAG, MENTION, words
from soundalike.voice.reading import Reading
from soundalike.voice.rule import Measure, Needs, Rule, Unit, found, opens_with

_AT_A_GLANCE: Final = 12  # words in a line that stands as a headline
_NUMBER: Final = re.compile(r"[$€£¥]?\d")
_QUOTE: Final = re.compile(r"[\"“‘«„「『]|'\w")
_CAPITALS: Final = regex.compile(r"\p{Lu}{2,}(?:['’]\p{Lu}+)?\W+\p{Lu}{2,}(?!\p{Ll})|\p{Lu}{4,}(?!\p{Ll})")
_LABEL: Final = regex.compile(r"[\p{L}\p{N}][^:：\n.!?。！？]{0,28}[:：](?![/\d])")
_QUESTION_END: Final = re.compile(r"[?？][\"'”’)」』]*\Z")
_EXCLAMATION_END: Final = re.compile(r"[!！][\"'”’)」』]*\Z")

_FIRST_PERSON: Final = frozenset("i i'm i've i'd i'll my we we're we've we'd we'll our me mine us".split())
_SECOND_PERSON: Final = frozenset("you you're you've you'd you'll your yours yourself".split())
_ASKING: Final = frozenset("how why what when where who which".split())
_JOINING: Final = frozenset("and but so or because yet also".split())
_COMMANDS: Final = frozenset(
    "add ask avoid be become believe build buy call check choose click come consider create do don't download "
    "enjoy explore fight find focus follow forget get give go grab have help hire imagine join keep learn leave "
    "let let's listen look make meet never note notice pay pick please put read remember retweet run save say "
    "see send share show sign speak spend stand start stay stop take talk tell think treat trust try tune turn "
    "use vote wait watch work write".split()
)


def _first_sentence(post: Reading) -> str:
    return post.sentences[0] if post.sentences else ""


def _first_sentence_ends(pattern: re.Pattern[str]) -> Measure:
    return lambda post: float(pattern.search(_first_sentence(post)) is not None)


def _headline(post: Reading) -> float:
    return float(len(post.lines) > 1 and len(words(post.lines[0])) <= _AT_A_GLANCE)


def _speaks_to_you(post: Reading) -> float:
    opening = post.words[: len(words(_first_sentence(post)))]
    return float(not _SECOND_PERSON.isdisjoint(opening))


def _share(key: str, sentence: str, measure: Measure, needs: Needs = Needs.NOTHING) -> Rule:
    return Rule(key, "hooks", sentence, Unit.SHARE, measure, needs)


RULES: Final = (
    Rule(
        "first_sentence_words",
        "hooks",
        "Length of the first sentence",
        Unit.WORDS,
        lambda post: float(len(words(_first_sentence(post)))),
    ),
    _share("opens_number", "Opens with a number", found(_NUMBER.match)),
    _share("opens_question", "Opens with a question", _first_sentence_ends(_QUESTION_END)),
    _share("opens_exclamation", "Opens with an exclamation", _first_sentence_ends(_EXCLAMATION_END)),
    _share("opens_quote", "Opens with a quotation", found(_QUOTE.match)),
    _share("opens_emoji", "Opens with an emoji", found(EMOJI.match)),
    _share("opens_hashtag", "Opens with a hashtag", found(HASHTAG.match)),
    _share("opens_mention", "Opens by naming an account", found(MENTION.match)),
    _share("opens_label", "Opens with a label and a colon", found(_LABEL.match)),
    _share("opens_headline", "Opens with a short line of its own", _headline),
    _share("opens_capitals", "Opens in capitals", found(_CAPITALS.match), Needs.CAPITALS),
    _share(
        "opens_first_person", "Opens with “I”, “we”, “my” or “our”", opens_with(_FIRST_PERSON), Needs.ENGLISH
    ),
    _share("opens_you", "Speaks to “you” in the first sentence", _speaks_to_you, Needs.ENGLISH),
    _share(
        "opens_command", "Opens by telling the reader to do something", opens_with(_COMMANDS), Needs.ENGLISH
    ),
    _share("opens_how", "Opens with how, why, what or who", opens_with(_ASKING), Needs.ENGLISH),
    _share("opens_joining", "Opens with and, but or so", opens_with(_JOINING), Needs.ENGLISH),
)
