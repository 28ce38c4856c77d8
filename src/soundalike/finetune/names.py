"""What Hugging Face and GGUF call the same matrix of a Llama, and in which order each keeps its rows."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from soundalike.encoder.gguf import Gguf

EMBEDDED_NAME: Final = "HuggingFaceTB/SmolLM2-135M-Instruct"
"""What the embedded model is called where adapters name their base."""

MATRICES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }
)
"""The matrices of a layer: as Hugging Face names them, and as GGUF does."""

_NAME = re.compile(r"model\.layers\.(\d{1,4})\.(\w+\.\w+)")


def gguf_name(name: str) -> str:
    """The tensor's name in a GGUF file; nothing where a Llama has no such matrix."""
    found = _NAME.fullmatch(name)
    stored = MATRICES.get(found[2]) if found else None
    return f"blk.{found[1]}.{stored}.weight" if found and stored else ""


def halves_together(heads: int, rows: int) -> NDArray[np.int64]:
    """The rows of a query or key matrix of GGUF's order, in Hugging Face's.

    Rotary positions turn numbers in pairs: in GGUF neighbours, in Hugging Face one of each half of a head. `argsort`
    of the result leads back.
    """
    return np.arange(rows).reshape(heads, -1, 2).swapaxes(1, 2).reshape(-1)


def stored_rows(name: str, model: Gguf) -> NDArray[np.int64]:
    """The rows of a matrix of Hugging Face's order, in that of the model file."""
    stored = gguf_name(name)
    rows = model.shapes[stored][1]
    heads = heads_of(stored, model)
    return np.argsort(halves_together(heads, rows)) if heads else np.arange(rows)


def heads_of(stored: str, model: Gguf) -> int:
    """How many heads a tensor of the file turns; none where it is not turned."""
    if stored.endswith(".attn_q.weight"):
        return int(model.facts["llama.attention.head_count"])
    return int(model.facts["llama.attention.head_count_kv"]) if stored.endswith(".attn_k.weight") else 0
