"""A creator's posts over time as a picture: thousands of them as one path, the viral ones marked."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Collection as Some
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from soundalike.report.charts import Scale, linear, logarithmic, upright
from soundalike.report.timeline import Point, Timeline

Down = Callable[[float], float]
"""From an engagement to pixels from above."""

_HEIGHT: Final = 262
_MOST_GHOSTS: Final = 3_000  # more dots than this only fill the plane
_MOST_BENDS: Final = 240  # of a line: one every few pixels
_RIGHT_EDGE: Final = 80.0  # percent; what is named further right is named on its left


@dataclass(frozen=True, slots=True)
class Marking:
    """What a review adds to the picture: the gate, and what became of the posts that passed it.

    Of the viral posts those not `selected` are hollow, and those not `linked` lead nowhere; `passing` passed the gate
    without being offered. The gate is `times` the usual, or an engagement of `least`.
    """

    selected: Some[str]
    linked: Some[str]
    passing: Sequence[Point] = ()
    times: float | None = None
    least: int | None = None


def timeline(shown: Timeline, marking: Marking | None = None) -> Markup:
    """Engagement over time on a log scale: every post (one at least), the creator's usual, the viral ones marked."""
    points = shown.points
    across = linear(points[0].created_at.timestamp(), points[-1].created_at.timestamp())
    low, high = _reach(points, marking)
    rising = logarithmic(low, high)

    def down(engagement: float) -> float:
        return _HEIGHT * (1 - rising(max(engagement, 1)) / 100)

    body = Markup("").join(
        [
            _held_out(shown.held_out_from, across, named=marking is not None),
            *(_line(down(level)) for level in _powers(low, high)),
            _months(points, across),
            _plane(points, across, down, marking),
            *_marks(shown, across, down, marking),
            *(_name(level, down(level)) for level in _powers(low, high)),
        ]
    )
    return Markup('<svg class="chart timeline" height="{}" role="group" aria-label="{}">{}</svg>').format(
        _HEIGHT + 34, _in_words(shown, marking), body
    )


def _reach(points: Sequence[Point], marking: Marking | None) -> tuple[int, int]:
    """The least and the most engagement of the picture; a gate that nobody passed is part of it."""
    tops = [max(each.engagement, 1) for each in points]
    return min(tops), max([*tops, (marking.least if marking else None) or 1])


def _in_words(shown: Timeline, marking: Marking | None) -> str:
    told = f"Engagement of {len(shown.points):,} posts over time, on a log scale; "
    if marking is None or shown.passed == len(shown.viral):
        return f"{told}{len(shown.viral):,} viral posts are marked."
    return f"{told}{shown.passed:,} pass the gate, of which {len(shown.viral):,} are offered below."


def _held_out(start: datetime | None, across: Scale, *, named: bool) -> Markup:
    if start is None:
        return Markup("")
    left = across(start.timestamp())
    shade = Markup('<rect class="c-held" x="{:.2f}%" width="{:.2f}%" y="0" height="{}"/>').format(
        left, 100 - left, _HEIGHT
    )
    if not named:
        return shade
    return shade + Markup(
        '<text class="wide-only" x="{:.2f}%" y="-6">held out: graded on these</text>'
    ).format(min(left, _RIGHT_EDGE))


def _line(y: float) -> Markup:
    return Markup('<line class="c-grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>').format(y=y)


def _name(level: int, y: float) -> Markup:
    return Markup('<text class="halo" x="0" y="{:.1f}">{:,}</text>').format(y - 5, level)


