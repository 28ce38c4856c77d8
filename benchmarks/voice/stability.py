"""How often a trait of a profile would have been found on other weeks of the same creator's.

Weeks of a creator's latest posts are drawn anew, as many as there are, and the traits judged again: a trait that sets
the creator apart should do so again, and one that does not should stay so.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from tables import show

from soundalike.posts.files import load_posts
from soundalike.posts.post import Post
from soundalike.voice import traits
from soundalike.voice.background_file import shipped_background
from soundalike.voice.estimate import Floats
from soundalike.voice.reading import Reading, Writing, corpus_of, read

POSTS: Final = 500
RESAMPLES: Final = 20


@dataclass(frozen=True, slots=True)
class Stability:
    """In which share of resamples traits found distinct are found so again, and others are found so."""

    creator: str
    posts: int
    distinct: int
    stays_median: float
    stays_tenth: float
    others: int
    becomes: float
    never: int
    never_stays_median: float


def report(paths: Sequence[Path]) -> None:
    """Print the table for these files of posts, one creator each."""
    show("Traits over resamples of a creator's weeks", [_stability(path) for path in paths])


def _stability(path: Path) -> Stability:
    corpus = corpus_of(load_posts(path))
    items, texts = corpus.items[-POSTS:], corpus.texts[-POSTS:]
    readings = [read(item, text) for item, text in zip(items, texts, strict=True)]
    others = shipped_background().without(path.stem).speaking(corpus.writing.language).trait_values()
    chance = np.random.default_rng(0)
    found = traits.judge(readings, corpus.writing, others, chance)
    weeks = _weeks(items)
    again = [_again(readings, weeks, corpus.writing, others, chance) for _ in range(RESAMPLES)]
    stays = {trait.key: np.mean([trait.key in each for each, _ in again]) for trait in found}
    never = [float(np.mean([trait.key in each for _, each in again])) for trait in found if trait.is_never]
    kept = [float(stays[trait.key]) for trait in found if trait.is_distinct]
    gained = [float(stays[trait.key]) for trait in found if not trait.is_distinct]
    return Stability(
        creator=path.stem,
        posts=len(readings),
        distinct=len(kept),
        stays_median=float(np.median(kept)) if kept else np.nan,
        stays_tenth=float(np.percentile(kept, 10)) if kept else np.nan,
        others=len(gained),
        becomes=float(np.mean(gained)),
        never=len(never),
        never_stays_median=float(np.median(never)) if never else np.nan,
    )


def _again(
    readings: Sequence[Reading],
    weeks: Sequence[Sequence[int]],
    writing: Writing,
    others: dict[str, Floats],
    chance: np.random.Generator,
) -> tuple[set[str], set[str]]:
    """Keys of the traits found distinct on weeks drawn anew, and of those found to be as good as never done."""
    drawn = [place for week in chance.integers(0, len(weeks), len(weeks)) for place in weeks[week]]
    found = traits.judge([readings[place] for place in drawn], writing, others, chance)
    return {each.key for each in found if each.is_distinct}, {each.key for each in found if each.is_never}


def _weeks(items: Sequence[Post | str]) -> list[list[int]]:
    weeks: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        if isinstance(item, Post):
            weeks[item.created_at.isocalendar()[:2]].append(place)
    return list(weeks.values())
