"""Logistic regression on sparse rows, in numpy: small enough to read, fast enough for a few thousand posts."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MEMORY: Final = 10  # steps that the curvature is estimated from
_STEPS: Final = 60
_ENOUGH: Final = 3e-3  # of the first gradient's length; ranking no longer changes
_SLOPE: Final = 1e-4  # Armijo's condition
_HALVINGS: Final = 20


@dataclass(frozen=True, slots=True)
class SparseRows:
    """A matrix by its non-zero entries; `columns` of the shape's second size, `rows` in any order."""

    rows: Integers
    columns: Integers
    values: Floats
    shape: tuple[int, int]

    def times(self, weights: Floats) -> Floats:
        """Matrix times vector, of shape (rows,)."""
        return np.bincount(
            self.rows, weights=self.values * weights[self.columns], minlength=self.shape[0]
        ).astype(float)

    def transposed_times(self, weights: Floats) -> Floats:
        """Transposed matrix times vector, of shape (columns,)."""
        return np.bincount(
            self.columns, weights=self.values * weights[self.rows], minlength=self.shape[1]
        ).astype(float)


def fit_logistic(features: SparseRows, labels: Floats, *, strength: float) -> tuple[Floats, float]:
    """Weights and intercept that tell rows labelled 1 from rows labelled 0, both classes weighing the same.

    Minimises |w|²/2 + strength · Σ cᵢ log(1 + exp(-yᵢ (w·xᵢ + b))), cᵢ = n / (2 · size of the class), with L-BFGS
    (Nocedal 1980). The intercept is held as one more, equally penalised, weight.
    """
    signs = 2 * labels - 1
    share = labels.mean()
    costs = strength * 0.5 / np.where(labels > 0, share, 1 - share)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = signs * (features.times(weights[:-1]) + weights[-1])
        pull = -costs * signs / (1 + np.exp(np.clip(margins, -500, 500)))
        gradient = weights + np.append(features.transposed_times(pull), pull.sum())
        return float(weights @ weights / 2 + costs @ np.logaddexp(0, -margins)), gradient

    weights = _minimise(loss, np.zeros(features.shape[1] + 1))
    return weights[:-1], float(weights[-1])


def _minimise(loss: Callable[[Floats], tuple[float, Floats]], point: Floats) -> Floats:
    value, gradient = loss(point)
    goal = _ENOUGH * np.linalg.norm(gradient)
    history: deque[tuple[Floats, Floats]] = deque(maxlen=_MEMORY)
    for _ in range(_STEPS):
        if np.linalg.norm(gradient) <= goal:
            break
        direction = _direction(gradient, history)
        step = 1.0 if history else 1.0 / float(np.linalg.norm(gradient))
        for _ in range(_HALVINGS):
            next_value, next_gradient = loss(point + step * direction)
            if next_value <= value + _SLOPE * step * (gradient @ direction):
                break
            step /= 2
        else:
            break
        history.append((step * direction, next_gradient - gradient))
        point, value, gradient = point + step * direction, next_value, next_gradient
    return point


def _direction(gradient: Floats, history: deque[tuple[Floats, Floats]]) -> Floats:
    """Minus the inverse curvature times the gradient, by the two-loop recursion."""
    direction, amounts = -gradient, []
    for step, change in reversed(history):
        amount = (step @ direction) / (step @ change)
        amounts.append(amount)
        direction = direction - amount * change
    if history:
        step, change = history[-1]
        direction = direction * ((step @ change) / (change @ change))
    for (step, change), amount in zip(history, reversed(amounts), strict=True):
        direction = direction + (amount - (change @ direction) / (step @ change)) * step
    return direction
