"""Arrays and a few facts as bytes, for what is kept of a model: exact, compact, and refused where anything is amiss.

A mark, a digest of the rest, a header in JSON, then the arrays: bytes of equal weight side by side (so that the empty
high ones of small numbers vanish), compressed. Nothing in it is code, and nothing is unpacked beyond its stated size.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_MARK: Final = b"soundal1"
_DIGEST_BYTES: Final = 16
_SIZE_BYTES: Final = 4
_HEADER_AT: Final = len(_MARK) + _DIGEST_BYTES + _SIZE_BYTES
_MOST_BYTES: Final = 2**30
_NONSENSE: Final = (
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    UnicodeError,
    zlib.error,
)
_LEVEL: Final = 1  # hashes and weights hardly shrink; a higher level only takes longer


class Unpacked(NamedTuple):
    """What `pack` was given."""

    facts: dict[str, Any]
    arrays: dict[str, Array]


def pack(kind: str, version: int, facts: Mapping[str, Any], arrays: Mapping[str, Array]) -> bytes:
    """Write facts (any JSON) and arrays of one dimension; the same ones give the same bytes."""
    blocks = {name: zlib.compress(_planes(array), _LEVEL) for name, array in arrays.items()}
    listed = [[name, arrays[name].dtype.str, len(arrays[name]), len(block)] for name, block in blocks.items()]
    about = {"kind": kind, "version": version, "facts": dict(facts), "arrays": listed}
    header = json.dumps(about, ensure_ascii=True, allow_nan=False, sort_keys=True).encode()
    rest = b"".join([len(header).to_bytes(_SIZE_BYTES), header, *blocks.values()])
    return b"".join([_MARK, _digest(rest), rest])


def unpack(content: bytes, kind: str, version: int, types: Mapping[str, str]) -> Unpacked:
    """Read what `pack` wrote; `types` names the arrays that must be there, and their types, such as `<f8`.

    Raises:
        ValueError: The bytes are damaged, of another kind or version, or do not hold just these arrays.
    """
    with refusing(kind):
        about = _header(content)
        if (about["kind"], about["version"]) != (kind, version):
            raise ValueError(f"These bytes are not version {version} of a {kind}.")
        if {name: stated for name, stated, *_ in about["arrays"]} != dict(types):
            raise ValueError(f"These bytes do not hold the arrays of a {kind}.")
        return Unpacked(dict(about["facts"]), dict(_arrays(content, about["arrays"])))


def unpacked_bytes(content: bytes) -> int:
    """How much memory the arrays in these bytes take, by their own word, which `unpack` holds them to.

    Raises:
        ValueError: The bytes are damaged, or were not written by `pack`.
    """
    with refusing("array"):
        return _stated_bytes(_header(content))


@contextmanager
def refusing(kind: str) -> Iterator[None]:
    """Turn whatever goes wrong while bytes are read into a ValueError."""
    try:
        yield
    except _NONSENSE as error:
        raise ValueError(f"These bytes are no {kind}.") from error


def require(kind: str, *truths: bool | np.bool_) -> None:
    """Refuse what was read unless all of these hold.

    Raises:
        ValueError: One does not.
    """
    if not all(truths):
        raise ValueError(f"What these bytes hold cannot be a {kind}.")


def is_ascending(values: Array) -> bool:
    """Whether each value is greater than the one before."""
    return bool(np.all(values[1:] > values[:-1]))


def packed_text(text: str) -> NDArray[np.uint8]:
    """A text as an array."""
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)


def unpacked_text(array: NDArray[np.uint8]) -> str:
    """The text again.

    Raises:
        ValueError: The array holds none.
    """
    return array.tobytes().decode("utf-8", "surrogatepass")


def _header(content: bytes) -> dict[str, Any]:
    if content[: len(_MARK)] != _MARK or len(content) < _HEADER_AT:
        raise ValueError("These bytes were not written by this program.")
    if content[len(_MARK) : len(_MARK) + _DIGEST_BYTES] != _digest(content[len(_MARK) + _DIGEST_BYTES :]):
        raise ValueError("These bytes are damaged.")
    about = json.loads(content[_HEADER_AT : _HEADER_AT + _header_size(content)])
    if _stated_bytes(about) > _MOST_BYTES:
        raise ValueError("These bytes would fill the memory.")
    return dict(about)


def _stated_bytes(about: Mapping[str, Any]) -> int:
    listed = [(length, np.dtype(stated).itemsize) for _, stated, length, _ in about["arrays"]]
    if any(type(length) is not int or length < 0 for length, _ in listed):
        raise ValueError("An array has no length.")
    return sum(length * size for length, size in listed)


def _header_size(content: bytes) -> int:
    return int.from_bytes(content[_HEADER_AT - _SIZE_BYTES : _HEADER_AT])


def _arrays(content: bytes, listed: list[list[Any]]) -> Iterator[tuple[str, Array]]:
    at = _HEADER_AT + _header_size(content)
    for name, stated, length, size in listed:
        yield name, _array(content[at : at + size], np.dtype(stated), length)
        at += size


def _array(block: bytes, kind: np.dtype[Any], length: int) -> Array:
    expected = length * kind.itemsize
    planes = zlib.decompressobj().decompress(block, expected + 1)
    if len(planes) != expected or length < 0:
        raise ValueError("An array is not as long as stated.")
    together = np.frombuffer(planes, dtype=np.uint8).reshape(kind.itemsize, length).T
    return np.ascontiguousarray(together).reshape(-1).view(kind)


def _planes(array: Array) -> bytes:
    flat = np.ascontiguousarray(array).view(np.uint8).reshape(len(array), array.dtype.itemsize)
    return flat.T.tobytes()


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()
