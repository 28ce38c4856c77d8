"""A reliability diagram as SVG: what was stated against what came true, with 95 % intervals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

_SIZE: Final = 360  # pixels a side
_MARGIN: Final = 48
_COLOURS: Final = ("#18181b", "#be185d")
_SHIFT: Final = 4  # pixels that series stand apart


@dataclass(frozen=True, slots=True)
class Point:
    """Answers of like confidence: the mean they state, the share that is right, how many they are."""

    stated: float
    right: float
    pairs: int


def diagram(series: Mapping[str, Sequence[Point]]) -> str:
    """One dot a point, on axes from one half to one; the diagonal is where stated and true are the same."""
    body = "".join(
        _dot(point, _SHIFT * place, colour)
        for place, (points, colour) in enumerate(zip(series.values(), _COLOURS, strict=False))
        for point in points
    )
    keys = "".join(
        f'<text x="{_MARGIN + 12}" y="{_MARGIN + 18 * place}" fill="{colour}">{name}</text>'
        for place, (name, colour) in enumerate(zip(series, _COLOURS, strict=False))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" font-family="sans-serif" '
        f'font-size="12"><rect width="{_SIZE}" height="{_SIZE}" fill="#fff"/>{"".join(_axes())}{body}{keys}</svg>\n'
    )


def _axes() -> Iterator[str]:
    low, high = _at(0.5), _at(1.0)
    yield f'<line x1="{low}" y1="{_SIZE - low}" x2="{high}" y2="{_SIZE - high}" stroke="#a1a1aa"/>'
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):
        place = _at(share)
        yield f'<text x="{place}" y="{_SIZE - 26}" text-anchor="middle" fill="#52525b">{share:.0%}</text>'
        yield f'<text x="40" y="{_SIZE - place + 4}" text-anchor="end" fill="#52525b">{share:.0%}</text>'
    yield f'<text x="{_SIZE / 2}" y="{_SIZE - 8}" text-anchor="middle" fill="#52525b">stated</text>'
    yield '<text x="8" y="24" fill="#52525b">right</text>'


def _dot(point: Point, shift: int, colour: str) -> str:
    x = _at(point.stated) + shift
    low, high = (_SIZE - _at(share) for share in _wilson(point.right, point.pairs))
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{colour}"/>'
        f'<circle cx="{x:.1f}" cy="{_SIZE - _at(point.right):.1f}" r="4" fill="{colour}"/>'
    )


def _at(share: float) -> float:
    return _MARGIN + (_SIZE - 2 * _MARGIN) * (min(max(share, 0.4), 1.0) - 0.5) / 0.5


def _wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927)."""
    square = 1.96**2 / count
    middle, reach = share + square / 2, sqrt(square * share * (1 - share) + square**2 / 4)
    return (middle - reach) / (1 + square), (middle + reach) / (1 + square)
