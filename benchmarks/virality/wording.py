"""How often the wording prior is right, how true its probabilities are, how fast it answers.

Judged on pairs that were held back from its fitting, beside what is known of people and of others' models on pairs from
the same source, and beside a plain logistic regression fitted here on the training pairs.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from diagram import Point, diagram
from fit_wording import Pairs, as_matrix, fit_logistic
from numpy.typing import NDArray
from tables import show

from soundalike.encoder.encoder import embedded_encoder
from soundalike.posts.post import Post
from soundalike.virality.backtest import logistic
from soundalike.virality.grams import Kind, read_grams
from soundalike.virality.scales import Layout, Reading, Scales
from soundalike.virality.sheet import read_sheet
from soundalike.virality.wording import LAYERS, Depth, abstains, wording_probability
from soundalike.virality.wording_file import SHIPPED

Floats = NDArray[np.float64]

BINS: Final = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0)

_RESAMPLES = 10_000
_MANY, _SOME = 10_000, 100  # pairs of which the time is taken
_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_PLAIN = Layout(
    kinds=(Kind("words", 1, 2, columns=2**18), Kind("characters", 2, 5, columns=2**18, fewest_texts=4)),
    names=tuple(f"count {number}" for number in range(27)),
    weights=(0.1,) * 27,
)


@dataclass(frozen=True, slots=True)
class Right:
    """Share of pairs in the right order with its 95 % interval over pairs, and the Brier score (0.25 says nothing)."""

    judge: str
    pairs: int
    right: float
    low: float
    high: float
    brier: float


@dataclass(frozen=True, slots=True)
class Published:
    """A figure of others, on pairs of the same kind."""

    judge: str
    right: float
    source: str


@dataclass(frozen=True, slots=True)
class Reliability:
    """Answers of like confidence: the mean they state, and the share that is right."""

    depth: str
    confidence_from: float
    confidence_to: float
    pairs: int
    stated: float
    right: float


@dataclass(frozen=True, slots=True)
class Named:
    """Where a winner is named at all: of which share of pairs, and how many of these are right."""

    depth: str
    named: float
    right: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of the wall clock, models loaded."""

    depth: str
    pairs: int
    seconds: float
    seconds_a_pair: float


PUBLISHED: Final = (
    Published("chance", 0.5, "either is as likely to stand first"),
    Published("people, on average", 0.613, "Tan, Lee and Pang, ACL 2014"),
    Published("39 features with words and pairs of words", 0.665, "Tan, Lee and Pang, ACL 2014"),
)


def report(train: Path, val: Path, *, picture: Path | None = None) -> None:
    """Print the tables; `train` is what the prior was fitted on, `picture` where to draw the reliability diagram."""
    known, late = Pairs.read(train), Pairs.read(val)
    half = len(late)
    first, second = late.texts[:half], late.texts[half:]
    depths: tuple[Depth, ...] = ("quick", "full")
    chances = {depth: wording_probability(first, second, depth=depth) for depth in depths}
    plain = _plain(known, late)
    show("Published, on pairs of the same source", PUBLISHED)
    show(
        "Pairs held back from fitting, in the right order",
        [
            _right("plain logistic regression, fitted here", plain, late.won),
            *(_right(f"the prior, {depth}", chance, late.won) for depth, chance in chances.items()),
        ],
    )
    print(
        "\nThe training pairs themselves, each judged by a fit without its fold:", json.dumps(_out_of_fold())
    )
    reliable = {depth: list(_reliability(depth, chance, late.won)) for depth, chance in chances.items()}
    show("Stated and true probabilities", [row for rows in reliable.values() for row in rows])
    if picture:
        points = {
            d: [Point(row.stated, row.right, row.pairs) for row in rows] for d, rows in reliable.items()
        }
        picture.write_text(diagram(points), encoding="utf-8")
    show(
        "Pairs of which a winner is named",
        [_named(depth, chance, late.won) for depth, chance in chances.items()],
    )
    show("Speed", list(_speeds(known)))


def _right(judge: str, chance: Floats, won: Floats) -> Right:
    hits = ((chance > 0.5) == (won > 0)).astype(np.float64)  # noqa: PLR2004 - a coin's toss
    drawn = np.random.default_rng(0).binomial(len(hits), hits.mean(), _RESAMPLES) / len(hits)
    low, high = np.quantile(drawn, [0.025, 0.975])
    brier = float(np.mean((chance - won) ** 2))
    return Right(judge, len(hits), float(hits.mean()), float(low), float(high), brier)


def _plain(known: Pairs, late: Pairs) -> Floats:
    """Probabilities by words, pairs of words, runs of two to five characters, and 27 counts."""
    learned, asked = _plain_reading(known.texts), _plain_reading(late.texts)
    scales = Scales.of(_PLAIN, learned, len(known.texts))
    rows, others = as_matrix(scales, learned), as_matrix(scales, asked)
    half, late_half = len(known), len(late)
    [weights] = fit_logistic([((rows[:half] - rows[half:]).tocsr(), 1.0)], known.won)
    return logistic((others[:late_half] - others[late_half:]) @ weights)


def _plain_reading(texts: Sequence[str]) -> Reading:
    sheet = read_sheet([Post("0", unescape(text), _NO_TIME, "") for text in texts], untagged="en")
    counts = [*sheet.counts.values(), sheet.links, sheet.sentences]
    return Reading(read_grams(texts, _PLAIN.kinds), np.stack(counts, axis=1).astype(np.float64))


def _out_of_fold() -> dict[str, float]:
    """What the fitting itself told, of pairs it left out in turn."""
    about: dict[str, dict[str, float]] = json.loads(SHIPPED.with_suffix(".json").read_text(encoding="utf-8"))
    return about["right"]


def _reliability(depth: Depth, chance: Floats, won: Floats) -> Iterator[Reliability]:
    confidence, right = np.maximum(chance, 1 - chance), (chance > 0.5) == (won > 0)  # noqa: PLR2004 - a coin's toss
    for low, high in pairwise(BINS):
        inside = (confidence >= low) & ((confidence < high) | (high == 1))
        if inside.any():
            stated, true = float(confidence[inside].mean()), float(right[inside].mean())
            yield Reliability(depth, low, high, int(inside.sum()), stated, true)


def _named(depth: Depth, chance: Floats, won: Floats) -> Named:
    named = ~abstains(chance)
    return Named(depth, float(named.mean()), float(((chance > 0.5) == (won > 0))[named].mean()))  # noqa: PLR2004


def _speeds(pairs: Pairs) -> Iterator[Speed]:
    """Each depth on the training pairs, again from the first where there are fewer."""
    places = np.arange(_MANY) % len(pairs)
    first, second = ([pairs.texts[at + start] for at in places] for start in (0, len(pairs)))
    embedded_encoder(max(LAYERS))
    sizes: dict[Depth, int] = {"quick": _MANY, "full": _SOME}
    for depth, size in sizes.items():
        began = time.perf_counter()
        wording_probability(first[:size], second[:size], depth=depth)
        seconds = time.perf_counter() - began
        yield Speed(depth, size, seconds, seconds / size)
