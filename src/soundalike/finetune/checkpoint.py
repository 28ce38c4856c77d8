"""How far a training has come, in one file that is whole or absent."""

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.float32]]

_ABOUT = "about"


@dataclass(frozen=True, slots=True)
class State:
    """Everything a training goes on from; `about` are plain values, among them which training it is of."""

    about: dict[str, Any]
    weights: Arrays
    best: Arrays
    momentum: Arrays
    variance: Arrays


_PARTS = ("weights", "best", "momentum", "variance")


def save_state(state: State, path: Path) -> None:
    """Write a state over the one before."""
    arrays = {f"{part}/{name}": array for part in _PARTS for name, array in getattr(state, part).items()}
    about = np.frombuffer(json.dumps(state.about).encode(), dtype=np.uint8)
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **{_ABOUT: about}, **arrays)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def load_state(path: Path, *, fingerprint: str) -> State | None:
    """Read the state of the training with this fingerprint; None where there is none, or one of another."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            about = json.loads(file[_ABOUT].tobytes())
            if about["fingerprint"] != fingerprint:
                return None
            named = {name: file[name] for name in file.files if name != _ABOUT}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    parts = {
        part: {name.partition("/")[2]: array for name, array in named.items() if name.startswith(f"{part}/")}
        for part in _PARTS
    }
    return State(about, **parts)
