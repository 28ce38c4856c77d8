"""How many viral posts a look at what was liked often would miss.

A sample of a window is completed by a search for posts with enough likes, since a search cannot ask for the sum of all
counts that the gate is about. A post that passes the gate with fewer likes than asked for is missed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Final

from soundalike.posts.collection import sort_out
from soundalike.posts.files import read_posts
from soundalike.posts.gathering import LIKED_SHARE
from soundalike.posts.post import Post, Window

GATES: Final = (1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class Missed:
    """Usable posts of a file above a gate, those a look would miss, and the least share of likes among the viral."""

    creator: str
    gate: int
    likes_asked: int
    viral: int
    missed: int
    missed_share: float
    least_liked_share: float


def missed(paths: Iterable[Path]) -> Iterator[Missed]:
    """Each file at each gate that any of its posts passes, then all of them together."""
    total = dict.fromkeys(GATES, (0, 0, 1.0))
    for path in paths:
        usable = _usable(read_posts(path).posts)
        for gate in GATES:
            viral = [post.engagement for post in usable if post.engagement.total >= gate]
            under = sum((counts.likes or 0) < ceil(gate * LIKED_SHARE) for counts in viral)
            least = min(((counts.likes or 0) / counts.total for counts in viral), default=1.0)
            if viral:
                yield _row(path.stem, gate, len(viral), under, least)
            so_far = total[gate]
            total[gate] = (so_far[0] + len(viral), so_far[1] + under, min(so_far[2], least))
    for gate, (number, under, least) in total.items():
        if number:
            yield _row("all", gate, number, under, least)


def _row(creator: str, gate: int, viral: int, under: int, least: float) -> Missed:
    return Missed(creator, gate, ceil(gate * LIKED_SHARE), viral, under, under / viral, least)


def _usable(posts: tuple[Post, ...]) -> tuple[Post, ...]:
    """The posts that a gate is applied to: neither reposts nor replies, nor what else is set aside."""
    moments = [post.created_at for post in posts]
    whole = Window(min(moments), max(moments) + timedelta(seconds=1))
    return tuple(sort_out(posts, whole).kept)
