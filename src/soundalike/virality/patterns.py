"""What the posts that outran the usual share: contrasts among one creator's own posts, and how sure each of them is.

Each feature splits the posts into those with it and those without. Engagement enters as log(1 + engagement) minus the
same of its running median, so a growing account does not make its latest habit look like a cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, tzinfo
from itertools import compress
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from soundalike.posts.post import Post
from soundalike.posts.text import language_of, own_text
from soundalike.virality.contrast import Contrasts, adjust, contrast
from soundalike.virality.features import FEATURES, HOURS, Column, Feature, feature_matrix
from soundalike.virality.score import comparable_posts, detrended, settled_posts
from soundalike.virality.sheet import read_sheet, untagged_language
from soundalike.virality.topics import find_topics

__all__ = [
    "FEWEST_POSTS",
    "HOURS_Q",
    "TOO_FEW",
    "Pattern",
    "Questions",
    "adjust",
    "ask_hours",
    "ask_posts",
    "best_hours",
    "find_hours",
    "find_patterns",
    "judge",
]

Floats = NDArray[np.float64]
Evidence = tuple[tuple[str, ...], tuple[str, ...]]

FEWEST_POSTS: Final = 10
"""On either side; with ten, intervals on real engagement already span a factor of three to forty."""

TOO_FEW: Final = "too few posts to say"

HOURS_Q: Final = 0.05
"""Half of what is accepted of other patterns: neighbouring hours are alike, so luck comes in bunches."""

_EVIDENCE = 3
_POSTS_AT_ONCE = 5_000  # taken apart together; keeps 100,000 posts within some hundred megabytes
_ENOUGH_TO_TELL = 1_000  # posts whose language tells that of all
_SURE = 2.0  # errors from 0: what a pattern must keep beside stronger ones to be a finding of its own
_LEAST_LEFT = 0.01  # of a column's variance beside the others; less is the same question
_FIFTH = 0.2


@dataclass(frozen=True, slots=True)
class Pattern:
    """One feature and what it goes with.

    `effect` multiplies usual engagement, `low` to `high` is its 95 % interval; they are None, with the `reason`, where
    a side has fewer than 10 posts. `q_value` is the p-value after Benjamini and Hochberg over all features tried.
    `evidence_for` and `evidence_against` are ids of posts with the feature that went most with, and most against, it.
    `told_by` is the key of a surer pattern above chance that tells this one already: beside the surer ones nothing sure
    is left of it, as of “Opens with a question” beside “A question” on the same posts.
    """

    key: str
    sentence: str
    effect: float | None
    low: float | None
    high: float | None
    p_value: float | None
    q_value: float | None
    above_chance: bool
    posts_with: int
    posts_without: int
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...]
    reason: str = ""
    told_by: str = ""

    def to_json(self) -> dict[str, Any]:
        """The same as a plain dictionary of lists, numbers and texts."""
        return asdict(self) | {
            "evidence_for": [*self.evidence_for],
            "evidence_against": [*self.evidence_against],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Pattern":
        """Read a pattern back from its dictionary."""
        lists = {name: tuple(values[name]) for name in ("evidence_for", "evidence_against")}
        return cls(**{**values, **lists})


@dataclass(frozen=True, slots=True)
class Questions:
    """What was asked of posts: (key, sentence) a column, and the answers, (posts, questions) of 1, 0 or NaN."""

    asked: tuple[tuple[str, str], ...]
    answers: Column

    def beside(self, other: "Questions") -> "Questions":
        """These and others, of the same posts."""
        return Questions((*self.asked, *other.asked), np.concatenate([self.answers, other.answers], axis=1))


def find_patterns(
    posts: Sequence[Post], *, seed: int = 0, q: float = 0.1, zone: tzinfo = UTC
) -> list[Pattern]:
    """Contrast posts with and without each feature; those above chance first, the strongest of them first.

    Above chance means: among the features kept so, at most the share `q` is expected to be luck, and the interval
    leaves out ×1. It says what went with engagement among these posts, not what would lift the next one. Besides the
    features of `features.py` it asks for the creator's own topics and for posts longer or shorter than their usual.

    Args:
        posts: Posts of one creator in any order; reposts, posts without counts and those of the last 48 hours, whose
            counts still grow, are left out.
        seed: Of the permutations; the same seed and posts give the same patterns.
        q: Accepted share of false discoveries.
        zone: The clock that hours and weekdays are read on.
    """
    own, outcome = _judged(posts)
    return judge(own, outcome, ask_posts(own, zone=zone), seed=seed, q=q)


def find_hours(
    posts: Sequence[Post], *, seed: int = 0, q: float = HOURS_Q, zone: tzinfo = UTC
) -> list[Pattern]:
    """Contrast the three hours around each hour of the day with the others, `hour_00` to `hour_23` in that order.

    Single hours hold too few posts to say much, and neighbours are alike: ×1.7 planted on three hours of 621 posts was
    found in 34 of 40 runs so and in 29 by single hours, at the price of effects that a single hour has to itself.
    """
    own, outcome = _judged(posts)
    found = judge(own, outcome, ask_hours(own, zone=zone), seed=seed, q=q)
    return sorted(found, key=lambda pattern: pattern.key)


def best_hours(found: Sequence[Pattern]) -> Pattern | None:
    """Of the patterns of `find_hours` the one that lifts most; None where no time of day stands out from chance."""
    lifting = [pattern for pattern in found if pattern.above_chance and (pattern.effect or 0) > 1]
    return max(lifting, key=lambda pattern: pattern.low or 0, default=None)


def ask_posts(posts: Sequence[Post], *, zone: tzinfo = UTC) -> Questions:
    """Ask all features, and those that only the creator's posts together define, of posts in order of time."""
    untagged = _untagged(posts)
    answers, texts, languages = [], list[str](), list[str | None]()
    for first in range(0, len(posts), _POSTS_AT_ONCE):
        sheet = read_sheet(posts[first : first + _POSTS_AT_ONCE], zone=zone, untagged=untagged)
        answers.append(np.concatenate([feature_matrix(sheet, FEATURES), sheet.width[:, None]], axis=1))
        texts += sheet.own
        languages += sheet.languages
    together = np.concatenate(answers) if answers else np.zeros((0, len(FEATURES) + 1), dtype=np.float32)
    fixed = Questions(_asked(FEATURES), together[:, :-1])
    return fixed.beside(_ask_length(together[:, -1])).beside(_ask_topics(texts, languages))


