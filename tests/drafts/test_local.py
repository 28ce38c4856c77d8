"""Finding models that run on this machine."""

import pytest

from soundalike.drafts.local import LocalModel, find_local_models


@pytest.fixture
def found_at(serve, respond):
    """What is found when the server named so answers the given body."""

    def find(server, body, status=200):
        with serve(lambda handler: respond(handler, status, body)) as address:
            port = int(address.rpartition(":")[2])
            return port, find_local_models({port: server}, timeout_seconds=2)

    return find


def test_each_model_comes_with_the_settings_that_use_it(found_at):
    """What `doctor` shows can be pasted into .env."""
    _, models = found_at("Ollama", {"data": [{"id": "llama3.2:3b"}]})
    assert models == [LocalModel("Ollama", "llama3.2:3b", "SOUNDALIKE_LLM=ollama:llama3.2:3b")]
    port, models = found_at("vLLM", {"data": [{"id": "Qwen/Qwen3-8B"}]})
    settings = f"SOUNDALIKE_LLM=openai:Qwen/Qwen3-8B\nOPENAI_BASE_URL=http://127.0.0.1:{port}/v1"
    assert models == [LocalModel("vLLM", "Qwen/Qwen3-8B", settings)]


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"\xff", [], {"data": None}, {"data": [1, {"id": 2}]}, {"data": [{"id": "a\nB=c"}]},
     {"data": [{"id": "nomic-embed-text"}, {"id": "soundalike/@ada"}]}, b"[" * 2_000_000],
)  # fmt: skip
def test_other_services_on_these_ports_are_passed_over(found_at, body):
    """Whatever answers there, nothing breaks and nothing strange gets into settings."""
    assert found_at("llama.cpp", body)[1] == []


def test_refusals_and_closed_ports_find_nothing(found_at):
    """A server that wants a key, or none at all, is not an error."""
    assert found_at("LM Studio", {"data": [{"id": "x"}]}, status=401)[1] == []
    assert find_local_models({9: "nobody"}) == []
