"""Figures and dates in the language of the request: no-break spaces before units, ranges with an en dash."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from markupsafe import Markup

from soundalike.drafts.form import Unfit
from soundalike.posts.api.pricing import CREDITS_PER_USD
from soundalike.web.studio.language import N_, _, pgettext

_THOUSAND: Final = 1_000
_MILLION: Final = 1_000_000
_TEN: Final = 10
_MINUTE, _HOUR = 60, 3600
_MINUTES_FROM: Final = 180
_CENT: Final = 0.01
_PERCENT: Final = re.compile(r"(\d)%")
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_STANDING: Final[Mapping[str, str]] = {
    "pending": N_("pending"),
    "queued": N_("queued"),
    "running": N_("running"),
    "collecting": N_("collecting"),
    "collected": N_("collected"),
    "training": N_("training"),
    "completed": N_("completed"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
}
_WITHHELD: Final[Mapping[str, str]] = {
    Unfit.EMPTY: N_("empty"),
    Unfit.TOO_LONG: N_("too long"),
    Unfit.ABOUT_THE_TASK: N_("about the task"),
    Unfit.LOOPS: N_("loops"),
    Unfit.LINK: N_("invented link"),
    Unfit.MENTION: N_("invented mention"),
    Unfit.UNFINISHED: N_("unfinished"),
    Unfit.COPIED: N_("copied"),
    Unfit.RULE: N_("against a rule"),
    Unfit.REPEATED: N_("too like another candidate"),
}


def figure(value: float, form: str) -> str:
    """A figure as Python's `format` has it, with the signs of the language between thousands and before decimals."""
    thousands, decimals = pgettext("between thousands", ","), pgettext("before decimals", ".")
    return format(value, form).translate({ord(","): thousands, ord("."): decimals})


def number(value: float) -> str:
    """`184,312`."""
    return figure(value, ",.0f")


def short(value: int) -> str:
    """As on X: `912`, `3.1K`, `21K`, `9.1M`."""
    if value >= _MILLION:
        return _unbroken(_("%(number)sM", number=_shortened(value / _MILLION)))
    if value >= _THOUSAND:
        return _unbroken(_("%(number)sK", number=_shortened(value / _THOUSAND)))
    return str(value)


def _shortened(amount: float) -> str:
    return figure(int(amount * 10) / 10, "g") if amount < _TEN else str(int(amount))


def percent(share: float) -> str:
    """`61 %`, of a share between 0 and 1."""
    return _unbroken(_("%(number)s %%", number=f"{100 * share:.0f}"))


def percents(low: float, high: float) -> str:
    """`52–70`, the interval beside a percentage."""
    return f"{signless(100 * low)}–{signless(100 * high)}"


def signless(value: float) -> str:
    """A whole number, a minus where it is negative."""
    return f"{value:.0f}".replace("-", "−")


def signed(value: float, digits: int = 2) -> str:
    """`+0.13`, `−0.07`."""
    return figure(value, f"+.{digits}f").replace("-", "−")


def usd(amount: float) -> str:
    """`US$0.07`; under a cent three digits."""
    return _usd(_amount(amount))


def credit(credits_: float) -> str:
    """Credits of twitterapi.io in dollars."""
    return usd(credits_ / CREDITS_PER_USD)


def credits_between(low: float, high: float) -> str:
    """`US$0.07–0.08`."""
    return _usd(span(*(_amount(each / CREDITS_PER_USD) for each in (low, high))))


def span(low: str, high: str) -> str:
    """`440–520`; one figure where both are the same."""
    return low if low == high else f"{low}–{high}"


def _usd(amount: str) -> str:
    return _unbroken(_("US$%(amount)s", amount=amount))


def _amount(amount: float) -> str:
    return figure(amount, f",.{2 if amount >= _CENT or not amount else 3}f")


def seconds(value: float) -> str:
    """`45 s`, `2 min 31 s`, `1 h 5 min`."""
    whole = round(value)
    hours, minutes, rest = whole // _HOUR, whole % _HOUR // _MINUTE, whole % _MINUTE
    if hours:
        told = _hours(hours, minutes) if minutes else _("%(hours)s h", hours=hours)
    elif minutes:
        told = _minutes(minutes, rest) if rest else _("%(minutes)s min", minutes=minutes)
    else:
        told = _seconds(rest)
    return _unbroken(told)


