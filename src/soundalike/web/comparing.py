"""Which of two wordings a creator's audience would take up more, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from soundalike.errors import TooFewPosts
from soundalike.posts.post import Post
from soundalike.schemas.models import CompareBody
from soundalike.virality.forecast import Forecaster
from soundalike.virality.score import comparable_posts

_GROUPS: Final = 10
_QUANTILE: Final = 2.262  # of Student's t with 9 degrees of freedom, for 95 %
_SURE: Final = 1e-6  # from 0 and 1, where the logit ends


@dataclass(frozen=True)
class Jury:
    """A forecaster, and ten that each went without another tenth of the posts: how far they differ tells the interval.

    Tenths are stretches of time, as posts close in time are not independent (delete-a-group jackknife).
    """

    forecaster: Forecaster
    others: tuple[Forecaster, ...] = field(repr=False)

    @classmethod
    def fit(cls, posts: Sequence[Post], *, seed: int = 0) -> "Jury":
        """Fit on one creator's posts.

        Raises:
            TooFewPosts: There are fewer than it takes.
        """
        own = comparable_posts(posts)
        whole = Forecaster.fit(own, seed=seed)
        if not whole.is_useful:
            return cls(whole, ())
        try:
            return cls(whole, tuple(Forecaster.fit(part, seed=seed) for part in _without_a_tenth(own)))
        except TooFewPosts:
            return cls(whole, ())

    def compare(self, a: str, b: str) -> CompareBody:
        """Hold two wordings against each other; the order they come in changes nothing but the names."""
        if not self.forecaster.is_useful:
            return CompareBody(winner=None, probability=None, interval=None, abstained=True)
        chance = _chance(self.forecaster, a, b)
        interval = self._interval(chance, a, b)
        is_open = interval is None or interval[0] <= 0.5 <= interval[1]  # noqa: PLR2004 - a coin's toss
        abstained = is_open or bool(self.forecaster.abstains(np.array(chance)))
        winner: Literal["a", "b"] | None = None if abstained else ("a" if chance > 0.5 else "b")  # noqa: PLR2004
        return CompareBody(
            winner=winner,
            probability=round(chance, 4),
            interval=interval and (round(interval[0], 4), round(interval[1], 4)),
            abstained=abstained,
        )

    def _interval(self, chance: float, a: str, b: str) -> tuple[float, float] | None:
        if not self.others:
            return None
        found = [_logit(_chance(other, a, b)) for other in self.others]
        mean = sum(found) / len(found)
        spread = math.sqrt((len(found) - 1) / len(found) * sum((each - mean) ** 2 for each in found))
        middle, reach = _logit(chance), _QUANTILE * spread
        return _probability(middle - reach), _probability(middle + reach)


def _without_a_tenth(posts: Sequence[Post]) -> list[list[Post]]:
    cuts = [len(posts) * group // _GROUPS for group in range(_GROUPS + 1)]
    return [[*posts[:start], *posts[end:]] for start, end in pairwise(cuts)]


def _chance(forecaster: Forecaster, a: str, b: str) -> float:
    return float(forecaster.probability([a], [b])[0])


def _logit(chance: float) -> float:
    kept = min(max(chance, _SURE), 1 - _SURE)
    return math.log(kept / (1 - kept))


def _probability(logit: float) -> float:
    return 0.5 * (1 + math.tanh(logit / 2))
