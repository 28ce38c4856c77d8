"""What the review page shows: figures, the picture, the posts offered, and what is known about the list."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log10
from typing import Any, Final
from uuid import UUID

from markupsafe import Markup

from soundalike.posts.post import Engagement, Post
from soundalike.report.over_time import Marking, timeline
from soundalike.report.timeline import Point, Timeline
from soundalike.schemas.collecting import ViralPostShape
from soundalike.schemas.sessions import SessionCreatorShape, SessionStatsShape
from soundalike.service.reviewing import Review
from soundalike.storage import TrainingSession
from soundalike.virality.score import ScoredPost
from soundalike.web.studio.language import N_, _
from soundalike.web.studio.posts.view import PostView
from soundalike.web.studio.review import words as review_words

FIXED_GATE: Final = 100_000
SORTS: Final = {
    "lift": N_("Lift"),
    "score": N_("Viral score"),
    "engagement": N_("Engagement"),
    "newest": N_("Newest"),
}
SHOWN: Final = {
    "all": N_("All"),
    "selected": N_("Selected"),
    "media": N_("With media"),
    "held-out": N_("Held-out period"),
}
_ORDER: Final[dict[str, Callable[["Card"], Any]]] = {
    "lift": lambda card: -card.row.lift,
    "score": lambda card: -card.row.viral_score,
    "engagement": lambda card: -card.row.engagement,
    "newest": lambda card: -card.row.created_at.timestamp(),
}
_FREE_ABOVE: Final = 14.0  # percent of a small axis that its first label takes


@dataclass(frozen=True, slots=True)
class Asked:
    """How somebody wants the list; `chosen` are the ids selected, None where nothing was said about that."""

    sort: str = "lift"
    show: str = "all"
    select: str = ""
    at_least: float = 5.0
    chosen: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A post offered: what is kept of its figures, how it looks, why it is here, and whether it is selected.

    `post` is None where its text is no longer kept; `gate` is the lift that the gate comes to at its time.
    """

    row: ViralPostShape
    post: PostView | None
    why: tuple[str, ...]
    gate: float | None
    is_selected: bool
    is_late: bool


@dataclass(frozen=True)
class Axis:
    """The small axis beside each post: lift on a log scale from the usual to the highest of the list."""

    most: float

    def place(self, lift: float) -> str:
        """Where a lift stands, in percent of the width."""
        share = log10(max(lift, 1.0)) / max(log10(max(self.most, 1.0)), 0.1)
        return f"{1 + 95 * min(share, 1.0):.2f}%"

    def has_room(self, lift: float) -> bool:
        """Whether a label fits beside that of the usual."""
        return float(self.place(lift)[:-1]) > _FREE_ABOVE


@dataclass(frozen=True)
class ReviewView:
    """The page. `review` is None where the posts themselves are no longer kept: then only figures are left."""

    session: TrainingSession
    review: Review | None
    asked: Asked
    creator: SessionCreatorShape
    stats: SessionStatsShape
    cards: tuple[Card, ...] = ()
    held_out_from: datetime | None = None
    model_id: UUID | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> list[Card]:
        """The cards that the filter leaves, sorted."""
        left = [card for card in self.cards if _is_shown(card, self.asked.show)]
        return sorted(left, key=_ORDER[self.asked.sort])

    @property
    def selected(self) -> list[str]:
        """Ids of the posts selected, shown or not."""
        return [card.row.id for card in self.cards if card.is_selected]

    @property
    def away(self) -> list[str]:
        """Ids of posts that are selected, and that the filter hides."""
        seen = {card.row.id for card in self.shown}
        return [post_id for post_id in self.selected if post_id not in seen]

    @property
    def axis(self) -> Axis:
        """The axis that all cards share."""
        return Axis(max((max(card.row.lift, card.gate or 1.0) for card in self.cards), default=1.0))

    @property
    def gate(self) -> int | str:
        """What the session asked for."""
        gate: int | str = self.session.settings.get("minEngagement", "auto")
        return gate

    @property
    def passing_auto(self) -> int:
        """How many posts pass the gate `auto`."""
        return self.review.select("auto").passed if self.review else 0

    @property
    def passing_fixed(self) -> int:
        """How many posts pass the gate of a hundred thousand."""
        return self.review.select(FIXED_GATE).passed if self.review else 0

    @property
    def most(self) -> int:
        """The highest engagement of the window."""
        return max((each.engagement for each in self.review.scored), default=0) if self.review else 0

    @property
    def aside(self) -> int:
        """How many posts of the window are set aside."""
        return sum((self.stats.set_aside or {}).values())

    @property
    def aside_by_reason(self) -> list[tuple[str, int]]:
        """The same by reason, the most frequent first."""
        found = Counter(self.stats.set_aside or {}).most_common()
        return [(_(review_words.ASIDE.get(reason, reason)), count) for reason, count in found]  # type: ignore[call-overload]

    @property
    def earlier(self) -> int:
        """How many posts were collected from before the window."""
        return max(self.stats.collected - (self.stats.kept or 0) - self.aside, 0)

    @property
    def without_views(self) -> int:
        """How many of the kept posts state no views."""
        return sum(each.post.engagement.views is None for each in self.review.scored) if self.review else 0

    @property
    def firmness(self) -> list[str]:
        """How the list fares under other weights."""
        if not self.review or not self.cards:
            return []
        return review_words.firmness(self.review.stability(len(self.cards)).overlap, len(self.cards))

    @property
    def picture(self) -> Markup | None:
        """The creator's posts over time; None where there is no post."""
        if not self.review or not self.review.scored:
            return None
        return timeline(self._timeline(self.review), self._marking(self.review))

    def _timeline(self, review: Review) -> Timeline:
        offered = [review.by_id[card.row.id] for card in self.cards if card.row.id in review.by_id]
        return Timeline(
            points=tuple(map(Point.of, review.scored)),
            viral=tuple(map(Point.of, offered)),
            passed=self.stats.viral or len(offered),
            gate="",
            held_out_from=self.held_out_from,
        )

    def _marking(self, review: Review) -> Marking:
        offered = {card.row.id for card in self.cards}
        passing = _passing(review)
        return Marking(
            selected=set(self.selected),
            linked={card.row.id for card in self.shown},
            passing=[Point.of(each) for each in passing if each.post.id not in offered],
            times=review.auto_lift if review.gate == "auto" else None,
            least=None if review.gate == "auto" else review.gate,
        )


