"""Findings in words: for the prompt, for the steps of a training, for whoever reads them on a terminal."""

from collections.abc import Sequence

from soundalike.training.card import Measure, ReportCard
from soundalike.virality.patterns import Pattern
from soundalike.voice.rule import Unit
from soundalike.voice.traits import Trait


def trait(found: Trait) -> str:
    """A trait with its figure beside other writers': “Opens with a number: 31 % of posts (others 4 %)”."""
    return f"{found.sentence}: {trait_figure(found)}{others_figure(found)}"


def trait_figure(found: Trait) -> str:
    """The creator's figure with its unit."""
    return figure(found.value, found.unit)


def others_figure(found: Trait) -> str:
    """Other writers' figure in brackets; nothing where too few are known."""
    return "" if found.others is None else f" (others {figure(found.others, found.unit)})"


def figure(value: float, unit: Unit) -> str:
    """A figure as a reader says it."""
    if unit is Unit.SHARE:
        return f"{value:.0%} of posts"
    digits = 0 if unit in (Unit.WORDS, Unit.CHARACTERS) or value >= 100 else 1  # noqa: PLR2004 - three figures say it
    return f"{value:.{digits}f} {unit.value}"


def pattern(found: Pattern) -> str:
    """A pattern with its effect: “A line break: ×1.31 the usual engagement (1.12 to 1.53)”."""
    if found.effect is None:
        return f"{found.sentence}: {found.reason}"
    return f"{found.sentence}: ×{found.effect:.2f} the usual engagement ({found.low:.2f} to {found.high:.2f})"


def patterns(found: Sequence[Pattern]) -> str:
    """How many features were tried, and how many are beyond chance."""
    tried = [each for each in found if each.effect is not None]
    above = sum(each.above_chance for each in tried)
    return f"{len(tried)} features tried, {above or 'none'} above chance"


def card(found: ReportCard) -> str:
    """The headline of a report card."""
    if found.gap_closed is None:
        return found.notes[0] if found.notes else "no verdict"
    return f"{percent(found.gap_closed)} of the gap from floor to ceiling closed"


def percent(measure: Measure) -> str:
    """A share with its interval: “61 % (52–70)”."""
    return f"{measure.value:.0%} ({100 * measure.low:.0f}–{100 * measure.high:.0f})"
