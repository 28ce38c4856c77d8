"""Which of two wordings this creator's audience would take up more: a model, and how well it did on later posts.

Ridge regression of log(1 + engagement), freed of its running median, on the n-grams of the text and the features of
`features.py`. The difference of two scores becomes a probability through one logistic slope, which is fitted on pairs
of posts that the model had not seen and that came after all it had.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from soundalike.errors import TooFewPosts
from soundalike.posts.packing import Array, pack, refusing, require, unpack
from soundalike.posts.post import Post
from soundalike.posts.text import language_of, own_text
from soundalike.virality.features import (
    TEXT_FEATURES,
    TIME_FEATURES,
    feature_matrix,
    read_sheet,
    untagged_language,
)
from soundalike.virality.grams import COLUMNS, Entries, Rows, read_entries, solve_ridge
from soundalike.virality.score import comparable_posts, detrended, engagement_of, seconds_of

Floats = NDArray[np.float64]
When = datetime | Sequence[datetime] | Sequence[tuple[datetime, datetime]] | None

FEWEST_POSTS: Final = 100
"""Under this the back-test has some 20 posts, and its interval holds a coin's toss."""

ABSTAIN: Final = 0.1
"""Within 0.40 to 0.60 the answer is “no clear difference”: right little more often than a coin."""

# Chosen on every other creator of the development data, counted from the first in order of name; flat around these.
_STRENGTH = 3.0
_DENSE_WEIGHT = 0.3
_CLOCK_WEIGHT = 0.05  # as large as leaves the accuracy alone: at 0.3, knowing the hours costs a point
_CLIP = 4.0

_TRAINED_SHARE = 0.8
_PAIR_SECONDS = 7 * 86_400.0
_TESTED_POSTS = 1_500  # 1.1 million pairs: enough for the third digit
_RESAMPLES = 400
_STEEPEST = 20.0
_FLATTEST = 0.02  # a model worse than chance still orders texts; it just says 0.50 of every pair
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)

_KIND, _VERSION = "forecaster", 1
_FEATURES: Final = [feature.key for feature in (*TEXT_FEATURES, *TIME_FEATURES)]
_DENSE: Final = len(_FEATURES) + 3  # three forms of the length
_TYPES: Final = {
    **dict.fromkeys(("mean", "spread", "sparse", "dense"), "<f8"),
    **dict.fromkeys(("idf0", "idf1"), "<f8"),
    **dict.fromkeys(("idf0_of", "idf1_of"), "<u4"),
}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The back-test: share of pairs put in the right order, its 95 % interval over posts, and the Brier score.

    Pairs are of the latest fifth of posts, at most 7 days apart and of unequal engagement; the model knew only the
    posts before. 0.25 is the Brier score of always saying 0.5.
    """

    value: float
    low: float
    high: float
    brier: float
    pairs: int
    posts: int


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns texts into rows on the scales of the posts it was fitted on."""

    language: str | None
    idf: tuple[Floats, Floats]
    mean: Floats
    spread: Floats

    def rows(self, entries: Sequence[Entries], dense: Floats) -> Rows:
        scaled = np.clip(np.nan_to_num((dense - self.mean) / self.spread), -_CLIP, _CLIP)
        values = [each.weighed(idf, len(dense)) for each, idf in zip(entries, self.idf, strict=True)]
        row, column = (
            np.concatenate([getattr(each, name) for each in entries]) for name in ("row", "column")
        )
        scaled[:, : -len(TIME_FEATURES)] *= _DENSE_WEIGHT
        scaled[:, -len(TIME_FEATURES) :] *= _CLOCK_WEIGHT
        return Rows(row, column, np.concatenate(values), scaled)


