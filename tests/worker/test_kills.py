"""Workers that are killed and stopped while they train: nothing is lost, nothing is done twice."""

import random
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fleet import late_steps, running_fleet, takeover_seconds

from soundalike.posts.files import load_posts
from soundalike.service.jobs import Caller, JobDesk, TrainingWish
from soundalike.storage.job_records import Limits

TRAININGS, KILLS, STOPS, WORKERS = 30, 8, 2, 3
TENANTS = [uuid4() for _ in range(6)]
MOST_SECONDS = 900.0


@pytest.fixture
def posts(shared):
    """Enough real posts for a voice."""
    return tuple(load_posts(shared / "data/creators/swyx.jsonl")[-300:])


@pytest.mark.slow
def test_trainings_survive_kills_and_stops(url, store, posts, tmp_path, llm_address):
    """3 workers, 30 trainings, 8 kills, 2 workers stopped and woken again: all complete, each model once."""
    environment = {
        "DATABASE_URL": url,
        "SOUNDALIKE_DATA_DIR": str(tmp_path),
        "SOUNDALIKE_LLM": "openai:scripted",
        "OPENAI_BASE_URL": llm_address,
        "OPENAI_API_KEY": "none",
    }
    desk = JobDesk(store, now=lambda: datetime.now(UTC), limits=Limits(queued=100, daily=100))
    asked = [_ask(desk, TENANTS[number % len(TENANTS)], posts) for number in range(TRAININGS)]
    chance = random.Random(4)
    takeovers = []
    with running_fleet(tmp_path, environment, WORKERS) as fleet:
        shocks = ["kill"] * KILLS + ["stop"] * STOPS
        chance.shuffle(shocks)
        stopped = []
        end = time.monotonic() + MOST_SECONDS
        while not all(_is_complete(store, *each) for each in asked):
            assert time.monotonic() < end, [store.jobs.read_status(*each) for each in asked]
            done = sum(_is_complete(store, *each) for each in asked)
            if shocks and len(shocks) > (KILLS + STOPS) * (1 - (done + 1) / (TRAININGS - 4)):
                _shock(shocks.pop(), fleet, chance, stopped, takeovers)
            for worker, at in [*stopped]:
                if time.monotonic() > at:
                    worker.send_signal(signal.SIGCONT)
                    stopped.remove((worker, at))
            time.sleep(0.1)
        assert not shocks
        lines = fleet.lines()
    statuses = [store.jobs.read_status(*each) for each in asked]
    assert {status["status"] for status in statuses} == {"completed"}
    models = [model for tenant in TENANTS for model in store.list_models(tenant)]
    assert len(models) == len({model.session_id for model in models}) == TRAININGS
    assert late_steps(lines) == []
    for training in asked:
        numbers = [event.number for event in store.jobs.read_events(*training)]
        assert numbers == list(range(1, len(numbers) + 1))
    took = [seconds for pid, at in takeovers for seconds in takeover_seconds(lines, pid, at)]
    assert took


def _ask(desk, tenant, posts):
    wish = TrainingWish("swyx", (), posts=posts)
    return tenant, desk.ask_for_training(wish, caller=Caller(tenant)).id


def _is_complete(store, tenant, training):
    return store.jobs.read_status(tenant, training)["status"] == "completed"


def _shock(kind, fleet, chance, stopped, takeovers):
    """Kill a worker and start another, or stop one for longer than its lease."""
    asleep = {worker for worker, _ in stopped}
    worker = chance.choice([worker for worker in fleet.workers if worker not in asleep])
    if kind == "stop":
        worker.send_signal(signal.SIGSTOP)
        stopped.append((worker, time.monotonic() + 8))
    else:
        takeovers.append((worker.pid, time.time()))
        fleet.kill(worker)
        fleet.start()
