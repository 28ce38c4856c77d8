"""Fills the studio's templates. Every value is escaped; strings for people stand in `_()` (`language.py`)."""

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from soundalike.web.parts import Parts
from soundalike.web.studio import words
from soundalike.web.studio.language import english, pgettext, spoken, translated, translated_count
from soundalike.web.studio.shell import Shell, read_shell
from soundalike.web.studio.static import address_of

if TYPE_CHECKING:
    from jinja2 import Environment

    from soundalike.accounts import Principal

TEMPLATES: Final = Path(__file__).with_name("templates")

THEME_COOKIE: Final = "theme"
THEMES: Final = ("light", "dark")
"""What a page can be told to look like; without, it goes by the browser's own setting."""


def show(
    request: Request,
    template: str,
    who: "Principal",
    *,
    here: str = "",
    status: int = 200,
    **values: object,
) -> HTMLResponse:
    """A page of the studio for somebody who is signed in; `here` names the part of the sidebar it belongs to."""
    shell = read_shell(parts_of(request), who)
    return _respond(request, template, status, shell=shell, here=here, **values)


def show_outside(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page for somebody who is not signed in: no sidebar."""
    return _respond(request, template, status, shell=None, **values)


def fill(request: Request, template: str, **values: object) -> str:
    """A template's text: a fragment of a page, sent by itself."""
    now = parts_of(request).now()
    day, when = partial(words.day, now=now), partial(words.when, now=now)
    wished = request.cookies.get(THEME_COOKIE)
    theme = wished if wished in THEMES else None
    return (
        _environment()
        .get_template(template)
        .render(day=day, when=when, now=now, theme=theme, language=spoken().tag, **values)
    )


def _respond(request: Request, template: str, status: int, **values: object) -> HTMLResponse:
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Language"}
    return HTMLResponse(fill(request, template, **values), status, headers)


def parts_of(request: Request) -> Parts:
    """The parts of the application that got the request."""
    parts: Parts = request.app.state.parts
    return parts


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - when the first page is shown

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        optimized=False,  # what a filter makes of a constant depends on the language
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translated, translated_count, newstyle=True, pgettext=pgettext
    )
    environment.filters |= words.FILTERS | {"english": english}
    environment.globals |= {
        "static": address_of,
        "percents": words.percents,
        "ticking": words.ticking,
        "Shell": Shell,
    }
    return environment
