"""The Llama architecture in torch, for training an adapter: it reads packed rows, and its own weights stay as they are.

Held against `transformers` in a test. It differs in what it leaves out: padding (each token is read once), and the
vocabulary's 49,152 scores where no answer is to be told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from soundalike.encoder.gguf import Gguf
from soundalike.finetune.engine import torch
from soundalike.finetune.names import MATRICES, halves_together, heads_of
from soundalike.finetune.packing import Pack

Tensor = Any  # torch is not here for whoever checks types without it
Adapt = Callable[[str, Tensor, Tensor], Tensor]
"""Takes the name of a matrix, its input and its output; gives the output as adapted."""


@dataclass(frozen=True, slots=True)
class _Shape:
    heads: int
    shared: int
    rope: float
    epsilon: float


class Llama:
    """The model of a GGUF file; `dtype` is of weights and states, sums and scores are in single precision.

    Raises:
        WriterError: The file holds no Llama.
    """

    def __init__(self, model: Gguf, *, dtype: Tensor = torch.float32, device: str = "cpu") -> None:
        self._shape = _shape_of(model)
        self.layers: int = model.facts["llama.block_count"]
        self.dtype = dtype

        def load(name: str) -> Tensor:
            weights, heads = model.weights(name), heads_of(name, model)
            if heads:
                weights = weights[halves_together(heads, len(weights))]
            return torch.from_numpy(weights).to(device=device, dtype=dtype)

        self._embedding = load("token_embd.weight")
        self._head = load("output.weight") if "output.weight" in model.shapes else self._embedding
        self._norm = load("output_norm.weight")[0]
        self._blocks = [_load_block(number, load) for number in range(self.layers)]

    @property
    def matrices(self) -> dict[str, tuple[int, int]]:
        """The matrices that can be adapted: by name their (outputs, inputs)."""
        return {
            f"model.layers.{number}.{name}": tuple(block[name].shape)
            for number, block in enumerate(self._blocks)
            for name in MATRICES
        }

    def scores(self, row: Pack, adapt: Adapt, check: Callable[[], None]) -> Tensor:
        """What the model would say at the places that are to be told: (N, vocabulary), single precision.

        `check` is called before every layer, and again before every layer on the way back; what it raises ends both.
        """
        device = self._embedding.device
        places = _Places.of(row, device)
        turn = _turning(places.positions, self._head_size, self._shape.rope, self.dtype)
        state = torch.nn.functional.embedding(places.tokens, self._embedding)
        for number, block in enumerate(self._blocks):
            check()
            adapted = _Adapted(f"model.layers.{number}", block, adapt)
            state = state + self._attend(self._scaled(state, block["attn_norm"]), adapted, turn, places)
            state = state + _think(self._scaled(state, block["ffn_norm"]), adapted)
            if state.requires_grad:
                state.register_hook(lambda _: check())
        told = self._scaled(state.index_select(0, places.predicts), self._norm)
        return torch.nn.functional.linear(told, self._head).float()

    @property
    def _head_size(self) -> int:
        size: int = self._embedding.shape[1] // self._shape.heads
        return size

    def _attend(self, state: Tensor, block: "_Adapted", turn: Tensor, places: "_Places") -> Tensor:
        """Attention within each stretch; only here does the row fall apart into them."""
        query, key, value = (
            block.times(f"self_attn.{each}_proj", state).unflatten(-1, (-1, self._head_size))
            for each in "qkv"
        )
        query, key = _turned(query, turn), _turned(key, turn)
        heard = self._heard(
            *(
                _stretched(query, places.queries),
                _stretched(key, places.keys),
                _stretched(value, places.keys),
            ),
            places.sees,
        )
        flat = heard.transpose(1, 2).flatten(2).flatten(0, 1).index_select(0, places.back)
        return block.times("self_attn.o_proj", flat)

    def _heard(self, query: Tensor, key: Tensor, value: Tensor, sees: Tensor) -> Tensor:
        """Softmax attention (stretches, heads, L, width), heads that share a key side by side.

        Written out: torch's fused attention takes three times as long on the way back in bfloat16 on a processor.
        """
        stretches, heads, size, width = query.shape
        together = query.reshape(stretches, self._shape.shared, -1, width)
        nearness = (together @ key.transpose(-1, -2)).float() / width**0.5
        nearness = nearness.unflatten(2, (-1, size)).masked_fill(~sees[:, None], -torch.inf)
        shares = nearness.softmax(-1).to(value.dtype).flatten(2, 3)
        return (shares @ value).reshape(stretches, heads, size, width)

    def _scaled(self, state: Tensor, weight: Tensor) -> Tensor:
        """Root mean square normalisation, in single precision whatever the states are in."""
        raised = state.float()
        raised = raised * torch.rsqrt(raised.square().mean(-1, keepdim=True) + self._shape.epsilon)
        return weight * raised.to(state.dtype)


@dataclass(frozen=True, slots=True)
class _Adapted:
    """One layer's weights by the names of Hugging Face, and what is added to them."""

    name: str
    weights: Mapping[str, Tensor]
    adapt: Adapt

    def times(self, matrix: str, state: Tensor) -> Tensor:
        """A matrix of the layer, as adapted, times the states."""
        made = torch.nn.functional.linear(state, self.weights[matrix])
        return self.adapt(f"{self.name}.{matrix}", state, made)


