"""Logs: set up once by whoever serves or works, and then the same pipe for every library.

A module that has something to say takes `get_log()`; what a whole request or job has in common is bound with `about`.
"""

import logging
import sys
import threading
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Final, Literal, TextIO

import structlog
from structlog.contextvars import bound_contextvars
from structlog.typing import FilteringBoundLogger, WrappedLogger

from soundalike.telemetry.lines import FIELDS, JsonLines, TextLines
from soundalike.telemetry.redaction import Redaction

Style = Literal["auto", "json", "text"]
Level = Literal["debug", "info", "warning", "error"]

UVICORN: Final[Mapping[str, Any]] = {"log_config": None, "access_log": False}
"""What to run uvicorn with, so that it leaves its logs to this room and the line for each request to `Observe`."""

TOLD: Final = "soundalike_told"
"""Attribute of an exception that was logged with its request; uvicorn need not tell it again."""

_NAME: Final = "soundalike"
_MIGRATIONS: Final = "alembic.runtime.migration"
_CALM: Final = {  # libraries that tell more than an operator wants to know: the least of theirs that is passed on
    "alembic": logging.WARNING,
    _MIGRATIONS: logging.INFO,
    "asyncio": logging.WARNING,
    "dbos": logging.WARNING,
    "filelock": logging.WARNING,
    "httpcore2": logging.WARNING,
    "httpx2": logging.WARNING,  # its lines hold whole addresses
    "mcp": logging.WARNING,  # a line for every message
    "openai": logging.WARNING,
    "opentelemetry": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "urllib3": logging.WARNING,
    "uvicorn": logging.INFO,
    "uvicorn.error": logging.INFO,
    "uvicorn.access": logging.CRITICAL,
}


def set_up_logs(
    *,
    style: Style = "auto",
    level: Level = "info",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send all logs, those of libraries too, to `stream` (stderr) line by line; doing it again replaces the first.

    Args:
        style: JSON objects, or text for people; `auto` is text on a terminal only.
        level: Least level that is shown.
        secrets: Values that must never be shown, whatever they stand in.
        stream: Where to write.
    """
    stream = stream or sys.stderr
    handler = _Handler(stream)
    handler.setFormatter(_lines(style, stream, Redaction(secrets)))
    handler.addFilter(_is_news)
    handler.name = _NAME
    floor = getattr(logging, level.upper())
    _take_over(logging.getLogger(), handler, floor)
    for name, least in _CALM.items():
        _take_over(logging.getLogger(name), handler if name == "dbos" else None, max(floor, least))
    # It adds a handler of its own where it finds none, and passes nothing on.
    logging.getLogger("dbos").propagate = False
    logging.captureWarnings(True)
    # No line tells these, and finding them out takes as long as writing it.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    _configure_structlog(floor)
    sys.excepthook = _tell_crash
    threading.excepthook = _tell_thread_crash


def get_log(name: str = _NAME) -> FilteringBoundLogger:
    """The log of a part; `log.info("collected", posts=812)` names what happened, and facts as fields."""
    log: FilteringBoundLogger = structlog.get_logger(name)
    return log


def about(**facts: object) -> AbstractContextManager[None]:
    """Put facts such as `request_id`, `training_id`, `job` or `worker` on all lines written while the block runs."""
    return bound_contextvars(**{name: fact for name, fact in facts.items() if fact is not None})


def write_line(
    logger: logging.Logger,
    level: int,
    event: str,
    fields: Mapping[str, object],
    fault: BaseException | None = None,
) -> None:
    """Write a line without looking for who wrote it, which is most of what a line costs; for lines by the thousand."""
    if logger.isEnabledFor(level):
        trace = (type(fault), fault, fault.__traceback__) if fault else None
        record = logging.LogRecord(logger.name, level, "", 0, event, (), trace)
        setattr(record, FIELDS, fields)
        logger.handle(record)


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A line that cannot be written is lost; Python would print the record, secrets and all."""


def _lines(style: Style, stream: TextIO, redaction: Redaction) -> logging.Formatter:
    on_terminal = stream.isatty()
    if style == "text" or (style == "auto" and on_terminal):
        return TextLines(redaction, coloured=on_terminal)
    return JsonLines(redaction)


def _take_over(logger: logging.Logger, handler: logging.Handler | None, level: int) -> None:
    for old in list(logger.handlers):
        if logger.name != "root" or old.name == _NAME:  # a test runner's own on the root stay
            logger.removeHandler(old)
    if handler:
        logger.addHandler(handler)
    logger.propagate = logger.name != "root"
    logger.setLevel(level)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a record says something that no other line does and that an operator can act on."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return record.name != _MIGRATIONS or record.getMessage().startswith("Running")
    if record.name == "dbos":  # it reports a cancelled job as an error, with a traceback
        return "Cancel" not in type(error).__name__
    return not getattr(error, TOLD, False) or record.name.startswith(_NAME)


def _configure_structlog(floor: int) -> None:
    structlog.configure(
        processors=[_to_record],
        wrapper_class=structlog.make_filtering_bound_logger(floor),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _to_record(
    _logger: WrappedLogger, _method: str, fields: MutableMapping[str, Any]
) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """Hand the line to the standard library's pipe, in which the other libraries' lines are too."""
    event = str(fields.pop("event", ""))
    shown = {"exc_info": fields.pop("exc_info", None), "extra": {FIELDS: dict(fields)}}
    return (event,), shown


def _tell_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_log().error("crashed", exc_info=(kind, error, trace))


def _tell_thread_crash(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None:
        name = crash.thread.name if crash.thread else ""
        fault = (crash.exc_type, crash.exc_value, crash.exc_traceback)
        get_log().error("a thread crashed", thread=name, exc_info=fault)
