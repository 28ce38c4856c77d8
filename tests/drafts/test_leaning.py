"""Leaning on a model: towards the creator's tokens, and the subject's."""

import pytest

from soundalike.drafts.leaning import count_texts, embedded_leaning
from soundalike.encoder.embedded import find_embedded_model
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens

SHOUTING = ["Great rally! #MAGA", "Thank you! #MAGA", "So sad! #MAGA", "Big win! #MAGA"] * 10


@pytest.fixture(scope="module")
def tokens():
    """The embedded model's vocabulary."""
    return Tokens(Gguf(find_embedded_model()).facts)


def test_what_the_creator_uses_more_than_people_do_is_preferred(tokens):
    """And what they leave out is avoided; neither beyond bounds, and little is made of what stands in one post."""
    biases = embedded_leaning().biases(SHOUTING)
    mark, comma = (int(tokens.numbers(sign)[0]) for sign in ("!", ","))
    assert biases[mark] > 0.3
    assert biases[comma] < -0.3
    assert max(map(abs, biases.values())) <= 0.9
    once = embedded_leaning().biases(["Plain words.", "The orchestra! The orchestra! The orchestra!"])
    assert once[int(tokens.numbers(" orchestra")[0])] < 0.3


def test_without_texts_only_the_subject_is_leant_towards(tokens):
    """By the tokens its content words begin with."""
    biases = embedded_leaning().biases((), "the orchestra of the city")
    assert int(tokens.numbers(" orchestra")[0]) in biases
    assert set(biases.values()) == {1.5}
    assert embedded_leaning().biases(()) == {}


def test_texts_are_counted_by_the_tokens_they_hold(tokens):
    """Each text once, however often it says something."""
    counts = count_texts(tokens, ["a b a a", "a"], size=49_152)
    assert (counts[tokens.numbers("a")[0]], counts[tokens.numbers("q b")[1]]) == (2, 1)
    assert count_texts(tokens, [], size=5).tolist() == [0] * 5
