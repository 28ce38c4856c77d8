"""The application on a real database, and users with keys who ask it things."""

import json
import shutil
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from types import SimpleNamespace
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from soundalike.accounts import Principal
from soundalike.config import Settings
from soundalike.service.training import publish
from soundalike.storage import TrainedModelRecord, open_store
from soundalike.storage.job_records import JobKey
from soundalike.training.status import Failure, State, Step, TrainingStatus
from soundalike.web.app import create_app
from soundalike.web.parts import open_parts
from soundalike.web.server import Server, listen, url_of

AT = datetime(2026, 11, 22, 12, 30, 15, tzinfo=UTC)
CREATOR = {
    "id": "1577241403",
    "username": "levelsio",
    "displayName": "levels",
    "followers": 700000,
    "postsCount": 98000,
    "profileImageUrl": None,
}
TWEET = {
    "id": "1849283746152938475",
    "text": "ship it",
    "createdAt": "2026-10-24T03:25:00Z",
    "url": "https://x.com/levelsio/status/1849283746152938475",
    "likeCount": 150000,
    "retweetCount": 9000,
    "replyCount": 800,
    "quoteCount": 200,
    "viewCount": None,
    "bookmarkCount": None,
    "engagement": 160000,
    "viralScore": 91.5,
    "reach": 0.9,
    "resonance": 0.01,
    "lift": 8.1,
}
STATS = {
    "collected": 300,
    "kept": 200,
    "setAside": {"reply": 100},
    "viral": 1,
    "window": {"start": "2026-05-22T12:30:15Z", "end": "2026-11-22T12:30:15Z"},
    "medianEngagement": 512.0,
    "requests": 16,
    "credits": 4500,
    "usd": 0.045,
    "seconds": 12.5,
    "stopReason": "complete",
    "keptBefore": 0,
    "expected": None,
    "coverage": None,
    "unread": [],
    "warnings": [],
}


class Work:
    """Writes what a worker writes, step by step as a test wants it."""

    at = AT

    def __init__(self, store):
        self.store = store

    def collect(self, workspace_id, session_id, **changes):
        """End a collection with a result."""
        done = {"status": "collected", "creator": CREATOR, "stats": STATS, "posts_collected": [TWEET]}
        self.store.update_session(workspace_id, session_id, at=AT, **(done | changes))

    def fail(self, workspace_id, session_id, code, message):
        """End a collection with a failure."""
        failed = {"status": "failed", "error_code": code, "error_message": message}
        self.store.update_session(workspace_id, session_id, at=AT, **failed)

    def publish(self, training_id, status):
        """Publish a status of a training."""
        with self.store.jobs.changing(JobKey(training_id, "train")) as change:
            publish(change, status, at=AT)
            if status.state not in {State.QUEUED, State.RUNNING}:
                change.update_job(status=status.state.value, ended_at=AT)

    def statuses(self, training_id):
        """What a training that ends well publishes."""
        status = TrainingStatus(str(training_id), AT)
        for step in Step:
            status = status.begun(step, at=AT)
            yield status
            status = status.done(step, f"{step} is done", at=AT)
            yield status
        yield status.completed("7d1b6a0e-8f0e-4f5a-9f6e-2f9d7c1b6a0e", at=AT)

    def broken(self, training_id):
        """The last status of a training that failed."""
        return (
            TrainingStatus(str(training_id), AT)
            .begun(Step.PREPARE, at=AT)
            .stopped(Failure("too_few_posts", "12 posts are too few."), at=AT)
        )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def kind(request):
    """Each kind of database in turn; the rooms below were tried on both already, so the quick tests take one."""
    return request.param


@pytest.fixture
def settings(url, tmp_path):
    """Settings of a server that asks who is there."""
    return Settings(_env_file=None, database_url=url, soundalike_data_dir=tmp_path / "data")


@pytest.fixture
def parts(settings, store):
    """The parts behind the routes."""
    with open_parts(settings, store) as opened:
        yield opened


@pytest.fixture
def app(parts):
    """The application."""
    return create_app(parts)