@dataclass(frozen=True, slots=True)
class Forecaster:
    """A creator's own forecast; made by `Forecaster.fit`.

    `accuracy` is None where no two later posts stood close enough in time to be compared.
    """

    accuracy: Accuracy | None
    slope: float
    posts: int
    _reader: _Reader
    _weights: tuple[Floats, Floats]

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
        language = _latin_language(own)
        texts = [post.text for post in own]
        entries, dense = read_entries(texts), _dense(texts, [post.created_at for post in own], language)
        early = int(len(own) * _TRAINED_SHARE)
        scores = _scores(entries, dense, own[:early], language)[early:][:_TESTED_POSTS]
        accuracy, slope = _back_test(scores, own[early:][:_TESTED_POSTS], np.random.default_rng(seed))
        reader = _fit_reader(entries, dense, len(own), language)
        weights = _fit_weights(reader.rows(entries, dense), own)
        return cls(accuracy, slope, len(own), reader, weights)

    @property
    def is_useful(self) -> bool:
        """Whether the back-test beats chance: its whole interval lies above one half. If not, show no probability."""
        return self.accuracy is not None and self.accuracy.low > 0.5  # noqa: PLR2004 - chance

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
        if len(first) != len(second):
            raise ValueError(f"{len(first)} first texts and {len(second)} second ones make no pairs")
        times = _times(at, len(first))
        asked = list(zip([*first, *second], [*times[0], *times[1]], strict=True))
        unique = {item: place for place, item in enumerate(dict.fromkeys(asked))}
        scores = self._score(list(unique))[[unique[item] for item in asked]]
        return _logistic(self.slope * (scores[: len(first)] - scores[len(first) :]))

    def abstains(self, probability: Floats) -> NDArray[np.bool_]:
        """Where no winner should be named: within 0.40 to 0.60, and everywhere if the model does not beat chance."""
        return (np.abs(np.asarray(probability) - 0.5) < ABSTAIN) | (not self.is_useful)

    def scores(self, texts: Sequence[str]) -> Floats:
        """What texts are compared by, whenever they would be posted: one number each, higher is taken up more."""
        return self._score([(text, None) for text in texts])

    def mean_probability(self, texts: Sequence[str], rivals: Floats) -> Floats:
        """Each text's probability to win, on average over rivals that are given by their scores."""
        chances = _logistic(self.slope * (self.scores(texts)[:, None] - rivals))
        mean: Floats = chances.mean(axis=1)
        return mean

    def to_bytes(self) -> bytes:
        """The forecaster as bytes without text; `from_bytes` reads them back."""
        facts = {
            "accuracy": asdict(self.accuracy) if self.accuracy else None,
            "slope": self.slope,
            "posts": self.posts,
            "language": self._reader.language,
            "features": _FEATURES,
        }
        (idf0, idf0_of), (idf1, idf1_of) = (np.unique(idf, return_inverse=True) for idf in self._reader.idf)
        arrays: dict[str, Array] = {
            "idf0": idf0,
            "idf1": idf1,
            "idf0_of": idf0_of.astype(np.uint32),
            "idf1_of": idf1_of.astype(np.uint32),
            "mean": self._reader.mean,
            "spread": self._reader.spread,
            "sparse": self._weights[0],
            "dense": self._weights[1],
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
            _check(facts, accuracy, arrays)
            idf = (arrays["idf0"][arrays["idf0_of"]], arrays["idf1"][arrays["idf1_of"]])
        reader = _Reader(facts["language"], idf, arrays["mean"], arrays["spread"])
        return cls(accuracy, facts["slope"], facts["posts"], reader, (arrays["sparse"], arrays["dense"]))

    def _score(self, asked: Sequence[tuple[str, datetime | None]]) -> Floats:
        texts = [text for text, _ in asked]
        dense = _dense(texts, [moment for _, moment in asked], self._reader.language)
        return self._reader.rows(read_entries(texts), dense).times(*self._weights)


def _check(facts: dict[str, Any], accuracy: Accuracy | None, arrays: dict[str, Array]) -> None:
    """Refuse figures that no forecaster has."""
    numbers = [facts["slope"], facts["posts"], *(asdict(accuracy).values() if accuracy else ())]
    language = facts["language"]
    require(
        _KIND,
        facts["features"] == _FEATURES,
        all(isinstance(number, int | float) for number in numbers),
        language is None or isinstance(language, str),
        all(len(arrays[name]) == COLUMNS for name in ("sparse", "idf0_of", "idf1_of")),
        all(len(arrays[name]) == _DENSE for name in ("mean", "spread", "dense")),
        all(np.all(np.isfinite(arrays[name])) for name in ("sparse", "dense", "mean", "idf0", "idf1")),
        np.all(arrays["spread"] > 0),
    )


def _latin_language(posts: Sequence[Post]) -> str | None:
    """The language of the creator's posts in Latin script, since a bare text comes without a tag."""
    own = [own_text(post) for post in posts]
    told = [language_of(text, post.lang) for text, post in zip(own, posts, strict=True)]
    tagged = Counter(code for code in told if code and language_of("a", code) == code)
    return tagged.most_common(1)[0][0] if tagged else untagged_language(own, told)


def _dense(texts: Sequence[str], times: Sequence[datetime | None], language: str | None) -> Floats:
    """Features and lengths of bare texts, one row a text; NaN for the clock where there is no time."""
    bare = [
        Post("0", text, moment or _NO_TIME, "", is_reply=text.startswith("@"))
        for text, moment in zip(texts, times, strict=True)
    ]
    sheet = read_sheet(bare, untagged=language)
    clock = feature_matrix(sheet, TIME_FEATURES)
    clock[[moment is None for moment in times]] = np.nan
    lengths = np.stack([sheet.width, np.log1p(sheet.width), np.sqrt(sheet.width)], axis=1)
    return np.concatenate([feature_matrix(sheet, TEXT_FEATURES), lengths, clock], axis=1).astype(np.float64)


def _fit_reader(entries: Sequence[Entries], dense: Floats, count: int, language: str | None) -> _Reader:
    known = np.isfinite(dense[:count])
    filled = np.where(known, dense[:count], 0.0)
    mean = filled.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    square = (np.where(known, filled - mean, 0.0) ** 2).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    spread = np.where(square > 0, np.sqrt(square), np.inf)  # what never varies says nothing
    words, characters = entries
    return _Reader(language, (words.idf(count), characters.idf(count)), mean, spread)


def _fit_weights(rows: Rows, posts: Sequence[Post]) -> tuple[Floats, Floats]:
    outcome = detrended(posts)
    return solve_ridge(rows, outcome - outcome.mean(), strength=_STRENGTH)


def _scores(entries: Sequence[Entries], dense: Floats, known: Sequence[Post], language: str | None) -> Floats:
    """Scores of all texts by a model that knew the first ones only."""
    rows = _fit_reader(entries, dense, len(known), language).rows(entries, dense)
    return rows.times(*_fit_weights(rows.first(len(known)), known))


def _back_test(
    scores: Floats, posts: Sequence[Post], rng: np.random.Generator
) -> tuple[Accuracy | None, float]:
    """How well scores order close pairs of posts, and the slope that makes their differences probabilities."""
    seconds, engagement = seconds_of(posts), engagement_of(posts)
    close = np.abs(seconds[:, None] - seconds) <= _PAIR_SECONDS
    wins = close & (engagement[:, None] > engagement)
    if not wins.any():
        return None, _FLATTEST
    leads = scores[:, None] - scores
    right = np.where(wins, (leads > 0) + 0.5 * (leads == 0), 0.0)
    drawn = rng.standard_exponential((_RESAMPLES, len(posts)))
    shares = _quadratic(drawn, right) / _quadratic(drawn, wins.astype(np.float64))
    low, high = np.quantile(shares, [0.025, 0.975])
    slope = _fit_slope(leads[wins])
    brier = float(np.mean((1 - _logistic(slope * leads[wins])) ** 2))
    value = float(right.sum() / wins.sum())
    return Accuracy(value, float(low), float(high), brier, int(wins.sum()), len(posts)), slope


def _quadratic(weights: Floats, matrix: Floats) -> Floats:
    """wᵀMw for each row w: the weight of a pair is the product of its posts' weights."""
    shares: Floats = ((weights @ matrix) * weights).sum(axis=1)
    return shares


def _fit_slope(leads: Floats) -> float:
    """The slope above 0 under which the winners' leads were most likely; by bisection, the gradient falls."""
    low, high = _FLATTEST, _STEEPEST
    for _ in range(40):
        middle = (low + high) / 2
        if float(np.sum(leads * (1 - _logistic(middle * leads)))) > 0:
            low = middle
        else:
            high = middle
    return low


def _logistic(values: Floats) -> Floats:
    chance: Floats = 0.5 * (1 + np.tanh(values / 2))  # never overflows
    return chance


def _times(at: When, pairs: int) -> tuple[list[datetime | None], list[datetime | None]]:
    if at is None or isinstance(at, datetime):
        return [at] * pairs, [at] * pairs
    both = [each if isinstance(each, tuple) else (each, each) for each in at]
    return [first for first, _ in both], [second for _, second in both]
