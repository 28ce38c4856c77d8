"""What the embedded language model makes of a text: its state after some layers, averaged over the tokens.

A plain forward pass of the Llama architecture in single precision. llama.cpp gives embeddings too, but of its last
layer only, which says less here than one in the middle.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens

Floats = NDArray[np.float32]

MOST_TOKENS: Final = 90
"""Of a text; a post of 280 characters has about 65, and what comes later would only dilute the mean."""

_BATCH_TOKENS: Final = 1_500  # 10 MB for the widest layer; more is no faster
_TEXT_BEGINS: Final = 0  # <|endoftext|>, which stood between the texts the model was taught on
_FAR: Final = np.float32(-1e9)


class Encoder:
    """The first `layers` of a model, ready to read.

    Raises:
        WriterError: The file holds no model of this architecture.
    """

    def __init__(self, model: Gguf, *, layers: int) -> None:
        facts = model.facts
        self.width: int = facts["llama.embedding_length"]
        self._model = model
        self._tokens = Tokens(facts)
        self._blocks = [_Block(model, number) for number in range(layers)]

    def states(self, texts: Sequence[str], *, after: Sequence[int]) -> Floats:
        """What the model makes of texts, of shape (texts, len(after), width).

        For each text and each of the layers in `after`, counted from 1 and rising: the mean over the text's tokens of
        their states after that layer, each state scaled to a mean square of 1.
        """
        numbers = [
            np.concatenate([[_TEXT_BEGINS], self._tokens.numbers(text)])[: MOST_TOKENS + 1] for text in texts
        ]
        states = np.zeros((len(texts), len(after), self.width), dtype=np.float32)
        for batch in _batches([len(each) for each in numbers]):
            states[batch] = self._read([numbers[place] for place in batch], after)
        return states

    def _read(self, numbers: Sequence[NDArray[np.intp]], after: Sequence[int]) -> Floats:
        lengths = np.array([len(each) for each in numbers])
        is_there = np.arange(lengths.max()) < lengths[:, None]
        state = np.zeros((*is_there.shape, self.width), dtype=np.float32)
        state[is_there] = self._model.weights("token_embd.weight", np.concatenate(numbers))
        share = (is_there / lengths[:, None]).astype(np.float32)[:, None, :]
        means = []
        for number, block in enumerate(self._blocks[: max(after)], start=1):
            state = block(state)
            if number in after:
                means.append((share @ _scaled(state))[:, 0])
        return np.stack(means, axis=1)


@cache
def embedded_encoder(layers: int) -> Encoder:
    """The embedded model's first layers; loaded once, 14 MB a layer.

    Raises:
        WriterError: The model is not installed.
    """
    return Encoder(Gguf(find_embedded_model()), layers=layers)


class _Block:
    """One layer: attention over what came before, then the feed-forward network."""

    def __init__(self, model: Gguf, number: int) -> None:
        facts = model.facts
        self._heads, self._shared = (
            facts["llama.attention.head_count"],
            facts["llama.attention.head_count_kv"],
        )
        self._base: float = facts["llama.rope.freq_base"]
        self._weights = {
            name: model.weights(f"blk.{number}.{name}.weight")
            for name in (
                "attn_norm attn_q attn_k attn_v attn_output ffn_norm ffn_gate ffn_up ffn_down".split()
            )
        }

    def __call__(self, state: Floats) -> Floats:
        """From (texts, tokens, width) to the same."""
        state = state + self._attend(_scaled(state) * self._weights["attn_norm"])
        return state + self._think(_scaled(state) * self._weights["ffn_norm"])

    def _attend(self, state: Floats) -> Floats:
        texts, size, width = state.shape
        group = self._heads // self._shared
        query, key, value = (self._heads_of(state, name) for name in ("attn_q", "attn_k", "attn_v"))
        query, key = _turned(query, self._base), _turned(key, self._base)
        query = query.reshape(texts, self._shared, group * size, -1)
        nearness = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(key.shape[-1]))
        later = np.triu(np.full((size, size), _FAR, dtype=np.float32), k=1)
        shares = _softmax(nearness.reshape(texts, self._shared, group, size, size) + later)
        heard = shares.reshape(texts, self._shared, group * size, size) @ value
        heard = heard.reshape(texts, self._heads, size, -1).swapaxes(1, 2).reshape(texts, size, width)
        return self._times(heard, "attn_output")

    def _think(self, state: Floats) -> Floats:
        gate = self._times(state, "ffn_gate")
        return self._times(gate / (1 + np.exp(-gate)) * self._times(state, "ffn_up"), "ffn_down")

    def _heads_of(self, state: Floats, name: str) -> Floats:
        """A projection, as (texts, heads, tokens, width of a head)."""
        found = self._times(state, name)
        head = state.shape[-1] // self._heads
        return found.reshape(*found.shape[:2], -1, head).swapaxes(1, 2)

    def _times(self, state: Floats, name: str) -> Floats:
        flat: Floats = state.reshape(-1, state.shape[-1]) @ self._weights[name].T
        return flat.reshape(*state.shape[:-1], -1)


def _scaled(state: Floats) -> Floats:
    mean_square = np.mean(state * state, axis=-1, keepdims=True)
    scaled: Floats = state / np.sqrt(mean_square + np.float32(1e-5))
    return scaled


def _softmax(values: Floats) -> Floats:
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _turned(heads: Floats, base: float) -> Floats:
    """Rotary positions (Su et al. 2021), in GGUF's order: each pair of neighbouring numbers is turned together."""
    size, width = heads.shape[-2:]
    angles = np.outer(np.arange(size), base ** (-np.arange(0, width, 2) / width)).astype(np.float32)
    cosine, sine = np.cos(angles), np.sin(angles)
    even, odd = heads[..., 0::2], heads[..., 1::2]
    turned = np.empty_like(heads)
    turned[..., 0::2], turned[..., 1::2] = even * cosine - odd * sine, even * sine + odd * cosine
    return turned


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of like length, as many together as fit."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[place] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
