import asyncio
import gzip
import subprocess
import sys
import threading
import timeit
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="needs the extra `otel`")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from soundalike.telemetry.metrics import Metrics
from soundalike.telemetry.observe import Observe
from soundalike.telemetry.traces import is_wanted, set_up_traces, span

CALLER = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


@pytest.fixture
def collector(monkeypatch):
    """A collector on loopback; gives its address and the spans it got, as (path, resource, span)."""
    received = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            for batch in ExportTraceServiceRequest.FromString(body).resource_spans:
                resource = _attributes(batch.resource)
                received.extend((self.path, resource, s) for scope in batch.scope_spans for s in scope.spans)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()
        thread.join()


def _attributes(thing):
    return {item.key: getattr(item.value, item.value.WhichOneof("value")) for item in thing.attributes}


def _ask(app, *headers, path="/"):
    async def send(message):
        pass

    scope = {"type": "http", "method": "GET", "path": path, "headers": list(headers)}
    asyncio.run(Observe(app, metrics=Metrics(version="1"))(scope, None, send))


async def _answer(scope, receive, send):
    scope["route"] = type("Route", (), {"path": "/models/{model_id}"})
    with span("step", step="voice", training_id="t1", posts=812, note="x" * 500, absent=None):
        await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


def test_a_request_and_its_step_are_spans_of_the_callers_trace(collector, pipe):
    """W3C's traceparent is gone on with; names and ids are there, and the log line names the trace."""
    address, received = collector
    tracing = set_up_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": f"{address}/"}, version="1.2.3")
    _ask(_answer, (b"traceparent", f"00-{CALLER}-{PARENT}-01".encode()), path="/models/m7")
    tracing.stop()
    paths, resources, spans = zip(*received, strict=True)
    step, request = sorted(spans, key=lambda span: span.name, reverse=True)
    assert set(paths) == {"/v1/traces"}
    assert (resources[0]["service.name"], resources[0]["service.version"]) == ("soundalike", "1.2.3")
    assert (request.name, request.trace_id.hex(), request.parent_span_id.hex()) == (
        "GET /models/{model_id}",
        CALLER,
        PARENT,
    )
    assert step.parent_span_id == request.span_id
    assert _attributes(step) == {"step": "voice", "training_id": "t1", "posts": 812, "note": "x" * 100}
    told = _attributes(request)
    assert told.pop("soundalike.request_id") == pipe.objects[0]["request_id"]
    assert told == {
        "http.request.method": "GET",
        "http.route": "/models/{model_id}",
        "http.response.status_code": 200,
    }
    assert pipe.objects[0]["trace_id"] == CALLER


@pytest.mark.parametrize(
    "header", [b"nonsense", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01", b"\xff" * 2_000]
)
def test_a_header_that_is_no_trace_begins_a_new_one(collector, pipe, header):
    """Nonsense from outside is nothing to go on with."""
    address, received = collector
    tracing = set_up_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": address}, version="1")
    _ask(_answer, (b"traceparent", header), (b"tracestate", b"=" * 5_000))
    tracing.stop()
    (request,) = [span for _, _, span in received if span.name != "step"]
    assert request.parent_span_id == b""


def test_an_error_is_told_by_its_class_and_no_secret_or_text_leaves(collector, pipe):
    """What an exception says may quote a post; a key among the facts is struck out."""
    address, received = collector
    environment = {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{address}/own"}
    tracing = set_up_traces(environment, version="1", secrets=["very-secret-value"])

    async def fail(scope, receive, send):
        with span("train", note="very-secret-value", other=f"sa_{'0' * 16}_{'k' * 43}"):
            raise ValueError("the text of a post")

    with pytest.raises(ValueError, match="text of a post"):
        _ask(fail)
    tracing.stop()
    assert {path for path, _, _ in received} == {"/own"}
    assert {span.status.code for _, _, span in received} == {2}
    assert {_attributes(span)["error.type"] for _, _, span in received} == {"ValueError"}
    sent = str(received)
    assert not [word for word in ("very-secret-value", "kkkk", "text of a post") if word in sent]


def test_a_step_elsewhere_is_a_trace_of_its_own(collector):
    """A worker's step has no request around it."""
    address, received = collector
    tracing = set_up_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": address}, version="1")
    with span("step", step="train"):
        pass
    tracing.stop()
    with span("step", step="after the stop"):
        pass
    assert [_attributes(span) for _, _, span in received] == [{"step": "train"}]


def test_nothing_is_traced_unless_an_endpoint_is_set():
    """No endpoint, or OpenTelemetry's own switch."""
    assert set_up_traces({}, version="1") is None
    assert not is_wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": " "})
    assert not is_wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "TRUE"})
    assert is_wanted({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x"})


def test_spans_cost_nothing_where_traces_are_off():
    """Less than 2 µs each, and no import."""

    def use():
        with span("step", step="voice"):
            pass

    assert min(timeit.repeat(use, number=10_000, repeat=5)) / 10_000 < 2e-6


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("opentelemetry"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from soundalike.telemetry.logs import set_up_logs
from soundalike.telemetry.traces import set_up_traces, span
set_up_logs()
assert set_up_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, version="1") is None
with span("step"):
    pass
"""


def test_an_endpoint_without_the_extra_is_told_and_stops_nothing():
    """The line says what to install."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert "pip install 'soundalike[otel]'" in done.stderr


def test_a_collector_that_does_not_answer_does_not_hold_up_the_stop(monkeypatch):
    """The last spans are lost after 5 s; the process ends."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    tracing = set_up_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, version="1")
    with span("step"):
        pass
    assert timeit.timeit(tracing.stop, number=1) < 6
