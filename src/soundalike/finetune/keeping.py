"""An adapter as it is kept with a model, and as the embedded engine takes it."""

import hashlib
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from soundalike.drafts.writer import AdapterFile
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.finetune.adapter import Adapter, Floats, write_gguf_adapter
from soundalike.finetune.names import EMBEDDED_NAME
from soundalike.posts.packing import pack, refusing, require, unpack

_KIND, _VERSION = "adapter", 1
_TYPES: Final = {"weights": "<f2"}
_MOST_SIDE: Final = 1_000_000


def to_bytes(adapter: Adapter) -> bytes:
    """The adapter in half precision; `from_bytes` reads it back."""
    names = sorted(adapter.weights)
    flat = [matrix.ravel() for name in names for matrix in adapter.weights[name]]
    facts = {
        "base": adapter.base,
        "rank": adapter.rank,
        "alpha": float(adapter.alpha),
        "names": names,
        "inputs": [adapter.weights[name][0].shape[1] for name in names],
        "outputs": [adapter.weights[name][1].shape[0] for name in names],
    }
    return pack(_KIND, _VERSION, facts, {"weights": np.concatenate(flat).astype("<f2")})


def from_bytes(content: bytes) -> Adapter:
    """Read what `to_bytes` wrote.

    Raises:
        ValueError: These bytes are no adapter.
    """
    facts, arrays = unpack(content, _KIND, _VERSION, _TYPES)
    with refusing(_KIND):
        names, rank, inputs, outputs = (facts[name] for name in ("names", "rank", "inputs", "outputs"))
        sides = [side for pair in zip(inputs, outputs, strict=True) for side in pair]
        require(_KIND, isinstance(facts["base"], str), isinstance(facts["alpha"], float), len(names) > 0)
        require(_KIND, all(isinstance(name, str) for name in names), len(set(names)) == len(names))
        require(_KIND, all(isinstance(side, int) and 0 < side <= _MOST_SIDE for side in (rank, *sides)))
        ends = np.cumsum([0, *(side * rank for side in sides)])
        require(_KIND, ends[-1] == len(arrays["weights"]), np.isfinite(arrays["weights"]).all())
        flat = arrays["weights"].astype(np.float32)
        cut = [flat[start:end] for start, end in pairwise(ends)]
        shaped = zip(cut[::2], cut[1::2], strict=True)
        weights: dict[str, tuple[Floats, Floats]] = {
            name: (a.reshape(rank, -1), b.reshape(-1, rank))
            for name, (a, b) in zip(names, shaped, strict=True)
        }
    return Adapter(facts["base"], rank, facts["alpha"], weights)


def as_file(adapter: Adapter) -> AdapterFile:
    """The adapter as who writes with it loads it: GGUF for the embedded engine, as it is kept for any other model.

    Raises:
        StorageError: It says that it is of the embedded model, and is not.
        WriterError: The embedded model is not installed.
    """
    if adapter.base != EMBEDDED_NAME:
        kept = to_bytes(adapter)
        return AdapterFile(hashlib.sha256(kept).hexdigest(), kept)
    with TemporaryDirectory(prefix="soundalike-") as folder:
        path = Path(folder, "adapter.gguf")
        write_gguf_adapter(adapter, path, base=Gguf(find_embedded_model()))
        content = path.read_bytes()
    return AdapterFile(hashlib.sha256(content).hexdigest(), content)
