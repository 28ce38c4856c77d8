"""Logistic regression."""

import numpy as np
import pytest

from soundalike.voice.regression import SparseRows, fit_logistic


def rows_of(dense):
    """A dense matrix as sparse rows."""
    rows, columns = np.nonzero(dense)
    return SparseRows(rows, columns, dense[rows, columns], dense.shape)


@pytest.fixture
def problem():
    """200 noisy rows, of which 60 are labelled 1."""
    chance = np.random.default_rng(0)
    dense = chance.normal(size=(200, 8)) * (chance.random((200, 8)) < 0.5)
    labels = (dense @ np.arange(8) + chance.normal(size=200) > 3).astype(float)
    return dense, labels


def test_products_equal_those_of_the_dense_matrix(problem):
    """Sparse and dense agree, both ways round."""
    dense, labels = problem
    sparse = rows_of(dense)
    assert np.allclose(sparse.times(np.arange(8.0)), dense @ np.arange(8.0))
    assert np.allclose(sparse.transposed_times(labels), labels @ dense)


def test_the_fit_is_where_the_gradient_vanishes(problem):
    """At the answer no direction lowers the stated objective noticeably."""
    dense, labels = problem
    weights, intercept = fit_logistic(rows_of(dense), labels, strength=3.0)
    signs = 2 * labels - 1
    costs = 3.0 * 0.5 / np.where(labels > 0, labels.mean(), 1 - labels.mean())

    def gradient(point):
        pull = -costs * signs / (1 + np.exp(signs * (dense @ point[:-1] + point[-1])))
        return point + np.append(pull @ dense, pull.sum())

    start = np.linalg.norm(gradient(np.zeros(9)))
    assert np.linalg.norm(gradient(np.append(weights, intercept))) < 0.005 * start


def test_both_classes_weigh_the_same():
    """With nothing to go by, a rare class is as likely as a common one."""
    _, intercept = fit_logistic(rows_of(np.zeros((50, 3))), np.array([1.0] * 5 + [0.0] * 45), strength=5.0)
    assert intercept == pytest.approx(0.0, abs=1e-6)
