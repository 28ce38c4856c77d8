"""Workers that are killed and stopped while they train: nothing is lost, nothing is done twice."""

import sys
from pathlib import Path

import pytest

from soundalike.posts.files import load_posts

sys.path.insert(0, str(Path(__file__).parent))

from fleet import endure


@pytest.fixture
def posts(shared):
    """Enough real posts for a voice."""
    return tuple(load_posts(shared / "data/creators/swyx.jsonl")[-300:])


@pytest.mark.slow
def test_trainings_survive_kills_and_stops(url, store, posts, tmp_path, llm_address):
    """Of 15 trainings by 3 workers, through 4 kills and a stop, all complete, each model once, no step late."""
    environment = {
        "DATABASE_URL": url,
        "SOUNDALIKE_DATA_DIR": str(tmp_path),
        "SOUNDALIKE_LLM": "openai:scripted",
        "OPENAI_BASE_URL": llm_address,
        "OPENAI_API_KEY": "none",
    }
    endured = endure(store, environment, tmp_path, posts, trainings=15, kills=4, stops=1)
    models = [
        model for tenant in {tenant for tenant, _ in endured.asked} for model in store.list_models(tenant)
    ]
    assert len(models) == len({model.session_id for model in models}) == 15
    assert endured.takeovers
    assert endured.late_steps == []
    for training in endured.asked:
        numbers = [event.number for event in store.jobs.read_events(*training)]
        assert numbers == list(range(1, len(numbers) + 1))
