"""From scores of later posts to an accuracy and to probabilities."""

import numpy as np
import pytest

from soundalike.virality.backtest import Stretch, back_test, fit_slope, logistic


def winners_leads(size, slope, seed=0):
    """Leads of the winners of pairs whose log odds are `slope` times the lead."""
    rng = np.random.default_rng(seed)
    leads = rng.normal(size=size)
    return np.where(rng.random(size) < logistic(slope * leads), leads, -leads)


@pytest.mark.parametrize("slope", [0.5, 1.5, 4.0])
def test_many_posts_tell_the_slope(slope):
    """With 20,000 posts the slope is found within a tenth, and within three of its standard errors."""
    found = fit_slope(winners_leads(10_000, slope), 20_000)
    assert found.value == pytest.approx(slope, rel=0.1)
    assert abs(np.log(found.value / slope)) < 3 * found.error


def test_few_posts_leave_the_slope_near_that_of_other_creators():
    """Without a pair it is the usual one; twenty posts that are all in order do not make it endless."""
    usual = fit_slope(np.zeros(0), 20)
    assert usual.value == pytest.approx(1.5)
    assert usual.value < fit_slope(np.full(40, 0.5), 20).value < 2 * usual.value


def test_scores_in_the_wrong_order_flatten_the_slope():
    """Leads that point the wrong way make the answers even, and never turn them over."""
    assert 0 < fit_slope(-np.abs(winners_leads(10_000, 1.0)), 20_000).value < 0.1


def test_only_close_posts_of_unequal_engagement_are_pairs(make_post):
    """Of four posts two are a month away and two are equal: one pair is left of each stretch."""
    posts = [make_post(0, 5), make_post(1, 9), make_post(120, 7), make_post(121, 7)]
    stretch = Stretch(posts, np.array([0.0, 1.0, 2.0, 3.0]))
    accuracy, _ = back_test([stretch, stretch], np.random.default_rng(0))
    assert (accuracy.pairs, accuracy.posts, accuracy.value) == (2, 8, 1.0)


def test_the_interval_of_a_coin_holds_one_half(make_post):
    """Scores that have nothing to do with the engagement: at least 17 of 20 intervals hold one half."""
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(20):
        posts = [make_post(n, int(rng.integers(10**6))) for n in range(60)]
        accuracy, _ = back_test([Stretch(posts, rng.normal(size=60))], rng)
        held += accuracy.low <= 0.5 <= accuracy.high
    assert held >= 17
