"""Figures as the studio writes them: thousands with commas, no-break spaces before units, ranges with an en dash."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

from soundalike.posts.api.pricing import CREDITS_PER_USD

_THOUSAND: Final = 1_000
_MILLION: Final = 1_000_000
_TEN: Final = 10
_MINUTE, _HOUR = 60, 3600
_CENT: Final = 0.01
_PERCENT: Final = re.compile(r"(\d)%")


def number(value: float) -> str:
    """`184,312`."""
    return f"{value:,.0f}"


def short(value: int) -> str:
    """As on X: `912`, `3.1K`, `21K`, `9.1M`."""
    for size, letter in ((_MILLION, "M"), (_THOUSAND, "K")):
        if value >= size:
            amount = value / size
            return f"{int(amount * 10) / 10:g}{letter}" if amount < _TEN else f"{int(amount)}{letter}"
    return str(value)


def percent(share: float) -> str:
    """`61 %`, of a share between 0 and 1."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def percents(low: float, high: float) -> str:
    """`52–70`, the interval beside a percentage."""
    return f"{signless(100 * low)}–{signless(100 * high)}"


def signless(value: float) -> str:
    """A whole number, a minus where it is negative."""
    return f"{value:.0f}".replace("-", "−")


def signed(value: float, digits: int = 2) -> str:
    """`+0.13`, `−0.07`."""
    return f"{value:+.{digits}f}".replace("-", "−")


def usd(amount: float) -> str:
    """`US$0.07`; under a cent three digits."""
    return f"US${amount:,.{2 if amount >= _CENT or not amount else 3}f}"


def credit(credits_: float) -> str:
    """Credits of twitterapi.io in dollars."""
    return usd(credits_ / CREDITS_PER_USD)


def seconds(value: float) -> str:
    """`45 s`, `2 min 31 s`, `1 h 5 min`."""
    whole = round(value)
    if whole < _MINUTE:
        told = f"{whole} s"
    elif whole < _HOUR:
        told = f"{whole // _MINUTE} min" + (f" {whole % _MINUTE} s" if whole % _MINUTE else "")
    else:
        told = f"{whole // _HOUR} h" + (f" {rest} min" if (rest := whole % _HOUR // _MINUTE) else "")
    return told.replace(" ", "\N{NO-BREAK SPACE}")


def day(moment: datetime | date, now: datetime) -> str:
    """`12 Oct`, with the year where it is another than this one."""
    year = "" if moment.year == now.year else f" {moment.year}"
    return f"{moment.day} {moment:%b}{year}"


def when(moment: datetime, now: datetime) -> str:
    """`today 09:31`, `yesterday`, `4 Oct`; UTC."""
    moment, now = moment.astimezone(UTC), now.astimezone(UTC)
    days = (now.date() - moment.date()).days
    if not days:
        return f"today {moment:%H:%M}"
    return "yesterday" if days == 1 else day(moment, now)


def spaced(text: str) -> str:
    """A sentence with a no-break space before each per cent sign."""
    return _PERCENT.sub("\\1\N{NO-BREAK SPACE}%", text)


def parse(moment: str) -> datetime:
    """A moment kept as JSON."""
    return datetime.fromisoformat(moment)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "number": number,
    "short": short,
    "percent": percent,
    "signed": signed,
    "usd": usd,
    "credit": credit,
    "seconds": seconds,
    "parse": parse,
    "spaced": spaced,
}
