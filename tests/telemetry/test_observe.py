import asyncio
import json
import time

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import StreamingResponse
from starlette.staticfiles import StaticFiles

from soundalike.telemetry.logs import get_log
from soundalike.telemetry.metrics import Metrics
from soundalike.telemetry.observe import Observe

KEY = "sa_0123456789abcdef_" + "k" * 43


def build(folder):
    """An application with a route of each sort."""
    app, api, inner = FastAPI(), APIRouter(prefix="/api"), APIRouter(prefix="/inner")

    @api.get("/models/{model_id}")
    def show(model_id: str, request: Request):
        request.state.workspace_id, request.state.user_id = "w1", "u1"
        get_log().info("shown")
        return {"id": request.state.request_id}

    @inner.get("/{rest:path}")
    def rest(rest: str):
        return rest

    @app.get("/events")
    async def events():
        async def send():
            yield b"data: 1\n\n"
            yield b"data: 2\n\n"

        return StreamingResponse(send(), media_type="text/event-stream")

    @app.get("/broken")
    def broken():
        raise RuntimeError(f"it was {KEY}")

    @app.get("/healthz")
    def health():
        return "ok"

    api.include_router(inner)
    app.include_router(api, prefix="/v1")
    app.mount("/static", StaticFiles(directory=folder))
    return app


@pytest.fixture
def metrics():
    """Figures of this test's own."""
    return Metrics(version="1")


@pytest.fixture
def get(tmp_path, metrics):
    """Ask the application: `get(path, **headers) -> response`."""
    (tmp_path / "page.css").write_text("x")
    app = Observe(build(tmp_path), metrics=metrics)

    def call(path, method="GET", **headers):
        async def ask():
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(
                    method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
                )

        return asyncio.run(ask())

    return call


def _requests(pipe):
    return [line for line in pipe.objects if line["event"] == "request"]


def test_a_request_leaves_one_line_with_its_route_its_ids_and_who_asked(get, pipe):
    """The template tells the kind of request, the ids which; what a handler logs carries the same id."""
    answer = get("/v1/api/models/m7?secret=x")
    shown, line = pipe.objects
    assert answer.headers["x-request-id"] == answer.json()["id"] == shown["request_id"] == line["request_id"]
    assert line.pop("ms") >= 0
    assert {name: line[name] for name in line.keys() - {"at", "request_id"}} == {
        "level": "info",
        "logger": "soundalike.web",
        "event": "request",
        "method": "GET",
        "route": "/v1/api/models/{model_id}",
        "status": 200,
        "model_id": "m7",
        "workspace_id": "w1",
        "user_id": "u1",
    }


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/v1/api/inner/a/b", "/v1/api/inner/{rest}", "2xx"),
        ("/static/page.css", "/static", "2xx"),
        ("/static/none.css", "/static", "4xx"),
        ("/nowhere/1", "unknown", "4xx"),
        ("/broken", "/broken", "5xx"),
    ],
)
def test_figures_go_by_the_route_not_by_the_path(get, metrics, path, route, status):
    """Routers within routers, files under a mount, and what does not exist: one label each."""
    get(path)
    row = f'soundalike_http_requests_total{{method="GET",route="{route}",status="{status}"}} 1.0'
    assert row in metrics.text().decode()


def test_a_caller_may_name_a_request_if_the_name_is_harmless(get, pipe):
    """A proxy's id is kept, so that both logs tell of the same; anything that could forge or flood is not."""
    assert get("/healthz", x_request_id="proxy-1234.5").headers["x-request-id"] == "proxy-1234.5"
    for id_ in ("short", "x" * 65, 'a"b"c"d"e"', "../../../etc", "white space"):
        assert get("/healthz", x_request_id=id_).headers["x-request-id"] != id_


def test_a_crash_is_told_once_with_its_traceback_and_without_the_secret(get, metrics, pipe):
    """The caller gets no inner word, the operator all but the key."""
    answer = get("/broken")
    (line,) = _requests(pipe)
    assert (answer.status_code, line["level"], line["status"]) == (500, "error", 500)
    assert "RuntimeError: it was [redacted]" in line["exception"]
    assert KEY not in answer.text


def test_what_is_asked_all_the_time_is_told_at_debug_only(get, metrics, set_up):
    """Probes and scrapes would drown the rest; they are counted all the same."""
    pipe = set_up(level="info")
    get("/healthz")
    assert pipe.lines == []
    assert 'route="/healthz"' in metrics.text().decode()
    pipe = set_up(level="debug")
    get("/healthz")
    assert len(_requests(pipe)) == 1


def test_an_event_stream_is_open_while_it_lasts_and_does_not_spoil_the_durations(tmp_path, metrics, pipe):
    """The gauge goes up and down again; the request is counted, its hours are not."""
    app, open_ = Observe(build(tmp_path), metrics=metrics), []

    async def ask():
        async def send(message):
            open_.append(_gauge(metrics))

        scope = {"type": "http", "method": "GET", "path": "/events", "headers": [], "query_string": b""}
        await app(scope, asyncio.Event().wait, send)

    asyncio.run(asyncio.wait_for(ask(), 10))
    assert (max(open_), _gauge(metrics)) == (1, 0)
    text = metrics.text().decode()
    assert 'soundalike_http_requests_total{method="GET",route="/events",status="2xx"} 1.0' in text
    timed = 'soundalike_http_request_duration_seconds_count{method="GET",route="/events",status="2xx"}'
    assert f"{timed} 0.0" in text


def _gauge(metrics):
    (row,) = [
        row
        for row in metrics.text().decode().splitlines()
        if row.startswith("soundalike_event_streams_open ")
    ]
    return float(row.split()[1])


def test_a_client_that_leaves_is_no_crash(metrics, pipe):
    """A cancelled request counts as 499, and the cancellation goes on."""

    async def wait(scope, receive, send):
        await asyncio.sleep(60)

    async def ask():
        scope = {"type": "http", "method": "BREW", "path": "/", "headers": []}
        task = asyncio.create_task(Observe(wait, metrics=metrics)(scope, None, None))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(ask())
    (line,) = _requests(pipe)
    assert (line["status"], line["method"], line["route"]) == (499, "other", "unknown")


def test_what_is_no_request_passes_through(metrics):
    """Lifespan and websockets are none of its business."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope)

    asyncio.run(Observe(app, metrics=metrics)({"type": "lifespan"}, None, None))
    assert seen == [{"type": "lifespan"}]


@pytest.mark.slow
def test_observing_costs_less_than_forty_lines_of_json(metrics, set_up, tmp_path):
    """Held against work of this machine, the best of fifty rounds each, since others may use it; the log is a file."""
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"x"), (b"accept", b"*/*")]}
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
    line = {f"name{number}": "value" for number in range(12)}

    async def app(scope, receive, send):
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        pass

    async def cost(application):
        began = time.process_time()
        for _ in range(500):
            await application(dict(scope), None, send)
        return time.process_time() - began

    def cost_of_lines():
        began = time.process_time()
        for _ in range(500):
            json.dumps(line)
        return time.process_time() - began

    with (tmp_path / "log").open("w") as file:
        set_up(stream=file, secrets=["one-secret-of-many", "another-secret"])
        observed = Observe(app, metrics=metrics)
        rounds = range(50)
        observing = min(asyncio.run(cost(observed)) - asyncio.run(cost(app)) for _ in rounds)
        assert observing < 40 * min(cost_of_lines() for _ in rounds)
