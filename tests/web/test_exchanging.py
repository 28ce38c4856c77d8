"""Voices given away and taken in over REST."""

from uuid import uuid4

import pytest

from soundalike.exports.voice_file import MEDIA_TYPE, MOST_BYTES
from soundalike.storage import TrainedModelRecord

MODELS = "/api/train-ai/models"
IMPORT = MODELS
KINDS = {
    "prompt": ("text/plain; charset=utf-8", "swyx-v1.txt"),
    "llm": ("application/yaml", "swyx-v1.yaml"),
    "ollama": ("text/plain; charset=utf-8", "swyx-v1.Modelfile"),
    "characterfile": ("application/json", "swyx-v1.character.json"),
    "soundalike": (MEDIA_TYPE, "@swyx-v1.soundalike"),
}


@pytest.fixture(scope="module")
def voice(swyx_site):
    """A server on this machine with one trained voice; gives a client and the model's address."""
    client, _, model_id = swyx_site
    return client, f"{MODELS}/{model_id}"


@pytest.fixture
def send(client):
    """Send a file to be imported: `send(content, **headers)`."""

    def sent(content, query="", kind=MEDIA_TYPE):
        return client.post(f"{IMPORT}{query}", content=content, headers={"Content-Type": kind})

    return sent


@pytest.fixture(scope="module")
def voice_file(voice):
    """The voice in a file."""
    client, url = voice
    return client.get(f"{url}/export?format=soundalike").content


@pytest.fixture
def kept(store, ada, work):
    """A model that another program wrote."""
    record = TrainedModelRecord(
        id=uuid4(),
        user_id=ada[0].workspace_id,
        creator_username='le"vels\r\nio',
        model_name="Levels",
        model_prompt="Write short.",
        training_data=[{"id": "1"}],
        created_at=work.at,
    )
    return f"{MODELS}/{store.save_model(record).id}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_is_given_away_in_every_form(voice, kind):
    """With its media type, a name for its file, and how many posts it holds: none, unless they are asked for."""
    client, url = voice
    answer, asked = (client.get(f"{url}/export?format={kind}{more}") for more in ("", "&examples=2"))
    assert (answer.status_code, asked.status_code) == (200, 200)
    assert answer.headers["content-type"] == KINDS[kind][0]
    assert answer.headers["content-disposition"] == f'attachment; filename="{KINDS[kind][1]}"'
    assert (answer.headers["soundalike-posts"], asked.headers["soundalike-posts"]) == ("0", "2")
    assert len(asked.content) > 200


@pytest.mark.parametrize("kind", ["peft", "gguf", "pickle"])
def test_a_form_that_a_model_does_not_have_is_refused(voice, problem, kind):
    """With what to do."""
    client, url = voice
    body = problem(client.get(f"{url}/export?format={kind}"), 422, "export_unavailable")
    assert "prompt" in body["detail"]


@pytest.mark.parametrize(
    "query", ["examples=-1", "examples=201", "examples=x", "base=a%20b", "base=x%0ASYSTEM"]
)
def test_what_cannot_be_asked_of_an_export_is_refused(voice, problem, query):
    """Before anything is made."""
    client, url = voice
    problem(client.get(f"{url}/export?format=ollama&{query}"), 422, "invalid_request")


def test_a_prompt_of_another_program_is_given_as_it_is(client, kept, problem):
    """Under a safe name, whatever its creator is called; it has no other form."""
    answer = client.get(f"{kept}/export")
    assert (answer.text, answer.headers["content-type"]) == ("Write short.\n", "text/plain; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="le_vels_io-v1.txt"'
    for kind in ("soundalike", "gguf", "pickle"):
        body = problem(client.get(f"{kept}/export?format={kind}"), 422, "export_unavailable")
        assert "prompt" in body["detail"]


def test_a_voice_is_taken_in_by_another_installation(send, client, voice_file):
    """It is there, says who signed it, and is one voice however often it is sent."""
    first, second = send(voice_file), send(voice_file)
    assert (first.status_code, second.status_code) == (201, 201)
    body = first.json()
    assert (body["username"], body["version"], body["posts"]) == ("swyx", 1, 0)
    assert body["modelId"] == second.json()["modelId"]
    assert body["signer"] in body["notes"][0]
    assert "not this installation's" in body["notes"][0]
    shown = client.get(f"{MODELS}/{body['modelId']}").json()
    assert shown["provenance"]["imported"]["signedBy"] == body["signer"]
    assert shown["reportCard"]["gapClosed"]


@pytest.mark.slow
def test_the_signer_that_is_named_has_to_have_signed(send, voice_file, problem):
    """Any other is refused."""
    signer = send(voice_file).json()["signer"]
    assert send(voice_file, f"?signer={signer.replace(' ', '')}").status_code == 201
    problem(send(voice_file, f"?signer={'0' * 32}"), 422, "unreadable_voice")
    problem(send(voice_file, "?signer=ada"), 422, "invalid_request")


def test_what_is_no_voice_is_refused(send, voice_file, problem):
    """By its kind, its size, its content."""
    problem(send(b"no voice"), 422, "unreadable_voice")
    problem(send(voice_file[:-9]), 422, "unreadable_voice")
    problem(send(voice_file, kind="application/json"), 415, "unsupported_media_type")
    problem(send(bytes(MOST_BYTES + 1)), 413, "payload_too_large")


def test_a_creator_who_opted_out_is_not_taken_in(send, client, voice_file, problem):
    """In the workspace that noted it."""
    assert client.put("/api/opt-outs/swyx", json={}).status_code in {200, 201, 204}
    problem(send(voice_file), 403, "creator_opted_out")
    assert client.get(MODELS).json()["models"] == []


def test_a_voice_is_taken_into_one_workspace(send, stranger, voice_file):
    """Nobody else has it."""
    model = send(voice_file).json()["modelId"]
    assert stranger.get(f"{MODELS}/{model}").status_code == 404
