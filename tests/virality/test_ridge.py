"""Ridge regression on sparse rows beside dense ones."""

import numpy as np
import pytest

from soundalike.virality.ridge import Rows, solve_ridge


@pytest.fixture
def problem():
    """40 texts of six sparse columns and three dense ones, as rows and as one matrix, and a target."""
    rng = np.random.default_rng(0)
    sparse, dense, target = rng.normal(size=(40, 6)), rng.normal(size=(40, 3)), rng.normal(size=40)
    row, column = (axis.ravel() for axis in np.indices((40, 6)))
    return Rows(row, column, sparse.ravel(), dense, 6), np.hstack([sparse, dense]), target


def weights_of(matrix, target):
    """The textbook solution for a strength of 2."""
    return np.linalg.solve(matrix.T @ matrix + 2 * np.eye(matrix.shape[1]), matrix.T @ target)


def test_ridge_matches_the_textbook_solution(problem):
    """Conjugate gradients on sparse rows give (XᵀX + λ)⁻¹Xᵀy."""
    rows, matrix, target = problem
    found = rows.transposed_times(solve_ridge(rows, target, strength=2.0, leftover=1e-12))
    assert found == pytest.approx(weights_of(matrix, target), abs=1e-3)
    assert rows.times(found) == pytest.approx(matrix @ found)


def test_texts_that_do_not_count_change_nothing(problem):
    """Without the first ten texts the weights are those of the other thirty, wherever the search began."""
    rows, matrix, target = problem
    known = np.arange(40) >= 10
    whole = solve_ridge(rows, target, strength=2.0, leftover=1e-12)
    for near in (None, whole):
        found = solve_ridge(rows, target, strength=2.0, known=known, near=near, leftover=1e-12)
        assert not found[:10].any()
        assert rows.transposed_times(found) == pytest.approx(weights_of(matrix[10:], target[10:]), abs=1e-3)


def test_the_first_texts_are_rows_of_their_own(problem):
    """`first` keeps the products of the texts it keeps."""
    rows, _, _ = problem
    weights = np.arange(9.0)
    assert rows.first(7).times(weights) == pytest.approx(rows.times(weights)[:7])
