"""A log record as one line: a JSON object for programs, words for people. Nothing in a value can begin a line."""

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from structlog.contextvars import get_contextvars

from soundalike.telemetry.redaction import Redaction

FIELDS: Final = "soundalike_fields"
"""The attribute of a record that holds a line's fields."""

_INDENT: Final = "    "
_OWN: Final = frozenset({"at", "level", "logger", "event", "exception"})
_COLOURS: Final = {"warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}
_dump: Final = json.JSONEncoder(check_circular=False, separators=(",", ":"), allow_nan=False).encode


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII: `at` (UTC), `level`, `logger`, `event`, then the fields."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__()
        self._redaction = redaction

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        return _dump(_read(record, self._redaction))


class TextLines(logging.Formatter):
    """For a terminal: time (UTC), level, event, fields; a traceback follows indented."""

    def __init__(self, redaction: Redaction, *, coloured: bool = False) -> None:
        super().__init__()
        self._redaction = redaction
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        """Write the line."""
        line = _read(record, self._redaction)
        level = f"{line['level']:<8}"
        if self._coloured and line["level"] in _COLOURS:
            level = f"{_COLOURS[line['level']]}{level}\x1b[0m"
        fields = [f"{_visible(name)}={_shown(value)}" for name, value in line.items() if name not in _OWN]
        words = [str(line["at"])[11:19], level + _visible(line["event"]), *fields]
        return "\n".join([" ".join(words), *_indented(str(line.get("exception", "")))])


def _read(record: logging.LogRecord, redaction: Redaction) -> dict[str, Any]:
    own: Mapping[str, object] = getattr(record, FIELDS, {})
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    told = redaction.fields({**get_contextvars(), **own, "event": _message(record)})
    line = {
        "at": f"{at[:23]}Z",
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": told.pop("event"),
    }
    for name, value in told.items():
        line[name if name not in _OWN else f"{name}_"] = value
    if record.exc_info and record.exc_info[1] is not None:
        line["exception"] = redaction.text(_traceback(record.exc_info[1]))
    return line


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - somebody's words and arguments do not fit; the words are better than nothing
        return str(record.msg)


def _traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error)).rstrip()
    except Exception:  # noqa: BLE001 - an exception that cannot be shown still has a name
        return type(error).__name__


def _shown(value: object) -> str:
    if not isinstance(value, str):
        return _visible(_dump(value))
    visible = _visible(value)
    return visible if visible and not any(sign in visible for sign in ' "=') else json.dumps(visible)


def _visible(text: str) -> str:
    """The text with all that could move the cursor, or end the line, written out."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode()
        for sign in text
    )


def _indented(text: str) -> list[str]:
    return [_INDENT + _visible(line) for line in text.split("\n")] if text else []
