"""Which models a workspace has, by name."""

from datetime import timedelta
from uuid import uuid4

import pytest

from soundalike.storage import TrainedModelRecord


@pytest.fixture
def train(store, ada, work):
    """Keep a model of Ada's: `train("levelsio", …)`, each a day younger than the one before."""
    days = iter(range(100))

    def keep(username, **changes):
        values = {"voice": {}, "is_active": True} | changes
        record = TrainedModelRecord(
            id=uuid4(),
            user_id=ada[0].workspace_id,
            creator_username=username,
            model_name=f"{username} {uuid4()}",
            model_prompt="Write short.",
            training_data={},
            created_at=work.at + timedelta(days=next(days)),
            **values,
        )
        return store.save_model(record)

    return keep


def named(client):
    """The names of all models, in their order."""
    return [each["id"].removeprefix("soundalike/") for each in client.get("/v1/models").json()["data"]]


def test_each_creators_newest_active_model_goes_by_the_name_alone(client, train):
    """Then come all versions, newest first; those of other programs are none."""
    assert named(client) == []
    for username, is_active in (("levelsio", True), ("swyx", True), ("Levelsio", False)):
        train(username, is_active=is_active)
    train("other", voice=None)
    assert named(client) == ["@swyx", "@levelsio", "@Levelsio:2", "@swyx:1", "@levelsio:1"]


def test_a_creator_without_an_active_model_is_there_by_version_only(client, train):
    """As for `@username` elsewhere."""
    train("levelsio", is_active=False)
    assert named(client) == ["@levelsio:1"]
    assert client.get("/v1/models/soundalike/@levelsio").status_code == 404
    assert client.get("/v1/models/soundalike%2F%40levelsio%3A1").json()["id"] == "soundalike/@levelsio:1"


@pytest.mark.slow
def test_what_is_anothers_is_no_model(client, stranger, train):
    """Neither listed, nor shown, nor written with."""
    train("levelsio")
    assert named(client)
    assert named(stranger) == []
    assert stranger.get("/v1/models/soundalike/@levelsio").status_code == 404
    body = {"model": "soundalike/@levelsio", "messages": [{"role": "user", "content": "tea"}]}
    assert stranger.post("/v1/chat/completions", json=body).json()["error"]["code"] == "model_not_found"
