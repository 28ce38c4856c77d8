"""How drafts differ from the creator's held-out posts in what one can count: length, emoji, signs, capitals, lines."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from soundalike.posts.post import Post
from soundalike.posts.text import EMOJI, HASHTAG, LINK, own_text
from soundalike.training.pools import (
    FEWEST_TEXTS,
    Floats,
    Integers,
    Measure,
    Texts,
    by_group,
    count_groups,
    draws,
    stretch,
)

_RESAMPLES: Final = 500
_SURE: Final = 95.0
_HUNDRED: Final = 100.0
_NO_SIGN: Final = frozenset("#@")  # they belong to hashtags and names of accounts

Count = Callable[[str], float | None]
"""A figure of one text; None where it cannot be asked of it."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """One countable thing in drafts and in held-out posts.

    `distance` is the Kolmogorov-Smirnov distance of the two distributions: the greatest difference of the shares at or
    under any figure, 0 (the same) to 1 (nothing in common); None where there were too few texts to say. `drafts` and
    `posts` are what a reader would call the usual: the median length, signs per 100 characters, the share of letters
    that are capitals, and for all else the share of texts that have any. All three are None of cards that did not
    measure them.
    """

    key: str
    drafts: float | None
    posts: float | None
    distance: Measure | None

    @property
    def differs(self) -> bool:
        """Whether the distributions differ by more than chance makes them, at 95 %, this one taken by itself."""
        return self.distance is not None and self.distance.low > 0


def contrast(drafts: Texts, posts: Sequence[Post], *, seed: int) -> tuple[Contrast, ...]:
    """Hold drafts against posts by everything that is counted."""
    own = [own_text(post) for post in posts]
    linked = [_without_media(post) for post in posts]
    return tuple(
        _contrast(key, count, drafts, linked if key == "links" else own, np.random.default_rng(seed))
        for key, count in _COUNTS.items()
    )


def distribution_distance(
    first: Floats, second: Floats, chance: np.random.Generator, *, groups: Integers | None = None
) -> Measure:
    """Kolmogorov-Smirnov distance of two samples, with its interval; `groups` says which of the first are alike.

    The interval reaches as far to both sides as the distance moves in 95 of 100 resamples: the greatest difference of
    the two distributions' deviations from what was seen. It holds no zero exactly where that much is beyond chance.
    Where nothing varies, it reaches to what as many texts could miss at 95 %.
    """
    grid = np.unique(np.concatenate([first, second]))
    one, one_moves = _cumulated(first, groups, grid, chance)
    other, other_moves = _cumulated(second, None, grid, chance)
    value = float(np.abs(one - other).max())
    reach = float(np.percentile(np.abs(one_moves - other_moves).max(axis=1), _SURE))
    reach = max(reach, 1 - (1 - _SURE / 100) ** (1 / min(len(first), len(second))))
    return Measure(value, max(value - reach, 0.0), min(value + reach, 1.0), len(first))


def _cumulated(
    values: Floats, groups: Integers | None, grid: Floats, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """The cumulative distribution over `grid`, and how far resamples deviate from it."""
    cells = (values[:, None] <= grid[None, :]).astype(np.float64)
    sums = by_group(np.column_stack([cells, np.ones(len(values))]), groups)
    drawn = draws(len(sums), _RESAMPLES, chance) @ sums
    share: Floats = cells.mean(axis=0)
    moves: Floats = drawn[:, :-1] / np.maximum(drawn[:, -1:], 1) - share
    return share, stretch(count_groups(len(values), groups)) * moves


def _contrast(
    key: str, count: Count, drafts: Texts, posts: Sequence[str], chance: np.random.Generator
) -> Contrast:
    found = [(count(text), group) for text, group in zip(drafts.texts, drafts.groups, strict=True)]
    first = np.array([figure for figure, _ in found if figure is not None], dtype=np.float64)
    groups = np.array([group for figure, group in found if figure is not None], dtype=np.int64)
    second = np.array([figure for each in posts if (figure := count(each)) is not None], dtype=np.float64)
    if min(len(first), len(second)) < FEWEST_TEXTS:
        return Contrast(key, None, None, None)
    usual = _USUAL.get(key, _share_with_any)
    distance = distribution_distance(first, second, chance, groups=groups)
    return Contrast(key, usual(first), usual(second), distance)


def _signs(text: str) -> float | None:
    signs = sum(unicodedata.category(each)[0] == "P" and each not in _NO_SIGN for each in text)
    return _HUNDRED * signs / len(text) if text else None


def _capitals(text: str) -> float | None:
    letters = [unicodedata.category(each) for each in LINK.sub(" ", text)]
    cased = letters.count("Lu") + letters.count("Ll")
    return letters.count("Lu") / cased if cased else None


def _without_media(post: Post) -> str:
    text = post.text
    for link in post.media_links:
        text = text.replace(link, " ")
    return text


def _share_with_any(figures: Floats) -> float:
    return float((figures > 0).mean())


def _mean(figures: Floats) -> float:
    return float(figures.mean())


def _median(figures: Floats) -> float:
    return float(np.median(figures))


_COUNTS: Final[dict[str, Count]] = {
    "length": len,
    "emoji": lambda text: len(EMOJI.findall(text)),
    "punctuation": _signs,
    "capitals": _capitals,
    "line_breaks": lambda text: text.count("\n"),
    "hashtags": lambda text: len(HASHTAG.findall(text)),
    "links": lambda text: len(LINK.findall(text)),
}
_USUAL: Final = {"length": _median, "punctuation": _mean, "capitals": _mean}
