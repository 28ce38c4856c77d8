"""Writes GGUF files (ggml-org/ggml, docs/gguf.md, version 3): facts of any kind, weights plain or in eight bits."""

import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT: Final = 32
_BLOCK: Final = 32  # weights that share a scale
_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9
_Q8_0: Final = np.dtype([("scale", "<f2"), ("bits", "i1", _BLOCK)])
_KINDS: Final[Mapping[np.dtype[Any], int]] = {np.dtype("<f4"): 0, np.dtype("<f2"): 1, _Q8_0: 8}

Tensors = Mapping[str, NDArray[Any]]
"""By name; (rows, columns) of `float32` or `float16`, or (rows, blocks) as `in_eight_bits` makes them."""


def write_gguf(path: Path, facts: Mapping[str, Any], tensors: Tensors) -> None:
    """Write a file whole or not at all. Whole numbers become 32 bits, without sign unless they are in a list."""
    about = b"".join(_text(name) + _value(value) for name, value in facts.items())
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts)) + about + _table(tensors)
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        file.write(head + _filling(len(head)))
        for tensor in tensors.values():
            file.write(tensor.tobytes())
            file.write(_filling(tensor.nbytes))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def in_eight_bits(weights: NDArray[np.float32]) -> NDArray[Any]:
    """Weights of shape (rows, columns) as Q8_0, of shape (rows, columns / 32): a scale and whole numbers to ±127."""
    blocks = weights.reshape(len(weights), -1, _BLOCK)
    scale = np.abs(blocks).max(axis=-1) / np.float32(127)
    packed = np.empty(scale.shape, dtype=_Q8_0)
    packed["scale"] = scale
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    packed["bits"] = np.rint(blocks * inverse[..., None])
    return packed


def _table(tensors: Tensors) -> bytes:
    parts: list[bytes] = []
    start = 0
    for name, tensor in tensors.items():
        sizes = (*tensor.shape[:-1], tensor.shape[-1] * (_BLOCK if tensor.dtype == _Q8_0 else 1))[::-1]
        form = struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, _KINDS[tensor.dtype], start)
        parts.append(_text(name) + form)
        start += tensor.nbytes + len(_filling(tensor.nbytes))
    return b"".join(parts)


def _filling(size: int) -> bytes:
    return bytes(-size % _ALIGNMENT)


def _value(value: Any) -> bytes:  # noqa: ANN401 - a file states facts of any kind
    if isinstance(value, list):
        kind = _kind(value[0], in_list=True) if value else _INT32
        return struct.pack("<IIQ", _ARRAY, kind, len(value)) + b"".join(_bare(each, kind) for each in value)
    kind = _kind(value)
    return struct.pack("<I", kind) + _bare(value, kind)


def _kind(value: object, *, in_list: bool = False) -> int:
    if isinstance(value, str):
        return _STRING
    if isinstance(value, bool):
        return _BOOL
    return _FLOAT32 if isinstance(value, float) else _INT32 if in_list else _UINT32


def _bare(value: Any, kind: int) -> bytes:  # noqa: ANN401
    if kind == _STRING:
        return _text(value)
    return struct.pack(f"<{ {_UINT32: 'I', _INT32: 'i', _FLOAT32: 'f', _BOOL: '?'}[kind] }", value)


def _text(text: str) -> bytes:
    coded = text.encode()
    return struct.pack("<Q", len(coded)) + coded