@pytest.fixture
def who(parts):
    """Make a user with a key: `who("ada") -> principal, headers`."""

    def make(name, **options):
        user = parts.accounts.users.add(f"{name}@example.org", name)
        principal = Principal.local(user.id)
        _, secret = parts.accounts.keys.create(principal, name=name, **options)
        return principal, {"Authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
def ada(who):
    """Ada and her key."""
    return who("ada")


@pytest.fixture
def client(app, ada):
    """A client with Ada's key."""
    with TestClient(app, headers=ada[1]) as opened:
        yield opened


@pytest.fixture
def stranger(app, who, client):
    """A client with the key of somebody else."""
    return TestClient(app, headers=who("bob")[1])


@pytest.fixture
def work(store):
    """The hands of a worker."""
    return Work(store)


@pytest.fixture
def problem():
    """Check that an answer is a problem of a kind: `problem(answer, 404, "unknown_model")`; gives its body."""

    def check(answer, status, code):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
            answer.text
        )
        body = answer.json()
        assert (body["code"], body["status"], body["success"]) == (code, status, False), body
        assert body["type"] == f"/problems/{code}"
        assert body["title"]
        assert body["detail"]
        assert body["instance"] == answer.headers["x-request-id"]
        return body

    return check


@contextmanager
def serving_live(settings, store):
    """The application behind a real socket: `.url`, its `.parts` and `.hub`, and `.stop()` that ends it."""
    with open_parts(settings, store) as parts, listen("127.0.0.1", 0) as listener:
        server = Server(create_app(parts), closing=parts.hub.close)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        until(lambda: server.started)

        def stop():
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()

        try:
            yield SimpleNamespace(url=url_of(listener, "127.0.0.1"), parts=parts, hub=parts.hub, stop=stop)
        finally:
            stop()


@pytest.fixture(scope="session")
def serve_live():
    """Serve with these settings on this store while the block runs: `serve_live(settings, store)`."""
    return serving_live


@pytest.fixture
def live(settings, store):
    """The application behind a real socket: `.url`, its `.hub`, and `.stop()` that ends it."""
    with serving_live(settings, store) as served:
        yield served


@pytest.fixture
def sse():
    """Event streams: `sse.open(url, path, headers)`, `sse.read(answer, most)`; `sse.until` waits for anything."""
    return SimpleNamespace(open=stream, read=read_events, until=until)


@contextmanager
def stream(url, path, headers):
    """An open event stream."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    try:
        yield answer
    finally:
        answer.close()
        connection.close()


def read_events(answer, most=1_000_000):
    """Events until the stream ends or there are `most`: (id, event, data)."""
    found, event = [], {}
    while len(found) < most and (line := answer.readline()):
        text = line.decode().rstrip("\n")
        if not text and "data" in event:
            found.append((int(event["id"]), event["event"], json.loads(event["data"])))
        if not text:
            event = {}
        elif not text.startswith(":"):
            name, _, value = text.partition(": ")
            event[name] = value
    return found


def until(is_so, seconds=20):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def swyx_site(trained_once, tmp_path_factory, llm_address):
    """A server with @swyx's voice, for which a scripted model writes: a client, its store and the model's id."""
    folder, status, _ = trained_once
    data = tmp_path_factory.mktemp("swyx") / "data"
    shutil.copytree(folder / "data", data)
    settings = Settings(
        _env_file=None,
        soundalike_data_dir=data,
        soundalike_auth="off",
        soundalike_llm="openai:scripted",
        openai_base_url=llm_address,
        openai_api_key="none",
    )
    with (
        open_store(settings.store_url) as store,
        open_parts(settings, store) as parts,
        TestClient(create_app(parts), base_url="http://localhost") as client,
    ):
        yield client, store, status["modelId"]


@pytest.fixture
def new_voice(store, ada, work):
    """Keeps another voice of Ada's of which nothing was learned."""
    return lambda: store.save_model(
        TrainedModelRecord(
            id=uuid4(),
            user_id=ada[0].workspace_id,
            creator_username="levelsio",
            model_name="Levels",
            model_prompt="Write short.",
            training_data=[{"id": "1"}],
            created_at=work.at,
        )
    )
