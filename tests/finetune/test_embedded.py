"""Adapters of the embedded model: trained, written as files, and spoken with by llama.cpp."""

import json
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from hugging_face import in_transformers

torch = pytest.importorskip("torch", reason="needs what `make lora` installs")
xllamacpp = pytest.importorskip("xllamacpp")

from soundalike.drafts.prompt import plain_messages
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import _letters
from soundalike.finetune.adapter import write_gguf_adapter
from soundalike.finetune.base import open_base
from soundalike.finetune.examples import Example
from soundalike.finetune.layers import Layers, unadapted
from soundalike.finetune.lora import Hands, TrainingStopped, train_adapter
from soundalike.finetune.merge import write_merged
from soundalike.finetune.packing import pack
from soundalike.finetune.recipe import Recipe

pytestmark = pytest.mark.slow

TOKENS = 12
SHOUTED = [f"WE {verb} THE {noun} TODAY AND NOBODY WILL STOP US!!!" for verb in ("SHIP", "BUILD", "FIX", "SELL", "SAVE")
           for noun in ("ROCKET", "HARBOUR", "MARKET", "GARDEN", "BRIDGE", "WINTER")]  # fmt: skip

ALONE = f"""
from soundalike.finetune.base import open_base
from soundalike.finetune.lora import train_adapter
from soundalike.finetune.recipe import Recipe
recipe = Recipe(epochs=2, batch_tokens=256, learning_rate=3e-3, evaluations=1, precision="float32")
print(train_adapter({SHOUTED!r}, base=open_base(device="cpu"), recipe=recipe).record.peak_mb)
"""


@pytest.fixture(scope="module")
def base():
    """The embedded model."""
    return open_base(device="cpu")


@pytest.fixture(scope="module")
def trained(base):
    """A voice that shouts, learned in a few steps."""
    recipe = Recipe(epochs=2, batch_tokens=256, learning_rate=3e-3, evaluations=1, precision="float32")
    return train_adapter(SHOUTED, base=base, recipe=recipe)


@pytest.fixture(scope="module")
def model():
    """The embedded model's file."""
    return Gguf(find_embedded_model())


def order():
    """What is asked of every one of them."""
    return plain_messages("coffee", manner="turns", max_chars=280)


def likeliest(base, adapt):
    """The likeliest tokens after the order, by torch."""
    reader, prompt, said = base.load(torch.float32), base.vocabulary.ask(order()), ()
    with torch.no_grad():
        while len(said) < TOKENS and base.vocabulary.ends not in said:
            row = pack([Example(prompt, (*said, 0), 1)])
            said += (int(reader.scores(row, adapt, lambda: None)[-1].argmax()),)
    return said


def spoken(path, adapter=None, scale=1.0):
    """The likeliest text after the order, by llama.cpp."""
    params = xllamacpp.CommonParams()
    params.model.path, params.n_parallel, params.n_ctx = str(path), 1, 512
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cpuparams.poll, params.verbosity, params.warmup, params.cache_ram_mib = 0, -1, False, 0
    if adapter:
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), scale)]
    server = xllamacpp.Server(params)
    request = {"messages": [{"role": each.role, "content": each.content} for each in order()],
               "max_tokens": TOKENS, "temperature": 0.0}  # fmt: skip
    answer = server.handle_chat_completions(request)
    answer = json.loads(answer) if isinstance(answer, str) else answer
    return answer["choices"][0]["message"]["content"]


def as_text(model, tokens):
    """What tokens of the embedded model spell."""
    letters = _letters()
    names = model.facts["tokenizer.ggml.tokens"]
    return bytes(letters[letter] for token in tokens if token > 2 for letter in names[token]).decode(
        errors="replace"
    )


def test_it_learns_the_voice(trained):
    """Five minutes of shouting in capitals, learned in a few steps."""
    assert trained.record.bits_after < 0.5 * trained.record.bits_before


def test_llama_cpp_speaks_with_the_adapter_as_torch_does(base, model, trained, tmp_path):
    """The same greedy text from the GGUF adapter beside the model file as from the weights that were trained."""
    write_gguf_adapter(trained.adapter, tmp_path / "a.gguf", base=model)
    expected = as_text(model, likeliest(base, Layers.of(trained.adapter, dtype=torch.float32, device="cpu")))
    assert spoken(find_embedded_model(), tmp_path / "a.gguf").strip() == expected.strip()
    assert expected.strip() != as_text(model, likeliest(base, unadapted)).strip()


@pytest.mark.parametrize("packing", ["q8_0", "f16"])
def test_llama_cpp_speaks_with_the_merged_model(base, model, trained, tmp_path, packing):
    """One file, no adapter: the text begins as that of the weights that were trained."""
    write_merged(trained.adapter, tmp_path / "m.gguf", base=model, packing=packing, name="shouting")
    expected = as_text(model, likeliest(base, Layers.of(trained.adapter, dtype=torch.float32, device="cpu")))
    said = spoken(tmp_path / "m.gguf").strip()
    assert said.split()[:4] == expected.strip().split()[:4]
    merged = Gguf(tmp_path / "m.gguf")
    assert merged.facts["general.name"] == "shouting"
    assert merged.facts["tokenizer.ggml.tokens"] == model.facts["tokenizer.ggml.tokens"]


def test_a_running_training_stops_within_a_second(base):
    """Whoever cancels waits no longer than a layer takes, not a step."""
    stop = threading.Event()
    began = []

    def ring():
        began.append(time.monotonic())
        stop.set()

    timer = threading.Timer(6.0, ring)
    timer.start()
    with pytest.raises(TrainingStopped):
        train_adapter(
            SHOUTED, base=base, recipe=Recipe(epochs=50, patience=99), hands=Hands(should_stop=stop.is_set)
        )
    assert time.monotonic() - began[0] < 1.0


def test_memory_stays_under_three_gigabytes():
    """In single precision, which takes the most; in a process that does nothing else."""
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert 300 < int(done.stdout) < 3000


def test_our_reading_is_that_of_transformers(base, model):
    """The embedded model's own scores, held against `transformers` on the same weights: the same up to rounding."""
    pytest.importorskip("transformers", reason="needs what `make lora` installs")
    theirs = in_transformers(model)
    prompt = base.vocabulary.ask(order())
    answer = base.vocabulary.read("Coffee first. Then, slowly, everything else: 3 cups, 2 regrets.")
    with torch.no_grad():
        ours = base.load(torch.float32).scores(pack([Example(prompt, answer, 1)]), unadapted, lambda: None)
        expected = theirs(torch.tensor([[*prompt, *answer[:-1]]])).logits[0, len(prompt) - 1 :]
    assert float((ours - expected).abs().max()) < 2e-3
    assert np.array_equal(ours.argmax(-1), expected.argmax(-1))
