"""How far each post outran its creator's usual, and which posts pass for viral.

A post is compared with the creator's own posts of the 30 days before and after it, never with other people's: a small
account has viral posts too. Reposts carry somebody else's counts, and posts without a single count say nothing; both
are left out here.
"""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as Some
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import numpy as np

from soundalike.posts.collection import sort_out
from soundalike.posts.post import Post, Window
from soundalike.virality.presets import PRESETS, SUMMED, Weights, read_weights
from soundalike.virality.surroundings import FEWEST_NEIGHBOURS, Floats, Mask, Surroundings

EARLY_SECONDS: Final = 48 * 3_600.0
"""Counts of a younger post still grow. When they were read is not stated, yet no earlier than the newest post."""

COUNTS: Final = (*SUMMED, "bookmarks")

Gate = int | Literal["auto"]

STABLE_OVERLAP: Final = 0.7
"""Where fewer of the selected posts survive a change of weights, the choice of weights is the result."""

_AUTO_LIFT = 3.0
_AUTO_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class ScoredPost:
    """A post beside its creator's usual.

    `engagement` is likes + reposts + replies + quotes. `baseline` is the running median of that, `lift` their ratio.
    `reach`, `resonance_percentile` and `viral_score` run from 0 to 100 and count half of the ties; `resonance` is a
    weighted mean log ratio, 0 at the usual. `rates` gives, for each known count, how many times the usual rate it came
    to. With `views_known` False, reach is read from engagement and resonance from bare counts. An `is_early` post was
    written within 48 hours of the newest: its counts still grow, so its figures are the least it will come to.
    """

    post: Post
    engagement: int
    baseline: float
    lift: float
    reach: float
    resonance: float
    resonance_percentile: float
    viral_score: float
    views_known: bool
    rates: Mapping[str, float]
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The posts that count as viral, best first; `passed` of `considered` met the gate that `sentence` words."""

    posts: tuple[ScoredPost, ...]
    passed: int
    considered: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Stability:
    """Share of the selected posts that each other preset selects too; `warning` is "" where all agree well enough."""

    overlap: Mapping[str, float]
    warning: str


def score_posts(
    posts: Sequence[Post],
    *,
    weights: Weights = "x-2026",
    shrinkage: float = 1.0,
    picked: Some[str] = (),
) -> list[ScoredPost]:
    """Score the creator's own posts against their running usual; the result is in order of time.

    Posts of the last 48 hours are scored like the rest, but are no part of the usual while 20 others are.

    Args:
        posts: Posts of one creator in any order.
        picked: Ids of posts that were collected for their engagement: they are scored, but no part of the usual.
        weights: Name of a preset, or a weight for each of likes, reposts, replies, quotes.
        shrinkage: How many posts' worth of views at the creator's mean rate are added to each post before its rates
            are taken, so that a handful of views cannot make a rate.

    Raises:
        ValueError: No such preset, no weight above zero, or no shrinkage.
    """
    if not shrinkage > 0:
        raise ValueError("shrinkage must be above 0, or a post without replies has no logarithm")
    own = comparable_posts(posts)
    weighing = read_weights(weights)
    if not own:
        return []
    usual = _usual(own, picked)
    around = Surroundings(seconds_of(own), usual)
    engagement = engagement_of(own)
    baseline = around.median(engagement)
    reach, views_known = _reach(own, engagement, around, usual)
    rates = _rates(own, views_known, shrinkage, usual)
    resonance = _resonance(rates, weighing, len(own))
    resonance_percentile = around.percentile(resonance)
    named = [{name: float(rate[i]) for name, rate in rates.items() if rate[i] > 0} for i in range(len(own))]
    columns = (
        engagement.astype(np.int64).tolist(),
        baseline.tolist(),
        (
            engagement / np.maximum(baseline, 1.0)
        ).tolist(),  # below one a ratio would only tell how little there is
        reach.tolist(),
        resonance.tolist(),
        resonance_percentile.tolist(),
        (0.5 * reach + 0.5 * resonance_percentile).tolist(),
        views_known.tolist(),
    )
    return [
        ScoredPost(*row) for row in zip(own, *columns, named, (~settled_posts(own)).tolist(), strict=True)
    ]


def select_viral(
    scored: Sequence[ScoredPost], *, gate: Gate = "auto", top: int = 20, window: Window | None = None
) -> Selection:
    """Pick the posts in `window` that pass the gate, best viral score first, at most `top`.

    A whole number asks for that much engagement. `auto` asks for 3 times the running median and a place among the
    tenth of posts with the highest lift. Ties go to the greater engagement, then to the older id.
    """
    inside = [each for each in scored if window is None or each.post.created_at in window]
    passes = _read_gate(gate, inside)
    passing = [each for each in inside if passes(each)]
    ranked = sorted(passing, key=lambda each: (-each.viral_score, -each.engagement, int(each.post.id)))
    sentence = f"{_gate_in_words(gate)}: {len(passing):,} of {len(inside):,} posts."
    return Selection(tuple(ranked[:top]), len(passing), len(inside), sentence)


def auto_lift(scored: Sequence[ScoredPost]) -> float:
    """The least lift with which the gate `auto` lets one of these posts pass."""
    lifts = np.array([each.lift for each in scored] or [0.0])
    return max(_AUTO_LIFT, float(np.quantile(lifts, 1 - _AUTO_SHARE)))


def viral_posts(
    posts: Sequence[Post],
    *,
    as_of: datetime,
    months: int = 6,
    min_engagement: Gate = 100_000,
    top: int = 20,
) -> list[ScoredPost]:
    """The posts of the `months` before `as_of` that pass the gate, best first; later posts are not looked at.

    Replies, reposts, near-duplicates and the like are set aside first, as everywhere.
    """
    window = Window.months_before(as_of, months)
    scored = score_posts(sort_out(posts, window).voice_corpus)
    return list(select_viral(scored, gate=min_engagement, top=top, window=window).posts)


def stability(
    posts: Sequence[Post],
    *,
    weights: Weights = "x-2026",
    gate: Gate = "auto",
    top: int = 20,
    window: Window | None = None,
    picked: Some[str] = (),
) -> Stability:
    """Compare the selection under `weights` with what each preset would select in its place."""

    def chosen(under: Weights) -> set[str]:
        scored = score_posts(posts, weights=under, picked=picked)
        selection = select_viral(scored, gate=gate, top=top, window=window)
        return {each.post.id for each in selection.posts}

    mine = chosen(weights)
    others = [name for name in PRESETS if name != weights]
    overlap = {name: len(mine & chosen(name)) / len(mine) if mine else 1.0 for name in others}
    worst = min(overlap, key=overlap.__getitem__)
    if overlap[worst] >= STABLE_OVERLAP:
        return Stability(overlap, "")
    return Stability(
        overlap,
        f"The choice depends on the weights: only {overlap[worst]:.0%} of these {len(mine)} posts "
        f"would be chosen with the weights “{worst}”.",
    )


def comparable_posts(posts: Sequence[Post]) -> list[Post]:
    """The creator's own posts with at least one known count, in order of time, then of id."""
    kept = [p for p in posts if not p.is_repost and any(getattr(p.engagement, n) is not None for n in SUMMED)]
    return sorted(kept, key=lambda post: (post.created_at, int(post.id)))


