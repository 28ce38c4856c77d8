"""What a small model is nudged towards: the creator's tokens, and the subject's.

A model of 135 million parameters that is shown a creator's posts still draws its own words. Each token's score is
raised by a share of log(how often the creator uses it / how often people do), which is the difference between that
creator and a plain model in its own terms.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from soundalike.drafts.prompt import content_words
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens

Floats = NDArray[np.float64]

SHIPPED: Final = Path(__file__).with_name("data") / "tokens.npz"
"""How often people use each token of the embedded model; `tools/fit_tokens.py` counts them."""

_STRENGTH: Final = 0.4
_PRIOR_USES: Final = 20.0  # as many of a token the creator must differ by before it counts in full
_MOST: Final = 3.0  # a log ratio beyond this is chance or a name
_LEAST: Final = 0.05  # a bias under this changes nothing
_SUBJECT: Final = 1.5


class Leaning:
    """Biases on the tokens of one vocabulary; `usual` counts how often people use each."""

    def __init__(self, tokens: Tokens, usual: NDArray[np.integer]) -> None:
        self._tokens = tokens
        self._usual = (usual + 0.1) / (usual + 0.1).sum()

    def biases(self, texts: Sequence[str], subject: str = "") -> Mapping[int, float]:
        """What to add to the score of which token, to write more like `texts` and on the subject."""
        own = count_tokens(self._tokens, texts, size=len(self._usual))
        expected = self._usual * own.sum()
        prior = _PRIOR_USES * self._usual
        ratio = np.log((own + prior + 1e-3) / (expected + prior + 1e-3))
        biases = _STRENGTH * np.clip(ratio, -_MOST, _MOST) if len(texts) else np.zeros(len(own))
        for number in self._beginnings(subject):
            biases[number] += _SUBJECT
        told = np.flatnonzero(np.abs(biases) >= _LEAST)
        return dict(zip(told.tolist(), biases[told].round(3).tolist(), strict=True))

    def _beginnings(self, subject: str) -> set[int]:
        """The tokens that the subject's content words begin with inside a sentence."""
        found = (self._tokens.numbers(f" {form}") for word in content_words(subject) for form in _forms(word))
        return {int(numbers[0]) for numbers in found if len(numbers)}


def count_tokens(tokens: Tokens, texts: Sequence[str], *, size: int) -> Floats:
    """How often each token of the vocabulary stands in the texts, of shape (size,)."""
    found = [tokens.numbers(text) for text in texts]
    counts = np.bincount(np.concatenate(found) if found else np.zeros(0, dtype=np.intp), minlength=size)
    return counts.astype(np.float64)


@cache
def embedded_leaning() -> Leaning:
    """The leaning of the embedded model; read once.

    Raises:
        WriterError: The embedded model is not installed.
    """
    with np.load(SHIPPED, allow_pickle=False) as arrays:
        usual = arrays["uses"]
    return Leaning(Tokens(Gguf(find_embedded_model()).facts), usual)


def _forms(word: str) -> tuple[str, str]:
    return word, word.capitalize()
