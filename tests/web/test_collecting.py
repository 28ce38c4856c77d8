import threading
from functools import partial
from uuid import UUID, uuid4

import pytest

ANALYZE = "/api/train-ai/analyze-creator"
NOW = {"Prefer": "wait=0"}


def begin(client, **asked):
    """Ask for a collection without waiting for it."""
    return client.post(ANALYZE, json={"username": "levelsio"} | asked, headers=NOW)


def test_a_collection_that_takes_longer_than_the_caller_waits_is_answered_202(client):
    """The body is the same, with what is not known yet null, and it says where to ask again."""
    answer = begin(client)
    body = answer.json()
    assert answer.status_code == 202
    assert (body["success"], body["status"], body["creator"]["username"]) == (True, "collecting", "levelsio")
    assert (body["tweets"], body["stats"]["collected"], body["stats"]["viral"]) == ([], 0, None)
    assert body["stats"]["window"]["start"] < body["stats"]["window"]["end"]
    assert answer.headers["location"] == body["statusUrl"]
    assert answer.headers["retry-after"]
    assert answer.headers["preference-applied"] == "wait=0"
    assert client.get(body["statusUrl"]).json() == body


@pytest.fixture
def answered_while(client, ada, store, sse):
    """Ask for a collection and wait for it, while a worker does something with its session."""

    def ask(do):
        workspace = ada[0].workspace_id

        def work():
            sse.until(lambda: store.list_sessions(workspace))
            do(workspace, store.list_sessions(workspace)[0].id)

        worker = threading.Thread(target=work)
        worker.start()
        answer = client.post(ANALYZE, json={"username": "levelsio"}, headers={"Prefer": "wait=20"})
        worker.join()
        return answer

    return ask


def test_whoever_waits_is_answered_when_it_is_done(answered_while, work):
    """200 with the result, as soon as a worker has written it."""
    answer = answered_while(work.collect)
    body = answer.json()
    assert (answer.status_code, body["status"], body["success"]) == (200, "collected", True)
    assert body["tweets"][0]["viralScore"] == 91.5
    assert (body["stats"]["viral"], body["stats"]["setAside"]) == (1, {"reply": 100})
    assert answer.headers["preference-applied"] == "wait=20"


@pytest.mark.parametrize(
    ("kept", "status", "code"),
    [
        ("creator_not_found", 404, "creator_not_found"),
        ("creator_protected", 403, "creator_protected"),
        ("creator_unavailable", 410, "creator_unavailable"),
        ("upstream_unauthorized", 502, "upstream_unauthorized"),
        ("upstream_rate_limited", 503, "upstream_rate_limited"),
        ("upstream_unavailable", 503, "upstream_unavailable"),
        ("schema_drift", 502, "schema_drift"),
        ("budget_exceeded", 402, "budget_exceeded"),
        ("invalid_settings", 503, "not_configured"),
        ("from_a_later_version", 500, "internal_error"),
    ],
)
def test_a_failure_while_waiting_is_its_problem(answered_while, work, problem, kept, status, code):  # noqa: PLR0917
    """The code that was kept with the session decides."""
    answer = answered_while(partial(work.fail, code=kept, message="So it went."))
    body = problem(answer, status, code)
    assert ("retry-after" in answer.headers) == (status == 503 and code != "not_configured")
    assert (body["detail"] == "So it went.") == (code != "internal_error")


def test_a_failed_session_can_still_be_read(client, work, ada):
    """With its reason, and without success."""
    url = begin(client).json()["statusUrl"]
    work.fail(
        ada[0].workspace_id, UUID(url.rpartition("/")[2]), "creator_protected", "@levelsio is protected."
    )
    body = client.get(url).json()
    assert (body["success"], body["status"]) == (False, "failed")
    assert body["error"] == {"code": "creator_protected", "message": "@levelsio is protected."}


def test_asking_again_while_it_runs_joins_it(client):
    """Two requests, one session, and posts are bought once."""
    first, second = begin(client).json(), begin(client).json()
    assert first["trainingSessionId"] == second["trainingSessionId"]


