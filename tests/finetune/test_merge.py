"""Adapters as model files: beside their base, and merged into it."""

import numpy as np
import pytest

from soundalike.encoder.gguf import Gguf
from soundalike.errors import StorageError
from soundalike.finetune.adapter import Adapter, write_gguf_adapter
from soundalike.finetune.merge import write_merged
from soundalike.finetune.names import gguf_name, halves_together, heads_of, stored_rows
from tiny_model import LAYERS, WIDTH

NAMES = [f"model.layers.{layer}.{matrix}" for layer in range(LAYERS) for matrix in ("self_attn.q_proj", "self_attn.k_proj", "mlp.down_proj")]  # fmt: skip  # noqa: E501


@pytest.fixture(scope="module")
def adapter(tiny):
    """Random changes of queries, keys and one more matrix of every layer."""
    rng = np.random.default_rng(5)
    weights = {}
    for name in NAMES:
        inputs, outputs = tiny.shapes[gguf_name(name)]
        weights[name] = tuple(
            rng.normal(0, 0.1, shape).astype(np.float32) for shape in ((4, inputs), (outputs, 4))
        )
    return Adapter("tiny", 4, 8.0, weights)


def in_hugging_faces_order(model, name):
    """A matrix of a model file with its rows as Hugging Face has them."""
    stored = gguf_name(name)
    weights, heads = model.weights(stored), heads_of(stored, model)
    return weights[halves_together(heads, len(weights))] if heads else weights


@pytest.mark.parametrize(("packing", "error"), [("f16", 1e-3), ("q8_0", 6e-3)])
def test_a_merged_file_holds_the_base_and_what_was_added(tiny, adapter, tmp_path, packing, error):
    """Every adapted matrix is W + (alpha/rank)·B·A up to the packing, in the file's own order of rows."""
    write_merged(adapter, tmp_path / "m.gguf", base=tiny, packing=packing)
    merged = Gguf(tmp_path / "m.gguf")
    assert merged.shapes == tiny.shapes
    for name in NAMES:
        expected = in_hugging_faces_order(tiny, name) + adapter.change(name)
        assert np.abs(in_hugging_faces_order(merged, name) - expected).max() < error
    assert np.array_equal(merged.weights("output_norm.weight"), tiny.weights("output_norm.weight"))


def test_a_merged_file_states_what_the_base_states(tiny, adapter, tmp_path):
    """Vocabulary, template and sizes are copied; only the kind of the file and its name are new."""
    write_merged(adapter, tmp_path / "m.gguf", base=tiny, packing="f16", name="soundalike ada")
    facts = Gguf(tmp_path / "m.gguf").facts
    assert facts == tiny.facts | {"general.file_type": 1, "general.name": "soundalike ada"}


def test_an_adapter_file_names_and_turns_as_llama_cpp_wants(tiny, adapter, tmp_path):
    """A and B of each matrix by GGUF's name, B's rows in GGUF's order, and the scale's alpha."""
    write_gguf_adapter(adapter, tmp_path / "a.gguf", base=tiny)
    written = tmp_path / "a.gguf"
    facts = Gguf(written).facts
    assert (facts["general.type"], facts["adapter.type"], facts["adapter.lora.alpha"]) == (
        "adapter",
        "lora",
        8.0,
    )
    gguf = pytest.importorskip("gguf", reason="needs what `make lora` installs")
    tensors = {tensor.name: tensor.data for tensor in gguf.GGUFReader(written).tensors}
    a, b = adapter.weights["model.layers.1.self_attn.q_proj"]
    rows = stored_rows("model.layers.1.self_attn.q_proj", tiny)
    assert np.array_equal(tensors["blk.1.attn_q.weight.lora_a"], a.astype(np.float16))
    assert np.array_equal(tensors["blk.1.attn_q.weight.lora_b"], b[rows].astype(np.float16))
    assert len(tensors) == 2 * len(NAMES)


@pytest.mark.parametrize(
    "name", ["model.layers.9.mlp.down_proj", "model.layers.0.mlp.gate_up_proj", "lm_head"]
)
def test_an_adapter_of_another_model_is_refused(tiny, tmp_path, name):
    """What changes matrices that the base has not can be spoken with by nobody."""
    other = Adapter(
        "other", 1, 1.0, {name: (np.zeros((1, WIDTH), np.float32), np.zeros((WIDTH, 1), np.float32))}
    )
    for write in (write_gguf_adapter, write_merged):
        with pytest.raises(StorageError, match="changes"):
            write(other, tmp_path / "x.gguf", base=tiny)
    assert not list(tmp_path.iterdir())
