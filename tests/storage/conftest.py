"""Rows to keep."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from soundalike.storage import TrainedModelRecord, TrainingSession

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
