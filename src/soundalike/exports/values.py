"""JSON from anywhere: read within bounds, then held to the types of what it is to become."""

import json
import unicodedata
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

_DEEPEST: Final = 16
_MOST_VALUES: Final = 500_000  # ids of 100,000 posts several times over
_LONGEST_TEXT: Final = 25_000  # characters; the longest post X allows
_LARGEST: Final = 1e15
_KEPT: Final = "\n\t"

_Value = TypeVar("_Value")


def read_json(content: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON with keys that are given once, numbers of a sensible size, and texts without control characters.

    Raises:
        ValueError: It is no such JSON, too deep, or too much.
    """
    try:
        found = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("too deep") from error
    _check(found)
    return found


def write_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Write what `read_json` reads, the same for the same value; controls and halves of pairs are left out."""
    return json.dumps(_cleaned(value), ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1).encode()


def read_as(kind: type[_Value], value: Any) -> _Value:  # noqa: ANN401 - any JSON
    """Make a value of this type out of plain JSON values, every field of its own type.

    Raises:
        ValueError: A field is missing or of another type.
    """
    try:
        found: _Value = _adapter_of(kind).validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return found


_ADAPTERS: Final[dict[object, TypeAdapter[Any]]] = {}  # building one takes longer than using it


def _adapter_of(kind: type[_Value]) -> TypeAdapter[_Value]:
    return _ADAPTERS.setdefault(kind, TypeAdapter(kind)) if kind not in _ADAPTERS else _ADAPTERS[kind]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _refuse(name: str) -> Any:  # noqa: ANN401 - it returns nothing
    raise ValueError(f"{name} is no number")


def _check(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Walk through without recursion."""
    waiting, seen = [(value, 0)], 0
    while waiting:
        one, depth = waiting.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_VALUES:
            raise ValueError("too deep, or too much")
        match one:
            case str():
                _check_text(one)
            case int() | float():
                if not abs(one) <= _LARGEST:  # nor is anything of what is no number
                    raise ValueError("a number out of range")
            case dict():
                waiting += [(each, depth + 1) for each in (*one.keys(), *one.values())]
            case list():
                waiting += [(each, depth + 1) for each in one]


def _check_text(text: str) -> None:
    if len(text) > _LONGEST_TEXT or any(map(_is_control, text)):
        raise ValueError("a text is too long, or holds control characters")


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs"} and sign not in _KEPT


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case dict():
            return {str(_cleaned(key)): _cleaned(each) for key, each in value.items()}
        case list() | tuple():
            return [_cleaned(each) for each in value]
        case str():
            return "".join(sign for sign in value if not _is_control(sign))
    return value
