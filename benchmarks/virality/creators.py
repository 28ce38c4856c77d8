"""How often a creator's own forecaster puts later posts in the right order, how true its probabilities are, how fast.

Each forecaster is fitted on the first 80 % of a creator's own posts, replies and reposts left out, and asked about
pairs of the rest that stand at most 7 days apart and differ by at least a tenth in engagement. Beside it stands plain
ridge regression of the same posts on TF-IDF of words, pairs of words and runs of two to five characters.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tables import show

from soundalike.posts.files import read_posts
from soundalike.posts.post import Post
from soundalike.virality.backtest import PAIR_SECONDS
from soundalike.virality.forecast import FEWEST_POSTS, Forecaster, outcome_of
from soundalike.virality.grams import Kind, read_grams
from soundalike.virality.reading import LAYOUT, latin_language, read_texts
from soundalike.virality.ridge import solve_ridge
from soundalike.virality.scales import Layout, Reading, Scales
from soundalike.virality.score import comparable_posts, detrended, engagement_of, seconds_of

Floats = NDArray[np.float64]

SIZES: Final = (100, 300, 3_000, 12_000)
BINS: Final = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0)

_KNOWN = 0.8
_LEAST_RATIO = 1.1
_PLAIN = Layout((Kind("words", 1, 2), Kind("characters", 2, 5, columns=2**18)), names=(), weights=())
_PLAIN_STRENGTH = 3.0  # of 0.3, 1, 3 and 10 the best on the development creators
_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Ordered:
    """A creator: posts learned from, later pairs, shares put in the right order, and the forecaster's own estimate.

    `named` is the share of pairs of which a winner is named, `right` how many of those are right.
    """

    creator: str
    posts: int
    pairs: int
    plain: float
    forecaster: float
    said: float
    said_low: float
    said_high: float
    named: float
    right: float
    brier: float


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean over creators with its 95 % interval over them."""

    of: str
    creators: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Answers of like confidence: the mean they state and the share that is right; each creator counts alike."""

    confidence_from: float
    confidence_to: float
    share: float
    stated: float
    right: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of one core to fit, to answer 100 pairs, and to give their intervals; what is kept, in MB."""

    posts: int
    fit: float
    pairs_100: float
    intervals_100: float
    kept_mb: float


@dataclass(frozen=True, slots=True)
class Effect:
    """A dense column of the forecaster: the typical size of its correlation with a post's rank, less chance."""

    name: str
    size: float


def report(paths: Sequence[Path]) -> None:
    """Print the tables for these files of posts, one creator each."""
    creators = {path.stem: _own(path) for path in paths}
    asked = {name: posts for name, posts in creators.items() if int(len(posts) * _KNOWN) >= FEWEST_POSTS}
    rows, chances = zip(*(_ordered(name, posts) for name, posts in asked.items()), strict=True)
    show("Later pairs in the right order", rows)
    show("Mean over creators", list(_means(rows)))
    show("Stated and true probabilities", list(_reliability(chances)))
    print(
        f"\nExpected calibration error {_calibration_error(chances):.4f}, Brier score {_brier(chances):.4f}"
    )
    everything = [post for posts in creators.values() for post in posts]
    show("Seconds of one core", [_speed(everything, size) for size in SIZES])
    show("Sizes of effects", _effects(creators.values()))


def _own(path: Path) -> list[Post]:
    return [post for post in comparable_posts(read_posts(path).posts) if not post.is_reply]


def _ordered(name: str, posts: Sequence[Post]) -> tuple[Ordered, Floats]:
    """A creator's row, and the probability stated for the winner of each pair."""
    known, late = posts[: int(len(posts) * _KNOWN)], posts[int(len(posts) * _KNOWN) :]
    forecaster = Forecaster.fit(known)
    winner, loser = _pairs(late)
    texts = [post.text for post in late]
    chance = forecaster.probability([texts[i] for i in winner], [texts[i] for i in loser])
    plain = _plain_scores(known, late)
    named = ~forecaster.abstains(chance)
    said = forecaster.accuracy
    row = Ordered(
        creator=name,
        posts=len(known),
        pairs=len(chance),
        plain=_right(plain[winner] - plain[loser]),
        forecaster=_right(chance - 0.5),
        said=said.value if said else np.nan,
        said_low=said.low if said else np.nan,
        said_high=said.high if said else np.nan,
        named=float(named.mean()),
        right=_right(chance[named] - 0.5) if named.any() else np.nan,
        brier=float(np.mean((1 - chance) ** 2)),
    )
    return row, chance


