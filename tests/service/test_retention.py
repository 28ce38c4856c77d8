"""Deleting what is too old, as workers do it on a schedule."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from soundalike.config import read_settings
from soundalike.errors import SettingsError
from soundalike.posts.post import Post
from soundalike.service.retention import purge
from soundalike.storage import TrainingSession, open_store
from soundalike.storage.retention import Purged
from soundalike.storage.tables import step_artefacts, throttles, training_events, workspaces

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=40)


@pytest.fixture
def full(store):
    """A store with something old of every kind, Alice's and Bob's, who keeps everything."""
    with store.database.writing() as connection:
        connection.execute(insert(workspaces).values(id=BOB, name="b", retention_days=0, created_at=OLD))
        connection.execute(insert(throttles).values(name="t", arrives=OLD.timestamp()))
    for user in (ALICE, BOB):
        posts = [Post(str(number), "text", OLD, "ada") for number in range(3)]
        store.save_posts(user, "ada", posts, fetched_at=OLD, source="api")
        session = TrainingSession(
            uuid4(), user, "ada", OLD, posts_collected=[{"id": "1", "text": "x"}], event_number=2
        )
        store.create_session(session)
        made = {"input_hash": "", "artefact": {}, "detail": "", "made_at": OLD, "seconds": 0.0}
        with store.database.writing() as connection:
            connection.execute(insert(step_artefacts).values(session_id=session.id, step="voice", **made))
            for number in (1, 2):
                event = {"session_id": session.id, "number": number, "at": OLD, "body": {}}
                connection.execute(insert(training_events).values(**event))
    return store


def test_everything_too_old_goes_at_once(full):
    """Posts, texts under review, what steps made, past statuses, and what has expired; then there is nothing left."""
    assert purge(full, days=30, now=NOW) == Purged(posts=3, sessions=1, artefacts=1, events=1, throttles=1)
    assert purge(full, days=30, now=NOW) == Purged()
    assert (full.count_posts(ALICE, "ada"), full.count_posts(BOB, "ada")) == (0, 3)


def test_with_0_days_only_what_has_expired_goes(full):
    """Nothing of anybody's posts or trainings."""
    assert purge(full, days=0, now=NOW) == Purged(throttles=1)


def test_many_workers_do_it_once(full, url):
    """All at the same moment, each over connections of its own: what one deletes no other counts."""
    found, start = [], threading.Barrier(4)

    def work():
        with open_store(url) as own:
            start.wait()
            found.append(purge(own, days=30, now=NOW))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(found, Purged()) == Purged(posts=3, sessions=1, artefacts=1, events=1, throttles=1)


def test_while_another_process_does_it_there_is_nothing_to_do(full):
    """No waiting, no error."""
    with full.hold("retention", message="held"):
        assert purge(full, days=30, now=NOW) == Purged()
    assert purge(full, days=30, now=NOW).posts == 3


def test_the_setting_is_30_days_unless_it_says_otherwise(monkeypatch, tmp_path):
    """0 keeps everything; less than nothing makes no sense."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOUNDALIKE_RETENTION_DAYS", raising=False)
    assert read_settings().soundalike_retention_days == 30
    monkeypatch.setenv("SOUNDALIKE_RETENTION_DAYS", "0")
    assert read_settings().soundalike_retention_days == 0
    monkeypatch.setenv("SOUNDALIKE_RETENTION_DAYS", "-1")
    with pytest.raises(SettingsError, match="SOUNDALIKE_RETENTION_DAYS"):
        read_settings()
