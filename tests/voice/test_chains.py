"""Posts drawn from counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.voice.chains import Chains
from soundalike.voice.grams import char_grams, closes

POTTER = ["the kiln is hot", "the mug is cold", "the mug is hot"]
SAILOR = ["WIND! WIND!", "WAVES!"]


def chains_of(*writers):
    """Chains of writers given by their texts."""
    counted = [np.unique(char_grams(texts)[0], return_counts=True) for texts in writers]
    keys = np.unique(np.concatenate([runs for runs, _ in counted]))
    return Chains.of(keys, [(np.searchsorted(keys, runs), uses) for runs, uses in counted])


def spelled(runs):
    """The last character of each run."""
    return "".join(chr(run & 0x1FFFFF) for run in runs.tolist())


def test_posts_are_as_long_as_asked_and_end():
    """A run for each character, the last a closing one."""
    lengths = np.array([5, 1, 40])
    runs, rows = chains_of(POTTER).draw(np.zeros(3, int), lengths, np.random.default_rng(0))
    assert np.bincount(rows).tolist() == [5, 1, 40]
    assert closes(runs).sum() == 3


def test_a_writers_posts_are_made_of_the_writers_runs():
    """Nothing of the sailor's comes into the potter's posts, and what is drawn opens as the potter opens."""
    runs, rows = chains_of(POTTER, SAILOR).draw(
        np.array([0, 1] * 20), np.full(40, 12), np.random.default_rng(1)
    )
    own = [set(char_grams(texts)[0].tolist()) for texts in (POTTER, SAILOR)]
    for post in range(40):
        drawn = runs[rows == post]
        assert set(drawn.tolist()) <= own[post % 2]
        assert spelled(drawn).startswith(("the", "W")[post % 2])


def test_runs_follow_one_another():
    """But where a text always ended, each run begins with the last two characters of the one before."""
    runs, _ = chains_of(POTTER).draw(np.zeros(1, int), np.array([400]), np.random.default_rng(2))
    inner = runs[:-1]
    joined = (inner[1:] >> 21) == (inner[:-1] & ((1 << 42) - 1))
    assert joined.mean() > 0.9


def test_the_same_chance_draws_the_same():
    """Drawing depends on the generator alone."""
    one, two = (
        chains_of(POTTER).draw(np.zeros(3, int), np.full(3, 20), np.random.default_rng(3)) for _ in "ab"
    )
    assert np.array_equal(one[0], two[0])


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.text(st.characters(), max_size=20), min_size=1, max_size=4), st.integers(1, 30))
def test_posts_can_be_drawn_of_any_texts(texts, length):
    """Empty ones and control characters too."""
    runs, rows = chains_of(texts, POTTER).draw(np.array([0, 1]), np.full(2, length), np.random.default_rng(4))
    assert np.bincount(rows).tolist() == [length, length]
    assert (runs >= 0).all()


@pytest.mark.parametrize("count", [0, 5])
def test_as_many_posts_as_owners(count):
    """None for nobody."""
    runs, _ = chains_of(POTTER).draw(np.zeros(count, int), np.full(count, 3), np.random.default_rng(5))
    assert len(runs) == 3 * count