def test_an_idempotency_key_gives_the_same_session_and_refuses_another_request(client, problem):
    """However the same request is spelt; a different one under the key is told."""
    key = NOW | {"Idempotency-Key": "my-key-1"}
    first = client.post(ANALYZE, json={"username": "levelsio"}, headers=key).json()
    second = client.post(ANALYZE, json={"months": 6, "username": "levelsio"}, headers=key).json()
    assert first["trainingSessionId"] == second["trainingSessionId"]
    other = client.post(ANALYZE, json={"username": "swyx"}, headers=key)
    problem(other, 422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "x" * 256, "ä"])
def test_an_idempotency_key_is_plain_and_short(client, problem, key):
    """1 to 255 visible ASCII characters."""
    headers = {"Idempotency-Key": key.encode("latin-1")}
    problem(client.post(ANALYZE, json={"username": "x"}, headers=headers), 422, "invalid_request")


@pytest.mark.parametrize(
    "username", ["", "not a name", "x" * 16, "https://x.com/home", "\x00", "a" * 100_000]
)
def test_what_cannot_be_a_username_is_refused(client, problem, username):
    """With its own code, before anything is asked for."""
    problem(begin(client, username=username), 422, "invalid_username")


def test_a_profile_link_names_the_creator(client):
    """As people paste them."""
    assert begin(client, username="https://x.com/levelsio").json()["creator"]["username"] == "levelsio"


def test_a_session_stays_collected_once_it_is_trained_on(client, work, ada):
    """What its training does is the training's to tell."""
    url = begin(client).json()["statusUrl"]
    work.collect(ada[0].workspace_id, UUID(url.rpartition("/")[2]), status="running", progress=30)
    assert client.get(url).json()["status"] == "collected"


def test_sessions_are_listed_page_by_page(client):
    """Newest first, and the last page says that it is the last."""
    names = ["one", "two", "three"]
    for name in names:
        begin(client, username=name)
    first = client.get("/api/train-ai/sessions?limit=2").json()
    rest = client.get(f"/api/train-ai/sessions?limit=2&offset={first['nextOffset']}").json()
    listed = [session["username"] for session in first["sessions"] + rest["sessions"]]
    assert (sorted(listed), rest["nextOffset"]) == (sorted(names), None)


def test_a_deleted_session_is_gone(client, problem):
    """And deleting it again finds nothing."""
    url = begin(client).json()["statusUrl"]
    assert client.delete(url).status_code == 204
    problem(client.get(url), 404, "unknown_session")
    problem(client.delete(url), 404, "unknown_session")


def test_what_belongs_to_another_is_not_found(client, stranger, problem):
    """Not forbidden: that would tell that it is there."""
    url = begin(client).json()["statusUrl"]
    problem(stranger.get(url), 404, "unknown_session")
    problem(stranger.delete(url), 404, "unknown_session")
    assert stranger.get("/api/train-ai/sessions").json()["sessions"] == []
    assert client.get(url).status_code == 200


def test_a_creator_is_forgotten_whole(client, stranger):
    """Sessions go; another workspace's stay."""
    mine, theirs = begin(client).json(), begin(stranger).json()
    gone = client.delete("/api/train-ai/creators/LevelsIO").json()
    nothing_else = {"models": 0, "posts": 0, "drafts": 0}
    assert gone == {"success": True, "username": "LevelsIO", "sessions": 1, **nothing_else}
    assert client.get(mine["statusUrl"]).status_code == 404
    assert stranger.get(theirs["statusUrl"]).status_code == 200


def test_an_estimate_needs_a_key_of_the_tweets_api(client, problem):
    """A server without one says so, and which setting it is."""
    body = problem(client.post("/api/train-ai/estimate", json={"username": "x"}), 503, "not_configured")
    assert "TWITTER_API_KEY" in body["detail"]


@pytest.mark.slow
def test_a_workspace_has_only_so_many_jobs(app, client, parts, problem):
    """429 with the time after which another may be asked for."""
    for number in range(parts.settings.soundalike_jobs_queued):
        assert begin(client, username=f"c{number}").status_code == 202
    answer = begin(client, username="one_more")
    problem(answer, 429, "too_many_jobs")
    assert int(answer.headers["retry-after"]) >= 1


def test_an_id_of_nobody_is_unknown(client, problem):
    """Whether it looks like an id or not."""
    for text in (str(uuid4()), "nothing", "%00", "..", "é", "{" + str(uuid4()) + "}"):
        problem(
            client.get(f"/api/train-ai/sessions/{text}"),
            404,
            "not_found" if text == ".." else "unknown_session",
        )
