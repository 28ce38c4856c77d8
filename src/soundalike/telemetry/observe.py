"""What every request leaves behind: an id in its context, a line in the log, figures, and a span.

`Observe` goes around the whole application. Handlers find the id in `request.state.request_id`; who says in
`request.state` who is asking (`user_id`, `workspace_id`) finds it in the line.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from soundalike.telemetry import traces
from soundalike.telemetry.logs import TOLD, write_line
from soundalike.telemetry.metrics import UNKNOWN_ROUTE, Metrics, known_method

if TYPE_CHECKING:
    from opentelemetry.trace import Span

QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Routes that are asked all the time: their lines are shown at the level `debug` only."""

_LOGGER: Final = logging.getLogger("soundalike.web")
_HEADER: Final = b"x-request-id"
_ID: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._\-]{7,63}")
_EVENT_STREAM: Final = b"text/event-stream"
_CRASHED: Final = 500
_CLIENT_LEFT: Final = 499  # nginx's number for it
_WHO: Final = ("workspace_id", "user_id")


class Observe:
    """ASGI middleware: answers carry `X-Request-ID`, the caller's own where it is 8 to 64 harmless characters."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        clock: Callable[[], float] = time.perf_counter,
        new_id: Callable[[], str] = lambda: token_hex(16),
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Observe a request; anything else passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_in(scope) or self._new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id, self._metrics)
        method = known_method(scope["method"])
        bound = bind_contextvars(request_id=request_id)
        try:
            with traces.request_span(method, scope["headers"]) as span:
                await self._observe(scope, receive, answer, span)
        finally:
            reset_contextvars(**bound)

    async def _observe(self, scope: Scope, receive: Receive, answer: "_Answer", span: "Span | None") -> None:
        began = self._clock()
        fault: Exception | None = None
        try:
            await self._app(scope, receive, answer.send)
        except asyncio.CancelledError:
            answer.status = answer.status or _CLIENT_LEFT
            raise
        except Exception as error:
            fault = error
            setattr(error, TOLD, True)
            answer.status = answer.status or _CRASHED
            raise
        finally:
            self._tell(scope, answer, self._clock() - began, fault, span)

    def _tell(
        self, scope: Scope, answer: "_Answer", seconds: float, fault: Exception | None, span: "Span | None"
    ) -> None:
        method, status = known_method(scope["method"]), answer.status or _CRASHED
        route = route_of(scope)
        if answer.is_stream:
            self._metrics.count_stream(-1)
        self._metrics.count_request(method, route, status, None if answer.is_stream else seconds)
        facts = _facts(scope, route, status, seconds)
        if span is not None:
            traces.end_request(span, method=method, route=route, status=status, request_id=answer.request_id)
            facts["trace_id"] = traces.trace_id(span)
        write_line(_LOGGER, _level(route, status), "request", facts, fault)


class _Answer:
    """What is sent back: notes the status and adds the request's id."""

    def __init__(self, send: Send, request_id: str, metrics: Metrics) -> None:
        self._send = send
        self._metrics = metrics
        self.request_id = request_id
        self.status = 0
        self.is_stream = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            headers.append((_HEADER, self.request_id.encode()))
            message = {**message, "headers": headers}
            self.status = message["status"]
            if any(name == b"content-type" and value.startswith(_EVENT_STREAM) for name, value in headers):
                self.is_stream = True
                self._metrics.count_stream(1)
        await self._send(message)


def route_of(scope: Scope) -> str:
    """The route's template, such as `/api/train-ai/sessions/{session_id}`; `unknown` where none matched."""
    # FastAPI's routers keep their routes' own paths, and where the router is only in here.
    included = scope.get("fastapi", {}).get("effective_route_context")
    for route in (included, scope.get("route")):
        template = getattr(route, "path_format", None) or getattr(route, "path", None)
        if template:
            return str(template)
    # Files under a mount, whose names are not of interest; without one the root is the server's own.
    own = scope.get("app_root_path")
    return UNKNOWN_ROUTE if own is None else scope.get("root_path", "")[len(own) :] or UNKNOWN_ROUTE


def _id_in(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == _HEADER and _ID.fullmatch(value):
            return str(value, "ascii")
    return None


def _level(route: str, status: int) -> int:
    if status >= _CRASHED:
        return logging.ERROR
    return logging.DEBUG if route in QUIET else logging.INFO


def _facts(scope: Mapping[str, Any], route: str, status: int, seconds: float) -> dict[str, object]:
    state = scope["state"]
    return {
        **(scope.get("path_params") or {}),  # the ids in the path
        "method": known_method(scope["method"]),
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        **{name: str(state[name]) for name in _WHO if state.get(name) is not None},
    }
