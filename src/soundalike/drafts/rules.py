"""Rules of a voice: what the user, or their repeated edits, want of every draft.

A rule is told to models that follow instructions; drafts of the others are mended where that takes no model, and
withheld where it does.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, cast, get_args

from soundalike.drafts import mending
from soundalike.drafts.length import weighted_length
from soundalike.drafts.templates import clean
from soundalike.errors import SettingsError

RuleKind = Literal[
    "never_word",
    "replace",
    "no_hashtags",
    "no_emoji",
    "no_exclamation",
    "no_question",
    "no_links",
    "no_mentions",
    "no_line_breaks",
    "lower_case",
    "most_characters",
    "free",
]
KINDS: Final = get_args(RuleKind)

MOST_RULES: Final = 50
"""Rules a model may have."""
MOST_RULE_CHARACTERS: Final = 200
"""Of a rule's sentence, as a prompt has it."""
MOST_TERM_CHARACTERS: Final = 60
FEWEST_CHARACTERS: Final = 20
MOST_CHARACTERS: Final = 25_000

_SENTENCES: Final[Mapping[str, str]] = {
    "never_word": "Never write “{text}”.",
    "replace": "Write “{other}” instead of “{text}”.",
    "no_hashtags": "Use no hashtags.",
    "no_emoji": "Use no emoji.",
    "no_exclamation": "Use no exclamation marks.",
    "no_question": "Ask no questions.",
    "no_links": "Use no links, not even from the brief.",
    "no_mentions": "Use no @mentions, not even from the brief.",
    "no_line_breaks": "Write on one line, without line breaks.",
    "lower_case": "Write everything in lower case.",
    "most_characters": "Write at most {most} characters.",
    "free": "{text}",
}
_BROKEN: Final[Mapping[str, Callable[[str], bool]]] = {
    "no_hashtags": mending.has_hashtag,
    "no_emoji": mending.has_emoji,
    "no_exclamation": mending.exclaims,
    "no_question": mending.asks,
    "no_links": mending.has_link,
    "no_mentions": mending.has_mention,
    "no_line_breaks": lambda text: "\n" in text.strip(),
    "lower_case": mending.has_capitals,
}
_MENDED: Final[Mapping[str, mending.Change]] = {
    "no_hashtags": mending.drop_hashtags,
    "no_emoji": mending.drop_emoji,
    "no_exclamation": mending.calm,
    "no_line_breaks": mending.on_one_line,
    "lower_case": mending.lower,
}
_LAST: Final = ("lower_case", "no_line_breaks", "most_characters")  # they mend what the others put in
_SPOKEN: Final[Mapping[RuleKind, str]] = {
    "no_hashtags": r"(?:use )?no (?:hash)?tags?",
    "no_emoji": r"(?:use )?no emojis?",
    "no_exclamation": r"(?:use )?no exclamations?(?: marks?| points?)?",
    "no_question": r"(?:ask )?no questions?(?: marks?)?",
    "no_links": r"(?:use )?no links?(?:, not even from the brief)?",
    "no_mentions": r"(?:use )?no @?mentions?(?:, not even from the brief)?",
    "no_line_breaks": r"no line ?breaks?|(?:write )?on one line(?:, without line breaks)?",
    "lower_case": r"(?:write )?(?:all|everything)?(?: in)? ?lower ?-?case|no capitals?(?: letters)?",
}
_EM_DASH = re.compile(r"(?:use )?no em[ -]?dash(?:es)?", re.IGNORECASE)
_NEVER = re.compile(
    r"never(?: (?:the )?(?:words?|phrases?))? ?: ?(?P<text>.+)"
    r"|(?:never|no)(?: (?:the )?(?:words?|phrases?)| write| say| use)? [“\"](?P<quoted>[^“”\"]+)[”\"]",
    re.IGNORECASE,
)
_REPLACE = re.compile(
    r"(?:replace ?:? ?)?(?P<text>.+?) ?(?:->|→|=>) ?(?P<other>.+)"
    r"|write [“\"](?P<others>[^“”\"]+)[”\"] instead of [“\"](?P<texts>[^“”\"]+)[”\"]",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:write )?(?:at most|max|maximum) (?P<most>\d{1,6})(?: characters?| chars?)?", re.IGNORECASE
)
_QUOTES: Final = str.maketrans("", "", '“”"«»„')


