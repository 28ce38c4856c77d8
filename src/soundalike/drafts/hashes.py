"""Collected posts as hashes: all that the copy guard asks of them, and all that it keeps.

Kept are the hashes of runs of words and of characters, each with the number of the post it stands in where that is
asked for, and the posts' ids. They hold no text. They do not hide it either: whoever has them and guesses a post can
confirm the guess, and short runs can be guessed one after the other; so they deserve the care that posts do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

import numpy as np

from soundalike.drafts.reading import hash_text, is_unspaced, read, word_code
from soundalike.drafts.windows import Codes, Places, Windows, hash_windows, join, owners_of, read_codes
from soundalike.posts.packing import is_ascending, pack, packed_text, refusing, require, unpack, unpacked_text
from soundalike.posts.post import Post
from soundalike.posts.text import unescape_once

SHINGLE: Final = 8
"""Characters in a row of which the share that two texts have in common is counted."""

RUN: Final = 40
"""Characters in a row that make a copy."""

SPANS: Final = (16, 8, 6, 4)
"""Half-words in a row, the longest first: eight words make a copy, the others tell the nearest post."""

_KIND, _VERSION = "copy guard", 1
_SPACE: Final = ord(" ")

# A stray hit among many tells nothing, but a single one makes a copy: at 12,000 posts one in some million drafts.
_COUNTED_BITS, _COPY_BITS, _SHORT_BITS = 32, 48, 52
_SPAN_BITS: Final = {SPANS[0]: _COPY_BITS} | dict.fromkeys(SPANS[1:], _COUNTED_BITS)


@dataclass(frozen=True, slots=True)
class PostHashes:
    """The hashes of posts: `spans` by width, `shorts` of what whole texts under a shingle could be.

    `wordless` are the hashes of posts that have no words, ascending.
    """

    ids: tuple[str, ...]
    spans: Mapping[int, Windows]
    shingles: Windows
    runs: Windows
    shorts: Windows
    wordless: Codes

    @classmethod
    def of(cls, posts: Sequence[Post]) -> Self:
        """Hash posts, numbered in order of time whatever order they come in; 12,000 in about a second."""
        posts = sorted(posts, key=lambda post: (post.created_at, post.id))
        readings = [read(unescape_once(post.text)) for post in posts]
        flats, flat_starts = join([read_codes(reading.flat) for reading in readings])
        code = cache(word_code)
        halves, half_starts = join([reading.halves(code)[0] for reading in readings])
        bits = _owner_bits(len(posts))
        wordless = {hash_text(reading.bare) for reading in readings if not reading.words}
        return cls(
            ids=tuple(post.id for post in posts),
            spans={width: _spans(halves, half_starts, width, bits) for width in SPANS},
            shingles=_owned(*hash_windows(flats, SHINGLE), flat_starts, _COUNTED_BITS, bits),
            runs=Windows.of(hash_windows(flats, RUN)[0], hash_bits=_SHORT_BITS),
            shorts=Windows.of(_short_texts(flats), hash_bits=_SHORT_BITS),
            wordless=np.array(sorted(wordless), dtype=np.uint64),
        )

    def joined(self, other: Self) -> Self:
        """Both together."""
        ids = (*self.ids, *other.ids)
        new = {"owners": len(self.ids), "owner_bits": _owner_bits(len(ids))}
        return type(self)(
            ids=ids,
            spans={width: windows.joined(other.spans[width], **new) for width, windows in self.spans.items()},
            shingles=self.shingles.joined(other.shingles, **new),
            runs=self.runs.joined(other.runs, owners=0, owner_bits=0),
            shorts=self.shorts.joined(other.shorts, owners=0, owner_bits=0),
            wordless=np.union1d(self.wordless, other.wordless),
        )

    def to_bytes(self) -> bytes:
        """Write the hashes; `from_bytes` reads them back."""
        tables = self._tables()
        facts = {
            "posts": len(self.ids),
            "hashBits": {name: windows.hash_bits for name, windows in tables.items()},
        }
        keys = {name: np.diff(windows.keys, prepend=np.uint64(0)) for name, windows in tables.items()}
        ids = packed_text("\n".join(self.ids))
        return pack(_KIND, _VERSION, facts, {**keys, "wordless": self.wordless, "ids": ids})

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: These bytes are no such hashes.
        """
        types = dict.fromkeys([*map(_name, SPANS), "shingles", "runs", "shorts", "wordless"], "<u8")
        facts, arrays = unpack(content, _KIND, _VERSION, types | {"ids": "|u1"})
        with refusing(_KIND):
            ids = _read_ids(unpacked_text(arrays["ids"]), facts["posts"])
            owned = _owner_bits(len(ids))
            tables = {
                name: _read_windows(
                    np.cumsum(arrays[name], dtype=np.uint64),
                    facts["hashBits"][name],
                    0 if name in ("runs", "shorts") else owned,
                    len(ids),
                )
                for name in types
                if name != "wordless"
            }
            require(_KIND, is_ascending(arrays["wordless"]))
        spans = {width: tables.pop(_name(width)) for width in SPANS}
        return cls(ids=ids, spans=spans, wordless=arrays["wordless"], **tables)

    def _tables(self) -> dict[str, Windows]:
        spans = {_name(width): windows for width, windows in self.spans.items()}
        return {**spans, "shingles": self.shingles, "runs": self.runs, "shorts": self.shorts}