def view_of(
    session: TrainingSession, review: Review | None, asked: Asked, faults: dict[str, str] | None = None
) -> ReviewView:
    """The page of a session that was collected."""
    rows = [ViralPostShape.model_validate(row) for row in session.posts_collected or ()]
    chosen = _chosen(rows, session, asked)
    held_out_from = review.held_out_from(chosen) if review else None
    creator = SessionCreatorShape.model_validate(session.creator or {"username": session.creator_username})
    make = _Cards(review, creator.display_name or "", session.creator_username, chosen, held_out_from)
    return ReviewView(
        session=session,
        review=review,
        asked=asked,
        creator=creator,
        stats=SessionStatsShape.model_validate(session.stats or {"collected": 0}),
        cards=tuple(make.card(row) for row in rows),
        held_out_from=held_out_from,
        model_id=session.model_id,
        faults=faults or {},
    )


@dataclass(frozen=True)
class _Cards:
    """Makes the cards of a page."""

    review: Review | None
    name: str
    username: str
    chosen: set[str]
    held_out_from: datetime | None

    def card(self, row: ViralPostShape) -> Card:
        scored = self.review.by_id.get(row.id) if self.review else None
        return Card(
            row=row,
            post=self._view(row, scored),
            why=tuple(review_words.why(scored)) if scored else (),
            gate=self._gate(scored),
            is_selected=row.id in self.chosen,
            is_late=bool(self.held_out_from and row.created_at >= self.held_out_from),
        )

    def _view(self, row: ViralPostShape, scored: ScoredPost | None) -> PostView | None:
        if scored:
            return PostView.of(scored.post, name=self.name)
        return PostView.of(_post(row, self.username), name=self.name) if row.text is not None else None

    def _gate(self, scored: ScoredPost | None) -> float | None:
        if not self.review or not scored:
            return None
        if self.review.gate == "auto":
            return self.review.auto_lift
        return self.review.gate / max(scored.baseline, 1.0)


def _chosen(rows: Sequence[ViralPostShape], session: TrainingSession, asked: Asked) -> set[str]:
    """Ids of the posts selected: as asked for; what was trained on before; else all."""
    offered = {row.id for row in rows}
    match asked.select:
        case "all":
            return offered
        case "none":
            return set()
        case "threshold":
            return {row.id for row in rows if row.lift >= asked.at_least}
    if asked.chosen is not None:
        return offered & set(asked.chosen)
    return offered & set(session.selected_ids or ()) or offered


def _is_shown(card: Card, show: str) -> bool:
    match show:
        case "selected":
            return card.is_selected
        case "media":
            return bool(card.post and card.post.has_media)
        case "held-out":
            return card.is_late
    return True


def _passing(review: Review) -> list[ScoredPost]:
    if review.gate == "auto":
        return [each for each in review.scored if each.lift >= review.auto_lift]
    return [each for each in review.scored if each.engagement >= review.gate]


def _post(row: ViralPostShape, username: str) -> Post:
    counts = Engagement(
        row.like_count,
        row.retweet_count,
        row.reply_count,
        row.quote_count,
        row.view_count,
        row.bookmark_count,
    )
    return Post(row.id, row.text or "", row.created_at, username, counts)
