"""Probabilities of runs of characters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.voice.generative import RunModel
from soundalike.voice.grams import char_grams


def model_of(texts):
    """A model of the texts."""
    return RunModel.of(*np.unique(char_grams(texts)[0], return_counts=True))


def test_probability_follows_the_stated_rule():
    """After one start, “a” was seen once of one: (1 + 1 · p') / (1 + 1), level upon level."""
    found = model_of(["a"]).log_probability(char_grams(["a"])[0][:1])
    lowest = (1 + 2 / 2_000) / (2 + 2)  # two characters, “a” and the end, each seen once
    assert np.exp(found[0]) == pytest.approx((1 + (1 + lowest) / 2) / 2)


def test_what_was_written_is_likelier_than_what_was_not():
    """A text learned from is likelier, per character, than its letters in another order."""
    model = model_of(["the cat sat on the mat"] * 3)
    written, shuffled = (
        model.log_probability(char_grams([text])[0]).mean() for text in ("the cat", "tch aet")
    )
    assert written > shuffled


@given(st.text(st.characters(), max_size=40))
def test_every_run_has_some_probability(text):
    """Nothing is impossible, and nothing more than sure."""
    logs = model_of(["abc"]).log_probability(char_grams([text])[0])
    assert np.isfinite(logs).all()
    assert (logs <= 0).all()


def test_a_model_of_nothing_knows_only_the_alphabet():
    """Without any text all characters are as likely."""
    empty = np.zeros(0, dtype=np.int64)
    logs = RunModel.of(empty, empty).log_probability(char_grams(["ab"])[0])
    assert np.exp(logs) == pytest.approx(1 / 2_000)