def span_windows(halves: Codes, width: int) -> tuple[Codes, Places]:
    """Hash the windows that begin with a word; also says where each begins."""
    hashes, places = hash_windows(halves, width)
    begins = halves[places] % 2 == 0
    return hashes[begins], places[begins]


def _spans(halves: Codes, starts: Places, width: int, owner_bits: int) -> Windows:
    return _owned(*span_windows(halves, width), starts, _SPAN_BITS[width], owner_bits)


def _owned(hashes: Codes, places: Places, starts: Places, hash_bits: int, owner_bits: int) -> Windows:
    return Windows.of(hashes, owners_of(places, starts), hash_bits=hash_bits, owner_bits=owner_bits)


def _short_texts(flats: Codes) -> Codes:
    """Hashes of all windows under a shingle that could be a whole text: begun and ended as a text is."""
    is_edge, is_open = _edges(flats)
    opens = np.concatenate([[0], np.cumsum(is_open)])
    found = [np.empty(0, dtype=np.uint64)]
    for width in range(1, SHINGLE):
        hashes, places = hash_windows(flats, width)
        ended = (flats[places + width - 1] == _SPACE) | (opens[places + width] > opens[places])
        found.append(hashes[is_edge[places] & ended])
    return np.concatenate(found)


def _edges(flats: Codes) -> tuple[np.typing.NDArray[np.bool_], np.typing.NDArray[np.bool_]]:
    """Where a flat text could begin, and where characters of scripts without spaces stand."""
    present = np.zeros(int(flats.max(initial=0)) + 1, dtype=bool)
    present[flats.astype(np.int64)] = True
    is_open = np.zeros(len(present), dtype=bool)
    is_open[[at for at in np.flatnonzero(present) if is_unspaced(chr(at))]] = True
    opened = is_open[flats.astype(np.int64)]
    return opened | (flats == _SPACE), opened


def _owner_bits(posts: int) -> int:
    return max(posts - 1, 1).bit_length()


def _name(width: int) -> str:
    return f"spans{width}"


def _read_ids(text: str, count: int) -> tuple[str, ...]:
    ids = tuple(text.split("\n")) if count else ()
    require(_KIND, len(ids) == count)
    return ids


def _read_windows(keys: Codes, hash_bits: int, owner_bits: int, posts: int) -> Windows:
    windows = Windows(keys, hash_bits, owner_bits)
    numbers = keys & np.uint64((1 << owner_bits) - 1)
    require(
        _KIND,
        0 < hash_bits <= 64 - owner_bits,
        is_ascending(keys),
        not owner_bits or not len(keys) or int(numbers.max()) < posts,
    )
    return windows
