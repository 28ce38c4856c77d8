"""Which of two wordings this creator's audience would take up more: a model, and how well it did on later posts.

Ridge regression of how a post ranks among the creator's, its engagement freed of the running median, on the n-grams of
the text, the features of `features.py` and the score of the wording prior. The difference of two scores becomes a
probability through one logistic slope, which is fitted on pairs of posts that the model had not seen and that came
after all it had. Ten more solutions, each without another stretch of time, tell how firm an answer is.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from soundalike.errors import TooFewPosts
from soundalike.posts.packing import Array, is_ascending, pack, refusing, require, unpack
from soundalike.posts.post import Post
from soundalike.virality.backtest import Accuracy, Stretch, back_test, logistic
from soundalike.virality.grams import Floats
from soundalike.virality.reading import LAYOUT, LENGTHS, PRIOR, latin_language, read_texts
from soundalike.virality.reasons import Reason, find_reasons
from soundalike.virality.ridge import Rows, solve_ridge
from soundalike.virality.scales import Reading, Scales
from soundalike.virality.score import comparable_posts, detrended

__all__ = ["ABSTAIN", "FEWEST_POSTS", "Accuracy", "Floats", "Forecaster", "Reason", "When"]

When = datetime | Sequence[datetime] | Sequence[tuple[datetime, datetime]] | None

FEWEST_POSTS: Final = 50
"""Of so many of a creator's posts it learns little; whether enough, the back-test on the later ones says."""

ABSTAIN: Final = 0.1
"""Within 0.40 to 0.60 the answer is “no clear difference”: right little more often than a coin."""

_STRENGTH = 4.0  # chosen as the weights in `reading.py` were
_TESTED_FROM = (0.6, 0.8)  # shares of the posts that the tested models knew; each is tested on the next fifth
_TESTED_SHARE = 0.2
_TESTED_POSTS = 1_500  # of a fifth; 1.1 million pairs are enough for the third digit
_STRETCHES = 10
_ROUGH = 1e-4  # their spread is within 2 % of that of exact solutions, in half the time
_QUANTILE = 2.262  # of Student's t with 9 degrees of freedom, for 95 %
_EVEN = 0.5

_AMOUNTS: Final = {
    **dict.fromkeys(LENGTHS, ("length", "The length")),
    PRIOR: ("wording", "The wording, going by posts of people in general"),
}

_KIND, _VERSION = "forecaster", 2
_TYPES: Final = {
    "gaps": "<u4",
    "found": "<u4",
    "mean": "<f8",
    "spread": "<f8",
    "weights": "<f4",
    "without": "<f2",
}


