"""Whose a pool is, or that it is too little text."""

import numpy as np
import pytest

from soundalike.voice.likeness import Likeness
from soundalike.voice.verdict import ENOUGH_CHARACTERS, judge_pool

POTTER = [f"Opened the kiln. {count} mugs, {count % 7} cracked. Anyway, tea." for count in range(60)]
SAILOR = [f"WIND FROM THE WEST!!! we sail at {hour} and nobody stops us #ahoy" for hour in range(40)]


@pytest.fixture(scope="module")
def potter():
    """Likeness to an invented potter."""
    return Likeness.fit(POTTER[:30])


def test_enough_text_gets_a_verdict(potter):
    """The potter's later posts are the potter's, the sailor's are not; both with an interval that holds the figure."""
    own, others = potter.verdict(POTTER[30:]), potter.verdict(SAILOR)
    assert own.is_creators is True
    assert others.is_creators is False
    assert own.likeness == pytest.approx(potter.score(POTTER[30:]))
    assert own.low < own.likeness < own.high
    assert own.sentence.startswith("Likelier the creator’s than another writer’s: log-odds +")
    assert others.sentence.startswith("Likelier another writer’s")


def test_too_little_text_gets_none(potter):
    """One short post is refused a verdict, however likely; the sentence says how much it takes."""
    short = potter.verdict("Opened the kiln.")
    assert (short.is_enough, short.is_creators, short.low) == (False, None, None)
    assert short.characters == len("Opened the kiln.")
    assert f"it takes {ENOUGH_CHARACTERS:,}" in short.sentence


def test_too_few_writers_of_a_language_give_no_verdict():
    """Against one other writer nobody can be told from all others, however much text there is."""
    alone = Likeness.fit(POTTER, SAILOR).verdict(POTTER)
    assert (alone.is_enough, alone.is_creators) == (False, None)
    assert "Too few other writers" in alone.sentence


def test_links_count_for_nothing(potter):
    """Only the writer's own characters are counted."""
    assert potter.verdict("Tea. https://example.com/" + "a" * 2_000).characters == len("Tea.")


def test_an_interval_is_repeatable_and_needs_two_texts():
    """The same seed resamples alike; a single text has no spread."""
    ratios, weights = np.array([3.0, 8.0, -1.0]), np.array([5.0, 6.0, 4.0])
    one, two = (judge_pool(ratios, weights, characters=900, writers=20, seed=1) for _ in "ab")
    assert one == two
    assert judge_pool(ratios[:1], weights[:1], characters=900, writers=20).high is None


def test_an_empty_pool_is_a_mistake(potter):
    """As for `score`."""
    with pytest.raises(ValueError, match="no texts"):
        potter.verdict([])
