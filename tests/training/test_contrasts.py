from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.posts.post import Post
from soundalike.training.contrasts import contrast, distribution_distance
from soundalike.training.pools import Texts

START = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = ["length", "emoji", "punctuation", "capitals", "line_breaks", "hashtags", "links"]


def posts_of(texts):
    """These texts as posts."""
    return [Post(str(n), text, START + timedelta(days=n), "potter") for n, text in enumerate(texts)]


def held(drafts, posts, briefs=8):
    """Contrasts by what is counted."""
    groups = np.arange(len(drafts)) % briefs
    return {each.key: each for each in contrast(Texts(tuple(drafts), groups), posts_of(posts), seed=1)}


def chance():
    """The same luck in every test."""
    return np.random.default_rng(7)


def test_equal_distributions_are_nearer_than_different_ones():
    """0 is the same, 1 shares nothing."""
    luck = chance()
    same = distribution_distance(luck.normal(100, 20, 200), luck.normal(100, 20, 200), chance())
    apart = distribution_distance(luck.normal(100, 20, 200), luck.normal(300, 20, 200), chance())
    assert same.value < 0.2
    assert same.low == 0
    assert apart.value == pytest.approx(1.0)
    assert apart.low > 0.8


def test_what_is_alike_seldom_seems_to_differ():
    """At most about five of a hundred pairs of samples from one distribution, subjects alike within."""
    luck, groups, differ = np.random.default_rng(4), np.repeat(np.arange(8), 8), 0
    for _ in range(150):
        drafts = luck.standard_normal(8)[groups] * 0.5 + luck.standard_normal(64) * 0.75**0.5
        differ += distribution_distance(drafts, luck.standard_normal(80), luck, groups=groups).low > 0
    assert differ / 150 <= 0.09


def test_a_difference_that_is_there_is_found():
    """Drafts of half the length, in capitals, full of signs and tags."""
    drafts = [f"SHIP IT {n % 7}!!! #ship \U0001f680\nNOW" for n in range(64)]
    posts = [
        f"We thought about it for {n % 9} days and then, quietly, shipped https://t.co/{n}" for n in range(60)
    ]
    found = held(drafts, posts)
    assert list(found) == KEYS
    assert all(each.differs for each in found.values())
    assert found["hashtags"].drafts == 1
    assert found["links"].posts == 1
    assert found["capitals"].drafts > 0.4
    assert found["length"].posts > 50


def test_the_same_texts_differ_in_nothing():
    """Whatever is counted."""
    texts = [f"Day {n}, {'a' * (n % 13)} lot." for n in range(64)]
    assert not any(each.differs for each in held(texts, texts).values())


def test_what_nobody_uses_may_still_be_used_a_little():
    """No emoji in sixty-four drafts and sixty posts leaves a few per cent open."""
    found = held([f"Draft {n}." for n in range(64)], [f"Post {n}." for n in range(60)])["emoji"]
    assert found.distance.value == 0
    assert 0.03 < found.distance.high < 0.06


@pytest.mark.parametrize(("drafts", "posts"), [(7, 60), (64, 7), (0, 60)])
def test_too_few_texts_are_not_compared(drafts, posts):
    """No figure is given for them."""
    found = held([f"Draft {n}." for n in range(drafts)], [f"Post {n}." for n in range(posts)])
    assert all(each.distance is None and each.drafts is None for each in found.values())


def test_writing_without_capitals_has_none_to_compare():
    """Chinese posts have no capitals; that is not a share of zero."""
    texts = [f"今天发布了第{n}个版本。" for n in range(20)]
    assert held(texts, texts)["capitals"].distance is None


def test_the_link_of_a_picture_is_no_link():
    """X adds it to the text; the creator did not write it."""
    posts = [
        Post(str(n), f"Look https://t.co/{n}", START, "potter", media_links=(f"https://t.co/{n}",))
        for n in range(20)
    ]
    drafts = Texts(tuple(f"Look {n}" for n in range(20)), np.arange(20) % 5)
    assert {each.key: each.posts for each in contrast(drafts, posts, seed=1)}["links"] == 0


@given(
    st.lists(st.floats(1, 4000), min_size=1, max_size=30),
    st.lists(st.floats(1, 4000), min_size=1, max_size=30),
    st.integers(1, 8),
)
@settings(deadline=None, max_examples=50)
def test_a_distance_lies_between_none_and_all(first, second, briefs):
    """Whatever the figures, the distance is a share within its interval."""
    groups = np.arange(len(first)) % briefs
    found = distribution_distance(np.array(first), np.array(second), chance(), groups=groups)
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(st.lists(st.text(max_size=50), max_size=20))
@settings(deadline=None, max_examples=50)
def test_any_text_can_be_counted(texts):
    """Hostile ones too."""
    assert [each.key for each in contrast(Texts.of([texts]), posts_of(texts), seed=0)] == KEYS
