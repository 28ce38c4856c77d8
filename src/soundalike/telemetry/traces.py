"""Traces by OpenTelemetry, where an endpoint is set and the extra `otel` is installed; else they cost nothing.

Spans hold names, ids and figures: no text of a post and no secret. An error is told by its class alone, since its
words may quote what a user wrote.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from soundalike.telemetry.logs import get_log
from soundalike.telemetry.redaction import Redaction

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

MISSING: Final = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the extra `otel` is not installed: nothing is traced. "
    "Install it with pip install 'soundalike[otel]', or unset the variable."
)
_SCOPE: Final = "soundalike"
_LONGEST_FACT: Final = 100  # characters: ids and names, not texts
_STOP_SECONDS: Final = 5
_SERVER_ERRORS: Final = 500
_TRACE_HEADERS: Final = frozenset({b"traceparent", b"tracestate"})
_LONGEST_HEADER: Final = 1_024
_NOTHING: Final = nullcontext()

Fact = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Tracing:
    """Where spans go while this process runs."""

    provider: "TracerProvider"
    tracer: "Tracer"
    redaction: Redaction

    def stop(self) -> None:
        """Send what is left, for 5 s at most, and trace nothing from here on."""
        _current.clear()
        # In a thread, since a collector that does not answer would hold up the stop for half a minute.
        last = threading.Thread(target=self.provider.shutdown, daemon=True)
        last.start()
        last.join(_STOP_SECONDS)


_current: Final[list[Tracing]] = []  # at most one; a list, so that reading it costs nothing


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether the environment names an endpoint to send traces to."""
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return not disabled and any(environment.get(name, "").strip() for name in names)


def is_installed() -> bool:
    """Whether the extra `otel` is there."""
    from importlib.util import find_spec  # noqa: PLC0415

    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http.trace_exporter") is not None
    except ModuleNotFoundError:
        return False


def set_up_traces(
    environment: Mapping[str, str], *, version: str, secrets: Iterable[str] = ()
) -> Tracing | None:
    """Trace from here on if the environment wants it (OpenTelemetry's own variables); None if it does not.

    A missing extra is told in the log and stops nothing. Headers, timeout, sampling and the batches' sizes are
    OpenTelemetry's variables too, read from the environment of the process.
    """
    if not is_wanted(environment):
        return None
    if not is_installed():
        get_log().warning(MISSING)
        return None
    tracing = _open(version, environment, Redaction(secrets))
    _current[:] = [tracing]
    return tracing


def span(name: str, **facts: Fact | None) -> AbstractContextManager[None]:
    """A span around the block, such as `span("step", step="train")`; nothing at all where traces are off.

    Facts are names, ids and figures; a text is cut to 100 characters.
    """
    return _step_span(_current[0], name, facts) if _current else _NOTHING


def request_span(
    method: str, headers: Iterable[tuple[bytes, bytes]]
) -> AbstractContextManager["Span | None"]:
    """The span of a request, part of the caller's trace where its headers name one; None where traces are off."""
    return _server_span(_current[0], method, headers) if _current else _NOTHING


def end_request(span: "Span", *, method: str, route: str, status: int, request_id: str) -> None:
    """Say in a request's span how it was answered."""
    span.update_name(f"{method} {route}")
    span.set_attributes(
        {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
            "soundalike.request_id": request_id,
        }
    )
    if status >= _SERVER_ERRORS:
        _set_failed(span, str(status))


def trace_id(span: "Span") -> str:
    """The trace's id as it is written everywhere: 32 hexadecimal digits."""
    return f"{span.get_span_context().trace_id:032x}"


def _open(version: str, environment: Mapping[str, str], redaction: Redaction) -> Tracing:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    named = {"service.name": environment.get("OTEL_SERVICE_NAME") or _SCOPE, "service.version": version}
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=_address(environment))))
    return Tracing(provider, provider.get_tracer(_SCOPE, version), redaction)


def _address(environment: Mapping[str, str]) -> str:
    """Where traces go: the address for them as it is, or a path below the address for everything."""
    own = environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "").strip()
    return own or environment["OTEL_EXPORTER_OTLP_ENDPOINT"].strip().rstrip("/") + "/v1/traces"


@contextmanager
def _step_span(tracing: Tracing, name: str, facts: Mapping[str, Fact | None]) -> Iterator[None]:
    told = {
        key: tracing.redaction.text(fact)[:_LONGEST_FACT] if isinstance(fact, str) else fact
        for key, fact in facts.items()
        if fact is not None
    }
    with (
        tracing.tracer.start_as_current_span(
            name, attributes=told, record_exception=False, set_status_on_exception=False
        ) as begun,
        _failures_in(begun),
    ):
        yield


@contextmanager
def _server_span(
    tracing: Tracing, method: str, headers: Iterable[tuple[bytes, bytes]]
) -> Iterator["Span | None"]:
    from opentelemetry.trace import SpanKind  # noqa: PLC0415 - an extra

    with (
        tracing.tracer.start_as_current_span(
            method,
            context=_context_in(headers),
            kind=SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ) as begun,
        _failures_in(begun),
    ):
        yield begun


@contextmanager
def _failures_in(span: "Span") -> Iterator[None]:
    try:
        yield
    except Exception as error:
        _set_failed(span, type(error).__qualname__)
        raise


def _set_failed(span: "Span", kind: str) -> None:
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


def _context_in(headers: Iterable[tuple[bytes, bytes]]) -> "Context":
    """The caller's trace, by W3C's headers; nonsense in them is none."""
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - an extra
        TraceContextTextMapPropagator,
    )

    carrier = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in headers
        if name in _TRACE_HEADERS and len(value) <= _LONGEST_HEADER
    }
    return TraceContextTextMapPropagator().extract(carrier)
