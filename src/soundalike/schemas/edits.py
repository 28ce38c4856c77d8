"""What users changed about a voice, and what they want changed."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from soundalike.drafts.rules import (
    FEWEST_CHARACTERS,
    MOST_CHARACTERS,
    MOST_RULE_CHARACTERS,
    MOST_RULES,
    MOST_TERM_CHARACTERS,
    Rule,
    RuleKind,
    read_rule,
)
from soundalike.schemas.requests import Number, Request, Text
from soundalike.schemas.shape import Shape
from soundalike.training.edits import By, Edits, Hidden, KeptRule, Wish
from soundalike.training.lessons import Evidence

_MOST_KEYS: Final = 500

Key = Annotated[Text, Field(min_length=1, max_length=2 * MOST_RULE_CHARACTERS)]
Keys = Annotated[list[Key], Field(max_length=_MOST_KEYS)]
Term = Annotated[Text, Field(max_length=MOST_TERM_CHARACTERS)]


class EvidenceShape(Shape):
    """What shows a learned rule: it went in `count` drafts `among` those that had it.

    `bound` is the lower end of the one-sided 95 % interval of that share, `source` what showed it, `draftIds` some of
    the drafts in which it went.
    """

    source: Literal["edits", "rejections", "reasons"]
    count: int
    among: int
    bound: float
    draft_ids: list[str]

    @classmethod
    def of(cls, found: Evidence) -> "EvidenceShape":
        """Shape what shows a rule."""
        return cls(
            source=found.source,
            count=found.count,
            among=found.of,
            bound=found.bound,
            draft_ids=list(found.drafts),
        )


class RuleShape(Shape):
    """A rule that every draft keeps, in words as `sentence`, by whom and since when.

    `by` is `user` or `learned`, from repeated edits; `id` removes it.
    """

    id: str
    kind: RuleKind
    text: str
    other: str
    most: int | None
    sentence: str
    by: By
    at: datetime
    evidence: EvidenceShape | None

    @classmethod
    def of(cls, kept: KeptRule) -> "RuleShape":
        """Shape a rule of a voice."""
        rule, found = kept.rule, kept.evidence
        return cls(
            id=rule.key,
            kind=rule.kind,
            text=rule.text,
            other=rule.other,
            most=rule.most,
            sentence=rule.sentence,
            by=kept.by,
            at=kept.at,
            evidence=EvidenceShape.of(found) if found else None,
        )


class HiddenShape(Shape):
    """A trait or a favourite that has no say any more."""

    key: str
    by: By
    at: datetime

    @classmethod
    def of(cls, hidden: Hidden) -> "HiddenShape":
        """Shape what is hidden."""
        return cls(key=hidden.key, by=hidden.by, at=hidden.at)


class EditsShape(Shape):
    """What was changed about a voice since it was trained.

    `dismissed` are subjects of rules that were removed: they are not learned again.
    """

    hidden_traits: list[HiddenShape]
    hidden_favourites: list[HiddenShape]
    rules: list[RuleShape]
    dismissed: list[str]

    @classmethod
    def of(cls, edits: Edits) -> "EditsShape":
        """Shape the edits of a voice."""
        return cls(
            hidden_traits=[HiddenShape.of(each) for each in edits.hidden_traits],
            hidden_favourites=[HiddenShape.of(each) for each in edits.hidden_favourites],
            rules=[RuleShape.of(each) for each in edits.rules],
            dismissed=list(edits.dismissed),
        )


class RuleRequest(Request):
    """A rule by its kind and parts."""

    kind: RuleKind
    text: Annotated[Text, Field(max_length=MOST_RULE_CHARACTERS)] = Field(
        "", description="The word, phrase or sign of `never_word` and `replace`; the sentence of `free`."
    )
    other: Term = Field("", description="What stands for it in `replace`.")
    most: Annotated[int, Field(ge=FEWEST_CHARACTERS, le=MOST_CHARACTERS), Number] | None = Field(
        None, description="Of `most_characters`, as X counts them."
    )

    def rule(self) -> Rule:
        """The rule.

        Raises:
            SettingsError: A part is missing, or it could never be kept.
        """
        return Rule(self.kind, self.text, self.other, self.most)


RuleOrWords = RuleRequest | Annotated[Text, Field(min_length=1, max_length=MOST_RULE_CHARACTERS)]


class EditVoiceRequest(Request):
    """What to change about a voice: traits by their keys, favourites as `word:ship`, rules in words or by parts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"hideTraits": ["ends_question"], "addRules": ["never word: delve", "utilize -> use"]},
                {"addRules": [{"kind": "most_characters", "most": 200}], "removeRules": ["no_emoji"]},
            ]
        }
    )

    hide_traits: Keys = Field(
        [], description="Their sentences leave the prompt; the figures stay as measured."
    )
    show_traits: Keys = Field([], description="Traits to show again.")
    hide_favourites: Keys = Field([], description="Favourites, as `word:ship`.", examples=[["word:ship"]])
    show_favourites: Keys = Field([], description="Favourites to show again.")
    add_rules: Annotated[list[RuleOrWords], Field(max_length=MOST_RULES)] = Field(
        [], description="What every draft is to keep to."
    )
    remove_rules: Keys = Field([], description="Rules by their ids; a learned one is not learned again.")

    def wish(self) -> Wish:
        """What is wished.

        Raises:
            SettingsError: A rule is none.
        """
        return Wish(
            hide_traits=tuple(self.hide_traits),
            show_traits=tuple(self.show_traits),
            hide_favourites=tuple(self.hide_favourites),
            show_favourites=tuple(self.show_favourites),
            add_rules=tuple(
                each.rule() if isinstance(each, RuleRequest) else read_rule(each) for each in self.add_rules
            ),
            remove_rules=tuple(self.remove_rules),
        )
