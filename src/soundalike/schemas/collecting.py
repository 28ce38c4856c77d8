"""What collecting will cost, took and gave."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from soundalike.posts.api.estimate import Estimate
from soundalike.posts.api.pricing import CREDITS_PER_USD
from soundalike.posts.post import Creator
from soundalike.schemas.shape import Pair, Shape, WholePair
from soundalike.training.analysis import Analysis
from soundalike.virality.score import ScoredPost


class CreatorShape(Shape):
    """The account."""

    id: str
    username: str
    display_name: str
    followers: int | None
    posts_count: int | None
    profile_image_url: str | None

    @classmethod
    def of(cls, creator: Creator) -> "CreatorShape":
        """Shape a creator."""
        return cls.model_validate(creator, from_attributes=True)

    def creator(self) -> Creator:
        """The account again, without what the shape leaves out."""
        return Creator(**self.model_dump(by_alias=False))


class ViralPostShape(Shape):
    """A post that passed the gate, with the parts of its score; the text is null once it is no longer kept."""

    id: str
    text: str | None = None
    created_at: datetime
    url: str
    like_count: int | None
    retweet_count: int | None
    reply_count: int | None
    quote_count: int | None
    view_count: int | None
    bookmark_count: int | None
    engagement: int
    viral_score: float
    reach: float
    resonance: float
    lift: float

    @classmethod
    def of(cls, scored: ScoredPost) -> "ViralPostShape":
        """Shape a scored post."""
        post, counts = scored.post, scored.post.engagement
        return cls(
            id=post.id,
            text=post.text,
            created_at=post.created_at,
            url=post.url,
            like_count=counts.likes,
            retweet_count=counts.reposts,
            reply_count=counts.replies,
            quote_count=counts.quotes,
            view_count=counts.views,
            bookmark_count=counts.bookmarks,
            engagement=scored.engagement,
            viral_score=round(scored.viral_score, 2),
            reach=round(scored.reach, 2),
            resonance=round(scored.resonance, 4),
            lift=round(scored.lift, 3),
        )


class WindowShape(Shape):
    """A stretch of time; the end is not part of it."""

    start: datetime
    end: datetime


class StatsShape(Shape):
    """What collecting took and gave."""

    collected: int
    kept: int
    set_aside: dict[str, int]
    viral: int
    window: WindowShape
    median_engagement: float
    requests: int
    credits: int
    usd: float
    seconds: float
    stop_reason: str
    kept_before: int
    expected: int | None
    coverage: float | None
    unread: list[WindowShape] = Field(default_factory=list)  # only posts above the gate were bought there
    warnings: list[str]

    @classmethod
    def of(cls, analysis: Analysis) -> "StatsShape":
        """Shape the figures of an analysis."""
        taken, window = analysis.collecting, analysis.collection.window
        unread = taken.coverage.unread if taken.coverage else ()
        return cls(
            collected=taken.collected,
            kept=len(analysis.collection.kept),
            set_aside={str(reason): count for reason, count in analysis.collection.set_aside.items()},
            viral=analysis.selection.passed,
            window=WindowShape(start=window.start, end=window.end),
            median_engagement=analysis.median_engagement,
            requests=taken.requests,
            credits=taken.credits,
            usd=round(taken.usd, 5),
            seconds=round(taken.seconds, 2),
            stop_reason=taken.stop_reason,
            kept_before=taken.kept_before,
            expected=taken.coverage.expected if taken.coverage else None,
            coverage=round(taken.coverage.share, 4) if taken.coverage else None,
            unread=[WindowShape(start=gap.start, end=gap.end) for gap in unread],
            warnings=list(analysis.warnings),
        )


class EstimateBody(Shape):
    """What a collection will bring and cost: about, and at most."""

    username: str
    posts: WholePair
    posts_kept: int
    credits: WholePair
    usd: Pair
    seconds: Pair

    @classmethod
    def of(cls, creator: Creator, estimate: Estimate) -> "EstimateBody":
        """Shape an estimate."""
        prices = (estimate.credits_low, estimate.credits_high)
        return cls(
            username=creator.username,
            posts=(estimate.posts_low, estimate.posts_high),
            posts_kept=estimate.posts_kept,
            credits=prices,
            usd=(round(prices[0] / CREDITS_PER_USD, 5), round(prices[1] / CREDITS_PER_USD, 5)),
            seconds=(round(estimate.likely_seconds, 1), round(estimate.seconds, 1)),
        )


class AnalysisBody(Shape):
    """The answer of analyze-creator."""

    success: bool
    training_session_id: str
    status: Literal["collecting", "collected", "failed"]
    status_url: str
    creator: CreatorShape
    tweets: list[ViralPostShape]
    stats: StatsShape

    @classmethod
    def of(cls, analysis: Analysis, *, session_id: str) -> "AnalysisBody":
        """Shape a finished analysis."""
        return cls(
            success=True,
            training_session_id=session_id,
            status="collected",
            status_url=f"/api/train-ai/sessions/{session_id}",
            creator=CreatorShape.of(analysis.creator),
            tweets=[ViralPostShape.of(scored) for scored in analysis.selection.posts],
            stats=StatsShape.of(analysis),
        )
