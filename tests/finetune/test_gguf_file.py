"""Model files as written here, read back by others' readers."""

import numpy as np
import pytest

from soundalike.encoder.gguf import Gguf
from soundalike.finetune.gguf_file import in_eight_bits, write_gguf
from tiny_model import tiny_facts, tiny_tensors

gguf = pytest.importorskip("gguf", reason="needs what `make lora` installs")


def test_the_reference_reader_finds_what_was_written(tiny_path):
    """The `gguf` package of llama.cpp reads every fact and weight as it was given."""
    reader = gguf.GGUFReader(tiny_path)
    facts = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    assert facts == {
        name: np.float32(value) if isinstance(value, float) else value for name, value in tiny_facts().items()
    }
    for tensor in reader.tensors:
        assert np.array_equal(tensor.data, tiny_tensors()[tensor.name])


def test_eight_bits_are_those_of_the_reference(tmp_path):
    """Q8_0 as packed here and by the `gguf` package, byte for byte; a row of zeros included."""
    weights = np.random.default_rng(0).normal(size=(6, 96)).astype(np.float32)
    weights[2] = 0
    write_gguf(tmp_path / "a.gguf", {"general.architecture": "llama"}, {"w": in_eight_bits(weights)})
    theirs = gguf.quantize(weights, gguf.GGMLQuantizationType.Q8_0)
    (tensor,) = gguf.GGUFReader(tmp_path / "a.gguf").tensors
    assert np.array_equal(tensor.data, theirs)
    assert np.allclose(
        Gguf(tmp_path / "a.gguf").weights("w"), gguf.dequantize(theirs, gguf.GGMLQuantizationType.Q8_0)
    )


def test_a_file_is_whole_or_not_there(tmp_path):
    """A fact that cannot be written leaves nothing behind under the file's name."""
    with pytest.raises(KeyError):
        write_gguf(tmp_path / "a.gguf", {}, {"w": np.zeros((2, 32), np.int64)})
    assert not (tmp_path / "a.gguf").exists()
