"""What the picture of a creator's posts is drawn from: figures and ids, so that it outlasts the posts."""

from collections.abc import Collection as Some
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import numpy as np

from soundalike.posts.collection import sort_out
from soundalike.posts.packing import Array, pack, packed_text, refusing, require, unpack, unpacked_text
from soundalike.posts.post import Post, Window
from soundalike.virality.score import Gate, ScoredPost, score_posts, select_viral

_KIND, _VERSION = "timeline", 1
_FIGURES: Final = ("baseline", "lift", "score")
_TYPES: Final = {"ids": "|u1", "at": "<i8", "engagement": "<i8", "viral": "<i8"} | dict.fromkeys(
    _FIGURES, "<f8"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT: Final = timedelta.resolution


@dataclass(frozen=True, slots=True)
class Point:
    """A post by its figures; they mean what they do in `ScoredPost`."""

    id: str
    created_at: datetime
    engagement: int
    baseline: float
    lift: float
    viral_score: float

    @classmethod
    def of(cls, scored: ScoredPost) -> Self:
        """A scored post without its text."""
        post = scored.post
        figures = (scored.engagement, scored.baseline, scored.lift, scored.viral_score)
        return cls(post.id, post.created_at, *figures)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The posts of a window that could be scored, oldest first, and the viral ones among them, best first.

    `passed` of them met the gate that `gate` words; nothing was learned from `held_out_from` on.
    """

    points: tuple[Point, ...]
    viral: tuple[Point, ...]
    passed: int
    gate: str
    held_out_from: datetime | None

    @classmethod
    def of(
        cls,
        posts: Sequence[Post],
        *,
        window: Window,
        gate: Gate,
        top: int,
        picked: Some[str] = (),
        held_out_ids: Sequence[str] = (),
    ) -> Self:
        """Score a creator's posts as their analysis did; `picked` as there."""
        scored = score_posts(sort_out(posts, window).voice_corpus, picked=picked)
        selection = select_viral(scored, gate=gate, top=top, window=window)
        held_out = set(held_out_ids)
        return cls(
            points=tuple(Point.of(each) for each in scored if each.post.created_at in window),
            viral=tuple(map(Point.of, selection.posts)),
            passed=selection.passed,
            gate=selection.sentence,
            held_out_from=min((post.created_at for post in posts if post.id in held_out), default=None),
        )

    def to_bytes(self) -> bytes:
        """The timeline as bytes; `from_bytes` reads them back."""
        start = self.held_out_from
        facts = {
            "passed": self.passed,
            "gate": self.gate,
            "heldOutFrom": None if start is None else _number(start),
        }
        places = {point.id: place for place, point in enumerate(self.points)}
        arrays: dict[str, Array] = {
            "ids": packed_text("\n".join(places)),
            "at": np.array([_number(point.created_at) for point in self.points], dtype=np.int64),
            "engagement": np.array([point.engagement for point in self.points], dtype=np.int64),
            "viral": np.array([places[point.id] for point in self.viral], dtype=np.int64),
            "baseline": np.array([point.baseline for point in self.points], dtype=np.float64),
            "lift": np.array([point.lift for point in self.points], dtype=np.float64),
            "score": np.array([point.viral_score for point in self.points], dtype=np.float64),
        }
        return pack(_KIND, _VERSION, facts, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: These bytes are no timeline.
        """
        facts, arrays = unpack(content, _KIND, _VERSION, _TYPES)
        with refusing(_KIND):
            text = unpacked_text(arrays["ids"])
            ids = text.split("\n") if text else []
            require(_KIND, all(len(arrays[name]) == len(ids) for name in ("at", "engagement", *_FIGURES)))
            require(_KIND, all(np.all(np.isfinite(arrays[name])) for name in _FIGURES))
            figures = (arrays[name].tolist() for name in ("engagement", *_FIGURES))
            times = map(_time, arrays["at"].tolist())
            points = tuple(Point(*row) for row in zip(ids, times, *figures, strict=True))
            viral = arrays["viral"].tolist()
            require(_KIND, all(0 <= place < len(points) for place in viral))
            passed, gate, start = facts["passed"], facts["gate"], facts["heldOutFrom"]
            require(_KIND, isinstance(passed, int), isinstance(gate, str))
            held_out_from = None if start is None else _time(start)
        return cls(points, tuple(points[place] for place in viral), passed, gate, held_out_from)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MOMENT


def _time(number: int) -> datetime:
    return _EPOCH + number * _MOMENT