@dataclass(frozen=True, slots=True)
class Rule:
    """What every draft is to be like.

    `text` is the word, phrase or sign of `never_word` and `replace` and the sentence of `free`; `other` is what stands
    for it in `replace`; `most` is the number of `most_characters`, as X counts them. What is passed in is cleaned: one
    line, no control characters, nothing a chat template gives a meaning, no quotation marks around terms.

    Raises:
        SettingsError: A part is missing, too long, out of range, or the rule could never be kept.
    """

    kind: RuleKind
    text: str = ""
    other: str = ""
    most: int | None = None

    def __post_init__(self) -> None:
        """Clean and check the parts."""
        if self.kind not in KINDS:
            raise SettingsError(
                f"“{str(self.kind)[:40]}” is no kind of rule.", hint=f"Choose one of {', '.join(KINDS)}."
            )
        for name in ("text", "other"):
            object.__setattr__(self, name, self._cleaned(getattr(self, name)))
        self._check()

    @property
    def key(self) -> str:
        """What it is about, as `never_word:delve` or `no_emoji`: a model has one rule of a key."""
        return f"{self.kind}:{self.text.casefold()}" if self.text else self.kind

    @property
    def subject(self) -> str:
        """What it speaks of, whatever it says of that: a word never to be used and one to be replaced are one."""
        return f"word:{self.text.casefold()}" if self.kind in {"never_word", "replace"} else self.key

    @property
    def sentence(self) -> str:
        """The rule as a prompt says it: one line of at most 200 characters."""
        return _SENTENCES[self.kind].format(text=self.text, other=self.other, most=self.most)

    def is_broken_by(self, text: str) -> bool:
        """Whether a text breaks the rule; what `free` asks for cannot be measured and is never broken."""
        if self.kind in {"never_word", "replace"}:
            return mending.stands_in(self.text, text)
        if self.kind == "most_characters":
            return weighted_length(text) > (self.most or 0)
        return self.kind in _BROKEN and _BROKEN[self.kind](text)

    def applied_to(self, text: str) -> str:
        """The text, mended where that takes no language model; still broken, or as it was, where it does.

        Words are replaced, emoji and hashtags taken out, exclamation marks stilled, lines joined, capitals lowered, and
        sentences left out at the end of what is too long. A word never to be used cannot be taken out of a sentence.
        """
        if self.kind == "replace":
            return mending.replace_term(text, self.text, self.other)
        if self.kind == "never_word":
            return mending.drop_sign(text, self.text)
        if self.kind == "most_characters":
            return mending.shorten(text, self.most or 0)
        return _MENDED[self.kind](text) if self.kind in _MENDED else text

    def to_json(self) -> dict[str, Any]:
        """The rule as plain values; `from_json` reads them back."""
        parts = {"kind": self.kind, "text": self.text, "other": self.other, "most": self.most}
        return {name: value for name, value in parts.items() if value not in ("", None)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read a rule from its plain values.

        Raises:
            SettingsError: They are no rule.
        """
        most = values.get("most")
        return cls(
            cast("RuleKind", str(values.get("kind"))),
            str(values.get("text") or ""),
            str(values.get("other") or ""),
            int(most) if isinstance(most, int) else None,
        )

    def _cleaned(self, text: str) -> str:
        # Cut first: cleaning takes time by length, and nothing longer is kept.
        one_line = " ".join(clean(text[: MOST_RULE_CHARACTERS + 1]).split())
        return one_line if self.kind == "free" else one_line.translate(_QUOTES).strip()

    def _check(self) -> None:
        takes_text, takes_other = self.kind in {"never_word", "replace", "free"}, self.kind == "replace"
        if bool(self.text) is not takes_text or bool(self.other) is not takes_other:
            raise SettingsError(f"The rule {self.kind} is incomplete, or says too much.", hint=_FORMS)
        if (self.most is not None) is not (self.kind == "most_characters"):
            raise SettingsError(f"The rule {self.kind} is incomplete, or says too much.", hint=_FORMS)
        if self.most is not None and not FEWEST_CHARACTERS <= self.most <= MOST_CHARACTERS:
            raise SettingsError(
                f"No draft can have at most {self.most:,} characters.",
                hint=f"Choose {FEWEST_CHARACTERS} to {MOST_CHARACTERS:,}.",
            )
        longest = MOST_RULE_CHARACTERS if self.kind == "free" else MOST_TERM_CHARACTERS
        if max(len(self.text), len(self.other)) > longest:
            raise SettingsError(
                f"The rule is too long; {longest} characters are the most.", hint="Shorten it."
            )
        if takes_other and mending.stands_in(self.text, self.other):
            raise SettingsError(
                f"“{self.other}” has “{self.text}” in it: no text could keep to that.",
                hint="Choose another word.",
            )


_FORMS: Final = (
    "A rule reads like: “never word: delve”, “utilize -> use”, “no hashtags”, “no emoji”, “no exclamation marks”, "
    "“no questions”, “no line breaks”, “lower case”, “at most 200 characters”; or it is a sentence of your own."
)


def read_rule(text: str) -> Rule:
    """Read a rule from a user's words: “never word: delve”, “utilize -> use”, “no emoji”; else a sentence as it is.

    Raises:
        SettingsError: It is empty, too long, or could never be kept.
    """
    told = " ".join(text[: MOST_RULE_CHARACTERS + 1].split()).removesuffix(".")
    if not told:
        raise SettingsError("The rule is empty.", hint=_FORMS)
    for kind, spoken in _SPOKEN.items():
        if re.fullmatch(spoken, told, re.IGNORECASE):
            return Rule(kind)
    if _EM_DASH.fullmatch(told):
        return Rule("never_word", "—")
    if found := _MOST.fullmatch(told):
        return Rule("most_characters", most=int(found["most"]))
    if found := _NEVER.fullmatch(told):
        return Rule("never_word", found["text"] or found["quoted"])
    if found := _REPLACE.fullmatch(told):
        return Rule("replace", found["text"] or found["texts"], found["other"] or found["others"])
    return Rule("free", text)


def apply_rules(text: str, rules: Iterable[Rule]) -> str:
    """Mend a text by all the rules that can be mended without a model, capitals, line breaks and length last."""
    for rule in _in_order(rules):
        text = rule.applied_to(text)
    return text


def broken_rules(text: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that a text breaks, in their order."""
    return tuple(rule for rule in rules if rule.is_broken_by(text))


def join_rules(rules: Sequence[Rule], added: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules with more of them; one of a key that is there already takes its place.

    Raises:
        SettingsError: There would be over 50, or two of them could not be kept together.
    """
    joined = {rule.key: rule for rule in rules} | {rule.key: rule for rule in added}
    if len(joined) > MOST_RULES:
        raise SettingsError(
            f"{len(joined)} rules are too many; a model may have {MOST_RULES}.", hint="Remove some first."
        )
    terms = [rule for rule in joined.values() if rule.kind in {"never_word", "replace"}]
    for rule in terms:
        if against := next(
            (other for other in terms if other.other and rule.is_broken_by(other.other)), None
        ):
            raise SettingsError(
                f"“{against.sentence}” and “{rule.sentence}” cannot be kept together.",
                hint="Remove one of them.",
            )
    return tuple(joined.values())


def _in_order(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: _LAST.index(rule.kind) + 1 if rule.kind in _LAST else 0)
