"""What repeated edits say of every draft: rules with their evidence, held against chance.

A rule is a claim that whatever stands in a draft goes when the user edits it. It is made where it went in at least
three edits, where it goes in most drafts that have it, and where so much of it would not go by chance:

- Most: the lower end of Wilson's one-sided 95 % interval of the share of drafts in which it went is above one half. A
  draft that was accepted with it counts against, and so does an edit that puts it in.
- Not by chance: under an editor to whom it means nothing, it goes from a draft with a probability of s to the power of
  how often it stands there, s being the share of that draft's words and signs that were taken out. The chance of as
  many goings or more (Poisson-binomial), times the number of questions asked (Bonferroni), is at most 5 %. Questions
  with the same answer in every draft are one question.

Rejected drafts are asked the same, with the user's share of rejections as the chance and five of them at least. What
stands in the brief is the user's own wish and is never held against a draft.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal, NamedTuple, TypeVar

from soundalike.drafts import mending
from soundalike.drafts.length import weighted_length
from soundalike.drafts.rules import FEWEST_CHARACTERS, Rule, RuleKind, read_rule
from soundalike.errors import SettingsError
from soundalike.training.wordwise import Change, read_change, terms_of

MOST_DECISIONS: Final = 200
"""Drafts, those decided on last, that are learned from."""

FEWEST_EDITS: Final = 3
FEWEST_REJECTIONS: Final = 5
FEWEST_SHORTENED: Final = 5

_Z: Final = 1.6448536  # one-sided 95 %
_MOST_CHANCE: Final = 0.05
_MOST: Final = 0.5
_SHORTER: Final = 0.8  # of the usual draft: what takes out a word makes no rule of length
_COIN: Final = 0.5  # an edit to which length means nothing is as often shorter as not
_STEP: Final = 10  # characters; a limit is a round number
_NAMED: Final = 20

_MARKS: Final[Mapping[RuleKind, tuple[Callable[[str], bool], Callable[[str], int]]]] = {
    "no_hashtags": (mending.has_hashtag, lambda text: text.count("#")),
    "no_emoji": (mending.has_emoji, mending.count_emoji),
    "no_exclamation": (mending.exclaims, lambda text: text.count("!") + text.count("！")),
    "no_question": (mending.asks, lambda text: text.count("?") + text.count("？")),
    "no_line_breaks": (lambda text: "\n" in text.strip(), lambda text: text.strip().count("\n")),
    "lower_case": (mending.has_capitals, lambda text: sum(word[:1].isupper() for word in text.split())),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A draft that was decided on: `final` is what the user made of it or left, None where it was rejected."""

    id: str
    brief: str
    draft: str
    final: str | None
    reason: str | None = None

    @property
    def is_edit(self) -> bool:
        """Whether the user changed it."""
        return self.final is not None and self.final != self.draft


@dataclass(frozen=True, slots=True)
class Evidence:
    """How often something went, `count` of the `of` drafts that had it, and the lower end of that share's interval.

    `source` says by what: edits, rejections, or the reasons given. `drafts` are ids of those in which it went.
    """

    source: Literal["edits", "rejections", "reasons"]
    count: int
    of: int
    bound: float
    drafts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A rule that the user's decisions show, and what shows it."""

    rule: Rule
    evidence: Evidence


class _Trial(NamedTuple):
    """A draft that had something in question: whether it went, and how likely that is by chance."""

    id: str
    is_gone: bool
    chance: float


Asked = TypeVar("Asked", Rule, str)
"""What may have gone: a mark by its rule, or a term."""


def learn_rules(decisions: Sequence[Decision]) -> tuple[Lesson, ...]:
    """The rules that these decisions, the latest first, show; the best shown rule first.

    The latest 200 are looked at; drafts of the same words, as one seed gives twice, are one draft.

    Chance edits make one in at most a twentieth of cases; see the top of this file.
    """
    latest = list({each.draft: each for each in reversed(decisions[:MOST_DECISIONS])}.values())[::-1]
    edits = [read_change(each.draft, each.final) for each in latest if each.final is not None]
    kept = [each for each in latest if each.final is not None]
    found = [
        *_of_reasons(latest),
        *(marks := _of_marks(kept, edits)),
        *_of_length(kept),
        *_without_marks(_of_terms(kept, edits), marks),
        *_of_rejections(latest),
    ]
    by_subject: dict[str, Lesson] = {}
    for lesson in found:
        by_subject.setdefault(lesson.rule.subject, lesson)
    return tuple(sorted(by_subject.values(), key=lambda each: (-each.evidence.bound, each.rule.key)))


