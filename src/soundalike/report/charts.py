"""Pictures as SVG text. Positions are percentages, heights and text are pixels, so text never scales.

Ink is what the creator did, the accent is the model, grey is the reference or what cannot be told from chance.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Final

from markupsafe import Markup

from soundalike.training import wording
from soundalike.training.card import ReportCard, spread
from soundalike.training.findings import hour_of
from soundalike.training.pools import Measure
from soundalike.virality.forecast import Accuracy
from soundalike.virality.patterns import Pattern

Scale = Callable[[float], float]
"""From a figure to a percentage of the width, 0 to 100."""

_ROW: Final = 52
_LADDER_TOP: Final = 62
_MARGIN: Final = 6.0  # percent of the width left free at both ends
_HOURS_HEIGHT: Final = 124
_QUARTER: Final = 0.25
_COIN: Final = 0.5
_TIMES: Final = {0.125: "×⅛", _QUARTER: "×¼", 0.5: "×½", 1.0: "×1", 2.0: "×2", 4.0: "×4", 8.0: "×8"}
"""What multipliers are drawn between, and how the marks are called."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ladder: a name, a remark, a measure, and how it is drawn."""

    name: str
    remark: str
    measure: Measure
    kind: str = ""
    ticks: tuple[float, ...] = ()


def linear(low: float, high: float) -> Scale:
    """A scale from `low` to `high` with a margin at both ends."""
    width = max(high - low, 1e-9)
    return lambda value: min(max(_MARGIN + (100 - 2 * _MARGIN) * (value - low) / width, 0.0), 100.0)


def logarithmic(low: float, high: float) -> Scale:
    """The same on a log scale; figures below 1e-3 are drawn at 1e-3."""
    inner = linear(log10(max(low, 1e-3)), log10(max(high, 1e-3)))
    return lambda value: inner(log10(max(value, 1e-3)))


def ladder(card: ReportCard) -> Markup:
    """Ceiling, drafts, floor and impostors on one axis, above them how much of the gap unselected drafts close."""
    rows = list(_ladder_rows(card))
    figures = [edge for row in rows for edge in (row.measure.low, row.measure.high, *row.ticks)]
    scale = linear(min(figures), max(figures))
    bottom = _LADDER_TOP + _ROW * len(rows)
    body = Markup("").join(
        [
            *(upright("c-zero", scale(m.value), 26, bottom - 20) for m in (card.floor, card.ceiling)),
            _gap(card, scale),
            *(_ladder_row(row, scale, _LADDER_TOP + _ROW * index) for index, row in enumerate(rows)),
            _axis(scale, min(figures), max(figures), bottom - 8),
        ]
    )
    return _svg("ladder chart", bottom + 32, _ladder_in_words(card), body)


def whisker(
    low: float, value: float, high: float, reference: float, *, scale: Scale, kind: str = ""
) -> Markup:
    """A dot with its interval and an upright for the reference."""
    return Markup(
        '<svg class="whisk {}" height="20" aria-hidden="true"><line class="w-axis" x1="0" x2="100%" y1="10" y2="10"/>'
        '{}<line class="w-line" x1="{:.2f}%" x2="{:.2f}%" y1="10" y2="10"/>'
        '<circle class="w-dot" cx="{:.2f}%" cy="10" r="4"/></svg>'
    ).format(kind, upright("w-ref", scale(reference), 4, 16), scale(low), scale(high), scale(value))


def multiplier(pattern: Pattern) -> Markup:
    """A pattern's effect between a quarter and four times the usual."""
    if pattern.effect is None or pattern.low is None or pattern.high is None:
        return Markup("")
    kind = "" if pattern.above_chance else "void"
    return whisker(pattern.low, pattern.effect, pattern.high, 1.0, scale=_quarter_to_four(), kind=kind)


def accuracy(found: Accuracy) -> Markup:
    """How often a forecast was right, from a quarter to always; the upright is a coin's toss."""
    kind = "made" if found.low > _COIN else "void"
    return whisker(found.low, found.value, found.high, _COIN, scale=linear(_QUARTER, 1.0), kind=kind)


def share(found: Measure, reference: float, kind: str = "") -> Markup:
    """A share from none to all; the upright is what it is held against."""
    return whisker(found.low, found.value, found.high, reference, scale=linear(0.0, 1.0), kind=kind)


def multiplier_axis() -> Markup:
    """The head of a column of such pictures."""
    scale = _quarter_to_four()
    return Markup('<svg class="chart" height="14" aria-hidden="true">{}</svg>').format(
        Markup("").join(
            Markup('<text x="{:.2f}%" y="11" text-anchor="middle">{}</text>').format(scale(value), name)
            for value, name in _TIMES.items()
            if _QUARTER <= value <= 1 / _QUARTER
        )
    )


def hours(found: Sequence[Pattern]) -> Markup:
    """What posting at each hour goes with: multipliers with their intervals; those above chance are marked."""
    tried = [hour for hour in found if hour.low is not None and hour.high is not None]
    rising = logarithmic(
        max(min([0.5, *(hour.low or 1.0 for hour in tried)]), min(_TIMES)),
        min(max([2.0, *(hour.high or 1.0 for hour in tried)]), max(_TIMES)),
    )

    def down(times: float) -> float:
        return _HOURS_HEIGHT * (1 - rising(times) / 100)

    levels = [(name, down(times)) for times, name in _TIMES.items() if 0 < rising(times) < 100]  # noqa: PLR2004 - percent
    body = Markup("").join(
        [
            *(_times_level(name, y) for name, y in levels),
            *(_hour_mark(hour, down) for hour in tried),
            *(_hour_name(hour) for hour in (0, 6, 12, 18, 23)),
        ]
    )
    words = f"Engagement by the hour of posting, UTC, as a multiple of the usual. {wording.hours(found)}"
    return _svg("chart hours", _HOURS_HEIGHT + 26, words, body)