def seconds_between(low: float, high: float) -> str:
    """`130–160 s`, `2–16 min`."""
    size = 1 if high < _MINUTES_FROM else _MINUTE
    told = span(*(number(max(each / size, 1)) for each in (low, high)))
    return _unbroken(_seconds(told) if size == 1 else _("%(minutes)s min", minutes=told))


def ticking(value: float) -> Markup:
    """Attributes of an element whose seconds a script counts on, with the forms that it writes them in."""
    forms = (_hours("{hours}", "{minutes}"), _minutes("{minutes}", "{seconds}"), _seconds("{seconds}"))
    attributes = Markup(' data-seconds="{:.0f}" data-hours="{}" data-minutes="{}" data-under="{}"')
    return attributes.format(value, *map(_unbroken, forms))


def _hours(hours: object, minutes: object) -> str:
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


def _minutes(minutes: object, rest: object) -> str:
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest)


def _seconds(rest: object) -> str:
    return _("%(seconds)s s", seconds=rest)


def day(moment: datetime | date, now: datetime) -> str:
    """`12 Oct`, with the year where it is another than this one."""
    if moment.year != now.year:
        return short_date(moment)
    return _("%(day)s %(month)s", day=moment.day, month=short_month(moment))


def short_date(moment: datetime | date) -> str:
    """`12 Oct 2026`."""
    return _("%(day)s %(month)s %(year)s", day=moment.day, month=short_month(moment), year=moment.year)


def long_date(moment: datetime | date) -> str:
    """`12 October 2026`."""
    return _("%(day)s %(month)s %(year)s", day=moment.day, month=month(moment), year=moment.year)


def month_of(moment: datetime | date) -> str:
    """`October 2026`."""
    return _("%(month)s %(year)s", month=month(moment), year=moment.year)


def month(moment: datetime | date) -> str:
    """`October`."""
    names = pgettext(
        "months", "January February March April May June July August September October November December"
    )
    return names.split(" ")[moment.month - 1]


def short_month(moment: datetime | date) -> str:
    """`Oct`."""
    return pgettext("months", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split(" ")[moment.month - 1]


def when(moment: datetime, now: datetime) -> str:
    """`today 09:31`, `yesterday`, `4 Oct`; UTC."""
    moment, now = moment.astimezone(UTC), now.astimezone(UTC)
    days = (now.date() - moment.date()).days
    if not days:
        return _("today %(time)s", time=f"{moment:%H:%M}")
    return _("yesterday") if days == 1 else day(moment, now)


def basis(consent: str) -> str:
    """On whose word posts are used, in a word."""
    known = {"own": _("own"), "permission": _("permission"), "research": _("research")}
    return known.get(consent, consent)


def trainer(name: str) -> str:
    """How a voice was trained, in a word."""
    return {"lora": _("adapter"), "prompt": _("prompt")}.get(name, name)


def standing(state: str) -> str:
    """What became of a session, in a word; versions of voices stay as they are."""
    return _(_STANDING.get(state, state))


def withheld(reason: str) -> str:
    """Why a candidate is withheld, in a word or two."""
    return _(_WITHHELD.get(reason, reason))


def spaced(text: str) -> str:
    """A sentence with a no-break space before each per cent sign."""
    return _PERCENT.sub(f"\\1{_NO_BREAK}%", text)


def parse(moment: str) -> datetime:
    """A moment kept as JSON."""
    return datetime.fromisoformat(moment)


def _unbroken(text: str) -> str:
    return text.replace(" ", _NO_BREAK)


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "figure": figure,
    "number": number,
    "short": short,
    "percent": percent,
    "signed": signed,
    "usd": usd,
    "credit": credit,
    "seconds": seconds,
    "short_date": short_date,
    "long_date": long_date,
    "month_of": month_of,
    "month": month,
    "short_month": short_month,
    "basis": basis,
    "trainer": trainer,
    "standing": standing,
    "withheld": withheld,
    "parse": parse,
    "spaced": spaced,
}
