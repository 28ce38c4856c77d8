"""Measuring the candidate traits on a body of posts, and setting them against other writers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from soundalike.voice import diction, estimate, hooks, rhythm
from soundalike.voice.estimate import Estimate, Floats
from soundalike.voice.reading import Reading, Writing
from soundalike.voice.rule import Room, Rule, Unit

RULES: Final = (*hooks.RULES, *rhythm.RULES, *diction.RULES)
"""Every candidate trait."""

FEWEST_WRITERS: Final = 3
"""Other writers under which a range of theirs means nothing."""

_USUAL: Final = (10, 50, 90)  # percentiles over other writers
_SHOWN: Final = 5  # posts named for a trait, and against it
_FEWEST_POSTS: Final = 10  # posts of which a question can be asked, under which it has no answer
_MEDIANS: Final = frozenset({Unit.WORDS, Unit.CHARACTERS})
_LENGTHS: Final = _MEDIANS | {Unit.PER_POST, Unit.PER_SENTENCE, Unit.PER_WORD}
_CLEAR: Final = {Unit.SHARE: 0.05, Unit.PER_100_POSTS: 2.0, Unit.PER_1000_WORDS: 1.0}
"""Differences from the others' median that are too small to notice in reading, however sure they are."""
_HARDLY_EVER: Final = 0.01  # of posts
_SCALE: Final = {Unit.PER_100_POSTS: 100.0, Unit.PER_1000_WORDS: 1000.0}


