"""A voice with weights, given away: each form is loaded by the tool it is for."""

import json
import zipfile
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from exporting import SIGNER
from modelfiles import fill_template, read_modelfile
from soundalike.drafts.llama import LlamaWriter
from soundalike.drafts.writer import Message, Sampling
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.errors import ExportUnavailable
from soundalike.exports import Options, make
from soundalike.exports.voice_file import ADAPTER
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.keeping import as_file, to_bytes
from soundalike.finetune.vocabulary import _fill as filled_in
from soundalike.training.card import Bits

BASE = "HuggingFaceTB/SmolLM2-135M-Instruct"
NAMES = [f"model.layers.{layer}.mlp.down_proj" for layer in range(20, 30)]
ORDER = [Message("user", "Write a post about rain.")]


@pytest.fixture(scope="module")
def adapter():
    """Weights drawn at random, large enough to change what is written."""
    chance = np.random.default_rng(1)
    return Adapter(
        BASE,
        2,
        4.0,
        {
            name: (
                chance.normal(0, 0.3, (2, 1536)).astype(np.float16).astype(np.float32),
                chance.normal(0, 0.3, (576, 2)).astype(np.float16).astype(np.float32),
            )
            for name in NAMES
        },
    )


@pytest.fixture(scope="module")
def voice(subject, adapter):
    """The voice with these weights."""
    tuned = {"tuning": {"posts": 90, "fingerprint": "abc", "recipe": {"rank": 2, "alpha": 4.0}}}
    return replace(
        subject,
        parts={**subject.parts, ADAPTER: to_bytes(adapter)},
        origin=replace(subject.origin, provenance={**subject.origin.provenance, **tuned}),
        card=replace(subject.card, bits=Bits(1.7, 1.3)),
    )


def exported(voice, kind):
    """The file in one form."""
    return make(voice, kind, Options(SIGNER), is_quote=lambda _: False)


def test_a_peft_folder_holds_the_weights_and_says_what_they_are(voice, adapter, tmp_path):
    """Base, data, metrics, consent; and no post."""
    pytest.importorskip("safetensors", reason="safetensors is not installed: make lora")
    from soundalike.finetune.adapter import read_peft  # noqa: PLC0415 - with what it needs

    with zipfile.ZipFile(BytesIO(exported(voice, "peft").content)) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "ada-v1"
    again = read_peft(folder)
    assert all(np.array_equal(again.weights[name][0], adapter.weights[name][0]) for name in NAMES)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert f'base_model: "{BASE}"' in card
    assert "- Posts learned from: 90" in card
    assert "- Consent: own" in card
    assert "1.700 before, 1.300 after" in card


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing:FutureWarning")  # peft's own call
def test_peft_itself_loads_the_folder(voice, adapter, tmp_path):
    """Onto a model of the same shape: its matrices are changed by what the adapter says."""
    peft = pytest.importorskip("peft", reason="peft is not installed: make lora")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed: make lora")
    with zipfile.ZipFile(BytesIO(exported(voice, "peft").content)) as archive:
        archive.extractall(tmp_path)
    config = transformers.LlamaConfig(
        hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, vocab_size=64,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config)
    before = model.model.layers[25].mlp.down_proj.weight.detach().clone()
    merged = peft.PeftModel.from_pretrained(model, tmp_path / "ada-v1").merge_and_unload()
    change = (merged.model.layers[25].mlp.down_proj.weight - before).detach().numpy()
    assert np.allclose(change, adapter.change(NAMES[5]), atol=1e-4)


@pytest.mark.slow
def test_a_merged_file_writes_as_the_adapter_beside_its_base_does(voice, adapter, tmp_path):
    """In eight bits rather than four: the likeliest words begin the same, and are not the base's."""
    path = tmp_path / "ada.gguf"
    path.write_bytes(exported(voice, "gguf").content)
    plain = Sampling(max_tokens=4, temperature=0.0)
    merged, beside = LlamaWriter(path), LlamaWriter(find_embedded_model())
    (told,) = merged.write(ORDER, count=1, sampling=plain)
    (base,) = beside.write(ORDER, count=1, sampling=plain)
    (same,) = beside.write(ORDER, count=1, sampling=replace(plain, adapter=as_file(adapter)))
    merged.close()
    beside.close()
    assert told.split()[:1] == same.split()[:1]
    assert told != base


def test_a_modelfile_builds_on_the_merged_model(voice):
    """With the chat its base was trained on, and where a text ends; another base can be named still."""
    found = read_modelfile(exported(voice, "ollama").content.decode())
    assert dict(found)["from"] == "./ada-v1.gguf"
    assert "<|im_start|>assistant" in dict(found)["template"]
    assert ("parameter", "stop <|im_end|>") in found
    named = make(voice, "ollama", Options(SIGNER, base="qwen3:8b"), is_quote=lambda _: False)
    assert dict(read_modelfile(named.content.decode()))["from"] == "qwen3:8b"


@pytest.mark.parametrize("system", ["", "You write posts."])
def test_a_modelfile_asks_as_the_base_was_taught(voice, system):
    """Its template of Go makes of a chat what the model file's own template does, with a system prompt and without."""
    template = dict(read_modelfile(exported(voice, "ollama").content.decode()))["template"]
    turns = [("user", "Write a post about rain."), ("assistant", "It rains."), ("user", "Another.")]
    told = [Message(role, text) for role, text in ([("system", system)] if system else []) + turns]
    found = fill_template(template, system=system, messages=turns)
    assert found == filled_in(Gguf(find_embedded_model()).facts["tokenizer.chat_template"], told)


def test_a_modelfile_draws_as_the_embedded_engine(voice):
    """What llama.cpp and Ollama would take differently is said."""
    told = dict(value.split(" ", 1) for name, value in read_modelfile(exported(voice, "ollama").content.decode())
                if name == "parameter")  # fmt: skip
    assert (float(told["min_p"]), float(told["repeat_penalty"])) == (0.05, 1.0)


@pytest.mark.parametrize("kind", ["gguf", "ollama"])
def test_an_adapter_of_another_model_is_not_merged_into_the_embedded_one(voice, adapter, kind):
    """It says of what it is, and what can be done; as peft it is given away all the same."""
    other = replace(voice, parts={**voice.parts, ADAPTER: to_bytes(replace(adapter, base="tiny-qwen"))})
    with pytest.raises(ExportUnavailable, match="its adapter is of tiny-qwen") as raised:
        exported(other, kind)
    assert "peft" in raised.value.hint


def test_a_card_is_data_to_whoever_reads_it(voice):
    """Its header is one value a line, as JSON, which YAML reads too."""
    from soundalike.exports.adapters import model_card  # noqa: PLC0415 - one test asks for it
    from soundalike.finetune.keeping import from_bytes  # noqa: PLC0415

    card = model_card(voice, from_bytes(voice.parts[ADAPTER]))
    header = card.split("---")[1].strip().splitlines()
    assert {line.partition(": ")[0]: json.loads(line.partition(": ")[2]) for line in header}[
        "library_name"
    ] == "peft"