def engagement_of(posts: Sequence[Post]) -> Floats:
    """Engagement, one number a post."""
    return np.array([post.engagement.total for post in posts], dtype=np.float64)


def seconds_of(posts: Sequence[Post]) -> Floats:
    """Times of posts in seconds since 1970."""
    return np.array([post.created_at.timestamp() for post in posts], dtype=np.float64)


def detrended(posts: Sequence[Post]) -> Floats:
    """log(1 + engagement) minus log(1 + running median), of posts in order of time; early ones move no median."""
    if not posts:
        return np.zeros(0)
    engagement = engagement_of(posts)
    return np.log1p(engagement) - np.log1p(
        Surroundings(seconds_of(posts), _usual(posts, ())).median(engagement)
    )


def settled_posts(posts: Sequence[Post]) -> Mask:
    """Which posts are 48 hours older than the newest: their counts hardly grow any more."""
    seconds = seconds_of(posts)
    settled: Mask = seconds <= seconds.max(initial=0.0) - EARLY_SECONDS
    return settled


def _usual(posts: Sequence[Post], picked: Some[str]) -> Mask:
    """Which posts the others are compared with: neither picked nor early, as far as enough are left."""
    usual = np.array([post.id not in picked for post in posts], dtype=np.bool_)
    if not usual.any():
        usual = ~usual
    settled = usual & settled_posts(posts)
    return settled if settled.sum() >= FEWEST_NEIGHBOURS else usual