@dataclass(frozen=True, slots=True)
class _Places:
    """A pack's arrays as tensors where the model is."""

    tokens: Tensor
    positions: Tensor
    predicts: Tensor
    queries: Tensor
    keys: Tensor
    sees: Tensor
    back: Tensor

    @classmethod
    def of(cls, row: Pack, device: Tensor) -> "_Places":
        arrays = (row.tokens, row.positions, row.predicts, row.queries, row.keys, row.sees[:, None], row.back)
        return cls(*(torch.from_numpy(array).to(device) for array in arrays))


def _load_block(number: int, load: Callable[[str], Tensor]) -> dict[str, Tensor]:
    norms = {name: load(f"blk.{number}.{name}.weight")[0] for name in ("attn_norm", "ffn_norm")}
    return norms | {name: load(f"blk.{number}.{stored}.weight") for name, stored in MATRICES.items()}


def _think(state: Tensor, block: _Adapted) -> Tensor:
    """The feed-forward network."""
    gate, up = (block.times(f"mlp.{each}_proj", state) for each in ("gate", "up"))
    return block.times("mlp.down_proj", torch.nn.functional.silu(gate) * up)


def _shape_of(model: Gguf) -> _Shape:
    facts = model.facts
    return _Shape(
        facts["llama.attention.head_count"],
        facts["llama.attention.head_count_kv"],
        facts["llama.rope.freq_base"],
        facts["llama.attention.layer_norm_rms_epsilon"],
    )


def _turning(positions: Tensor, size: int, base: float, dtype: Tensor) -> Tensor:
    """Cosines and sines of rotary positions (Su et al. 2021), each (tokens, 1, width of a head)."""
    exponents = torch.arange(0, size, 2, device=positions.device, dtype=torch.int64).float() / size
    angles = torch.outer(positions.float(), 1.0 / (base**exponents)).repeat(1, 2)[:, None]
    return angles.cos().to(dtype), angles.sin().to(dtype)


def _turned(heads: Tensor, turn: Tensor) -> Tensor:
    cosine, sine = turn
    first, second = heads.chunk(2, dim=-1)
    return heads * cosine + torch.cat((-second, first), dim=-1) * sine


def _stretched(heads: Tensor, places: Tensor) -> Tensor:
    """From (tokens, heads, width) to (stretches, heads, places, width)."""
    width = heads.shape[-2:]
    taken = torch.nn.functional.embedding(places, heads.flatten(1))
    return taken.unflatten(-1, width).transpose(1, 2)
