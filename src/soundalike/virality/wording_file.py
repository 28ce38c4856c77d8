"""The wording prior as a file, with a `.json` beside it, for people: what it was fitted on, and how well."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from soundalike.posts.packing import is_ascending, pack, refusing, require, unpack
from soundalike.virality.scales import Scales
from soundalike.virality.wording import LAYERS, LAYOUT, Depth, WordingPrior

SHIPPED: Final = Path(__file__).with_name("data") / "wording.bin"
"""The prior that comes with the package."""

_KIND, _VERSION = "wording prior", 1
_TYPES: Final = {
    "gaps": "<u4",
    "found": "<u2",
    "mean": "<f4",
    "spread": "<f4",
    "quick": "<f2",
    "full": "<f2",
    "states": "<f4",
}


def save_prior(prior: WordingPrior, path: Path, *, about: Mapping[str, Any]) -> None:
    """Write `path` and the .json beside it; the same prior gives the same bytes."""
    scales = prior.scales
    arrays = {
        "gaps": np.diff(scales.columns, prepend=-1),
        "found": scales.found,
        "mean": scales.mean,
        "spread": scales.spread,
        "quick": prior.quick,
        "full": prior.full,
        "states": prior.states.ravel(),
    }
    facts = {"texts": scales.texts, "names": LAYOUT.names, "layers": LAYERS}
    packed = pack(_KIND, _VERSION, facts, {name: arrays[name].astype(kind) for name, kind in _TYPES.items()})
    path.write_bytes(packed)
    path.with_suffix(".json").write_text(
        json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def load_prior(path: Path) -> WordingPrior:
    """Read what `save_prior` wrote.

    Raises:
        OSError: There is no such file.
        ValueError: It is no prior, or one that asks other questions of a text than this version.
    """
    facts, arrays = unpack(path.read_bytes(), _KIND, _VERSION, _TYPES)
    with refusing(_KIND):
        columns = np.cumsum(arrays["gaps"].astype(np.int64)) - 1
        mean, spread, quick, full, states = (
            arrays[name].astype(np.float64) for name in ("mean", "spread", "quick", "full", "states")
        )
        require(
            _KIND,
            tuple(facts["names"]) == LAYOUT.names,
            tuple(facts["layers"]) == LAYERS,
            is_ascending(columns),
            bool(columns[-1] < LAYOUT.offsets[-1]),
            len(arrays["found"]) == len(columns),
            len(mean) == len(spread) == len(LAYOUT.names),
            len(quick) == len(full) == len(columns) + len(LAYOUT.names),
            len(states) % len(LAYERS) == 0,
        )
    scales = Scales(LAYOUT, facts["texts"], columns, arrays["found"].astype(np.int64), mean, spread)
    return WordingPrior(scales, quick, full, states.reshape(len(LAYERS), -1))


@cache
def shipped_accuracy(depth: Depth) -> float:
    """Share of pairs that the shipped prior's fitting put in the right order, each judged by a fit without it."""
    about = json.loads(SHIPPED.with_suffix(".json").read_text(encoding="utf-8"))
    return float(about["right"][f"{depth} out of fold"])


@cache
def shipped_prior() -> WordingPrior:
    """The prior that comes with the package; read once."""
    return load_prior(SHIPPED)