def _reach(
    posts: Sequence[Post], engagement: Floats, around: Surroundings, usual: Mask
) -> tuple[Floats, Mask]:
    """Percentile of views around each post, of engagement where views are unknown, and where they are known.

    A percentile of log views is one of views. Fewer than 20 posts with views are no company to be ranked in.
    """
    views = _counts(posts, "views")
    known = np.isfinite(views)
    reach = around.percentile(engagement)
    if (known & usual).sum() < FEWEST_NEIGHBOURS:
        return reach, np.zeros(len(posts), dtype=np.bool_)
    reach[known] = Surroundings(seconds_of(posts)[known], usual[known]).percentile(views[known])
    return reach, known


def _rates(posts: Sequence[Post], views_known: Mask, shrinkage: float, among: Mask) -> dict[str, Floats]:
    """For each count, how many times its usual rate a post came to; 0 where that is unknown.

    rate = (count + k·m) / (views + k), over m, the creator's mean rate; views and k are in units of the creator's
    median views. Without views every post counts as seen by one median's worth.
    """
    views = _counts(posts, "views")
    usual = max(float(np.median(views[views_known & among])), 1.0) if (views_known & among).any() else 1.0
    seen = np.where(views_known, views / usual, 1.0)
    rates = {}
    for name in COUNTS:
        counts = _counts(posts, name)
        known = np.isfinite(counts)
        mean = counts[known & among].sum() / max(seen[known & among].sum(), 1.0)
        if mean > 0:
            rate = (counts + shrinkage * mean) / (seen + shrinkage) / mean
            rates[name] = np.where(known, rate, 0.0)
    return rates


def _resonance(rates: Mapping[str, Floats], weights: Mapping[str, float], size: int) -> Floats:
    """Σ wᵢ log(rateᵢ/mᵢ) / Σ wᵢ over the counts a post states; 0, the usual, where it states none that weighs."""
    total, weight = np.zeros(size), np.zeros(size)
    for name, rate in rates.items():
        stated = rate > 0
        total += weights.get(name, 0.0) * np.log(np.where(stated, rate, 1.0))
        weight += weights.get(name, 0.0) * stated
    return total / np.where(weight > 0, weight, 1.0)


def _counts(posts: Sequence[Post], name: str) -> Floats:
    return np.array([getattr(post.engagement, name) for post in posts], dtype=np.float64)  # None becomes NaN


def _read_gate(gate: Gate, scored: Sequence[ScoredPost]) -> Callable[[ScoredPost], bool]:
    if gate != "auto":
        return lambda each: each.engagement >= gate
    least = auto_lift(scored)
    return lambda each: each.lift >= least


def _gate_in_words(gate: Gate) -> str:
    if gate != "auto":
        return f"At least {gate:,} likes, reposts, replies and quotes together"
    return f"At least {_AUTO_LIFT:.0f} times the usual of those weeks, and among the top {_AUTO_SHARE:.0%} by lift"
