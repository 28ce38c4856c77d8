"""What a small model is nudged towards: the creator's tokens, and the subject's.

A model of 135 million parameters that is shown a creator's posts still draws its own words. Each token's score is
raised by a share of log(posts of the creator that hold it / posts of people that would), which is the difference
between that creator and people in general in the model's own terms. Posts are counted, not uses: what one thread says
over and over is a subject, not a voice.
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
"""In how many posts of people each token of the embedded model stands; `tools/fit_tokens.py` counts them."""

_STRENGTH: Final = 0.3
_MOST: Final = 3.0  # a log ratio beyond this is chance or a name
_LEAST: Final = 0.05  # a bias under this changes nothing
_SUBJECT: Final = 1.5


class Leaning:
    """Biases on the tokens of one vocabulary; of `texts` posts by people, `usual` hold each."""

    def __init__(self, tokens: Tokens, usual: NDArray[np.integer], texts: int) -> None:
        self._tokens = tokens
        self._share = usual / texts

    def biases(self, texts: Sequence[str], subject: str = "") -> Mapping[int, float]:
        """What to add to the score of which token, to write more like `texts` and on the subject.

        0.3 · log((own + 1) / (expected + 1)), the logarithm between -3 and 3; and 1.5 where a word of the
        subject begins.
        """
        own = count_texts(self._tokens, texts, size=len(self._share))
        ratio = np.log((own + 1) / (self._share * len(texts) + 1))
        biases = _STRENGTH * np.clip(ratio, -_MOST, _MOST)
        for number in self._beginnings(subject):
            biases[number] += _SUBJECT
        told = np.flatnonzero(np.abs(biases) >= _LEAST)
        return dict(zip(told.tolist(), biases[told].round(3).tolist(), strict=True))

    def _beginnings(self, subject: str) -> set[int]:
        """The tokens that the subject's content words begin with inside a sentence."""
        found = (self._tokens.numbers(f" {form}") for word in content_words(subject) for form in _forms(word))
        return {int(numbers[0]) for numbers in found if len(numbers)}


def count_texts(tokens: Tokens, texts: Sequence[str], *, size: int) -> Floats:
    """In how many of the texts each token of the vocabulary stands, of shape (size,)."""
    found = [np.unique(tokens.numbers(text)) for text in texts]
    counts = np.bincount(np.concatenate(found) if found else np.zeros(0, dtype=np.intp), minlength=size)
    return counts.astype(np.float64)


@cache
def embedded_leaning() -> Leaning:
    """The leaning of the embedded model; read once.

    Raises:
        WriterError: The embedded model is not installed.
    """
    with np.load(SHIPPED, allow_pickle=False) as arrays:
        usual, texts = arrays["holding"], int(arrays["texts"])
    return Leaning(Tokens(Gguf(find_embedded_model()).facts), usual, texts)


def _forms(word: str) -> tuple[str, str]:
    return word, word.capitalize()
