"""What was changed about a voice after it was trained: traits and favourites hidden, rules added, by whom and when.

The measured profile itself stays as it was measured.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final, Literal, NamedTuple, Self

from soundalike.drafts.prompt import VoicePrompt
from soundalike.drafts.rules import Rule, join_rules
from soundalike.errors import SettingsError
from soundalike.training import wording
from soundalike.training.lessons import Evidence, Lesson
from soundalike.voice.profile import VoiceProfile

By = Literal["user", "learned"]

_MOST_DISMISSED: Final = 500  # the latest
_CONTRADICTED: Final = 2  # texts the user let stand that break a learned rule
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Hidden:
    """A trait or a favourite, by its key, that the user wants to have no say; `who` is the user's id."""

    key: str
    at: datetime
    by: By = "user"
    who: str | None = None

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read it back from its plain values."""
        return cls(**{**values, "at": datetime.fromisoformat(values["at"])})


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A rule and where it is from; what was learned has its evidence, what a user added has `who`."""

    rule: Rule
    at: datetime
    by: By = "user"
    who: str | None = None
    evidence: Evidence | None = None

    @property
    def told(self) -> str:
        """The rule and where it is from: “Never write “delve”. (learned from 4 of 4 edits)”."""
        found = self.evidence
        whence = f"learned from {found.count} of {found.of} {found.source}" if found else "yours"
        return f"{self.rule.sentence} ({whence})"

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read it back from its plain values."""
        found = values.get("evidence")
        evidence = Evidence(**{**found, "drafts": tuple(found["drafts"])}) if found else None
        at = datetime.fromisoformat(values["at"])
        return cls(Rule.from_json(values["rule"]), at, values["by"], values.get("who"), evidence)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user wants changed: traits and favourites by their keys, rules as they are, or by their keys to remove."""

    hide_traits: tuple[str, ...] = ()
    show_traits: tuple[str, ...] = ()
    hide_favourites: tuple[str, ...] = ()
    show_favourites: tuple[str, ...] = ()
    add_rules: tuple[Rule, ...] = ()
    remove_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edits:
    """All that was changed about a voice.

    `dismissed` are subjects of rules that the user removed: they are not learned again.
    """

    hidden_traits: tuple[Hidden, ...] = ()
    hidden_favourites: tuple[Hidden, ...] = ()
    rules: tuple[KeptRule, ...] = ()
    dismissed: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The edits as plain values; `from_json` reads them back."""
        rules = [
            asdict(each) | {"rule": each.rule.to_json(), "at": each.at.isoformat()} for each in self.rules
        ]
        hidden = {
            name: [asdict(each) | {"at": each.at.isoformat()} for each in getattr(self, name)]
            for name in ("hidden_traits", "hidden_favourites")
        }
        return hidden | {"rules": rules, "dismissed": list(self.dismissed)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any] | None) -> Self:
        """Read the edits from their plain values; None is none."""
        values = values or {}
        return cls(
            tuple(Hidden.from_json(each) for each in values.get("hidden_traits", ())),
            tuple(Hidden.from_json(each) for each in values.get("hidden_favourites", ())),
            tuple(KeptRule.from_json(each) for each in values.get("rules", ())),
            tuple(values.get("dismissed", ())),
        )

    @property
    def in_force(self) -> tuple[Rule, ...]:
        """The rules that every draft is to keep."""
        return tuple(each.rule for each in self.rules)

    @property
    def hidden_keys(self) -> frozenset[str]:
        """Keys of all that is hidden: traits as `ends_question`, favourites as `word:ship`."""
        return frozenset(each.key for each in (*self.hidden_traits, *self.hidden_favourites))

    def changed(self, wish: Wish, voice: VoiceProfile, *, at: datetime, who: str | None = None) -> "Edits":
        """These edits with what a user wants changed; what is as wished already stays as it is.

        Raises:
            SettingsError: The voice has no such trait or favourite, there is no such rule, two rules exclude each
                other, or there would be too many.
        """
        traits = _Hiding("trait", wish.hide_traits, wish.show_traits, [each.key for each in voice.traits])
        terms = [favourite_key(each.kind, each.text) for each in voice.favourites]
        favourites = _Hiding("favourite", wish.hide_favourites, wish.show_favourites, terms)
        return replace(
            _added(_removed(self, wish.remove_rules), wish.add_rules, at=at, who=who),
            hidden_traits=traits.after(self.hidden_traits, at=at, who=who),
            hidden_favourites=favourites.after(self.hidden_favourites, at=at, who=who),
        )

    def taught(
        self, lessons: Sequence[Lesson], published: Sequence[tuple[datetime, str]], *, at: datetime
    ) -> "Edits":
        """These edits with what the user's decisions teach.

        A rule of the user's own and one that the user removed stand above what is learned. A learned rule stays, also
        when the drafts behind it are deleted, until the user lets two texts stand that break it; `published` are those
        texts with the times of their decisions.
        """
        shown = {lesson.rule.subject for lesson in lessons}
        before = {each.rule: each.at for each in self.rules if each.by == "learned"}
        stay = [
            each
            for each in self.rules
            if each.by == "user" or not (each.rule.subject in shown or _is_contradicted(each, published))
        ]
        edits = replace(self, rules=tuple(stay))
        for lesson in lessons:
            since = before.get(lesson.rule, at)
            edits = _with(edits, KeptRule(lesson.rule, since, "learned", None, lesson.evidence))
        return edits


def favourite_key(kind: str, text: str) -> str:
    """The key of a favourite, as `word:ship`."""
    return f"{kind}:{text}"


def shown_voice(voice: VoiceProfile, edits: Edits) -> VoiceProfile:
    """The profile without what is hidden."""
    hidden = edits.hidden_keys
    return replace(
        voice,
        traits=tuple(trait for trait in voice.traits if trait.key not in hidden),
        favourites=tuple(
            each for each in voice.favourites if favourite_key(each.kind, each.text) not in hidden
        ),
    )


def edited_prompt(prompt: VoicePrompt, voice: VoiceProfile, edits: Edits) -> VoicePrompt:
    """The prompt without the sentences of what is hidden, and with the rules.

    Sentences are known by what stands before their figures, which an earlier version may have worded otherwise.
    """
    hidden = tuple(_beginnings(voice, edits.hidden_keys))
    traits, contrasts = (
        tuple(sentence for sentence in told if not sentence.startswith(hidden))
        for told in (prompt.traits, prompt.contrasts)
    )
    return replace(prompt, traits=traits, contrasts=contrasts, rules=edits.in_force)


def _beginnings(voice: VoiceProfile, hidden: Collection[str]) -> Iterator[str]:
    """What sentences on hidden traits and favourites begin with."""
    for trait in voice.traits:
        if trait.key in hidden:
            yield f"{trait.sentence}:"
            if trait.used_in is not None:  # of lengths nobody says that they are never there
                yield f"{wording.never(trait).rpartition(': ')[0]}:"
    for each in voice.favourites:
        if favourite_key(each.kind, each.text) in hidden:
            yield f"“{each.text}”:"


class _Hiding(NamedTuple):
    """What of one kind is to be hidden and shown again, and what there is of it."""

    what: str
    hide: Sequence[str]
    show: Sequence[str]
    known: Collection[str]

    def after(self, hidden: tuple[Hidden, ...], *, at: datetime, who: str | None) -> tuple[Hidden, ...]:
        """What is hidden then."""
        there = {each.key for each in hidden}
        if unknown := next((key for key in (*self.hide, *self.show) if key not in {*there, *self.known}), ""):
            near = ", ".join(_nearest(unknown, self.known)) or "none"
            raise SettingsError(f"The voice has no {self.what} “{unknown[:60]}”.", hint=f"There is: {near}.")
        stay = (each for each in hidden if each.key not in self.show)
        new = (key for key in dict.fromkeys(self.hide) if key not in {*there, *self.show})
        return (*stay, *(Hidden(key, at, "user", who) for key in new))


def _nearest(key: str, known: Collection[str]) -> list[str]:
    return get_close_matches(key[:60], known, n=_NAMED, cutoff=0.3) or sorted(known)[:_NAMED]


def _removed(edits: Edits, keys: Sequence[str]) -> Edits:
    there = {each.rule.key: each.rule.subject for each in edits.rules}
    if unknown := next((key for key in keys if key not in there), None):
        hint = f"There is: {', '.join(there)}." if there else "There is none."
        raise SettingsError(f"There is no rule “{unknown[:60]}”.", hint=hint)
    subjects = [there[key] for key in keys]
    dismissed = tuple(dict.fromkeys([*edits.dismissed, *subjects]))[-_MOST_DISMISSED:]
    left = tuple(each for each in edits.rules if each.rule.key not in keys)
    return replace(edits, rules=left, dismissed=dismissed)


def _added(edits: Edits, rules: Iterable[Rule], *, at: datetime, who: str | None) -> Edits:
    """A rule that the user adds takes the place of what spoke of the same, and is no longer dismissed."""
    for rule in rules:
        subject = rule.subject
        same = next((each for each in edits.rules if (each.rule, each.by) == (rule, "user")), None)
        others = [each for each in edits.rules if each.rule.subject != subject]
        join_rules([each.rule for each in others], [rule])
        dismissed = tuple(each for each in edits.dismissed if each != subject)
        new = same or KeptRule(rule, at, "user", who)
        edits = replace(edits, rules=(*others, new), dismissed=dismissed)
    return edits


def _with(edits: Edits, kept: KeptRule) -> Edits:
    """The edits with a learned rule, unless the user removed it or has a word on it, or it excludes another."""
    subject = kept.rule.subject
    if subject in edits.dismissed or any(each.rule.subject == subject for each in edits.rules):
        return edits
    try:
        join_rules(edits.in_force, [kept.rule])
    except SettingsError:
        return edits
    return replace(edits, rules=(*edits.rules, kept))


def _is_contradicted(kept: KeptRule, published: Sequence[tuple[datetime, str]]) -> bool:
    since = [text for when, text in published if when > kept.at]
    return sum(kept.rule.is_broken_by(text) for text in since) >= _CONTRADICTED
