"""What the service marks in a text: links, hashtags, mentions and media, with their places.

Places count Unicode code points, end excluded, which is how Python counts too.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from soundalike.posts.text import HASHTAG, LINK

Json = dict[str, Any]

_MENTION: Final = re.compile(r"(?<![A-Za-z0-9_@/])@([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_])")
_ADDRESSED: Final = re.compile(r"(?:@[A-Za-z0-9_]{1,15}\s+)+")
_TRAILING: Final = ".,;:!?)]}’”…'\""  # ends the sentence, not the address


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked places of one text, in the form of the wire."""

    entities: Json
    media: list[Json]
    shown: tuple[int, int]


def find_marks(
    text: str, *, media_links: Sequence[str], is_reply: bool, id_of: Callable[[str], str]
) -> Marks:
    """Find everything marked in `text`; media links stand apart from other links, as on the wire.

    `shown` is the part X displays: behind the mentions that address a reply, before a media link at the end.
    """
    links = [(*span, text[slice(*span)]) for span in _links(text)]
    spans = [link[:2] for link in links]
    lists = {
        "hashtags": [
            {"indices": [*m.span()], "text": m[0][1:]}
            for m in HASHTAG.finditer(text)
            if _free(m.span(), spans)
        ],
        "urls": [_url(*link) for link in links if link[2] not in media_links],
        "user_mentions": [
            _mention(m, id_of(m[1])) for m in _MENTION.finditer(text) if _free(m.span(), spans)
        ],
    }
    media = [link for link in links if link[2] in media_links]
    return Marks(
        entities={name: found for name, found in lists.items() if found},
        media=[{"type": "photo", **_url(*link)} for link in media],
        shown=_shown(text, [link[:2] for link in media], is_reply=is_reply),
    )


def addressee(text: str) -> str | None:
    """The username a reply begins with."""
    found = _MENTION.match(text)
    return found[1] if found else None


def _links(text: str) -> Iterator[tuple[int, int]]:
    for found in LINK.finditer(text):
        yield found.start(), found.start() + len(found[0].rstrip(_TRAILING))


def _free(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return not any(start <= span[0] < end for start, end in taken)


def _url(start: int, end: int, link: str) -> Json:
    return {
        "display_url": link.partition("://")[2] or link,
        "expanded_url": link,
        "indices": [start, end],
        "url": link,
    }


def _mention(found: re.Match[str], identity: str) -> Json:
    return {"id_str": identity, "indices": [*found.span()], "name": found[1], "screen_name": found[1]}


def _shown(text: str, media: Sequence[tuple[int, int]], *, is_reply: bool) -> tuple[int, int]:
    addressed = _ADDRESSED.match(text) if is_reply else None
    start = addressed.end() if addressed else 0
    end = media[0][0] if media and media[-1][1] == len(text) else len(text)
    return start, max(start, len(text[:end].rstrip()))
