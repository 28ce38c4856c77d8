import sqlite3

import pytest
from starlette.testclient import TestClient

from soundalike.config import Settings
from soundalike.storage import open_store
from soundalike.storage.job_records import Worker
from soundalike.web.app import create_app
from soundalike.web.kinds import KINDS
from soundalike.web.parts import open_parts


@pytest.fixture
def anybody(app):
    """A client without a key."""
    with TestClient(app) as opened:
        yield opened


def test_a_process_that_lives_says_so(anybody):
    """To anybody."""
    answer = anybody.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_readiness_names_each_part_and_what_to_do(anybody, store, work):
    """Without a worker nothing is collected, but much else can be done."""
    ready = anybody.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    parts = ready.json()["parts"]
    assert {name: part["status"] for name, part in parts.items()} == {
        "database": "ok",
        "workers": "degraded",
        "writer": "ok",
    }
    assert "soundalike worker" in parts["workers"]["remedy"]


def test_with_a_worker_all_is_well(anybody, store, work):
    """A sign of life is enough."""
    store.leases.beat(Worker("w1", "host", 1, "0", 60.0, work.at))
    assert anybody.get("/readyz").json()["status"] == "ok"


def test_without_its_database_a_server_can_do_no_work(tmp_path, problem):
    """503 there, and every request is answered as what it is, without the path."""
    settings = Settings(_env_file=None, soundalike_data_dir=tmp_path, soundalike_auth="off")
    with open_store(settings.store_url) as store, open_parts(settings, store) as parts:
        with sqlite3.connect(tmp_path / "soundalike.sqlite3") as database:
            database.execute("DROP TABLE training_sessions")
        database.close()
        with TestClient(create_app(parts), base_url="http://localhost") as client:
            ready = client.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (503, "down")
            answer = client.get("/api/train-ai/sessions")
            assert str(tmp_path) not in problem(answer, 503, "storage_unavailable")["detail"]
            assert int(answer.headers["retry-after"]) >= 1
            assert client.get("/healthz").status_code == 200


def test_figures_are_counted_by_route(anybody, client):
    """Not by address, of which there are as many as ids."""
    client.get("/api/train-ai/models/7d1b6a0e-8f0e-4f5a-9f6e-2f9d7c1b6a0e")
    text = anybody.get("/metrics").text
    assert 'route="/api/train-ai/models/{modelId}",status="4xx"} 1.0' in text


@pytest.mark.slow
def test_every_problem_explains_itself(anybody, problem):
    """The `type` of a problem is an address that answers."""
    for code, kind in KINDS.items():
        assert anybody.get(f"/problems/{code}").json()["status"] == kind.status
    problem(anybody.get("/problems/nothing"), 404, "not_found")
