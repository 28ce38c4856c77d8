"""How much a text reads as if somebody meant it: what the embedded model's own states say.

A second look by the model itself. In the states of its middle layers, texts that people wrote lie apart from those it
draws by itself in their voice, loops, broken sense and all; a logistic regression tells the two. It knows nothing of
whether a text is true or any good, and it was fitted on drafts of the embedded model: of a larger one's it says little.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from soundalike.encoder.encoder import embedded_encoder

Floats = NDArray[np.floating[Any]]

SHIPPED: Final = Path(__file__).with_name("data") / "coherence.npz"
"""The weights that come with the package; `tools/fit_coherence.py` fits them."""

LAYER: Final = 16
"""After which the states are taken: in the middle, where they say most of what a text means."""

_PENALTY: Final = 300.0
_STEPS: Final = 30


@dataclass(frozen=True, slots=True)
class Coherence:
    """A plane between states of texts by people and by the model: log-odds are states · weights + intercept."""

    weights: Floats
    intercept: float

    def of_states(self, states: Floats) -> NDArray[np.float64]:
        """Log-odds that a person wrote each text, both being as likely beforehand; shape (texts,)."""
        return np.asarray(states @ self.weights + self.intercept, dtype=np.float64)

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Log-odds of texts; some 25 ms a text.

        Raises:
            WriterError: The embedded model is not installed.
        """
        if not len(texts):
            return np.zeros(0)
        return self.of_states(embedded_encoder(LAYER).states(texts, after=[LAYER])[:, 0])


def fit_coherence(own: Floats, written: Floats) -> Coherence:
    """Logistic regression by Newton's method, both sides weighing the same, the weights' squares penalised."""
    features = np.concatenate([own, written]).astype(np.float64)
    middle, width = features.mean(0), features.std(0) + 1e-6
    rows = np.column_stack([(features - middle) / width, np.ones(len(features))])
    signs = np.where(np.arange(len(rows)) < len(own), 1.0, 0.0)
    each = np.where(signs > 0, 0.5 / len(own), 0.5 / len(written)) * len(rows)
    penalty = np.append(np.full(rows.shape[1] - 1, _PENALTY), 0.0)
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (each * (chance - signs)) + penalty * weights
        curve = (rows.T * (each * chance * (1 - chance))) @ rows + np.diag(penalty)
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(curve)), slope)
        weights -= step
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004 - no rank changes any more
            break
    scaled = weights[:-1] / width
    return Coherence(scaled.astype(np.float32), float(weights[-1] - scaled @ middle))


def save_coherence(coherence: Coherence, path: Path, about: Mapping[str, Any]) -> None:
    """Write the weights, and beside them where they are from."""
    np.savez_compressed(
        path, allow_pickle=False, weights=coherence.weights, intercept=np.float64(coherence.intercept)
    )
    text = json.dumps(about, ensure_ascii=False, indent=1)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


@cache
def shipped_coherence() -> Coherence:
    """The weights that come with the package; read once."""
    with np.load(SHIPPED, allow_pickle=False) as arrays:
        return Coherence(arrays["weights"], float(arrays["intercept"]))
