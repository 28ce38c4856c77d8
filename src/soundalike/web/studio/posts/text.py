"""A post's text as it looks on X, out of text that anybody may have written: links, names and tags, all else inert."""

from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import quote, urlsplit

import regex
from markupsafe import Markup, escape

from soundalike.posts.text import HASHTAG, MENTION, unescape_once

_PART: Final = regex.compile(
    rf"(?P<link>https?://[\p{{L}}\p{{N}}\-._~:/?#\[\]@!$&'()*+,;=%]+)"
    rf"|(?P<mention>{MENTION.pattern})|(?P<tag>{HASHTAG.pattern})",
    regex.IGNORECASE,
)
_TRAILING: Final = ".,;:!?'*_~"
_PAIRS: Final = {")": "(", "]": "["}
_SHOWN: Final = 28
"""Characters of an address that are shown; its host always is, to its end."""

_AT_ONCE: Final = 700
_WORTH_CUTTING: Final = 200
"""Characters of a long post that are shown before one asks for the rest; fewer than so many more are no rest."""


def text_of(text: str) -> Markup:
    """The text with its links, names and tags as links; nothing else in it can be anything but text."""
    return Markup("").join(_pieces(text))


def shown_text(text: str, *, media_links: tuple[str, ...] = ()) -> str:
    """What X shows of a kept text: without the addresses of its own media, entities turned back once."""
    shown = unescape_once(text)
    for link in media_links:
        shown = shown.replace(unescape(link), "").replace(link, "")
    return shown.strip()


def cut(text: str) -> tuple[str, str]:
    """A long text in two, at a space where there is one: what is shown at once, and the rest."""
    if len(text) < _AT_ONCE + _WORTH_CUTTING:
        return text, ""
    space = max(text.rfind(each, _AT_ONCE // 2, _AT_ONCE) for each in (" ", "\n"))
    place = space if space > 0 else _AT_ONCE
    return text[:place].rstrip(), text[place:].lstrip()


def _pieces(text: str) -> Iterator[Markup]:
    done = 0
    for found in _PART.finditer(text):
        start, end, link = _link(found)
        if link:
            yield escape(text[done:start])
            yield link
            done = end
    yield escape(text[done:])


def _link(found: regex.Match[str]) -> tuple[int, int, Markup | None]:
    """Where a part stands and the link it makes; None where it only looks like one."""
    start, end = found.span()
    if found["mention"]:
        return start, end, _to(f"https://x.com/{quote(found[0][1:])}", found[0], "auto")
    if found["tag"]:
        return start, end, _to(f"https://x.com/hashtag/{quote(found[0][1:])}", found[0], "auto")
    address = _without_trailing(found[0])
    shown = _shortened(address)
    return start, start + len(address), _to(address, shown, "ltr") if shown else None


def _to(address: str, shown: str, direction: str) -> Markup:
    return Markup('<a href="{}" rel="noreferrer noopener nofollow" dir="{}">{}</a>').format(
        address, direction, shown
    )


def _without_trailing(address: str) -> str:
    """An address without the signs that belong to the sentence it stands in."""
    while address[-1] in _TRAILING or _closes_nothing(address):
        address = address[:-1]
    return address


def _closes_nothing(address: str) -> bool:
    opening = _PAIRS.get(address[-1])
    return opening is not None and address.count(address[-1]) > address.count(opening)


def _shortened(address: str) -> str:
    """An address as it is shown, “host/path…”; empty where it is none, or hides whose it is."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return ""
    if not parts.hostname or "@" in parts.netloc:
        return ""
    host = parts.netloc.removeprefix("www.")
    rest = address.split(parts.netloc, 1)[1].removesuffix("/")
    room = max(_SHOWN - len(host), 1)
    return host + (rest if len(rest) <= room else f"{rest[:room]}…")