def lower_bound(count: int, of: int) -> float:
    """The lower end of Wilson's one-sided 95 % interval of a share.

    (p + z²/2n - z sqrt(p (1 - p)/n + z²/4n²)) / (1 + z²/n), with z = 1.645 (Wilson 1927).
    """
    if not of:
        return 0.0
    share, z2 = count / of, _Z**2 / of
    spread = _Z * math.sqrt(share * (1 - share) / of + z2 / of / 4)
    return max(0.0, (share + z2 / 2 - spread) / (1 + z2))


def chance_of(count: int, chances: Iterable[float]) -> float:
    """The probability of at least `count` of independent events with these probabilities (Poisson-binomial)."""
    exactly = [1.0] + [0.0] * count  # the last entry: `count` or more
    for chance in chances:
        stays = exactly[-1]
        exactly = [
            so_many * (1 - chance) + one_less * chance
            for so_many, one_less in zip(exactly, [0.0, *exactly[:-1]], strict=True)
        ]
        exactly[-1] += stays * chance
    return exactly[-1] if count else 1.0


def _of_marks(kept: Sequence[Decision], changes: Sequence[Change]) -> list[Lesson]:
    trials: dict[Rule, list[_Trial]] = defaultdict(list)
    for decision, change in zip(kept, changes, strict=True):
        for kind, (has, count) in _MARKS.items():
            if has(decision.brief) and kind != "lower_case":
                continue
            stood, stands = has(decision.draft), has(decision.final or "")
            if stood or stands:
                is_gone = stood and not stands and bool((decision.final or "").strip())
                chance = change.share ** max(count(decision.draft), 1) if stood else 0.0
                trials[Rule(kind)].append(_Trial(decision.id, is_gone, chance))
    return [Lesson(rule, each) for rule, each in _judge(trials, "edits", fewest=FEWEST_EDITS)]


def _of_length(kept: Sequence[Decision]) -> list[Lesson]:
    lengths = [(each, weighted_length(each.draft), weighted_length(each.final or "")) for each in kept]
    longest = max((final for each, _, final in lengths if each.is_edit), default=0)
    most = max(FEWEST_CHARACTERS, _STEP * math.ceil(longest / _STEP))
    longer = [(each, draft, final) for each, draft, final in lengths if draft > most]
    if not longer or most > _SHORTER * median(draft for _, draft, _ in longer):
        return []
    rule = Rule("most_characters", most=most)
    trials = [_Trial(each.id, final <= most, _COIN * each.is_edit) for each, _, final in longer]
    return [Lesson(rule, each) for _, each in _judge({rule: trials}, "edits", fewest=FEWEST_SHORTENED)]


def _of_terms(kept: Sequence[Decision], changes: Sequence[Change]) -> list[Lesson]:
    trials: dict[str, list[_Trial]] = defaultdict(list)
    for decision, change in zip(kept, changes, strict=True):
        told = terms_of(decision.brief)
        for term, is_gone in change.terms.items():
            if term not in told:
                trials[term].append(_Trial(decision.id, is_gone, change.share ** change.count(term)))
        for term in change.put_in:
            trials[term].append(_Trial(decision.id, is_gone=False, chance=0.0))
    lessons = _narrowest(_never(_judge(trials, "edits", fewest=FEWEST_EDITS)))
    by_id = dict(zip((each.id for each in kept), changes, strict=True))
    return [_replaced(lesson, by_id) for lesson in lessons]


def _of_rejections(decisions: Sequence[Decision]) -> list[Lesson]:
    """What drafts have that the user rejects, and drafts that the user keeps have not."""
    rejected = sum(each.final is None for each in decisions)
    if rejected < FEWEST_REJECTIONS:
        return []
    trials: dict[str, list[_Trial]] = defaultdict(list)
    marks: dict[Rule, list[_Trial]] = defaultdict(list)
    for each in decisions:
        trial = _Trial(each.id, each.final is None, rejected / len(decisions))
        for term in terms_of(each.draft) - terms_of(each.brief):
            trials[term].append(trial)
        for kind, (has, _) in _MARKS.items():
            if kind != "lower_case" and has(each.draft) and not has(each.brief):
                marks[Rule(kind)].append(trial)
    found = _judge(marks, "rejections", fewest=FEWEST_REJECTIONS)
    of_marks = [Lesson(rule, evidence) for rule, evidence in found]
    of_terms = _narrowest(_never(_judge(trials, "rejections", fewest=FEWEST_REJECTIONS)))
    return [*of_marks, *_without_marks(of_terms, of_marks)]


