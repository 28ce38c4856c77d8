import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from starlette.testclient import TestClient
from structlog.testing import capture_logs

ANALYZE = "/api/train-ai/analyze-creator"
MIB = 2**20
ROUTES = [
    ("GET", "/api/train-ai/sessions"),
    ("GET", "/api/train-ai/models"),
    ("POST", ANALYZE),
    ("POST", "/api/train-ai/start-training"),
    ("POST", "/api/train-ai/compare"),
    ("DELETE", "/api/train-ai/creators/x"),
    ("GET", "/api/train-ai/training-status/x/events"),
]


@pytest.fixture
def kind():
    """One kind of database: nothing here depends on it."""
    return "sqlite"


def post(client, body, kind="application/json", path=ANALYZE):
    """Send bytes."""
    return client.post(path, content=body, headers={"Content-Type": kind, "Prefer": "wait=0"})


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_is_asked_who_they_are(app, problem, method, path):
    """Before anything else about the request is looked at."""
    answer = TestClient(app).request(method, path)
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    problem(TestClient(app, headers={"Authorization": "Bearer x"}).request(method, path), 401, "unauthorized")


def test_a_key_that_is_revoked_opens_nothing_any_more(client, parts, ada, problem):
    """At once, though it was good a moment ago."""
    assert client.get("/api/train-ai/models").status_code == 200
    principal = ada[0]
    parts.accounts.keys.revoke(principal, parts.accounts.keys.list(principal)[0].id)
    problem(client.get("/api/train-ai/models"), 401, "unauthorized")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"username": 01}', b"[" * 100_000, b"1" * 5_000])
def test_what_is_no_json_is_told(client, problem, body):
    """As what it is, however deep or long; never as an error inside."""
    problem(post(client, body), 400, "malformed_json")


def test_where_nothing_is_sent_the_body_is_missing(client, problem):
    """It is named as what is missing."""
    assert problem(post(client, b""), 422, "invalid_request")["errors"][0]["field"] == "body"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_of_another_kind_is_refused(client, problem, kind):
    """Also what a form of another site could send."""
    problem(post(client, b'{"username": "x"}', kind), 415, "unsupported_media_type")


def test_kinds_of_json_are_json(client):
    """With a character set, or a name of their own."""
    for kind in ("application/json; charset=utf-8", "application/merge-patch+json"):
        assert post(client, b'{"username": "levelsio"}', kind).status_code == 202


@pytest.mark.parametrize(
    "body", [{"username": "x", "nope": 1}, {"username": "x", "Months": 1}, {}, {"username": 5}]
)
def test_fields_that_are_unknown_missing_or_wrong_are_named(client, problem, body):
    """By their place; what was sent is not repeated."""
    faults = problem(post(client, json.dumps(body)), 422, "invalid_request")["errors"]
    assert faults[0]["field"].startswith("body.")
    assert set(faults[0]) == {"field", "message"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/train-ai/models", "GET, POST"),
        ("PATCH", "/api/train-ai/models/x", "DELETE, GET"),
        ("GET", ANALYZE, "POST"),
        ("DELETE", "/healthz", "GET"),
    ],
)
def test_a_wrong_method_is_answered_with_the_right_ones(client, problem, method, path, allowed):
    """All of them, though routes of one path stand apart."""
    answer = client.request(method, path)
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/nothing", "/api/train-ai/", "/api/train-ai/models/", "/static/../x"])
def test_an_address_where_nothing_is_says_so(client, problem, path):
    """Without sending the client elsewhere."""
    problem(client.get(path), 404, "not_found")


def test_a_body_may_be_so_large_and_no_larger(client, problem):
    """1 MiB, and 8 for posts to train on; whether its length is stated or not."""
    large = b" " * MIB + b"{}"
    problem(post(client, large), 413, "payload_too_large")
    problem(post(client, iter([large[:MIB], large[MIB:]])), 413, "payload_too_large")
    problem(post(client, large, path="/api/train-ai/start-training"), 422, "invalid_request")
    problem(post(client, b" " * (8 * MIB + 1), path="/api/train-ai/start-training"), 413, "payload_too_large")


def test_ten_megabytes_over_a_real_socket_are_answered(live, ada, problem):
    """The client gets to read why, though it was still sending."""
    import httpx2  # noqa: PLC0415 - as a user's program would

    with httpx2.Client(base_url=live.url, headers=ada[1]) as client:
        for body in (b"x" * 10**7, iter([b"x" * 10**5] * 100)):
            answer = client.post(ANALYZE, content=body, headers={"Content-Type": "application/json"})
            problem(answer, 413, "payload_too_large")


def test_an_error_inside_tells_nothing_but_where_to_look(app, ada, problem):
    """The id of the request is in the log, with the traceback; neither is the reason in the answer."""

    @app.get("/broken")
    def broken():
        raise ZeroDivisionError("secret")

    with capture_logs() as lines:
        body = problem(TestClient(app, headers=ada[1]).get("/broken"), 500, "internal_error")
    assert "secret" not in json.dumps(body)
    assert lines[0]["event"] == "failed inside"
    assert isinstance(lines[0]["exc_info"], ZeroDivisionError)


def test_a_request_keeps_the_id_it_came_with(client):
    """So that a client's log and the server's can be held against each other."""
    answer = client.get("/nothing", headers={"X-Request-Id": "my-request-1"})
    assert answer.headers["x-request-id"] == answer.json()["instance"] == "my-request-1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=8), inner),
    max_leaves=6,
)
BODIES = st.dictionaries(
    st.sampled_from("username months minEngagement top asOf a b brief tweets creatorUsername x".split()), JSON
)


@hypothesis(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES | JSON, path=st.sampled_from(["analyze-creator", "start-training", "compare", "estimate"]))
def test_no_body_breaks_the_server(client, body, path):
    """Whatever is sent, the answer is a documented one."""
    answer = post(client, json.dumps(body), path=f"/api/train-ai/{path}")
    assert (
        answer.status_code in {200, 202, 400, 404, 409, 422, 429} or answer.json()["code"] == "not_configured"
    )