def _ladder_rows(card: ReportCard) -> Iterator[Row]:
    yield Row("Ceiling", f"the creator’s own {card.ceiling.count} held-out posts", card.ceiling)
    yield Row("Drafts", f"{card.drafts.count}, unselected", card.drafts, "made")
    if card.selected:
        yield Row("Selected", f"the {card.selected.count} a user would be shown", card.selected, "made")
    yield Row("Floor", "the same model without the voice", card.floor, "void")
    if card.impostors:
        remark = f"{len(card.impostors)} other writers"
        yield Row(
            "Impostors", remark, spread(card.impostors), "void", tuple(i.likeness for i in card.impostors)
        )


def _ladder_row(row: Row, scale: Scale, y: float) -> Markup:
    ticks = Markup("").join(upright("w-ref", scale(tick), y - 5, y + 5) for tick in row.ticks)
    return Markup(
        '<g class="{}"><text class="t-ink halo" x="0" y="{}">{}<tspan class="sub" dx="8">{}</tspan></text>'
        '<line class="w-axis" x1="0" x2="100%" y1="{y}" y2="{y}"/>{}'
        '<line class="w-line" x1="{:.2f}%" x2="{:.2f}%" y1="{y}" y2="{y}"/>'
        '<circle class="w-dot" cx="{:.2f}%" cy="{y}" r="5"/>'
        '<text class="t-ink halo" x="100%" y="{}" text-anchor="end">{}</text></g>'
    ).format(
        row.kind,
        y - 14,
        row.name,
        row.remark,
        ticks,
        scale(row.measure.low),
        scale(row.measure.high),
        scale(row.measure.value),
        y - 14,
        signed(row.measure.value),
        y=y,
    )


def _gap(card: ReportCard, scale: Scale) -> Markup:
    if card.gap_closed is None:
        return Markup("")
    left, right, reached = scale(card.floor.value), scale(card.ceiling.value), scale(card.drafts.value)
    return Markup(
        '<rect class="w-band" x="{:.2f}%" width="{:.2f}%" y="14" height="10" rx="2"/>'
        '<rect class="gap-fill" x="{:.2f}%" width="{:.2f}%" y="14" height="10" rx="2"/>'
    ).format(left, right - left, left, max(min(reached, right) - left, 0.0))


def _ladder_in_words(card: ReportCard) -> str:
    rows = _ladder_rows(card)
    return "Likeness, the log-odds of being the creator’s. " + " ".join(
        f"{row.name} {signed(row.measure.value)} ({signed(row.measure.low)} to {signed(row.measure.high)})."
        for row in rows
    )


def _axis(scale: Scale, low: float, high: float, y: float) -> Markup:
    step = _round_step((high - low) / 6)
    ticks = [step * n for n in range(floor(low / step), floor(high / step) + 1) if step * n >= low]
    marks = Markup("").join(
        Markup('{}<text x="{:.2f}%" y="{}" text-anchor="middle">{}</text>').format(
            upright("c-axis", scale(tick), y, y + 5), scale(tick), y + 19, signed(tick)
        )
        for tick in ticks
    )
    return Markup(
        '<line class="c-axis" x1="0" x2="100%" y1="{y}" y2="{y}"/>{}<text x="0" y="{}">← like other writers</text>'
        '<text x="100%" y="{}" text-anchor="end">like the creator →</text>'
    ).format(marks, y + 38, y + 38, y=y)


def _quarter_to_four() -> Scale:
    return logarithmic(_QUARTER, 1 / _QUARTER)


def _times_level(name: str, y: float) -> Markup:
    kind = "c-zero" if name == "×1" else "c-grid"
    return Markup(
        '<line class="{}" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/><text class="halo" x="0" y="{:.1f}">{}</text>'
    ).format(kind, y - 4, name, y=y)


def _hour_mark(found: Pattern, down: Callable[[float], float]) -> Markup:
    low, value, high = (down(times or 1.0) for times in (found.low, found.effect, found.high))
    return Markup(
        '<g class="{}"><title>{}</title><line class="w-line" x1="{x:.2f}%" x2="{x:.2f}%" y1="{:.1f}" y2="{:.1f}"/>'
        '<circle class="w-dot" cx="{x:.2f}%" cy="{:.1f}" r="3.5"/></g>'
    ).format(
        "made" if found.above_chance else "void",
        wording.pattern(found),
        low,
        high,
        value,
        x=_across(hour_of(found)),
    )


def _hour_name(hour: int) -> Markup:
    return Markup('<text x="{:.2f}%" y="{}" text-anchor="middle">{}:00</text>').format(
        _across(hour), _HOURS_HEIGHT + 20, hour
    )


def _across(hour: int) -> float:
    return 6.0 + 4.0 * hour


def _round_step(step: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten that is not smaller."""
    power = 10.0 ** floor(log10(max(step, 1e-9)))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= step)


def upright(kind: str, x: float, top: float, bottom: float) -> Markup:
    """An upright line at `x` percent of the width."""
    return Markup('<line class="{}" x1="{x:.2f}%" x2="{x:.2f}%" y1="{}" y2="{}"/>').format(
        kind, top, bottom, x=x
    )


def _svg(kind: str, height: float, title: str, body: Markup) -> Markup:
    return Markup('<svg class="{}" height="{}" role="img"><title>{}</title>{}</svg>').format(
        kind, height, title, body
    )


def signed(value: float) -> str:
    """A likeness as text, with a true minus."""
    return f"{value:+.2f}".replace("-", "−")