def _pairs(posts: Sequence[Post]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The winners and the losers of all pairs that count."""
    seconds, engagement = seconds_of(posts), engagement_of(posts)
    close = np.abs(seconds[:, None] - seconds) <= PAIR_SECONDS
    clear = (engagement[:, None] >= _LEAST_RATIO * engagement) & (engagement[:, None] > engagement)
    winner, loser = np.nonzero(close & clear)
    return winner, loser


def _right(leads: Floats) -> float:
    return float(np.mean((leads > 0) + 0.5 * (leads == 0)))


def _plain_scores(known: Sequence[Post], late: Sequence[Post]) -> Floats:
    """Scores of the later posts by ridge regression on TF-IDF alone."""
    texts = [post.text for post in (*known, *late)]
    reading = Reading(read_grams(texts, _PLAIN.kinds), np.zeros((len(texts), 0)))
    rows = Scales.of(_PLAIN, reading, len(known)).rows(reading)
    first, outcome = rows.first(len(known)), detrended(known)
    weights = first.transposed_times(solve_ridge(first, outcome - outcome.mean(), strength=_PLAIN_STRENGTH))
    return rows.times(weights)[len(known) :]


def _means(rows: Sequence[Ordered]) -> Iterator[Mean]:
    picks = np.random.default_rng(0).integers(0, len(rows), (_RESAMPLES, len(rows)))
    values = {
        "forecaster": [row.forecaster for row in rows],
        "plain ridge on TF-IDF": [row.plain for row in rows],
        "difference": [row.forecaster - row.plain for row in rows],
    }
    for name, each in values.items():
        low, high = np.quantile(np.array(each)[picks].mean(axis=1), [0.025, 0.975])
        yield Mean(name, len(rows), float(np.mean(each)), float(low), float(high))


def _pooled(chances: Sequence[Floats]) -> tuple[Floats, Floats]:
    """All probabilities of winners, and weights that let each creator count alike."""
    weight = np.concatenate([np.full(len(each), 1 / len(each) / len(chances)) for each in chances])
    return np.concatenate(chances), weight


def _reliability(chances: Sequence[Floats]) -> Iterator[Reliability]:
    chance, weight = _pooled(chances)
    confidence, right = np.maximum(chance, 1 - chance), (chance > 0.5) + 0.5 * (chance == 0.5)  # noqa: PLR2004
    for low, high in pairwise(BINS):
        inside = (confidence >= low) & ((confidence < high) | (high == 1))
        if inside.any():
            stated, true = (
                float(np.average(each[inside], weights=weight[inside])) for each in (confidence, right)
            )
            yield Reliability(low, high, float(weight[inside].sum()), stated, true)


def _calibration_error(chances: Sequence[Floats]) -> float:
    return sum(row.share * abs(row.stated - row.right) for row in _reliability(chances))


def _brier(chances: Sequence[Floats]) -> float:
    chance, weight = _pooled(chances)
    return float(np.average((1 - chance) ** 2, weights=weight))


def _speed(posts: Sequence[Post], size: int) -> Speed:
    """A forecaster of so many posts, the first of these, again from the first where there are fewer."""
    some = list(islice(cycle(posts), size))
    first, second = ([post.text for post in some[start:100:2]] * 2 for start in (0, 1))
    marks = [time.process_time()]
    forecaster = Forecaster.fit(some)
    marks.append(time.process_time())
    forecaster.probability(first, second)
    marks.append(time.process_time())
    forecaster.interval(first, second)
    marks.append(time.process_time())
    fit, pairs, intervals = np.diff(marks).tolist()
    return Speed(size, fit, pairs, intervals, len(forecaster.to_bytes()) / 1e6)


def _effects(creators: Iterable[Sequence[Post]]) -> list[Effect]:
    """What `effects.py` holds: the root mean square over creators, of the first 80 % of each one's posts."""
    known = [posts[: int(len(posts) * _KNOWN)] for posts in creators]
    squares = np.array([_excess(posts) for posts in known if np.ptp(detrended(posts)) > 0])
    told = np.isfinite(squares)
    mean = np.where(told, squares, 0.0).sum(axis=0) / np.maximum(told.sum(axis=0), 1)
    sizes = np.sqrt(np.maximum(mean, 0.0))
    return [Effect(name, float(size)) for name, size in zip(LAYOUT.names, sizes, strict=True)]


def _excess(posts: Sequence[Post]) -> Floats:
    """The squared correlation of each column with the rank of a post, less what chance gives; NaN where none varies."""
    reading = read_texts(
        [post.text for post in posts], [post.created_at for post in posts], latin_language(posts)
    )
    scales = Scales.of(LAYOUT, reading, len(posts))
    correlation = scales.standardised(reading.dense).T @ outcome_of(posts) / len(posts)
    return np.where(np.isfinite(scales.spread), correlation**2 - 1 / len(posts), np.nan)
