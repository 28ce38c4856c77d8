"""An adapter as it is kept: exact in half precision, and refused where a byte is amiss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.finetune.adapter import Adapter
from soundalike.finetune.keeping import as_file, from_bytes, to_bytes

NAMES = ("model.layers.0.mlp.down_proj", "model.layers.29.self_attn.q_proj")


def made(names=NAMES, rank=2, inputs=(1536, 576), outputs=(576, 576)):
    """An adapter of the embedded model with weights drawn at random."""
    chance = np.random.default_rng(0)
    weights = {
        name: (
            chance.normal(size=(rank, size)).astype(np.float16).astype(np.float32),
            chance.normal(size=(height, rank)).astype(np.float16).astype(np.float32),
        )
        for name, size, height in zip(names, inputs, outputs, strict=True)
    }
    return Adapter("HuggingFaceTB/SmolLM2-135M-Instruct", rank, 4.0, weights)


def test_an_adapter_is_read_back_as_it_was():
    """Its matrices, base, rank and scale; the same adapter gives the same bytes."""
    adapter = made()
    again = from_bytes(to_bytes(adapter))
    assert (again.base, again.rank, again.alpha) == (adapter.base, adapter.rank, adapter.alpha)
    assert list(again.weights) == sorted(NAMES)
    for name, both in adapter.weights.items():
        assert all(np.array_equal(*pair) for pair in zip(both, again.weights[name], strict=True))
    assert to_bytes(again) == to_bytes(adapter)


@given(st.data())
def test_a_byte_that_was_changed_is_noticed(data):
    """Wherever it stands."""
    content = bytearray(to_bytes(made(NAMES[:1], 1, (4,), (3,))))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="bytes"):
        from_bytes(bytes(content))


def test_the_engine_is_given_the_same_file_of_the_same_adapter():
    """Whose digest tells it from others."""
    first, again, other = as_file(made()), as_file(made()), as_file(made(rank=3))
    assert first == again != other
    assert first.content.startswith(b"GGUF")
