"""The background as a file: sorted numbers are kept as their differences, which pack well.

An `.npz` of plain arrays (never pickled objects) with a `.json` of the same name beside it, for people: where the
writers are from, and who they are.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from soundalike.voice.background import Background, Counts, Writer
from soundalike.voice.favourites import KINDS, Kind

SHIPPED: Final = Path(__file__).with_name("data") / "background.npz"
"""The writers that come with the package."""

_VERSION: Final = 2
_FACTS: Final = ("username", "language", "posts", "characters", "words", "counted_words")
_TABLES: Final[tuple[Kind | Literal["grams"], ...]] = ("grams", *KINDS)


def save_background(background: Background, path: Path) -> None:
    """Write `path` (.npz) and the .json beside it; the same background gives the same bytes."""
    keys = sorted({key for writer in background.writers for key in writer.traits})
    np.savez_compressed(path, allow_pickle=False, **_arrays(background, keys))
    about = {
        "version": _VERSION,
        **background.provenance,
        "traits": keys,
        "writers": [{name: getattr(writer, name) for name in _FACTS} for writer in background.writers],
    }
    text = json.dumps(about, ensure_ascii=False, indent=1)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def load_background(path: Path) -> Background:
    """Read what `save_background` wrote.

    Raises:
        OSError, ValueError, KeyError: One of the two files is missing or is no background of this version.
    """
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if about["version"] != _VERSION:
        raise ValueError(
            f"{path} is a background of version {about['version']}; this program reads {_VERSION}."
        )
    with np.load(path, allow_pickle=False) as arrays:
        tables = {table: _split(arrays, table) for table in _TABLES}
        gram_keys = np.cumsum(arrays["gram_keys"])
        vocabulary = {kind: _lines(arrays[f"{kind}_terms"]) for kind in KINDS}
        values = arrays["traits"]
    writers = tuple(
        Writer(
            **writer,
            grams=tables["grams"][row],
            terms={kind: tables[kind][row] for kind in KINDS},
            traits={
                key: float(value)
                for key, value in zip(about["traits"], values[row], strict=True)
                if not np.isnan(value)
            },
        )
        for row, writer in enumerate(about["writers"])
    )
    provenance = {key: value for key, value in about.items() if key not in ("version", "traits", "writers")}
    return Background(writers, gram_keys, vocabulary, provenance)


@cache
def shipped_background() -> Background:
    """The writers that come with the package; read once."""
    return load_background(SHIPPED)


def _arrays(background: Background, keys: Sequence[str]) -> dict[str, NDArray[Any]]:
    writers = background.writers
    arrays: dict[str, NDArray[Any]] = {
        "gram_keys": np.diff(background.gram_keys, prepend=0),
        "traits": np.array([[writer.traits.get(key, np.nan) for key in keys] for writer in writers]),
    }
    for kind in KINDS:
        arrays[f"{kind}_terms"] = np.frombuffer(
            "\n".join(background.vocabulary[kind]).encode(), dtype=np.uint8
        )
    for table in _TABLES:
        counts = [_table(writer, table) for writer in writers]
        arrays[f"{table}_sizes"] = np.array([len(index) for index, _ in counts])
        arrays[f"{table}_steps"] = np.concatenate([np.diff(index, prepend=0) for index, _ in counts])
        arrays[f"{table}_counts"] = np.concatenate([count for _, count in counts]).astype(np.uint16)
    return arrays


def _table(writer: Writer, table: Kind | Literal["grams"]) -> Counts:
    return writer.grams if table == "grams" else writer.terms[table]


def _split(arrays: Mapping[str, NDArray[Any]], table: str) -> Sequence[Counts]:
    ends = np.cumsum(arrays[f"{table}_sizes"])[:-1]
    steps = np.split(arrays[f"{table}_steps"], ends)
    counts = np.split(arrays[f"{table}_counts"].astype(np.int32), ends)
    return [(np.cumsum(step, dtype=np.int32), count) for step, count in zip(steps, counts, strict=True)]


def _lines(array: NDArray[np.uint8]) -> tuple[str, ...]:
    text = array.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
