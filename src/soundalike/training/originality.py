"""What drafts share with collected posts, beside what the creator's own later posts share with the earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from soundalike.drafts.guard import CopyGuard, Overlap
from soundalike.posts.post import Post
from soundalike.posts.text import own_text
from soundalike.training.pools import (
    RESAMPLES,
    Floats,
    Integers,
    Measure,
    Texts,
    between,
    by_group,
    count_groups,
    draws,
    stretch,
)

_NEAREST: Final = 3
_TENTHS: Final = (50, 90, 100)


@dataclass(frozen=True, slots=True)
class Spans:
    """Longest shared spans of many texts, in words: the median, what nine of ten stay under or at, the longest."""

    median: float
    most: float
    longest: float


@dataclass(frozen=True, slots=True)
class Nearest:
    """A draft that comes near a collected post, and the span they share."""

    text: str
    shared_text: str
    shared_words: float
    post_id: str


@dataclass(frozen=True, slots=True)
class Novelty:
    """How new the unselected drafts are, held against every collected post.

    The longest span is given in words and, as it stands in the draft, in characters. `spans` are the drafts' and
    `posts_spans` the creator's own later posts', both against the earlier posts alone; `closer` is the probability that
    a draft shares more with these than a later post does, ties counted half: 0.5 where the two are alike. `nearest` are
    the drafts that come nearest without being copies. What a card did not measure is None, or empty.
    """

    longest_shared_words: float
    mean_novelty: float
    too_close: int
    drafts: int
    longest_shared_characters: int | None = None
    spans: Spans | None = None
    posts_spans: Spans | None = None
    closer: Measure | None = None
    nearest: tuple[Nearest, ...] = ()

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Novelty":
        """Read it from its plain values."""
        made: dict[str, Any] = dict(values)
        for name, kind in (("spans", Spans), ("posts_spans", Spans), ("closer", Measure)):
            made[name] = kind(**made[name]) if made.get(name) else None
        made["nearest"] = tuple(Nearest(**each) for each in made.get("nearest", ()))
        return cls(**made)


def read_novelty(
    drafts: Texts,
    overlaps: Sequence[Overlap],
    *,
    collected: Sequence[Post],
    held_out: Sequence[Post],
    chance: np.random.Generator,
) -> Novelty:
    """Say how new drafts are; `overlaps` is what each shares with any collected post.

    Nothing is compared with later posts where there are none, or none before them.
    """
    novelty = Novelty(
        longest_shared_words=max((each.shared_words for each in overlaps), default=0.0),
        mean_novelty=float(np.mean([each.novelty for each in overlaps])) if overlaps else 0.0,
        too_close=sum(each.copied for each in overlaps),
        drafts=len(overlaps),
        longest_shared_characters=max((len(each.shared_text or "") for each in overlaps), default=0),
        nearest=_nearest(drafts, overlaps),
    )
    earlier = _earlier(collected, held_out)
    if not (earlier and overlaps):
        return novelty
    guard = CopyGuard(earlier)
    spans, own = _spans(guard, drafts.texts), _spans(guard, [own_text(post) for post in held_out])
    closer = _closer(spans, drafts.groups, own, chance)
    return replace(novelty, spans=_summary(spans), posts_spans=_summary(own), closer=closer)


def _nearest(drafts: Texts, overlaps: Sequence[Overlap]) -> tuple[Nearest, ...]:
    near = [
        Nearest(text, overlap.shared_text, overlap.shared_words, overlap.post_id)
        for text, overlap in zip(drafts.texts, overlaps, strict=True)
        if overlap.shared_text and overlap.post_id and not overlap.copied
    ]
    return tuple(sorted(near, key=lambda each: (-each.shared_words, -len(each.shared_text)))[:_NEAREST])


def _earlier(collected: Sequence[Post], held_out: Sequence[Post]) -> list[Post]:
    """What was posted before the first of the held-out posts."""
    if not held_out:
        return []
    first = min(post.created_at for post in held_out)
    return [post for post in collected if post.created_at < first]


def _spans(guard: CopyGuard, texts: Sequence[str]) -> Floats:
    return np.array([guard.check(text).shared_words for text in texts], dtype=np.float64)


def _summary(spans: Floats) -> Spans:
    return Spans(*(float(each) for each in np.percentile(spans, _TENTHS, method="higher")))


def _closer(spans: Floats, groups: Integers, own: Floats, chance: np.random.Generator) -> Measure:
    """Mann and Whitney's share of pairs, with a bootstrap over briefs and over posts."""
    wins = (spans[:, None] > own) + (spans[:, None] == own) / 2
    value = float(wins.mean())
    sums = by_group(np.column_stack([wins, np.ones(len(spans))]), groups)
    briefs, posts = draws(len(sums), RESAMPLES, chance), draws(len(own), RESAMPLES, chance)
    drawn = briefs @ sums
    resampled = (drawn[:, :-1] * posts).sum(1) / np.maximum(drawn[:, -1] * posts.sum(1), 1)
    stretched = value + stretch(count_groups(len(spans), groups)) * (resampled - value)
    return between(value, np.clip(stretched, 0.0, 1.0), len(spans))
