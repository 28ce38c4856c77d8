"""`soundalike doctor`: what it finds where a server and workers run."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from soundalike.storage import TrainingSession, open_store
from soundalike.storage.job_records import Job, Limits, Worker

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")


@pytest.fixture
def doctor(command):
    """Ask the doctor: `doctor() -> {name: finding}`."""

    def call():
        _, out, _ = command("doctor", "--json")
        return {finding["name"]: finding for finding in json.loads(out)}

    return call


@pytest.fixture
def store(command, tmp_path):
    """The database that the command uses."""
    with open_store(f"sqlite:///{tmp_path / 'data' / 'soundalike.sqlite3'}") as opened:
        yield opened


def _submit(store, **changes):
    now = datetime.now(UTC)
    session = TrainingSession(uuid4(), ALICE, "swyx", now)
    job = Job(**{"session_id": session.id, "kind": "train", "user_id": ALICE, "created_at": now} | changes)
    store.jobs.submit(job, limits=Limits(), new_session=session)
    return job


def test_a_fresh_installation_is_well(doctor):
    """Everything that a server needs is looked at, and nothing is bad."""
    found = doctor()
    names = "database engine workers queue permissions retention".split()
    assert {found[name]["state"] for name in [*names, "secret key", "sign-in"]} == {"ok"}
    assert "revision 0" in found["database"]["message"]
    assert "writable" in found["database"]["message"]


def test_jobs_that_wait_for_nobody_are_bad_until_a_worker_lives(doctor, store):
    """The remedy is a worker; one that has fallen silent is none."""
    _submit(store)
    assert (doctor()["workers"]["state"], doctor()["workers"]["remedy"]) == (
        "bad",
        "Run `soundalike worker`.",
    )
    store.leases.beat(Worker("w1", "box", 4711, "1", 15.0, datetime.now(UTC)))
    assert doctor()["workers"]["message"] == "1 alive: process 4711 on box"
    store.leases.beat(Worker("w1", "box", 4711, "1", -1.0, datetime.now(UTC)))
    store.leases.leave("w1")
    store.leases.beat(Worker("w2", "box", 4712, "1", -1.0, datetime.now(UTC)))
    assert doctor()["workers"]["state"] == "bad"


def test_a_queue_that_does_not_move_and_parked_jobs_are_noted(doctor, store):
    """With how long, and how many."""
    _submit(store, created_at=datetime.now(UTC) - timedelta(hours=3))
    parked = _submit(store)
    with store.jobs.changing(parked.key) as change:
        change.update_job(status="parked")
    found = doctor()
    assert found["queue"]["message"] == "1 jobs wait, 0 run; the first has waited 3.0 h."
    assert found["parked jobs"]["state"] == "note"


def test_what_others_may_read_is_told(doctor, tmp_path):
    """The folder is noted, the secret key is bad; each with the command that mends it."""
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "data" / "secret.key").write_text("x" * 43)
    (tmp_path / "data" / "secret.key").chmod(0o644)
    found = doctor()
    assert (found["permissions"]["state"], found["secret key"]["state"]) == ("note", "bad")
    assert found["permissions"]["remedy"].startswith("chmod 700")
    assert found["secret key"]["remedy"].startswith("chmod 600")


def test_settings_that_open_a_door_are_told(doctor, monkeypatch):
    """No sign-in, posts for ever, a key that can be guessed."""
    monkeypatch.setenv("SOUNDALIKE_AUTH", "off")
    monkeypatch.setenv("SOUNDALIKE_RETENTION_DAYS", "0")
    monkeypatch.setenv("SOUNDALIKE_SECRET_KEY", "short")
    found = doctor()
    assert [found[name]["state"] for name in ("sign-in", "retention", "secret key")] == [
        "note",
        "note",
        "bad",
    ]
    assert "short" not in found["secret key"]["message"].split()


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("opentelemetry"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from soundalike.cli.app import cli, run
sys.exit(run(cli, ["doctor", "--json"]))
"""


@pytest.mark.slow
def test_traces_that_cannot_be_sent_are_told(doctor, monkeypatch):
    """An endpoint is set and the extra is not installed: said with what to install; with it, all is well."""
    assert "traces" not in doctor()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    (found,) = [finding for finding in json.loads(done.stdout) if finding["name"] == "traces"]
    assert (done.returncode, found["state"]) == (1, "bad")
    assert "pip install 'soundalike[otel]'" in found["remedy"]


def test_a_database_that_cannot_be_opened_does_not_hide_the_rest(doctor, monkeypatch):
    """One bad finding, and the others are looked at all the same."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@127.0.0.1:1/voices?connect_timeout=1")
    found = doctor()
    assert found["database"]["state"] == "bad"
    assert found["sign-in"]["state"] == "ok"
    assert "workers" not in found


def test_on_postgresql_the_clocks_are_compared(command, doctor, monkeypatch, postgres_url):
    """Leases go by the server's clock; here it is this machine's."""
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    found = doctor()
    assert (found["clock"]["state"], found["database"]["state"]) == ("ok", "ok")
    assert found["engine"]["message"].startswith("DBOS ")
