"""What was contrasted, put in groups: features that stand by themselves, those that say the same, hours of the day."""

from collections.abc import Iterable, Sequence
from typing import Final

from soundalike.virality.patterns import Pattern

_HOURS: Final = {f"hour_{hour:02}": hour for hour in range(24)}
"""The keys of `find_hours`: hours are kept with the other patterns, but counted and shown apart from them."""


def is_hour(key: str) -> bool:
    """Whether a pattern of this key is of an hour of the day."""
    return key in _HOURS


def hour_of(pattern: Pattern) -> int:
    """Which hour of the day (UTC) such a pattern is of, 0 to 23."""
    return _HOURS[pattern.key]


def only_hours(found: Iterable[Pattern]) -> list[Pattern]:
    """The hours among patterns, midnight first; none where a model of an earlier version tried none."""
    return sorted((each for each in found if is_hour(each.key)), key=hour_of)


def without_hours(found: Iterable[Pattern]) -> list[Pattern]:
    """The other patterns, in their order."""
    return [each for each in found if not is_hour(each.key)]


def leading(found: Sequence[Pattern]) -> list[Pattern]:
    """The patterns above chance of which none of the others tells all."""
    above = [each for each in found if each.above_chance]
    keys = {each.key for each in above}
    return [each for each in above if each.told_by not in keys]


def told_with(leader: Pattern, found: Iterable[Pattern]) -> list[Pattern]:
    """The patterns of which nothing sure is left beside this one."""
    return [each for each in found if each.above_chance and each.told_by == leader.key]
