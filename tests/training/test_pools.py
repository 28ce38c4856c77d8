import numpy as np
import pytest

from soundalike.training.pools import (
    Measure,
    Pool,
    Texts,
    can_judge,
    gap_closed,
    measure,
    ratio,
    share,
)


def chance():
    """The same luck in every test."""
    return np.random.default_rng(7)


def pool(likeness, *, texts=40, spread=0.02):
    """Texts of about 100 characters whose likeness scatters around a value."""
    characters = chance().integers(60, 140, texts).astype(float)
    return Pool(characters * (likeness + spread * chance().standard_normal(texts)), characters)


def test_likeness_of_a_pool_weighs_texts_by_their_length():
    """It is a ratio of sums: a long text counts for more than a short one."""
    assert Pool(np.array([10.0, 0.0]), np.array([100.0, 900.0])).likeness == pytest.approx(0.01)


@pytest.mark.slow
def test_the_interval_holds_the_value_and_narrows_with_more_texts():
    """Forty times the texts give a much narrower interval."""
    few, many = measure(pool(0.2, texts=10), chance()), measure(pool(0.2, texts=400), chance())
    assert few.low < few.value < few.high
    assert (many.high - many.low) < (few.high - few.low) / 3


@pytest.mark.slow
def test_the_interval_covers_the_truth_as_often_as_it_says():
    """About 95 of 100 intervals over fresh samples hold the true likeness."""
    truth, hits = 0.1, 0
    luck = np.random.default_rng(1)
    for _ in range(200):
        characters = luck.integers(60, 140, 60).astype(float)
        found = measure(Pool(characters * (truth + 0.05 * luck.standard_normal(60)), characters), luck)
        hits += found.low <= truth <= found.high
    assert 0.90 <= hits / 200 <= 0.99


def covered(luck, draw, times=200):
    """How often the interval of a drawn pool holds 0, the truth."""
    hits = 0
    for _ in range(times):
        found = measure(draw(), luck)
        hits += found.low <= 0 <= found.high
    return hits / times


@pytest.mark.slow
def test_the_interval_of_drafts_allows_for_those_on_one_subject_being_alike():
    """Eight subjects of eight drafts, the subject a quarter of the variance: about 95 of 100 hold the truth."""
    luck, groups = np.random.default_rng(2), np.repeat(np.arange(8), 8)

    def draw():
        figures = luck.standard_normal(8)[groups] * 0.5 + luck.standard_normal(64) * 0.75**0.5
        return Pool(figures, np.ones(64), groups)

    assert 0.91 <= covered(luck, draw) <= 0.99
    assert covered(luck, lambda: Pool(draw().ratios, np.ones(64))) < 0.85


@pytest.mark.parametrize(("drafts", "closed"), [(-0.1, 0.0), (0.05, 0.5), (0.2, 1.0)])
def test_the_gap_closed_is_the_way_from_floor_to_ceiling(drafts, closed):
    """0 at the floor, 1 at the ceiling."""
    found = gap_closed(pool(0.2), pool(drafts), pool(-0.1), chance())
    assert found.value == pytest.approx(closed, abs=0.05)
    assert found.low <= found.value <= found.high


def test_no_gap_is_stated_where_ceiling_and_floor_cannot_be_told_apart():
    """A share of nothing would be a number without meaning."""
    assert gap_closed(pool(0.1, spread=0.5), pool(0.1), pool(0.09, spread=0.5), chance()) is None


def test_few_texts_or_few_subjects_get_no_verdict():
    """A bootstrap of few tells too narrow an interval."""
    ones = np.ones(8)
    assert can_judge(Pool(ones, ones), Pool(ones, ones, np.repeat(np.arange(4), 2)))
    assert not can_judge(Pool(ones[:7], ones[:7]))
    assert not can_judge(Pool(ones, ones, np.repeat(np.arange(2), 4)))


def test_a_share_without_answers_could_be_anything():
    """From none to all."""
    assert share([]) == Measure(0.0, 0.0, 1.0, 0)


def test_a_share_never_seen_may_still_be_some():
    """Wilson's interval does not shrink to nothing as a bootstrap's does."""
    assert 0.1 < share([False] * 20).high < 0.25


def test_answers_that_agree_within_a_subject_count_for_fewer():
    """Eight subjects all of one mind are worth little more than eight answers; independent ones keep their worth."""
    groups = np.repeat(np.arange(8), 8)
    whole = share(np.repeat([True, False] * 4, 8), groups)
    mixed = share([True, False] * 32, groups)
    assert whole.value == mixed.value == 0.5
    assert whole.high - whole.low > 2 * (mixed.high - mixed.low)


def test_a_share_over_another_carries_the_doubt_of_both():
    """And none is told over a share that may as well be nothing."""
    half, most = Measure(0.3, 0.2, 0.42, 60), Measure(0.6, 0.5, 0.7, 60)
    found = ratio(half, most)
    assert found.value == pytest.approx(0.5)
    assert 0.3 < found.low < 0.5 < found.high < 0.8
    assert ratio(half, Measure(0.02, 0.0, 0.1, 60)) is None


def test_the_ratio_of_two_shares_covers_the_truth_as_often_as_it_says():
    """About 95 of 100 intervals hold it."""
    luck, hits = np.random.default_rng(3), 0
    for _ in range(400):
        found = ratio(share(luck.random(64) < 0.3), share(luck.random(80) < 0.6))
        hits += found.low <= 0.5 <= found.high
    assert 0.92 <= hits / 400 <= 0.99


def test_drafts_remember_their_subject():
    """Also when some are left out."""
    texts = Texts.of([["a", "b"], [], ["c"]])
    assert texts.groups.tolist() == [0, 0, 2]
    kept = texts.where([False, True, True])
    assert (kept.texts, kept.groups.tolist()) == (("b", "c"), [0, 2])