def ask_hours(posts: Sequence[Post], *, zone: tzinfo = UTC) -> Questions:
    """Ask of each hour of the day whether posts came within an hour of it."""
    clock = read_sheet([replace(post, text="") for post in posts], zone=zone)  # words would only cost time
    return Questions(_asked(HOURS), feature_matrix(clock, HOURS))


def judge(
    posts: Sequence[Post], outcome: Floats, questions: Questions, *, seed: int = 0, q: float = 0.1
) -> list[Pattern]:
    """Contrast the outcome, one number a post in order of time, over the answers to each question."""
    yes, no = questions.answers == 1, questions.answers == 0
    falling = np.argsort(-outcome, kind="stable")
    tried = np.minimum(yes.sum(axis=0), no.sum(axis=0)) >= FEWEST_POSTS
    measured = contrast(questions.answers[:, tried], outcome, np.random.default_rng(seed))
    q_values = adjust(measured.p)
    place = np.cumsum(tried) - 1
    found = []
    for column, (key, sentence) in enumerate(questions.asked):
        best, worst = _extremes(posts, falling[yes[falling, column]])
        counts = int(yes[:, column].sum()), int(no[:, column].sum())
        blank = Pattern(key, sentence, *(None,) * 5, False, *counts, best, worst, TOO_FEW)
        found.append(_measured(blank, measured, q_values, place[column], q) if tried[column] else blank)
    sureness = {key: abs(measured.t[place[k]]) for k, (key, _) in enumerate(questions.asked) if tried[k]}
    told = _told(found, questions.answers, outcome, sureness)
    marked = [replace(each, told_by=told[each.key]) if each.key in told else each for each in found]
    return sorted(marked, key=_best_first)


def _judged(posts: Sequence[Post]) -> tuple[list[Post], Floats]:
    """The posts whose engagement says something, and by how much each outran the usual, in logs."""
    own = comparable_posts(posts)
    settled = settled_posts(own)
    if settled.sum() < 2 * FEWEST_POSTS:
        return own, detrended(own)
    return list(compress(own, settled)), detrended(own)[settled]


