"""Effects, intervals and p-values of features over an outcome."""

import numpy as np
import pytest

from soundalike.virality.contrast import contrast


def halves(size, columns, rng):
    """Random answers of yes and no."""
    return (rng.random((size, columns)) < 0.4).astype(np.float32)


def test_the_effect_is_the_difference_of_means():
    """Among those who could say; a NaN is on neither side."""
    rng = np.random.default_rng(0)
    answers, outcome = halves(120, 3, rng), rng.normal(2, 3, 120)
    answers[:40, 1] = np.nan
    found = contrast(answers, outcome, rng)
    for column in range(3):
        yes, no = outcome[answers[:, column] == 1], outcome[answers[:, column] == 0]
        assert found.effect[column] == pytest.approx(yes.mean() - no.mean(), rel=1e-4)
        error = np.sqrt(yes.var() / (len(yes) - 1) + no.var() / (len(no) - 1))
        assert found.t[column] == pytest.approx((yes.mean() - no.mean()) / error, rel=1e-3)


def test_an_outcome_that_never_varies_shows_nothing():
    """All effects are 0 and all p-values 1."""
    rng = np.random.default_rng(1)
    found = contrast(halves(60, 4, rng), np.full(60, 3.0), rng)
    assert found.effect.tolist() == [0, 0, 0, 0]
    assert found.p.tolist() == [1, 1, 1, 1]


def test_a_feature_balanced_to_the_last_digit_shows_nothing():
    """Where both sides have the same mean rounding alone must not make a small p-value."""
    outcome = np.tile([-0.15415068, 0.0, 0.13353139], 144)
    answers = np.zeros((432, 1), dtype=np.float32)
    answers[np.arange(432) % 24 < 3] = 1
    assert contrast(answers, outcome, np.random.default_rng(2)).p[0] > 0.9


def test_no_features_have_no_contrasts():
    """Nothing asked, nothing found."""
    found = contrast(np.zeros((30, 0), dtype=np.float32), np.arange(30.0), np.random.default_rng(3))
    assert len(found.p) == len(found.effect) == 0


@pytest.mark.parametrize("size", [100, 300])
def test_p_values_of_features_without_effect_are_small_as_often_as_they_say(size):
    """Five in a hundred at 0.05, give or take two, also where outcome and feature come in bouts."""
    rng = np.random.default_rng(4)
    small = []
    for _ in range(12):
        bouts = rng.normal(size=(size, 41))
        for post in range(1, size):
            bouts[post] += 0.6 * bouts[post - 1]
        answers = (bouts[:, :40] > 0.4).astype(np.float32)
        small += (contrast(answers, bouts[:, 40], rng).p <= 0.05).tolist()
    assert 0.02 <= np.mean(small) <= 0.09
