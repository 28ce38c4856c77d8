"""Texts as sparse rows, and ridge regression on them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.virality.grams import COLUMNS, Rows, read_entries, solve_ridge


def test_the_same_words_touch_the_same_columns_whatever_case_link_or_figure():
    """Case, which link and which digit make no difference; another word does."""
    words, _ = read_entries(["See 12 http://a.b/c", "see 99 https://x.y", "saw 12 http://a.b/c"])
    first, second, third = (set(words.column[words.row == n]) for n in range(3))
    assert first == second != third


def test_chinese_falls_into_characters():
    """A script without spaces gives each character and each pair its column."""
    words, _ = read_entries(["今天很好"])
    assert len(words.column) == 4 + 5


def test_rare_grams_weigh_nothing():
    """A word seen in one text only has no weight, one seen in two has."""
    words, _ = read_entries(["apple pear", "apple plum"])
    assert np.count_nonzero(words.idf(2)) == 2  # apple, and apple at the start


@given(st.lists(st.text(max_size=80), max_size=6))
@settings(max_examples=50)
def test_any_texts_make_rows_of_at_most_unit_length(texts):
    """No text raises, and each kind's part of a row has at most its weight as length."""
    for entries in read_entries(texts):
        values = entries.weighed(entries.idf(len(texts)), len(texts))
        assert np.isfinite(values).all()
        assert (np.bincount(entries.row, values**2, minlength=len(texts)) <= 1 + 1e-9).all()


def test_ridge_matches_the_textbook_solution():
    """Conjugate gradients on sparse rows give (XᵀX + λ)⁻¹Xᵀy."""
    rng = np.random.default_rng(0)
    sparse, dense, target = rng.normal(size=(40, 6)), rng.normal(size=(40, 3)), rng.normal(size=40)
    row, column = (axis.ravel() for axis in np.indices((40, 6)))
    found, rest = solve_ridge(Rows(row, column, sparse.ravel(), dense), target, strength=2.0)
    both = np.hstack([sparse, dense])
    expected = np.linalg.solve(both.T @ both + 2 * np.eye(9), both.T @ target)
    assert np.concatenate([found[:6], rest]) == pytest.approx(expected, abs=1e-4)
    assert found.shape == (COLUMNS,)