@dataclass(frozen=True, slots=True)
class Trait:
    """One measured regularity: the creator's figure with its 95 % interval, beside that of other writers.

    `others` is the median over the other writers, `others_low` to `others_high` their 10 to 90 % range; None where
    fewer than three are known. `is_distinct` says that the whole interval lies outside that range
    and that the difference is one a reader could notice. `evidence` names
    posts that go with the figure, `against` posts that break it; `posts` is how many the question could be asked of.
    `used_in` is how many of these have what is counted; None for lengths, and in profiles of earlier versions.
    """

    key: str
    room: Room
    sentence: str
    unit: Unit
    value: float
    low: float
    high: float
    others: float | None
    others_low: float | None
    others_high: float | None
    is_distinct: bool
    posts: int
    evidence: tuple[str, ...]
    against: tuple[str, ...]
    used_in: int | None = None

    @property
    def is_more(self) -> bool:
        """Whether the creator does it at least as much as other writers."""
        return self.others is None or self.value >= self.others

    @property
    def is_never(self) -> bool:
        """Whether the creator as good as never does it: at most one post in a hundred, where others clearly do."""
        if self.used_in is None or self.others is None or self.used_in > self.posts * _HARDLY_EVER:
            return False
        return self.high <= self.others / 2 and self.others - self.value >= _CLEAR[self.unit]

    def to_json(self) -> dict[str, Any]:
        """The trait as plain values."""
        return asdict(self) | {"unit": str(self.unit)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read a trait back from its plain values."""
        lists = {name: tuple(values[name]) for name in ("evidence", "against")}
        return cls(**{**values, "unit": Unit(values["unit"]), **lists})


def figures(readings: Sequence[Reading], writing: Writing) -> dict[str, float]:
    """The value of every trait that suits the writing, without intervals: a writer's row in the background."""
    rules = [rule for rule in RULES if rule.suits(writing)]
    measured, exposures = _measured(readings, rules), _exposures(readings)
    return {
        rule.key: value
        for rule, column in zip(rules, measured.T, strict=True)
        if not math.isnan(value := _value(rule.unit, column, exposures))
    }


def judge(
    readings: Sequence[Reading], writing: Writing, others: Mapping[str, Floats], chance: np.random.Generator
) -> tuple[Trait, ...]:
    """Measure every trait that suits the writing; `others` holds other writers' values by trait.

    The readings run from the oldest post to the newest.
    """
    rules = [rule for rule in RULES if rule.suits(writing)]
    measured, exposures = _measured(readings, rules), _exposures(readings)
    estimates = _estimates(rules, measured, exposures, chance)
    return tuple(
        _trait(
            rule, estimates[rule.key], others.get(rule.key), readings, _by_post(rule.unit, column, exposures)
        )
        for rule, column in zip(rules, measured.T, strict=True)
        if rule.key in estimates
    )


def is_clear(one: Trait, other: Trait) -> bool:
    """Whether two figures of one trait differ by as much as a reader could notice."""
    return abs(one.value - other.value) >= _CLEAR.get(one.unit, 0.0)


def _measured(readings: Sequence[Reading], rules: Sequence[Rule]) -> Floats:
    """Figures of the posts, of shape (posts, rules)."""
    return np.array([[rule.measure(reading) for rule in rules] for reading in readings])


def _exposures(readings: Sequence[Reading]) -> dict[Unit, Floats]:
    """What each rate is counted over, per post."""
    ones = np.ones(len(readings))
    words = np.array([len(reading.words) for reading in readings], dtype=float)
    sentences = np.array([len(reading.sentences) for reading in readings], dtype=float)
    return {
        Unit.PER_POST: ones,
        Unit.PER_100_POSTS: ones,
        Unit.PER_1000_WORDS: words,
        Unit.PER_WORD: words,
        Unit.PER_SENTENCE: sentences,
    }


def _value(unit: Unit, column: Floats, exposures: Mapping[Unit, Floats]) -> float:
    if unit in exposures:
        return float(_SCALE.get(unit, 1.0) * column.sum() / max(exposures[unit].sum(), 1.0))
    asked = column[~np.isnan(column)]
    if len(asked) < _FEWEST_POSTS:
        return math.nan
    return float(np.median(asked) if unit in _MEDIANS else asked.mean())


def _estimates(
    rules: Sequence[Rule], measured: Floats, exposures: Mapping[Unit, Floats], chance: np.random.Generator
) -> dict[str, Estimate]:
    """Estimates by key; a question that can be asked of fewer than ten posts has none."""
    found: dict[str, Estimate] = {}
    counted = [index for index, rule in enumerate(rules) if rule.unit in exposures]
    over = np.stack([exposures[rules[index].unit] for index in counted], axis=1)
    for index, rate in zip(counted, estimate.rates(measured[:, counted], over, chance), strict=True):
        scale = _SCALE.get(rules[index].unit, 1.0)
        found[rules[index].key] = Estimate(scale * rate.value, scale * rate.low, scale * rate.high)
    for rule, column in zip(rules, measured.T, strict=True):
        asked = column[~np.isnan(column)]
        if rule.unit not in exposures and len(asked) >= _FEWEST_POSTS:
            found[rule.key] = (estimate.median if rule.unit in _MEDIANS else estimate.share)(asked)
    return found


def _by_post(unit: Unit, column: Floats, exposures: Mapping[Unit, Floats]) -> Floats:
    """What a single post is judged by: its own mean where the figure is a length per sentence or word."""
    return column / np.maximum(exposures[unit], 1) if unit in _LENGTHS & exposures.keys() else column


def _trait(
    rule: Rule, figure: Estimate, others: Floats | None, readings: Sequence[Reading], by_post: Floats
) -> Trait:
    low, middle, high = _range(others)
    is_more = middle is None or figure.value >= middle
    evidence, against = _shown(rule.unit, by_post, figure.value, is_more=is_more)
    return Trait(
        key=rule.key,
        room=rule.room,
        sentence=rule.sentence,
        unit=rule.unit,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        others=middle,
        others_low=low,
        others_high=high,
        is_distinct=_is_distinct(rule.unit, figure, low, middle, high),
        posts=int((~np.isnan(by_post)).sum()),
        evidence=_ids(readings, evidence),
        against=_ids(readings, against),
        used_in=int((by_post > 0).sum()) if rule.unit in _CLEAR else None,
    )


def _range(others: Floats | None) -> tuple[float | None, float | None, float | None]:
    """10, 50 and 90 % of the other writers."""
    if others is None or len(others) < FEWEST_WRITERS:
        return None, None, None
    low, middle, high = np.percentile(others, _USUAL)
    return float(low), float(middle), float(high)


def _is_distinct(
    unit: Unit, figure: Estimate, low: float | None, middle: float | None, high: float | None
) -> bool:
    if low is None or middle is None or high is None:
        return False
    is_outside = figure.high < low or figure.low > high
    return is_outside and abs(figure.value - middle) >= _CLEAR.get(unit, 0.0)


def _shown(unit: Unit, by_post: Floats, value: float, *, is_more: bool) -> tuple[list[int], list[int]]:
    """Posts for and against, the newest first among equals.

    Of lengths the most typical and the furthest to the other writers' side; of counts and shares those that lean as
    the creator does and those that do not.
    """
    newest = np.flatnonzero(~np.isnan(by_post))[::-1]
    values = by_post[newest]
    if unit in _LENGTHS:
        side = 1 if is_more else -1
        return _first(newest, np.abs(values - value)), _first(newest, side * values)
    goes_with = (values > 0) == is_more
    return _first(newest[goes_with], -values[goes_with]), _first(newest[~goes_with], -values[~goes_with])


def _first(positions: NDArray[np.intp], ranks: Floats) -> list[int]:
    found: list[int] = positions[np.argsort(ranks, kind="stable")][:_SHOWN].tolist()
    return found


def _ids(readings: Sequence[Reading], indices: Sequence[int]) -> tuple[str, ...]:
    return tuple(readings[index].id for index in indices if readings[index].id)
