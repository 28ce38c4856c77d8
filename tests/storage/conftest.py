"""Rows to keep."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from soundalike.storage import TrainedModelRecord, TrainingSession, open_store
from soundalike.storage.backup import Place, back_up

NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)
ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")


@pytest.fixture
def training():
    """A new training session of Alice's."""
    return TrainingSession(id=uuid4(), user_id=ALICE, creator_username="LevelsIO", created_at=NOW)


@pytest.fixture
def new_model():
    """Makes models of Alice's, with the fields that are named changed."""

    def make(**changes):
        values = {
            "id": uuid4(),
            "user_id": ALICE,
            "creator_username": "LevelsIO",
            "model_name": "Levels",
            "model_prompt": "Write short.",
            "training_data": [{"id": "1", "text": "ship it"}],
            "created_at": NOW,
        }
        return TrainedModelRecord(**values | changes)

    return make


@pytest.fixture
def place(tmp_path):
    """A database with one session, an engine's database, a secret key and an adapter."""
    made = Place(tmp_path / "data" / "soundalike.sqlite3", tmp_path / "data")
    with open_store(f"sqlite:///{made.database}") as store:
        store.create_session(TrainingSession(uuid4(), ALICE, "swyx", NOW))
    with closing(sqlite3.connect(made.engine)) as engine:
        engine.execute("PRAGMA journal_mode = WAL")
        engine.execute("CREATE TABLE workflow (id TEXT)")
        engine.execute("INSERT INTO workflow VALUES ('train:1:1')")
        engine.commit()
    made.secret.write_text("the key")
    made.adapters.joinpath("m1").mkdir(parents=True)
    made.adapters.joinpath("m1/adapter.gguf").write_bytes(b"GGUF" * 1_000)
    return made


@pytest.fixture
def file(place, tmp_path):
    """A backup of it."""
    back_up(place, tmp_path / "kept.backup", at=NOW, version="1.2.3")
    return tmp_path / "kept.backup"


@pytest.fixture
def elsewhere(tmp_path):
    """A place with nothing in it."""
    return Place(tmp_path / "new" / "soundalike.sqlite3", tmp_path / "new")
