"""Leaning on a model: towards the creator's tokens, and the subject's."""

import numpy as np
import pytest

from soundalike.drafts.leaning import count_tokens, embedded_leaning
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens

SHOUTING = ["Great rally! #MAGA", "Thank you! #MAGA", "So sad! #MAGA", "Big win! #MAGA"] * 10


@pytest.fixture(scope="module")
def tokens():
    """The embedded model's vocabulary."""
    return Tokens(Gguf(find_embedded_model()).facts)


def test_what_the_creator_uses_more_than_people_do_is_preferred(tokens):
    """And what they leave out is avoided; neither beyond bounds."""
    biases = embedded_leaning().biases(SHOUTING)
    mark, comma = (int(tokens.numbers(sign)[0]) for sign in ("!", ","))
    assert biases[mark] > 0.3
    assert biases[comma] < -0.3
    assert max(map(abs, biases.values())) <= 1.2


def test_without_texts_only_the_subject_is_leant_towards(tokens):
    """By the tokens its content words begin with."""
    biases = embedded_leaning().biases((), "the orchestra of the city")
    assert int(tokens.numbers(" orchestra")[0]) in biases
    assert set(biases.values()) == {1.5}
    assert embedded_leaning().biases(()) == {}


def test_tokens_are_counted_over_all_texts(tokens):
    """The sum is the number of tokens."""
    counts = count_tokens(tokens, ["a b", "a"], size=49_152)
    assert (counts.sum(), counts.max(), np.count_nonzero(counts)) == (3, 2, 2)
    assert count_tokens(tokens, [], size=5).tolist() == [0] * 5