def _without_marks(terms: Sequence[Lesson], marks: Sequence[Lesson]) -> list[Lesson]:
    """Leave out an emoji or a hashtag where all of them go."""
    return [term for term in terms if not any(mark.rule.is_broken_by(term.rule.text) for mark in marks)]


def _of_reasons(decisions: Sequence[Decision]) -> Iterator[Lesson]:
    """Reasons that read as a rule, given for three drafts: “no emoji”, “never word: delve”."""
    given: dict[Rule, list[str]] = defaultdict(list)
    for decision in decisions:
        with suppress(SettingsError):
            given[read_rule(decision.reason or "")].append(decision.id)
    for rule, ids in given.items():
        if rule.kind != "free" and len(ids) >= FEWEST_EDITS:
            yield Lesson(rule, _evidence("reasons", ids, len(ids)))


def _judge(
    trials: Mapping[Asked, list[_Trial]], source: Literal["edits", "rejections"], *, fewest: int
) -> Iterator[tuple[Asked, Evidence]]:
    """What stands the test, with its evidence; see the top of this file."""
    asked = {what: each for what, each in trials.items() if len(each) >= fewest}
    questions = len({tuple(each) for each in asked.values()})
    for what, each in asked.items():
        gone = [trial.id for trial in each if trial.is_gone]
        if len(gone) < fewest or lower_bound(len(gone), len(each)) <= _MOST:
            continue
        if questions * chance_of(len(gone), (trial.chance for trial in each)) <= _MOST_CHANCE:
            yield what, _evidence(source, gone, len(each))


def _evidence(source: Literal["edits", "rejections", "reasons"], gone: Sequence[str], of: int) -> Evidence:
    bound = round(lower_bound(len(gone), of), 4)
    return Evidence(source, len(gone), of, bound, tuple(gone[:_NAMED]))


def _narrowest(lessons: Iterable[Lesson]) -> list[Lesson]:
    """Leave out terms that overlap one that went in at least the same drafts; of equals the longest stays."""
    kept: list[Lesson] = []
    for lesson in sorted(
        lessons, key=lambda each: (-each.evidence.count, -len(each.rule.text), each.rule.key)
    ):
        gone = set(lesson.evidence.drafts)
        if not any(
            gone <= set(other.evidence.drafts) and _overlap(lesson.rule, other.rule) for other in kept
        ):
            kept.append(lesson)
    return kept


def _overlap(one: Rule, other: Rule) -> bool:
    if not one.text or not other.text:
        return other.is_broken_by(one.text)
    return one.is_broken_by(other.text) or other.is_broken_by(one.text) or _share_an_end(one.text, other.text)


def _share_an_end(one: str, other: str) -> bool:
    """Whether two phrases are parts of one: “end of the” and “of the day”."""
    first, second = one.split(), other.split()
    return any(
        first[-size:] == second[:size] or second[-size:] == first[:size]
        for size in range(1, min(len(first), len(second)) + 1)
    )


def _replaced(lesson: Lesson, changes: Mapping[str, Change]) -> Lesson:
    """Say what stands in place of a term, where it is the same in most edits."""
    term = lesson.rule.text
    others = Counter(other for each in lesson.evidence.drafts if (other := changes[each].replacement(term)))
    other, count = others.most_common(1)[0] if others else ("", 0)
    if count < FEWEST_EDITS or lower_bound(count, len(lesson.evidence.drafts)) <= _MOST:
        return lesson
    with suppress(SettingsError):
        return Lesson(Rule("replace", term, other), lesson.evidence)
    return lesson


def _never(terms: Iterable[tuple[str, Evidence]]) -> Iterator[Lesson]:
    for term, evidence in terms:
        with suppress(SettingsError):  # it is too long, or nothing of it is left once it is cleaned
            yield Lesson(Rule("never_word", term), evidence)
