"""How often chance is taken for a pattern, which planted effects are found, how well intervals hold them, how fast.

Engagement of real posts is dealt out anew, so that whatever is found above chance is an error; then one feature's posts
are given more of it, so that what should be found is known. Everything runs on the posts of the files given.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import cycle, islice
from math import sqrt
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tables import show

from soundalike.posts.collection import sort_out
from soundalike.posts.files import read_posts
from soundalike.posts.post import Engagement, Post, Window
from soundalike.virality.features import TEXT_FEATURES
from soundalike.virality.patterns import HOURS_Q, Questions, ask_hours, ask_posts, find_patterns, judge
from soundalike.virality.score import comparable_posts, detrended, engagement_of

Floats = NDArray[np.float64]
Dealing = Callable[["Creator", np.random.Generator], Floats]

SHUFFLES: Final = 200
RUNS: Final = 150
FACTORS: Final = (1.3, 1.5, 2.0)
PLANTED_ON: Final = (300, 1_000)
HELD_ON: Final = (100, 300, 1_000, 3_000)
SIZES: Final = (1_000, 12_000, 100_000)

_RUN = 20  # posts
_PREVALENCE = (0.2, 0.5)
_SMALL = 20  # engagement at the median; below it a multiplier rounds off


@dataclass(frozen=True, slots=True)
class Creator:
    """A file's usable posts in order of time, by how much each outran the usual, and what was asked of them."""

    name: str
    posts: Sequence[Post]
    outcome: Floats
    questions: Questions
    hours: Questions


@dataclass(frozen=True, slots=True)
class Calibration:
    """Shuffles, the share in which any pattern stood above chance with its 95 % interval; the same for hours."""

    engagement: str
    shuffles: int
    any_pattern: float
    low: float
    high: float
    patterns_each: float
    any_hour: float


@dataclass(frozen=True, slots=True)
class Power:
    """Runs in which a planted effect stood above chance, alone or first among those it drags along."""

    posts: int
    factor: float
    runs: int
    found: float
    low: float
    high: float
    own_finding: float


