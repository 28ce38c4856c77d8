"""Sparse rows beside dense ones, and ridge regression on them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from soundalike.virality.grams import Floats, Integers


@dataclass(frozen=True, slots=True)
class Rows:
    """A sparse matrix beside a dense one: entry k stands in `row[k]`, `column[k]`; `dense` is (texts, features)."""

    row: Integers
    column: Integers
    value: Floats
    dense: Floats
    columns: int

    def times(self, weights: NDArray[np.floating[Any]]) -> Floats:
        """The product with a column vector: a number for each sparse column, then for each dense one."""
        products = self.value * weights[self.column]
        sparse = np.bincount(self.row, products, minlength=len(self.dense)).astype(np.float64)
        whole: Floats = sparse + self.dense @ weights[self.columns :]
        return whole

    def transposed_times(self, vector: Floats) -> Floats:
        """The transpose's product with a vector of one number a text."""
        sparse = np.bincount(self.column, self.value * vector[self.row], minlength=self.columns)
        return np.concatenate([sparse, self.dense.T @ vector])

    def first(self, count: int) -> "Rows":
        """The first `count` texts."""
        kept = self.row < count
        return Rows(self.row[kept], self.column[kept], self.value[kept], self.dense[:count], self.columns)


def solve_ridge(
    rows: Rows,
    target: Floats,
    *,
    strength: float,
    known: NDArray[np.bool_] | None = None,
    near: Floats | None = None,
    leftover: float = 1e-6,
) -> Floats:
    """The dual α of the weights Xᵀα with least |Xw - target|² + strength·|w|², by conjugate gradients.

    Args:
        rows: X, a row a text.
        target: A number a text.
        strength: Above 0.
        known: The texts that count; all where left out.
        near: An α to start from, such as that of almost the same texts.
        leftover: How large the squared error may stay, as a share of the squared size of the target.
    """
    counts = np.ones(len(target)) if known is None else known.astype(np.float64)

    def system(vector: Floats) -> Floats:
        return counts * rows.times(rows.transposed_times(vector)) + strength * vector

    alpha = np.zeros(len(target)) if near is None else counts * near
    rest = counts * target - system(alpha)
    direction = rest.copy()
    size, enough = float(rest @ rest), leftover * float(target @ target)
    for _ in range(len(target)):
        if size <= enough:
            break
        turned = system(direction)
        step = size / float(direction @ turned)
        alpha += step * direction
        rest -= step * turned
        size, before = float(rest @ rest), size
        direction = rest + size / before * direction
    return alpha
