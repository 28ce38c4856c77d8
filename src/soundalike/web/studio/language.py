"""The language of a page: the studio's strings as the browser wants them, in one of the languages that are here.

A string for people stands in `_()` or `ngettext()`, a whole sentence with named places, a per cent sign written twice:
in templates and in Python alike. `N_()` marks one that is put into `_()` later. The strings are in English; a file
`languages/de.mo`, made by `tools/strings.py`, has them in German.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER: Final = Path(__file__).with_name("languages")
_SVG: Final = "<svg "


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its tag, as in `<html lang>`, and the strings in it."""

    tag: str
    strings: NullTranslations


ENGLISH: Final = Language("en", NullTranslations())
_SPOKEN: Final[ContextVar[Language]] = ContextVar("language", default=ENGLISH)


class Speaking:
    """Pure ASGI: what answers a request speaks the language that its browser asks for."""

    def __init__(self, app: ASGIApp, languages: Mapping[str, Language]) -> None:
        self._app = app
        self._languages = languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; threads that work on it speak the same language."""
        wanted = Headers(scope=scope).get("accept-language", "") if scope["type"] == "http" else ""
        before = _SPOKEN.set(choose(wanted, self._languages))
        try:
            await self._app(scope, receive, send)
        finally:
            _SPOKEN.reset(before)


def read_languages(folder: Path = FOLDER) -> dict[str, Language]:
    """The languages that a folder has strings of, by their tags in lower case, and English."""
    languages = {ENGLISH.tag: ENGLISH}
    for path in sorted(folder.glob("*.mo")):
        with path.open("rb") as file:
            languages[path.stem.lower()] = Language(path.stem, GNUTranslations(file))
    return languages


def choose(wanted: str, among: Mapping[str, Language]) -> Language:
    """What `Accept-Language` wants first of these, `de` serving for `de-AT`; English where it wants none of them."""
    for tag in sorted(wanted.lower().replace(" ", "").split(","), key=_weight, reverse=True):
        name = tag.partition(";")[0]
        found = among.get(name) or among.get(name.partition("-")[0])
        if found and _weight(tag):
            return found
    return ENGLISH


def spoken() -> Language:
    """The language of the request."""
    return _SPOKEN.get()


def _(message: str, /, **values: object) -> str:
    """A string in the language of the request, its places filled."""
    return translated(message) % values


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The same in the form that a count takes; `%(num)s` is the count."""
    return translated_count(one, many, count) % ({"num": count} | values)


def translated(message: str, /) -> str:
    """A string in the language of the request, its places as they are; what templates fill by themselves."""
    return spoken().strings.gettext(message)


def translated_count(one: str, many: str, count: int, /) -> str:
    """The same in the form that a count takes."""
    return spoken().strings.ngettext(one, many, count)


def pgettext(context: str, message: str, /) -> str:
    """A string without places, with a word for translators on what it is."""
    return spoken().strings.pgettext(context, message)


def N_(message: str, /) -> str:  # noqa: N802 - what translators' tools look for
    """Mark a string, to be translated where it is shown."""
    return message


def english(text: str) -> str:
    """What comes from below the studio, which speaks English, marked as such on a page in another language."""
    if spoken() is ENGLISH or not text:
        return text
    if isinstance(text, Markup) and text.startswith(_SVG):
        return Markup('<svg lang="en" ') + text[len(_SVG) :]
    return Markup('<span lang="en">{}</span>').format(text)


def _weight(tag: str) -> float:
    """How much a language is wanted, 0 to 1: `de;q=0.8`."""
    try:
        return float(tag.partition(";q=")[2] or 1)
    except ValueError:
        return 0.0
