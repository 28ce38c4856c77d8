import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.training.card import (
    Impostor,
    Novelty,
    Pool,
    ReportCard,
    distribution_distance,
    gap_closed,
    measure,
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


def test_the_interval_holds_the_value_and_narrows_with_more_texts():
    """Forty times the texts give a much narrower interval."""
    few, many = measure(pool(0.2, texts=10), chance()), measure(pool(0.2, texts=400), chance())
    assert few.low < few.value < few.high
    assert (many.high - many.low) < (few.high - few.low) / 3


def test_the_interval_covers_the_truth_as_often_as_it_says():
    """About 95 of 100 intervals over fresh samples hold the true likeness."""
    truth, hits = 0.1, 0
    luck = np.random.default_rng(1)
    for _ in range(200):
        characters = luck.integers(60, 140, 60).astype(float)
        found = measure(Pool(characters * (truth + 0.05 * luck.standard_normal(60)), characters), luck)
        hits += found.low <= truth <= found.high
    assert 0.90 <= hits / 200 <= 0.99


@pytest.mark.parametrize(("drafts", "closed"), [(-0.1, 0.0), (0.05, 0.5), (0.2, 1.0)])
def test_the_gap_closed_is_the_way_from_floor_to_ceiling(drafts, closed):
    """0 at the floor, 1 at the ceiling."""
    found = gap_closed(pool(0.2), pool(drafts), pool(-0.1), chance())
    assert found.value == pytest.approx(closed, abs=0.05)
    assert found.low <= found.value <= found.high


def test_no_gap_is_stated_where_ceiling_and_floor_cannot_be_told_apart():
    """A share of nothing would be a number without meaning."""
    assert gap_closed(pool(0.1, spread=0.5), pool(0.1), pool(0.09, spread=0.5), chance()) is None


def test_equal_distributions_are_nearer_than_different_ones():
    """0 is the same, 1 shares nothing."""
    luck = chance()
    same = distribution_distance(luck.normal(100, 20, 200), luck.normal(100, 20, 200), chance())
    apart = distribution_distance(luck.normal(100, 20, 200), luck.normal(300, 20, 200), chance())
    assert same.value < 0.2
    assert apart.value == pytest.approx(1.0)


@given(
    st.lists(st.floats(1, 4000), min_size=1, max_size=30),
    st.lists(st.floats(1, 4000), min_size=1, max_size=30),
)
@settings(deadline=None)
def test_a_distance_lies_between_none_and_all(first, second):
    """Whatever the lengths, the distance is a share."""
    assert 0 <= distribution_distance(first, second, chance()).value <= 1


def test_a_card_comes_back_from_its_json():
    """What is kept is what was judged."""
    one = measure(pool(0.2), chance())
    card = ReportCard(
        ceiling=one,
        drafts=one,
        floor=one,
        impostors=(Impostor("swyx", -0.1),),
        gap_closed=None,
        length_distance=one,
        novelty=Novelty(5, 0.9, 1, 40),
        withheld={"copied": 1},
        texts=("a", "b"),
        notes=("Too little.",),
        writer="embedded",
        seed=7,
        seconds=1.5,
    )
    assert ReportCard.from_json(json.loads(json.dumps(card.to_json()))) == card