def _months(points: Sequence[Point], across: Scale) -> Markup:
    """The first day of each month, or of each quarter or year where months would crowd."""
    first, last = points[0].created_at, points[-1].created_at
    count = (last.year - first.year) * 12 + last.month - first.month
    step = 1 if count <= 12 else 3 if count <= 36 else 12  # noqa: PLR2004 - a dozen labels fit
    starts = [
        first.replace(year=first.year + m // 12, month=m % 12 + 1, day=1, hour=0)
        for m in range(first.month - 1, first.month + count)
    ]
    shown = [start for start in starts if (start.month - 1) % step == 0 and start >= first]
    return Markup("").join(
        Markup('{}<text x="{:.2f}%" y="{}">{}</text>').format(
            upright("c-axis", across(start.timestamp()), _HEIGHT, _HEIGHT + 6),
            across(start.timestamp()),
            _HEIGHT + 22,
            f"{start:%b %Y}" if step > 1 or start.month == 1 else f"{start:%b}",
        )
        for start in shown
    )


def _plane(points: Sequence[Point], across: Scale, down: Down, marking: Marking | None) -> Markup:
    """Dots and lines, in a plane of their own that is stretched to the width of the page."""
    paths = [
        _path("c-ghost", _dots(points, across, down)),
        _path("c-base", _usual(points, across, down, 1.0)),
    ]
    if marking and marking.times:
        paths.append(_path("c-gate", _usual(points, across, down, marking.times)))
    if marking and marking.least:
        paths.append(_path("c-gate", f"M0 {down(marking.least):.1f}H1000"))
    return Markup(
        '<svg x="0" y="0" width="100%" height="{h}" viewBox="0 0 1000 {h}" preserveAspectRatio="none">{}</svg>'
    ).format(Markup("").join(paths), h=_HEIGHT)


def _path(kind: str, course: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, course)


def _dots(points: Sequence[Point], across: Scale, down: Down) -> str:
    every = max(len(points) // _MOST_GHOSTS, 1)
    places = (
        f"M{10 * across(each.created_at.timestamp()):.0f} {down(each.engagement):.0f}h0"
        for each in points[::every]
    )
    return "".join(dict.fromkeys(places))


def _usual(points: Sequence[Point], across: Scale, down: Down, times: float) -> str:
    every = max(len(points) // _MOST_BENDS, 1)
    bends = [*points[::every], points[-1]]
    return "M" + "L".join(
        f"{10 * across(each.created_at.timestamp()):.0f} {down(times * each.baseline):.1f}" for each in bends
    )


def _marks(shown: Timeline, across: Scale, down: Down, marking: Marking | None) -> Iterator[Markup]:
    """The posts that passed: those not offered, then the viral ones from left to right, then the name of one."""
    for each in marking.passing if marking else ():
        yield _circle("c-left", each, across, down, 4)
    for each in sorted(shown.viral, key=lambda point: point.created_at):
        is_chosen = marking is None or each.id in marking.selected
        circle = _circle("c-viral" if is_chosen else "c-left", each, across, down, 5)
        yield circle if marking and each.id not in marking.linked else _linked(each, circle)
    if marking and shown.viral:
        yield _named(max(shown.viral, key=lambda point: point.lift), across, down)


def _circle(kind: str, each: Point, across: Scale, down: Down, radius: int) -> Markup:
    return Markup('<circle class="{}" cx="{:.2f}%" cy="{:.1f}" r="{}"/>').format(
        kind, across(each.created_at.timestamp()), down(each.engagement), radius
    )


def _linked(each: Point, circle: Markup) -> Markup:
    label = f"{each.created_at:%-d %b %Y}: {each.engagement:,} engagements, {each.lift:.1f} times the usual"
    return Markup('<a href="#post-{}" aria-label="{}">{}</a>').format(each.id, label, circle)


def _named(each: Point, across: Scale, down: Down) -> Markup:
    x = across(each.created_at.timestamp())
    place = Markup('dx="-11" text-anchor="end"') if x > _RIGHT_EDGE else Markup('dx="11"')
    return Markup(
        '<text class="halo t-acc" aria-hidden="true" x="{:.2f}%" {} y="{:.1f}">{:.0f}×</text>'
    ).format(x, place, down(each.engagement) + 4, each.lift)


def _powers(low: float, high: float) -> list[int]:
    return [10**n for n in range(10) if low <= 10**n <= high]
