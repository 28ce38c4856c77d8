"""One engine, several voices: each text is written with the adapter it was asked with, or with none."""

from pathlib import Path
from tempfile import gettempdir

import numpy as np
import pytest

from soundalike.drafts.llama import LlamaWriter
from soundalike.drafts.writer import AdapterFile, Message, Sampling
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.errors import WriterError
from soundalike.finetune.adapter import Adapter, write_gguf_adapter

ORDER = [Message("user", "Write a post about rain.")]


@pytest.fixture(scope="module")
def writer():
    """An engine of its own: the adapters it comes to know stay with it."""
    made = LlamaWriter(find_embedded_model())
    yield made
    made.close()


@pytest.fixture(scope="module")
def adapters(tmp_path_factory):
    """Adapters that change the embedded model at random, each differently."""
    folder, base = tmp_path_factory.mktemp("adapters"), Gguf(find_embedded_model())
    return [_made(folder / f"{number}.gguf", base, number) for number in range(9)]


def _made(path, base, seed):
    chance = np.random.default_rng(seed)
    weights = {
        f"model.layers.{layer}.mlp.down_proj": (
            chance.normal(0, 0.3, (2, 1536)).astype(np.float32),
            chance.normal(0, 0.3, (576, 2)).astype(np.float32),
        )
        for layer in range(20, 30)
    }
    write_gguf_adapter(Adapter("SmolLM2-135M-Instruct", 2, 4.0, weights), path, base=base)
    return AdapterFile(path.stem, path.read_bytes())


def written(writer, adapter=None):
    """The likeliest text."""
    return writer.write(ORDER, count=1, sampling=Sampling(max_tokens=8, temperature=0.0, adapter=adapter))[0]


@pytest.mark.slow
def test_each_adapter_speaks_with_its_own_voice_and_leaves_no_trace(writer, adapters):
    """By turns, in any order, the texts are what they were; without one the model is itself again."""
    plain, first, second = (written(writer, each) for each in (None, *adapters[:2]))
    assert len({plain, first, second}) == 3
    assert [written(writer, each) for each in (adapters[1], None, adapters[0])] == [second, plain, first]


@pytest.mark.slow
def test_more_adapters_than_are_known_at_a_time_take_turns(writer, adapters):
    """The ninth takes the place of the first, which is loaded again when it is asked for."""
    first = written(writer, adapters[0])
    for each in adapters[1:]:
        written(writer, each)
    assert written(writer, adapters[0]) == first


@pytest.mark.slow
def test_a_broken_adapter_is_refused_and_the_writer_goes_on(writer):
    """What it wrote before it writes again."""
    plain = written(writer)
    with pytest.raises(WriterError, match="the adapter beside it"):
        written(writer, AdapterFile("broken", b"GGUF and nothing else"))
    assert written(writer) == plain


def test_no_file_of_an_adapter_is_left_behind(writer, adapters):
    """They are learned from somebody's posts: the engine reads them, and they are gone."""
    written(writer, adapters[0])
    assert not [path for path in Path(gettempdir()).glob("soundalike-*/*.gguf") if path.stem in "012345678"]
