"""What every writer promises, and which setting opens which."""

import pytest
import xllamacpp

from soundalike.drafts.llama import LlamaWriter
from soundalike.drafts.remote import RemoteWriter
from soundalike.drafts.writer import (
    CUT_OFF,
    Message,
    Sampling,
    is_base_by_name,
    is_small_by_name,
    open_writer,
)
from soundalike.encoder.embedded import find_embedded_model
from soundalike.errors import PromptTooLong, SettingsError, WriterError

ORDER = [Message("user", "Write a post about trees.")]
SHORT = Sampling(max_tokens=6, seed=7)


@pytest.fixture(scope="module")
def llama_endpoint():
    """A real llama.cpp server: address and key."""
    params = xllamacpp.CommonParams()
    params.model.path = str(find_embedded_model())
    params.n_parallel, params.n_ctx, params.cpuparams.n_threads, params.cpuparams.poll = 4, 4 * 512, 1, 0
    params.api_keys, params.verbosity, params.warmup, params.cache_ram_mib = ["open sesame"], -1, False, 0
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1", "open sesame"
    del server


@pytest.fixture(params=["scripted", "embedded", pytest.param("remote", marks=pytest.mark.slow)])
def writer(request, scripted):
    """Each kind of writer."""
    if request.param == "scripted":
        yield scripted(["Trees are old and so are we all today.", "A tree is a long patient word."])
    elif request.param == "embedded":
        yield request.getfixturevalue("embedded")
    else:
        base_url, key = request.getfixturevalue("llama_endpoint")
        remote = RemoteWriter("smollm2:135m", base_url=base_url, api_key=key)
        yield remote
        remote.close()


@pytest.mark.slow
def test_as_many_texts_come_as_were_asked_for(writer):
    """Three texts for three, more than one request can hold for remote ones included."""
    texts = writer.write(ORDER, count=3, sampling=SHORT)
    assert len(texts) == 3
    assert all(isinstance(text, str) and text for text in texts)


def test_the_same_seed_gives_the_same_texts(writer):
    """Asked twice in a row with a seed, a writer says the same."""
    first, second = (writer.write(ORDER, count=2, sampling=SHORT) for _ in range(2))
    assert first == second


@pytest.mark.slow
def test_a_text_that_ran_out_of_tokens_says_so(writer):
    """Six tokens are no post, and the mark tells it was cut off."""
    assert any(text.endswith(CUT_OFF) for text in writer.write(ORDER, count=2, sampling=SHORT))


def test_too_long_a_prompt_is_refused_with_numbers(writer):
    """The caller learns how long it is and what fits."""
    with pytest.raises(PromptTooLong) as caught:
        writer.write([Message("user", "tree " * 9_000)], count=1, sampling=SHORT)
    assert caught.value.tokens > caught.value.limit > 0


def test_a_writer_says_who_it_is(writer):
    """Labels need a name, prompts need to know whether it is small."""
    assert writer.name
    assert writer.is_small is True


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["scripted", "embedded"])
def test_a_closed_writer_writes_no_more(kind, scripted):
    """Closing is final."""
    writer = scripted() if kind == "scripted" else LlamaWriter(find_embedded_model())
    writer.close()
    with pytest.raises(WriterError, match="closed"):
        writer.write(ORDER, count=1, sampling=SHORT)


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "gpt-5",
        "gguf:",
        "hf:owner/model",
        "hf:o/r:../x.gguf",
        "hf:o/r:x.bin",
        "ollama:",
        "openai: ",
        "embedded:x",
    ],
)
def test_a_setting_that_names_no_model_is_refused_with_the_forms(spec, tmp_path):
    """The message lists what can be said."""
    with pytest.raises(SettingsError, match="gguf:PATH"):
        open_writer(spec, data_dir=tmp_path)


def test_openai_needs_a_key_or_another_address(tmp_path):
    """The vendor's own address is useless without a key; other servers often need none."""
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        open_writer("openai:gpt-4.1-mini", data_dir=tmp_path)
    local = open_writer("openai:local", data_dir=tmp_path, openai_base_url="http://127.0.0.1:9/v1")
    assert local.name == "openai:local"
    local.close()


def test_ollama_models_keep_their_tags(tmp_path):
    """Colons belong to the names of Ollama's models."""
    writer = open_writer("ollama:qwen2.5:0.5b", data_dir=tmp_path)
    assert (writer.name, writer.is_small) == ("ollama:qwen2.5:0.5b", True)
    writer.close()


def test_a_missing_model_file_is_named(tmp_path):
    """A wrong path shows in the message."""
    with pytest.raises(WriterError, match=r"nowhere\.gguf"):
        open_writer(f"gguf:{tmp_path / 'nowhere.gguf'}", data_dir=tmp_path)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    """A broken file raises; it must not end the process."""
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(WriterError, match=r"broken\.gguf cannot be loaded"):
        open_writer(f"gguf:{path}", data_dir=tmp_path)


@pytest.mark.parametrize(
    ("model", "is_small"),
    [("smollm2:135m", True), ("Qwen2.5-0.5B-Instruct", True), ("llama3.2:1b", False), ("gpt-4.1-mini", False),
     ("mixtral-8x7b", False), ("gemma3-270m", True), ("qwen3:30b-a3b", False), ("llama3.2", False)],
)  # fmt: skip
def test_small_models_are_known_by_their_names(model, is_small):
    """Under a billion stated parameters is small; who states nothing is taken for large."""
    assert is_small_by_name(model) is is_small


@pytest.mark.parametrize(
    ("model", "is_base"),
    [("Qwen2.5-7B-base", True), ("llama3:text", True), ("gemma-3-1b-pt-q4", True), ("gpt-5-mini", False),
     ("database-7b", False), ("mistral-7b-instruct", False), ("ptolemy:8b", False)],
)  # fmt: skip
def test_base_models_are_known_by_their_names(model, is_base):
    """As their makers call them; who says nothing is taken to have been taught a chat."""
    assert is_base_by_name(model) is is_base
