"""Pages and the cursors between them, with the ways in which search pages go wrong."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from struct import Struct
from typing import Final

from soundalike.emulator.dice import Dice
from soundalike.emulator.faults import SearchFaults
from soundalike.posts.post import Post

PAGE_SIZE: Final = 20
_HEAD: Final = b"\x0c\x00\x01\x0a\x00\x01"  # what makes the service's own cursors begin with DAABCgAB
_PLACE = Struct(">II")  # offset in the chain, serial number
_SEAL_BYTES: Final = 12
_SERIALS: Final = 2**32


@dataclass(frozen=True, slots=True)
class Page:
    """What one request gets."""

    posts: list[Post] = field(default_factory=list)
    has_next: bool = False
    next_cursor: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The pages of one query: what was found, what the cursors are bound to, and how the last page ends."""

    found: Sequence[Post]
    bound_to: str
    dice: Dice
    fill_last_cursor: bool

    def page(self, cursor: str) -> Page:
        """The page at a cursor, without faults; a cursor of another query finds an empty last page."""
        start = self._start(cursor)
        if start is None:
            return Page()
        end = min(start + PAGE_SIZE, len(self.found))
        return self._page(list(self.found[start:end]), end, more=end < len(self.found))

    def search_page(self, cursor: str, faults: SearchFaults) -> Page:
        """The page at a cursor as search gives it, faults included."""
        start = self._start(cursor)
        if start is None or self.dice.strikes("search.transient_empty", faults.transient_empty):
            return Page()
        if self.dice.strikes("search.empty_page_with_next", faults.empty_page_with_next):
            return self._page([], start, more=True)
        if cursor and self.dice.strikes("search.same_page_cursor", faults.same_page_cursor):
            return self._page(list(self.found[max(start - PAGE_SIZE, 0) : start]), start, more=True)
        return self._faulty(start, cursor, faults)

    def _faulty(self, start: int, cursor: str, faults: SearchFaults) -> Page:
        reach = min(len(self.found), faults.dry_after or len(self.found))
        short = self.dice.strikes("search.short_pages", faults.short_pages)
        size = 1 + self.dice.below(PAGE_SIZE - 1) if short else PAGE_SIZE
        posts, end = self._with_repeats(start, min(reach, start + size), size, faults.dup_rate)
        kept = [post for post in posts if not self.dice.under(faults.drop_rate)]
        page = self._page(kept, end, more=end < reach or faults.endless)
        if cursor and self.dice.strikes("search.repeat_cursor", faults.repeat_cursor):
            return Page(page.posts, has_next=True, next_cursor=cursor)
        return page

    def _with_repeats(self, start: int, stop: int, size: int, rate: float) -> tuple[list[Post], int]:
        """Fill a page; at this rate a place goes to a post of the page before. Returns where the page got to."""
        posts, end = list[Post](), start
        while len(posts) < size and end < stop:
            repeats = start and self.dice.under(rate)
            posts.append(self.found[start - 1 - self.dice.below(min(start, PAGE_SIZE)) if repeats else end])
            end += not repeats
        return posts, end

    def _page(self, posts: list[Post], end: int, *, more: bool) -> Page:
        filled = more or self.fill_last_cursor
        return Page(
            posts, more, write_cursor(self.bound_to, end, self.dice.below(_SERIALS)) if filled else ""
        )

    def _start(self, cursor: str) -> int | None:
        return read_cursor(self.bound_to, cursor) if cursor else 0


def write_cursor(bound_to: str, offset: int, serial: int) -> str:
    """An opaque cursor; `serial` tells two cursors to the same place apart."""
    place = _PLACE.pack(offset, serial)
    return urlsafe_b64encode(_HEAD + place + _seal(bound_to, place)).decode().rstrip("=")


def read_cursor(bound_to: str, cursor: str) -> int | None:
    """The offset in a cursor, or None where it was not written for this query."""
    try:
        data = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (Base64Error, ValueError):
        return None
    place = data[len(_HEAD) : len(_HEAD) + _PLACE.size]
    genuine = data == _HEAD + place + _seal(bound_to, place)
    return int(_PLACE.unpack(place)[0]) if genuine else None


def _seal(bound_to: str, place: bytes) -> bytes:
    return blake2b(bound_to.encode(errors="replace") + place, digest_size=_SEAL_BYTES).digest()
