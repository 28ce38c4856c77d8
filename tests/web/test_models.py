from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from soundalike.config import Settings
from soundalike.storage import TrainedModelRecord, open_store
from soundalike.web.app import create_app
from soundalike.web.parts import open_parts

MODELS = "/api/train-ai/models"
LOCAL = {"base_url": "http://localhost"}  # a server that asks nobody who they are answers to this name


@pytest.fixture
def kept(store, ada, work):
    """Keep a model of Ada's that was not trained here, as other programs may write it."""

    def keep(name="Levels"):
        record = TrainedModelRecord(
            id=uuid4(),
            user_id=ada[0].workspace_id,
            creator_username="levelsio",
            model_name=name,
            model_prompt="Write short.",
            training_data=[{"id": "1"}],
            created_at=work.at,
        )
        return f"{MODELS}/{store.save_model(record).id}"

    return keep


@pytest.fixture
def voice(swyx_site):
    """A client of a server on this machine with one trained voice, and the model's address."""
    client, _, model_id = swyx_site
    return client, f"{MODELS}/{model_id}"


def test_models_are_listed_page_by_page(client, kept):
    """Newest first."""
    for name in ("one", "two", "three"):
        kept(name)
    first = client.get(f"{MODELS}?limit=2").json()
    rest = client.get(f"{MODELS}?limit=2&offset={first['nextOffset']}").json()
    assert [len(first["models"]), len(rest["models"]), rest["nextOffset"]] == [2, 1, None]
    assert {model["name"] for model in first["models"] + rest["models"]} == {"one", "two", "three"}


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", f"offset={10**30}"])
def test_a_page_has_its_bounds(client, problem, query):
    """A page of a million models is not asked for by accident."""
    problem(client.get(f"{MODELS}?{query}"), 422, "invalid_request")


def test_a_model_is_shown_and_deleted(client, stranger, kept, problem):
    """By its owner only; for anybody else it is not there."""
    url = kept()
    assert client.get(url).json()["prompt"] == "Write short."
    problem(stranger.get(url), 404, "unknown_model")
    problem(stranger.delete(url), 404, "unknown_model")
    problem(stranger.post(f"{url}/drafts", json={"brief": "x"}), 404, "unknown_model")
    problem(stranger.get(f"{url}/export"), 404, "unknown_model")
    assert client.delete(url).status_code == 204
    problem(client.get(url), 404, "unknown_model")


@pytest.mark.slow
def test_a_model_of_another_program_writes_no_drafts(client, kept, problem):
    """It has no voice; that is told rather than failing inside."""
    problem(client.post(f"{kept()}/drafts", json={"brief": "x"}), 404, "unknown_model")


def test_drafts_come_with_their_receipts(voice):
    """The documented fields, the number asked for; the same seed gives the same drafts, under ids of their own."""
    client, url = voice
    first, second = (
        client.post(f"{url}/drafts", json={"brief": "agents", "count": 2, "seed": 7}).json() for _ in "12"
    )
    assert len(first["drafts"]) == 2
    ids = {draft.pop("id") for answer in (first, second) for draft in answer["drafts"]}
    assert (len(ids), first) == (4, second)
    assert {
        "text",
        "weightedLength",
        "voiceScore",
        "ceiling",
        "winProbability",
        "beatsOthers",
        "winJudge",
        "novelty",
        "nearestPost",
        "label",
    } <= set(first["drafts"][0])


def test_a_thread_comes_in_its_order_whatever_the_count(voice):
    """As many posts as were asked for, or fewer; none says what another said."""
    client, url = voice
    asked = {"brief": "agents", "thread": 3, "count": 9, "seed": 7}
    texts = [draft["text"] for draft in client.post(f"{url}/drafts", json=asked).json()["drafts"]]
    assert 1 <= len(texts) == len(set(texts)) <= 3


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"brief": ""}, "invalid_settings"),
        ({"brief": "x" * 2001}, "invalid_settings"),
        ({"brief": "x", "count": 0}, "invalid_settings"),
        ({"brief": "x", "count": 10**30}, "invalid_settings"),
        ({"brief": "x", "maxChars": 0}, "invalid_settings"),
        ({"brief": "x", "thread": 0}, "invalid_settings"),
        ({"brief": "x", "thread": 26}, "invalid_settings"),
        ({"brief": "x", "maxChars": "280"}, "invalid_request"),
        ({"brief": "x", "seed": -1}, "invalid_request"),
        ({"brief": None}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(voice, problem, asked, code):
    """With the reason."""
    client, url = voice
    problem(client.post(f"{url}/drafts", json=asked), 422, code)


@pytest.mark.slow
def test_many_drafts_at_once_are_written_or_refused_but_never_pile_up(voice):
    """Ten have a place; whoever finds none is told to come back."""
    client, url = voice
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda n: client.post(f"{url}/drafts", json={"brief": "agents", "seed": n}), range(24))
        )
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
    assert sum(answer.status_code == 200 for answer in answers) >= 10


def test_a_missing_language_model_is_told_without_the_path(trained, tmp_path, problem):
    """Where it should lie is the operator's business."""
    settings = Settings(
        _env_file=None,
        soundalike_data_dir=tmp_path / "data",
        soundalike_auth="off",
        soundalike_llm=f"gguf:{tmp_path}/none.gguf",
    )
    with (
        open_store(settings.store_url) as store,
        open_parts(settings, store) as parts,
        TestClient(create_app(parts), **LOCAL) as client,
    ):
        answer = client.post(f"{MODELS}/{trained}/drafts", json={"brief": "x"})
        assert str(tmp_path) not in problem(answer, 503, "writer_unavailable")["detail"]
        ready = client.get("/readyz").json()
    assert (ready["status"], ready["parts"]["writer"]["status"]) == ("degraded", "degraded")


def test_a_model_is_shown_with_its_hours_apart(voice):
    """One for each hour of the day; the patterns are the rest."""
    client, url = voice
    body = client.get(url).json()
    assert [hour["key"] for hour in body["hours"]] == [f"hour_{hour:02}" for hour in range(24)]
    assert body["patterns"]
    assert not {each["key"] for each in body["patterns"]} & {each["key"] for each in body["hours"]}


def test_a_model_of_an_earlier_version_has_no_hours(client, kept):
    """And is shown all the same."""
    body = client.get(kept()).json()
    assert (body["patterns"], body["hours"]) == ([], [])
