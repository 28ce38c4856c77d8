"""How well scores order pairs of later posts, and what a lead between two scores is worth as a probability."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from soundalike.posts.post import Post
from soundalike.virality.grams import Floats
from soundalike.virality.score import engagement_of, seconds_of

PAIR_SECONDS: Final = 7 * 86_400.0
"""How far apart two posts may be to be compared: the audience is then the same."""

_RESAMPLES = 400
_LOG_SLOPE, _LOG_SPREAD = log(1.5), 0.5  # of the slopes of the development creators
_STEEPEST, _FLATTEST = 20.0, 0.02


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The back-test: share of pairs put in the right order, its 95 % interval over posts, and the Brier score.

    Pairs are of posts at most 7 days apart and of unequal engagement, in the last two fifths of all posts; of each
    fifth the model knew only the posts before. 0.25 is the Brier score of always saying 0.5.
    """

    value: float
    low: float
    high: float
    brier: float
    pairs: int
    posts: int


@dataclass(frozen=True, slots=True)
class Slope:
    """Log odds per unit of lead, and the relative standard error of that."""

    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Later posts in order of time, and the scores that a model gave them which knew only the posts before."""

    posts: Sequence[Post]
    scores: Floats


def back_test(stretches: Sequence[Stretch], rng: np.random.Generator) -> tuple[Accuracy | None, Slope]:
    """How well the scores order close pairs, and the slope that makes their differences probabilities."""
    tables = [_Table.of(stretch) for stretch in stretches]
    leads = np.concatenate([table.winners_leads for table in tables])
    posts = sum(len(stretch.posts) for stretch in stretches)
    slope = fit_slope(leads, posts)
    if not len(leads):
        return None, slope
    drawn = [table.drawn(rng) for table in tables]
    low, high = np.quantile(sum(r for r, _ in drawn) / sum(n for _, n in drawn), [0.025, 0.975])
    brier = float(np.mean((1 - logistic(slope.value * leads)) ** 2))
    value = float(np.mean((leads > 0) + 0.5 * (leads == 0)))
    return Accuracy(value, float(low), float(high), brier, len(leads), posts), slope


def fit_slope(leads: Floats, posts: int) -> Slope:
    """The likeliest slope of these winners' leads, between what they tell and what other creators' slopes were.

    Pairs share posts, so all of them tell as much as half as many pairs as there are posts. A slope is above 0: a model
    worse than chance still orders texts; it just says 0.50 of every pair.
    """
    weight = posts / 2 if len(leads) else 0.0
    leads = leads if len(leads) else np.zeros(1)

    def steeper(slope: float) -> bool:
        gain = weight * slope * float(np.mean(leads * (1 - logistic(slope * leads))))
        return gain > (log(slope) - _LOG_SLOPE) / _LOG_SPREAD**2

    low, high = _FLATTEST, _STEEPEST
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if steeper(middle) else (low, middle)
    chance = logistic(low * leads)
    told = weight * low**2 * float(np.mean(leads**2 * chance * (1 - chance)))
    return Slope(low, float((told + 1 / _LOG_SPREAD**2) ** -0.5))


def logistic(values: Floats) -> Floats:
    """1 / (1 + exp(-x)), which never overflows."""
    chance: Floats = 0.5 * (1 + np.tanh(values / 2))
    return chance


@dataclass(frozen=True, slots=True)
class _Table:
    """All pairs of a stretch: who won, and whether the scores said so."""

    wins: Floats
    right: Floats
    winners_leads: Floats

    @classmethod
    def of(cls, stretch: Stretch) -> "_Table":
        seconds, engagement = seconds_of(stretch.posts), engagement_of(stretch.posts)
        close = np.abs(seconds[:, None] - seconds) <= PAIR_SECONDS
        wins = close & (engagement[:, None] > engagement)
        leads = stretch.scores[:, None] - stretch.scores
        right = np.where(wins, (leads > 0) + 0.5 * (leads == 0), 0.0)
        return cls(wins.astype(np.float64), right, leads[wins])

    def drawn(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Right pairs and all pairs in each resample of the posts: a pair weighs the product of its posts' weights."""
        weights = rng.standard_exponential((_RESAMPLES, len(self.wins)))
        return _quadratic(weights, self.right), _quadratic(weights, self.wins)


def _quadratic(weights: Floats, matrix: Floats) -> Floats:
    """wᵀMw for each row w."""
    shares: Floats = ((weights @ matrix) * weights).sum(axis=1)
    return shares
