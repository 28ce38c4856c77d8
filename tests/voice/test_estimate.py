"""Figures with intervals."""

import numpy as np
import pytest

from soundalike.voice import estimate


def test_wilson_interval_matches_the_published_example():
    """Of ten in twenty the 95 % interval runs from 29.9 % to 70.1 % (Wilson 1927)."""
    found = estimate.share(np.array([1.0] * 10 + [0.0] * 10))
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.2993, 0.7007), abs=1e-4)


def test_a_share_never_leaves_zero_to_one():
    """All or none of the posts give an interval that ends at the figure."""
    none, all_of_them = estimate.share(np.zeros(30)), estimate.share(np.ones(30))
    assert none.low == none.value == 0.0 < none.high < 0.15
    assert all_of_them.high == all_of_them.value == 1.0 > all_of_them.low > 0.85


def test_median_interval_holds_the_truth_as_often_as_it_says():
    """Of 400 samples of a skewed distribution at least 93 % have the true median in the interval."""
    chance = np.random.default_rng(1)
    found = [estimate.median(np.exp(chance.normal(size=25))) for _ in range(400)]
    assert np.mean([one.low <= 1.0 <= one.high for one in found]) > 0.93


def test_rate_interval_holds_the_truth_about_as_often_as_it_says():
    """Of 100 samples of a Poisson rate at least 88 % have the true rate in the bootstrap's interval."""
    chance = np.random.default_rng(2)
    counts = chance.poisson(0.4, size=(200, 100)).astype(float)
    found = estimate.rates(counts, np.ones_like(counts), chance)
    assert np.mean([one.low <= 0.4 <= one.high for one in found]) > 0.88


def test_nothing_seen_is_not_sure_to_be_nothing():
    """A rate of zero in 100 posts may be as much as 3.7 in 100."""
    (found,) = estimate.rates(np.zeros((100, 1)), np.ones((100, 1)), np.random.default_rng(0))
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.0369, abs=1e-4)
