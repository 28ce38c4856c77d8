"""A collection as it is looked through before training: every post beside the usual, made anew from what is kept."""

from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Self
from uuid import UUID

from soundalike.errors import TooFewPosts, UnknownSession
from soundalike.posts.api.harvest import Coverage
from soundalike.posts.collection import Collection, Reason, hold_out, set_aside, sort_out
from soundalike.posts.post import Creator, Post, Window
from soundalike.schemas.collecting import CreatorShape, StatsShape, ViralPostShape, WindowShape
from soundalike.service.collecting import order_of
from soundalike.storage import Store, TrainingSession
from soundalike.training.analysis import Analysis, Collecting, analyse
from soundalike.virality.score import (
    Gate,
    ScoredPost,
    Selection,
    Stability,
    auto_lift,
    score_posts,
    select_viral,
    stability,
)

_FEW: Final = 500  # sessions of a creator that are looked through for one with another gate


@dataclass(frozen=True)
class Review:
    """The posts of a session's window; all but `posts` is made when it is first asked for, which can take a second."""

    posts: tuple[Post, ...]
    window: Window
    gate: Gate
    top: int
    unread: tuple[Window, ...]

    @classmethod
    def of(cls, session: TrainingSession, store: Store) -> Self:
        """What is kept of the posts that a session collected; of one that collected none, UnknownSession."""
        if "asOf" not in session.settings:
            raise UnknownSession(f"The session {session.id} collected no posts.", hint="Collect the creator.")
        order = order_of(session)
        window = Window.months_before(datetime.fromisoformat(session.settings["asOf"]), order.months)
        return cls(
            posts=tuple(store.load_posts(session.user_id, session.creator_username)),
            window=window,
            gate=order.gate,
            top=order.top,
            unread=_unread(session),
        )

    @cached_property
    def collection(self) -> Collection:
        """The posts sorted out."""
        return sort_out(self.posts, self.window, unread=self.unread)

    @cached_property
    def scored(self) -> tuple[ScoredPost, ...]:
        """The kept posts of the window that state a count, oldest first; earlier ones have a say in what is usual."""
        scored = score_posts(self.collection.voice_corpus, picked=self.collection.picked)
        return tuple(each for each in scored if each.post.created_at in self.window)

    @cached_property
    def by_id(self) -> Mapping[str, ScoredPost]:
        """The scored posts by their ids."""
        return {each.post.id: each for each in self.scored}

    @cached_property
    def auto_lift(self) -> float:
        """How many times the usual the gate `auto` asks for."""
        return auto_lift(self.scored)

    @cached_property
    def set_aside(self) -> list[tuple[Post, Reason]]:
        """The posts of the window that are not learned from, with why; the newest first."""
        return set_aside(self.posts, self.window)[::-1]

    @cached_property
    def longest_silence(self) -> timedelta:
        """The longest time in the window between two posts of any kind."""
        times = [post.created_at for post in self.posts if post.created_at in self.window]
        ends = [self.window.start, *times, self.window.end]
        return max(later - earlier for earlier, later in pairwise(ends))

    def select(self, gate: Gate) -> Selection:
        """What passes a gate, the best first."""
        return select_viral(self.scored, gate=gate, top=self.top)

    def stability(self, count: int) -> Stability:
        """How many of the `count` best stay among them under other weights."""
        return stability(
            self.collection.voice_corpus,
            gate=self.gate,
            top=count,
            window=self.window,
            picked=self.collection.picked,
        )

    def held_out_from(self, selected_ids: Some[str]) -> datetime | None:
        """When the posts begin that a training on these is graded on; None where there are too few to train."""
        try:
            held_out = hold_out(self.collection, selected_ids=selected_ids).held_out
        except TooFewPosts:
            return None
        return held_out[0].created_at


def with_gate(
    session: TrainingSession, gate: Gate, *, store: Store, new_id: UUID, now: datetime
) -> TrainingSession:
    """A session of the same posts with another gate: nothing is bought, as all of them are here.

    Asked for twice, the same session is given twice.
    """
    settings = session.settings | {"minEngagement": gate}
    for known in store.list_sessions(session.user_id, username=session.creator_username, limit=_FEW):
        if known.settings == settings and known.stats is not None and not known.event_number:
            return known
    review = replace(Review.of(session, store), gate=gate)
    analysis = _analysis(session, review)
    stats = StatsShape.of(analysis).as_json()
    fresh = TrainingSession(
        id=new_id,
        user_id=session.user_id,
        creator_username=session.creator_username,
        created_at=now,
        status="collected",
        creator=session.creator,
        settings=settings,
        stats=_kept_facts(session) | {name: stats[name] for name in _ANEW},
        posts_collected=[ViralPostShape.of(each).as_json() for each in analysis.selection.posts],
    )
    store.create_session(fresh)
    return fresh


_ANEW: Final = (
    "kept",
    "setAside",
    "viral",
    "medianEngagement",
    "warnings",
    "requests",
    "credits",
    "usd",
    "seconds",
)
"""Figures that are another session's own; how far the posts reach stays."""


def _kept_facts(session: TrainingSession) -> dict[str, Any]:
    stats = session.stats or {}
    return {**stats, "keptBefore": stats.get("collected", 0)}


def _analysis(session: TrainingSession, review: Review) -> Analysis:
    creator = CreatorShape.model_validate(session.creator).creator() if session.creator else None
    stats = session.stats or {}
    coverage = Coverage(0, 0, stats.get("coverage") or 1.0, review.unread)
    return analyse(
        review.posts,
        creator=creator or Creator("", session.creator_username),
        window=review.window,
        gate=review.gate,
        top=review.top,
        collecting=Collecting(collected=stats.get("collected", 0), coverage=coverage),
    )


def _unread(session: TrainingSession) -> tuple[Window, ...]:
    """The parts of the window of which only posts above the gate were bought."""
    gaps: Sequence[dict[str, Any]] = (session.stats or {}).get("unread") or ()
    shapes = (WindowShape.model_validate(gap) for gap in gaps)
    return tuple(Window(gap.start, gap.end) for gap in shapes)