@dataclass(frozen=True, slots=True)
class Forecaster:
    """A creator's own forecast; made by `Forecaster.fit`.

    `accuracy` is None where no two later posts stood close enough in time to be compared. `slope` is what a unit of
    difference between two scores adds to the log odds.
    """

    accuracy: Accuracy | None
    slope: float
    posts: int
    _slope_error: float
    _language: str | None
    _scales: Scales
    _weights: NDArray[np.float32]
    _without: NDArray[np.float16]  # (stretches, columns): how far the weights without each stretch differ

    @classmethod
    def fit(cls, posts: Sequence[Post], *, seed: int = 0) -> "Forecaster":
        """Learn from one creator's posts in any order; reposts and posts without counts are left out.

        Args:
            posts: Posts of one creator.
            seed: Of the resamples behind the interval of the accuracy.

        Raises:
            TooFewPosts: Fewer than 100 posts are left.
        """
        own = comparable_posts(posts)
        if len(own) < FEWEST_POSTS:
            raise TooFewPosts(
                f"{len(own)} posts are too few to learn what this audience takes up.",
                found=len(own),
                needed=FEWEST_POSTS,
                hint=f"It takes {FEWEST_POSTS} of the creator's own posts with their counts; collect more months.",
            )
        language = latin_language(own)
        reading = read_texts([post.text for post in own], [post.created_at for post in own], language)
        stretches = [_ahead(reading, own, share) for share in _TESTED_FROM]
        accuracy, slope = back_test(stretches, np.random.default_rng(seed))
        scales = Scales.of(LAYOUT, reading, len(own))
        weights, without = _solve(scales.rows(reading), outcome_of(own))
        return cls(accuracy, slope.value, len(own), slope.error, language, scales, weights, without)

    @property
    def is_useful(self) -> bool:
        """Whether the back-test beats chance: its whole interval lies above one half. If not, show no probability."""
        return self.accuracy is not None and self.accuracy.low > _EVEN

    def probability(self, first: Sequence[str], second: Sequence[str], *, at: When = None) -> Floats:
        """P(first gets more engagement from this creator's audience), one number a pair.

        Args:
            first: Texts as they would be posted, links included.
            second: As many others.
            at: When they would be posted: one time, one a pair, or one for each text of a pair. A time common to both
                texts favours neither.

        Raises:
            ValueError: The lists differ in length.
        """
        rows, ahead, behind = self._pairs(first, second, at)
        scores = rows.times(self._weights)
        return logistic(self.slope * (scores[ahead] - scores[behind]))

    def interval(self, first: Sequence[str], second: Sequence[str], *, at: When = None) -> Floats:
        """The 95 % interval of each probability, of shape (pairs, 2); arguments and errors as of `probability`.

        It is as wide as ten solutions differ of which each went without a tenth of the posts (delete-a-group jackknife;
        tenths are stretches of time, as posts close in time are not independent), and as the slope is unsure.
        """
        rows, ahead, behind = self._pairs(first, second, at)
        scores = np.stack([rows.times(weights) for weights in (self._weights, *self._without)])
        middle, *others = self.slope * (scores[:, ahead] - scores[:, behind])
        jackknife = (_STRETCHES - 1) * np.var(np.stack(others), axis=0)
        reach = _QUANTILE * np.sqrt(jackknife + (self._slope_error * middle) ** 2)
        return logistic(np.stack([middle - reach, middle + reach], axis=1))

    def reasons(self, first: str, second: str, *, at: When = None, most: int | None = 3) -> list[Reason]:
        """What speaks for either text, the weightiest first, at most `most` or all; `at` as of `probability`."""
        rows, ahead, behind = self._pairs([first], [second], at)
        if ahead[0] == behind[0]:
            return []
        log_odds = self.slope * self._weights.astype(np.float64)
        return find_reasons((first, second), rows, self._scales, log_odds, _AMOUNTS)[:most]

    def abstains(self, probability: Floats) -> NDArray[np.bool_]:
        """Where no winner should be named: within 0.40 to 0.60, and everywhere if the model does not beat chance."""
        return (np.abs(np.asarray(probability) - _EVEN) < ABSTAIN) | (not self.is_useful)

    def scores(self, texts: Sequence[str]) -> Floats:
        """What texts are compared by, whenever they would be posted: one number each, higher is taken up more."""
        return self._rows(texts, [None] * len(texts)).times(self._weights)

    def mean_probability(self, texts: Sequence[str], rivals: Floats) -> Floats:
        """Each text's probability to win, on average over rivals that are given by their scores."""
        chances = logistic(self.slope * (self.scores(texts)[:, None] - rivals))
        mean: Floats = chances.mean(axis=1)
        return mean

    def to_bytes(self) -> bytes:
        """The forecaster as bytes without text; `from_bytes` reads them back."""
        facts = {
            "accuracy": asdict(self.accuracy) if self.accuracy else None,
            "slope": self.slope,
            "slope_error": self._slope_error,
            "posts": self.posts,
            "language": self._language,
            "features": list(LAYOUT.names),
        }
        arrays: dict[str, Array] = {
            "gaps": np.diff(self._scales.columns, prepend=-1).astype(np.uint32),
            "found": self._scales.found.astype(np.uint32),
            "mean": self._scales.mean,
            "spread": self._scales.spread,
            "weights": self._weights,
            "without": self._without.ravel(),
        }
        return pack(_KIND, _VERSION, facts, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Forecaster":
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: These bytes are no forecaster, or one that asks other questions of a text than this version.
        """
        facts, arrays = unpack(content, _KIND, _VERSION, _TYPES)
        with refusing(_KIND):
            told = facts["accuracy"]
            accuracy = Accuracy(**told) if told is not None else None
            columns = np.cumsum(arrays["gaps"].astype(np.int64)) - 1
            _check(facts, accuracy, arrays, columns)
        found = arrays["found"].astype(np.int64)
        scales = Scales(LAYOUT, facts["posts"], columns, found, arrays["mean"], arrays["spread"])
        without = arrays["without"].reshape(_STRETCHES, -1)
        rest = (facts["slope_error"], facts["language"], scales, arrays["weights"], without)
        return cls(accuracy, facts["slope"], facts["posts"], *rest)

    def _pairs(
        self, first: Sequence[str], second: Sequence[str], at: When
    ) -> tuple[Rows, NDArray[np.intp], NDArray[np.intp]]:
        """Each different text as a row, and which rows the first and the second texts are."""
        if len(first) != len(second):
            raise ValueError(f"{len(first)} first texts and {len(second)} second ones make no pairs")
        times = _times(at, len(first))
        asked = list(zip([*first, *second], [*times[0], *times[1]], strict=True))
        unique = {item: place for place, item in enumerate(dict.fromkeys(asked))}
        places = np.array([unique[item] for item in asked], dtype=np.intp)
        rows = self._rows([text for text, _ in unique], [moment for _, moment in unique])
        return rows, places[: len(first)], places[len(first) :]

    def _rows(self, texts: Sequence[str], times: Sequence[datetime | None]) -> Rows:
        return self._scales.rows(read_texts(texts, times, self._language))


def outcome_of(posts: Sequence[Post]) -> Floats:
    """What is learned of posts in order of time: how each ranks among them once the running median is taken off.

    Mean 0 and variance 1, without outliers.
    """
    ahead = detrended(posts)
    ordered = np.sort(ahead)
    rank = (np.searchsorted(ordered, ahead, "left") + np.searchsorted(ordered, ahead, "right")) / 2
    outcome: Floats = (rank / len(posts) - _EVEN) * np.sqrt(12.0)
    return outcome


def _ahead(reading: Reading, posts: Sequence[Post], share: float) -> Stretch:
    """The next fifth of the posts after this share of them, scored by a model that knew only the posts before."""
    known, end = int(len(posts) * share), int(len(posts) * (share + _TESTED_SHARE))
    end = min(end, known + _TESTED_POSTS)
    rows = Scales.of(LAYOUT, reading, known).rows(reading).first(end)
    before = rows.first(known)
    weights = before.transposed_times(solve_ridge(before, outcome_of(posts[:known]), strength=_STRENGTH))
    return Stretch(posts[known:end], rows.times(weights)[known:])


def _solve(rows: Rows, outcome: Floats) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """The weights, and how far those differ that went without each stretch of the posts; as exact as they are kept."""
    alpha = solve_ridge(rows, outcome, strength=_STRENGTH)
    weights = rows.transposed_times(alpha)
    without = np.zeros((_STRETCHES, len(weights)), dtype=np.float16)
    cuts = [len(outcome) * number // _STRETCHES for number in range(_STRETCHES + 1)]
    for number, (start, end) in enumerate(pairwise(cuts)):
        known = np.ones(len(outcome), dtype=np.bool_)
        known[start:end] = False
        other = solve_ridge(rows, outcome, strength=_STRENGTH, known=known, near=alpha, leftover=_ROUGH)
        without[number] = rows.transposed_times(other) - weights
    return weights.astype(np.float32), without


def _check(
    facts: dict[str, Any], accuracy: Accuracy | None, arrays: dict[str, Array], columns: Array
) -> None:
    """Refuse figures that no forecaster has."""
    numbers = [facts["slope"], facts["slope_error"], *(asdict(accuracy).values() if accuracy else ())]
    language, width = facts["language"], len(columns) + len(LAYOUT.names)
    require(
        _KIND,
        facts["features"] == list(LAYOUT.names),
        all(isinstance(number, int | float) for number in numbers),
        isinstance(facts["posts"], int) and facts["posts"] > 0,
        language is None or isinstance(language, str),
        len(arrays["found"]) == len(columns) and is_ascending(columns),
        not len(columns) or bool(columns[-1] < LAYOUT.offsets[-1] and columns[0] >= 0),
        all(len(arrays[name]) == len(LAYOUT.names) for name in ("mean", "spread")),
        len(arrays["weights"]) == width and len(arrays["without"]) == _STRETCHES * width,
        all(np.all(np.isfinite(arrays[name])) for name in ("weights", "without", "mean")),
        np.all(arrays["spread"] > 0),
    )


def _times(at: When, pairs: int) -> tuple[list[datetime | None], list[datetime | None]]:
    if at is None or isinstance(at, datetime):
        return [at] * pairs, [at] * pairs
    both = [each if isinstance(each, tuple) else (each, each) for each in at]
    return [first for first, _ in both], [second for _, second in both]