@dataclass(frozen=True, slots=True)
class Held:
    """Runs in which the 95 % interval held the planted ×1.5, and the middle ratio of its ends."""

    posts: int
    accounts: str
    runs: int
    held: float
    low: float
    high: float
    width: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Processor time of `find_patterns`, reading included."""

    posts: int
    seconds: float
    milliseconds_a_post: float


def report(paths: Sequence[Path]) -> None:
    """Print calibration, power, coverage and speed on the posts of the files."""
    creators = [_read(path) for path in paths]
    show("Patterns found where there are none, over the creators in turn", list(calibrations(creators)))
    show("Planted effects found, on posts of creators drawn at random", list(powers(creators)))
    show("Intervals that hold a planted ×1.5", list(coverages(creators)))
    show("Patterns among posts of all creators in turn", list(speeds(creators)))


def calibrations(creators: Sequence[Creator], *, seed: int = 7) -> Iterator[Calibration]:
    """Each way of dealing engagement out anew."""
    for words, deal in DEALINGS.items():
        rng = np.random.default_rng(seed)
        found, hours = [], []
        for number, creator in enumerate(islice(cycle(creators), SHUFFLES)):
            outcome = deal(creator, rng)
            found.append(_above(creator, outcome, creator.questions, number))
            hours.append(_above(creator, outcome, creator.hours, number, HOURS_Q) > 0)
        share, low, high = _share([count > 0 for count in found])
        yield Calibration(words, SHUFFLES, share, low, high, float(np.mean(found)), float(np.mean(hours)))


def powers(creators: Sequence[Creator], *, seed: int = 7) -> Iterator[Power]:
    """Each size and factor."""
    for size in PLANTED_ON:
        for factor in FACTORS:
            rng = np.random.default_rng(seed)
            found = [_planted(creators, size, factor, rng)[:2] for _ in range(RUNS)]
            alone = float(np.mean([own for _, own in found]))
            yield Power(size, factor, RUNS, *_share([above for above, _ in found]), alone)


def coverages(creators: Sequence[Creator], *, seed: int = 11) -> Iterator[Held]:
    """Each size, accounts of hardly any engagement apart: half a like more than one like is none."""
    small = [each for each in creators if np.median(engagement_of(each.posts)) < _SMALL]
    large = [each for each in creators if each not in small]
    for group, words in ((large, f"median of {_SMALL} or more"), (small, f"median under {_SMALL}")):
        for size in HELD_ON:
            if any(len(each.posts) >= size for each in group):
                rng = np.random.default_rng(seed)
                ends = [_planted(group, size, FACTORS[1], rng)[2] for _ in range(RUNS)]
                held = [low <= FACTORS[1] <= high for low, high in ends]
                width = float(np.median([high / low for low, high in ends]))
                yield Held(size, words, RUNS, *_share(held), width)


def speeds(creators: Sequence[Creator]) -> Iterator[Speed]:
    """Posts of all creators as if one had written them, one an hour."""
    for size in SIZES:
        posts = _timeline(creators, size)
        began = time.process_time()
        find_patterns(posts)
        taken = time.process_time() - began
        yield Speed(size, taken, 1_000 * taken / size)


def _deal_out(creator: Creator, rng: np.random.Generator) -> Floats:
    return rng.permutation(creator.outcome)


def _deal_in_runs(creator: Creator, rng: np.random.Generator) -> Floats:
    """Runs of neighbours trade places, so that bouts of engagement stay bouts."""
    turned = np.roll(creator.outcome, int(rng.integers(len(creator.outcome))))
    runs = np.array_split(turned, max(len(turned) // _RUN, 1))
    return np.concatenate([runs[place] for place in rng.permutation(len(runs))])


def _deal_within_months(creator: Creator, rng: np.random.Generator) -> Floats:
    """Engagement trades places within thirty days, so that its trend stays, and is freed of it anew."""
    engagement = np.array([post.engagement for post in creator.posts], dtype=object)
    first = creator.posts[0].created_at
    months = np.array([(post.created_at - first).days // 30 for post in creator.posts])
    for month in np.unique(months):
        here = np.flatnonzero(months == month)
        engagement[here] = engagement[rng.permutation(here)]
    return detrended([replace(p, engagement=e) for p, e in zip(creator.posts, engagement, strict=True)])


def _deal_shifted(creator: Creator, rng: np.random.Generator) -> Floats:
    """All of it moves by the same number of posts, so that every bout and every rhythm stays."""
    size = len(creator.outcome)
    return np.roll(creator.outcome, int(rng.integers(size // 10, size - size // 10)))


DEALINGS: Final[dict[str, Dealing]] = {
    "dealt out": _deal_out,
    "dealt out within 30 days": _deal_within_months,
    "dealt out in runs of 20": _deal_in_runs,
    "shifted in time": _deal_shifted,
}


def _read(path: Path) -> Creator:
    """The posts that a training would learn from: no replies, reposts or near-duplicates, and counts that are known."""
    found = read_posts(path).posts
    moments = [post.created_at for post in found]
    whole = Window(min(moments), max(moments) + timedelta(seconds=1))
    posts = comparable_posts(sort_out(found, whole).kept)
    return Creator(path.stem, posts, detrended(posts), ask_posts(posts), ask_hours(posts))


def _above(creator: Creator, outcome: Floats, questions: Questions, seed: int, q: float = 0.1) -> int:
    found = judge(creator.posts, outcome, questions, seed=seed, q=q)
    return sum(pattern.above_chance for pattern in found)


def _planted(
    creators: Sequence[Creator], size: int, factor: float, rng: np.random.Generator
) -> tuple[bool, bool, tuple[float, float]]:
    """Plant an effect on one feature of a stretch of posts whose engagement is dealt out anew.

    Gives whether it stood above chance on the right side, whether as a finding of its own, and its interval.
    """
    able = [creator for creator in creators if len(creator.posts) >= size]
    creator = able[int(rng.integers(len(able)))]
    start = int(rng.integers(len(creator.posts) - size + 1))
    stretch = slice(start, start + size)
    answers = creator.questions.answers[stretch]
    share = np.mean(answers[:, : len(TEXT_FEATURES)] == 1, axis=0)
    column = int(rng.choice(np.flatnonzero((share >= _PREVALENCE[0]) & (share <= _PREVALENCE[1]))))
    engagement = rng.permutation(engagement_of(creator.posts[stretch]))
    lifted = np.where(answers[:, column] == 1, engagement * factor, engagement)
    posts = [
        replace(post, engagement=Engagement(likes=round(likes)))
        for post, likes in zip(creator.posts[stretch], lifted.tolist(), strict=True)
    ]
    found = judge(posts, detrended(posts), Questions(creator.questions.asked, answers), seed=start)
    key = creator.questions.asked[column][0]
    [pattern] = [pattern for pattern in found if pattern.key == key]
    above = pattern.above_chance and (pattern.effect or 0) > 1
    return above, above and not pattern.told_by, (pattern.low or 0, pattern.high or 0)


def _timeline(creators: Sequence[Creator], size: int) -> list[Post]:
    own = [post for creator in creators for post in creator.posts]
    first = own[0].created_at
    return [
        replace(post, id=str(number + 1), created_at=first + timedelta(hours=number))
        for number, post in enumerate(islice(cycle(own), size))
    ]


def _share(hits: Sequence[bool]) -> tuple[float, float, float]:
    """A share and its 95 % interval (Wilson, 1927)."""
    count, share, z = len(hits), float(np.mean(hits)), 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return share, max(middle - half, 0.0), min(middle + half, 1.0)
