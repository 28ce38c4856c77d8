"""The trainable part in torch: for each adapted matrix two small ones (Hu et al. 2021)."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from soundalike.finetune.adapter import Adapter
from soundalike.finetune.engine import torch
from soundalike.finetune.llama import Tensor

Arrays = dict[str, NDArray[np.float32]]


class Layers:
    """A and B of every adapted matrix, in single precision whatever the base is in.

    B begins with zeros, so that the adapted model begins as the base.
    """

    def __init__(self, pairs: Mapping[str, tuple[Tensor, Tensor]], scale: float, dtype: Tensor) -> None:
        self._pairs, self._scale, self._dtype = pairs, scale, dtype

    @classmethod
    def new(
        cls,
        matrices: Mapping[str, tuple[int, int]],
        *,
        rank: int,
        alpha: float,
        seed: int,
        dtype: Tensor,
        device: str,
    ) -> "Layers":
        """Fresh ones, A drawn evenly within ±1/√inputs as PEFT and the paper's code do."""
        rng = np.random.default_rng(seed)
        pairs = {}
        for name, (outputs, inputs) in matrices.items():
            edge = 1 / math.sqrt(inputs)
            a = rng.uniform(-edge, edge, size=(rank, inputs)).astype(np.float32)
            pairs[name] = _trainable(a, device), _trainable(np.zeros((outputs, rank), np.float32), device)
        return cls(pairs, alpha / rank, dtype)

    @classmethod
    def of(cls, adapter: Adapter, *, dtype: Tensor, device: str) -> "Layers":
        """Those of a trained adapter."""
        pairs = {
            name: (_trainable(a, device), _trainable(b, device)) for name, (a, b) in adapter.weights.items()
        }
        return cls(pairs, adapter.alpha / adapter.rank, dtype)

    def __call__(self, name: str, given: Tensor, made: Tensor) -> Tensor:
        """The output of a matrix, as adapted."""
        pair = self._pairs.get(name)
        if pair is None:
            return made
        a, b = (matrix.to(self._dtype) for matrix in pair)
        return made + torch.nn.functional.linear(torch.nn.functional.linear(given, a), b * self._scale)

    def parameters(self) -> Iterator[Tensor]:
        """All that is trained, in a fixed order."""
        for pair in self._pairs.values():
            yield from pair

    def arrays(self) -> Arrays:
        """Copies of all that is trained, named."""
        return {
            f"{name}.{letter}": each.detach().cpu().numpy().copy()
            for name, pair in self._pairs.items()
            for letter, each in zip("ab", pair, strict=True)
        }

    def take(self, arrays: Mapping[str, NDArray[np.float32]]) -> None:
        """Take weights as `arrays` gave them."""
        with torch.no_grad():
            for name, pair in self._pairs.items():
                for letter, each in zip("ab", pair, strict=True):
                    each.copy_(torch.from_numpy(arrays[f"{name}.{letter}"]))


def unadapted(_: str, _given: Tensor, made: Tensor) -> Tensor:
    """The base as it is."""
    return made


def _trainable(array: NDArray[np.float32], device: str) -> Tensor:
    return torch.from_numpy(array.copy()).to(device).requires_grad_()
