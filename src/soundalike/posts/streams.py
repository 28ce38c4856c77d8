"""Large files read bit by bit: bytes counted on their way, text, and the JSON values in it, each as it comes.

JSON is cut into values by the standard decoder on a window that moves along the text: faster than the streaming parsers
there are, and it reads escapes as `json.loads` does everywhere else.
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, Final, TextIO

_CHUNK: Final = 2**16
_SIGN: Final = re.compile(r"[^ \t\r\n]")
_DECODER: Final = json.JSONDecoder()

Count = Callable[[int], None]
"""Told how many more bytes were read."""


class BreaksOff(Exception):
    """The rest of a file cannot be read; the message says why."""


class _Counted(io.RawIOBase):
    """Bytes on their way from `source`; whatever goes wrong there is a BreaksOff here."""

    def __init__(self, source: IO[bytes], most_bytes: int, count: Count) -> None:
        self._source, self._most, self._count = source, most_bytes, count
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - anything that bytes can be written into
        try:
            data = self._source.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise BreaksOff(str(error) or "it ends too early") from error
        self._seen += len(data)
        if self._seen > self._most:  # the size a zip states may be a lie
            raise BreaksOff(f"it is over {self._most / 2**30:g} GiB")
        self._count(len(data))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._source.close()
        super().close()


@contextmanager
def text_of(source: IO[bytes], *, most_bytes: int, count: Count) -> Iterator[TextIO]:
    """The text of a stream, which is closed at the end; what is no UTF-8 becomes U+FFFD.

    Raises:
        BreaksOff: While reading: the stream is damaged, or longer than `most_bytes`.
    """
    raw = io.BufferedReader(_Counted(source, most_bytes, count), _CHUNK)
    with io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="") as text:
        yield text


class JsonReader:
    """The JSON values of a text one after the other, each at most `longest` characters."""

    def __init__(self, text: TextIO, *, longest: int) -> None:
        self._text, self._longest = text, longest
        self._window, self._at = "", 0

    def skip_to_array(self, within: int) -> bool:
        """Go behind the first `[`; whether there is one in the next `within` characters."""
        while "[" not in self._window[:within] and len(self._window) < within and self._read_on():
            pass
        self._at = self._window[:within].find("[") + 1
        return bool(self._at)

    def peek(self) -> str:
        """The next sign that is no white space; nothing at the end."""
        while not (sign := _SIGN.search(self._window, self._at)):
            self._at = len(self._window)
            if not self._read_on():
                return ""
        self._at = sign.start()
        return sign[0]

    def values(self) -> Iterator[Any]:
        """The values that follow each other up to the end; those of an array count each for itself.

        Raises:
            BreaksOff: There is something else, or a value is longer than allowed.
        """
        while sign := self.peek():
            if sign == "[":
                self._at += 1
                yield from self.array()
            else:
                yield self._value()

    def array(self) -> Iterator[Any]:
        """The values of the array behind whose `[` the reader stands, up to its end.

        Raises:
            BreaksOff: It has no end, or something in it is no JSON or longer than allowed.
        """
        goes_on = self.peek() != "]"
        while goes_on:
            yield self._value()
            goes_on = self.peek() == ","
            self._at += goes_on
        if self.peek() != "]":
            raise BreaksOff("it ends too early, or is damaged")
        self._at += 1

    def _value(self) -> Any:  # noqa: ANN401 - any JSON
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._window, self._at)
            except RecursionError:
                raise BreaksOff("it is nested too deep") from None
            except ValueError as error:
                self._need_more(error)
            else:
                size = end - self._at
                if end == len(self._window) and self._read_on():
                    continue  # of a number, this may be the beginning
                self._at += size
                return value

    def _need_more(self, error: ValueError) -> None:
        """Read on, as the value may only be cut; where it cannot, `error` is what is wrong with it."""
        if len(self._window) - self._at > self._longest:
            raise BreaksOff("something in it is too long, or damaged") from error
        if not self._read_on(max(len(self._window) - self._at, _CHUNK)):
            raise BreaksOff("it ends too early, or is damaged") from error

    def _read_on(self, characters: int = _CHUNK) -> bool:
        more = self._text.read(characters)
        self._window, self._at = self._window[self._at :] + more, 0
        return bool(more)
