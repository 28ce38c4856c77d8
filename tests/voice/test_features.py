"""Texts as rows."""

import numpy as np
import pytest

from soundalike.voice.features import Bag, Space, bag_of

NUMBERS = {"mugs": 0, "kiln": 1, "cold": 2}
TEXTS = ["Mugs in the kiln", "Kiln, kiln and mugs", "A cold kiln and 2 mugs"] * 5


def dense(rows):
    """Sparse rows as a matrix."""
    matrix = np.zeros(rows.shape)
    matrix[rows.rows, rows.columns] = rows.values
    return matrix


def test_rows_have_the_length_of_their_parts():
    """Characters 1, shapes 0.2, words 0.5, each brought to its length: the root of 1.29 in all."""
    bag = bag_of(TEXTS, NUMBERS)
    lengths = np.linalg.norm(dense(Space.of(bag, NUMBERS).rows(bag)), axis=1)
    assert lengths == pytest.approx(np.sqrt(1.29))


def test_unknown_tokens_are_left_out():
    """A text of nothing known is a row of nothing."""
    bag = bag_of(TEXTS, NUMBERS)
    space = Space.of(bag, NUMBERS)
    unknown = Bag(np.array([7 << 42]), np.array([0]), np.zeros(0, int), np.zeros(0, int), 1)
    assert not dense(space.rows(unknown)).any()
    assert space.rows(bag_of([], space.words)).shape == (0, sum(len(block.known) for block in space.blocks))


def test_joined_bags_hold_the_texts_one_after_the_other():
    """Joining gives the rows that all texts together would have had."""
    whole = bag_of(TEXTS, NUMBERS)
    joined = Bag.joined([bag_of(TEXTS[:4], NUMBERS), bag_of(TEXTS[4:], NUMBERS)])
    space = Space.of(whole, NUMBERS)
    assert np.allclose(dense(space.rows(joined)), dense(space.rows(whole)))


def test_the_space_keeps_only_words_that_count():
    """A word used once has no column."""
    bag = bag_of([*TEXTS, "rare"], {**NUMBERS, "rare": 3})
    assert Space.of(bag, {**NUMBERS, "rare": 3}).words.keys() == NUMBERS.keys()
