"""A base model and an adapter as one model file, for tools that load no adapters."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from soundalike.encoder.gguf import Gguf
from soundalike.errors import StorageError
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.gguf_file import in_eight_bits, write_gguf
from soundalike.finetune.names import gguf_name, stored_rows

Packing = Literal["q8_0", "f16"]

_FILE_TYPES: Final = MappingProxyType({"f16": 1, "q8_0": 7})  # LLAMA_FTYPE of llama.h
_PACK: Final[Mapping[str, Callable[[NDArray[np.float32]], NDArray[Any]]]] = MappingProxyType(
    {"q8_0": in_eight_bits, "f16": lambda weights: weights.astype(np.float16)}
)
_MATRIX: Final = 2


def write_merged(
    adapter: Adapter, path: Path, *, base: Gguf, packing: Packing = "q8_0", name: str = ""
) -> None:
    """Write the adapted model as one GGUF file; `name` is what it calls itself.

    What the base holds in four bits is unpacked, changed, and packed anew, in eight bits (145 MB for the embedded
    model) or half precision (269 MB).

    Raises:
        StorageError: The adapter changes matrices that the base does not have.
    """
    changed = {gguf_name(each): each for each in adapter.weights}
    if missing := changed.keys() - base.shapes.keys():
        raise StorageError(
            f"The adapter changes {len(missing)} matrices that the model file has not.",
            hint=f"It was trained for {adapter.base}; name that model's file.",
        )
    tensors = {stored: _merged(stored, changed.get(stored), adapter, base, packing) for stored in base.shapes}
    facts = (
        base.facts | {"general.file_type": _FILE_TYPES[packing]} | ({"general.name": name} if name else {})
    )
    write_gguf(path, facts, tensors)


def _merged(stored: str, changed: str | None, adapter: Adapter, base: Gguf, packing: Packing) -> NDArray[Any]:
    weights = base.weights(stored)
    if len(base.shapes[stored]) < _MATRIX:
        vector: NDArray[Any] = weights[0]
        return vector
    if changed:
        weights += adapter.change(changed)[stored_rows(changed, base)]
    return _PACK[packing](weights)