def _untagged(posts: Sequence[Post]) -> str | None:
    """The language of untagged posts, judged over a sample of all."""
    bare = [post for post in posts if post.lang is None]
    sample = [own_text(post) for post in bare[:: len(bare) // _ENOUGH_TO_TELL + 1]]
    return untagged_language(sample, [language_of(text) for text in sample])


def _asked(features: Sequence[Feature]) -> tuple[tuple[str, str], ...]:
    return tuple((feature.key, feature.sentence) for feature in features)


def _ask_length(width: Column) -> Questions:
    shortest, longest = np.quantile(width, [_FIFTH, 1 - _FIFTH]) if len(width) else (0, 0)
    asked = (
        ("shorter_than_usual", "Shorter than four in five of their posts"),
        ("longer_than_usual", "Longer than four in five of their posts"),
    )
    return Questions(asked, np.stack([width < shortest, width > longest], axis=1).astype(np.float32))


def _ask_topics(texts: Sequence[str], languages: Sequence[str | None]) -> Questions:
    found = find_topics(texts, languages)
    answers = np.zeros((len(texts), len(found)), dtype=np.float32)
    for column, about in enumerate(found.values()):
        answers[:, column] = about
    return Questions(tuple((f"topic:{word}", f"About “{word}”") for word in found), answers)


def _extremes(posts: Sequence[Post], falling: NDArray[np.intp]) -> Evidence:
    """Ids of the posts that went best and of those that went worst, the extreme one first."""
    return (
        tuple(posts[place].id for place in falling[:_EVIDENCE].tolist()),
        tuple(posts[place].id for place in falling[: -_EVIDENCE - 1 : -1].tolist()),
    )


def _measured(blank: Pattern, measured: Contrasts, q_values: Floats, place: int, q: float) -> Pattern:
    effect, low, high = (
        float(np.exp(numbers[place])) for numbers in (measured.effect, measured.low, measured.high)
    )
    best, worst = blank.evidence_for, blank.evidence_against
    return replace(
        blank,
        effect=effect,
        low=low,
        high=high,
        p_value=float(measured.p[place]),
        q_value=float(q_values[place]),
        above_chance=bool(q_values[place] <= q and not low <= 1 <= high),
        evidence_for=best if effect >= 1 else worst,
        evidence_against=worst if effect >= 1 else best,
        reason="",
    )


def _best_first(pattern: Pattern) -> tuple[bool, bool, bool, float]:
    strength = abs(np.log(pattern.effect)) if pattern.effect is not None else pattern.posts_with
    return (not pattern.above_chance, bool(pattern.told_by), pattern.effect is None, -float(strength))


def _told(
    found: Sequence[Pattern], answers: Column, outcome: Floats, sureness: Mapping[str, float]
) -> dict[str, str]:
    """For each pattern above chance that surer ones tell already, which of them is most like it.

    The surest is a finding of its own; each other is one if its slope is two errors from 0 when all findings so far
    stand beside it in a regression.
    """
    above = [place for place, pattern in enumerate(found) if pattern.above_chance]
    above.sort(key=lambda place: -sureness[found[place].key])
    basis = np.ones((len(outcome), 1)) / np.sqrt(max(len(outcome), 1))
    rest = outcome - outcome.mean() if len(outcome) else outcome
    leaders, told = list[tuple[str, Floats]](), dict[str, str]()
    for place in above:
        column = _centred(answers[:, place])
        left = column - basis @ (basis.T @ column)
        if not leaders or _is_sure(left, rest, len(leaders) + 2):
            unit = left / np.linalg.norm(left)
            basis, rest = np.column_stack([basis, unit]), rest - unit * (unit @ rest)
            leaders.append((found[place].key, column))
        else:
            told[found[place].key] = max(leaders, key=lambda leader: abs(float(leader[1] @ column)))[0]
    return told


def _centred(answers: Column) -> Floats:
    """Answers of length 1 about their mean; those that cannot say stand at the mean."""
    known = np.isfinite(answers)
    column = np.where(known, answers - answers[known].mean(dtype=np.float64), 0.0)
    centred: Floats = column / np.linalg.norm(column)
    return centred


def _is_sure(left: Floats, rest: Floats, terms: int) -> bool:
    """Whether the slope on what is left of a column is two errors from 0 (White, 1980: unequal variances allowed)."""
    size = float(left @ left)
    if size < _LEAST_LEFT:
        return False
    slope = float(left @ rest) / size
    error = (
        np.sqrt(float(((left * (rest - slope * left)) ** 2).sum()) / max(1 - terms / len(rest), _LEAST_LEFT))
        / size
    )
    return bool(abs(slope) > _SURE * error)
