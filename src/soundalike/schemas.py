"""The JSON shapes that outsiders rely on: REST bodies, and what `--json` prints. Camel case, stable names."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from soundalike.drafts.draft import Draft, Drafting
from soundalike.posts.api.estimate import Estimate
from soundalike.posts.api.pricing import CREDITS_PER_USD
from soundalike.posts.post import Creator
from soundalike.storage import TrainedModelRecord
from soundalike.storage.spending import Check, Ledger, SessionSpending
from soundalike.training.analysis import Analysis
from soundalike.training.status import StepStatus, TrainingStatus
from soundalike.virality.score import ScoredPost


class Shape(BaseModel):
    """Base of all shapes: fields in snake case here, in camel case outside."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)

    def as_json(self) -> dict[str, Any]:
        """The shape as plain JSON values."""
        return self.model_dump(mode="json")


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
    """A post that passed the gate, with the parts of its score."""

    id: str
    text: str
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
    warnings: list[str]

    @classmethod
    def of(cls, analysis: Analysis) -> "StatsShape":
        """Shape the figures of an analysis."""
        taken, window = analysis.collecting, analysis.collection.window
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
            warnings=list(analysis.warnings),
        )


class EstimateBody(Shape):
    """What a collection will bring and cost: about, and at most."""

    username: str
    posts: tuple[int, int]
    posts_kept: int
    credits: tuple[int, int]
    usd: tuple[float, float]
    seconds: tuple[float, float]

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


class SpendingShape(Shape):
    """What one training session cost, at most; a stand-in bills nobody."""

    training_session_id: str | None
    username: str | None
    requests: int
    posts: int
    credits: int
    usd: float
    unanswered: int
    stand_in: bool
    outcomes: dict[str, int]
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, spent: SessionSpending) -> "SpendingShape":
        """Shape a session's spending."""
        return cls(
            training_session_id=str(spent.session_id) if spent.session_id else None,
            username=spent.username,
            requests=spent.requests,
            posts=spent.posts,
            credits=spent.credits,
            usd=spent.credits / CREDITS_PER_USD,
            unanswered=spent.open_requests,
            stand_in=spent.is_stand_in,
            outcomes=spent.outcomes,
            first_at=spent.first_at,
            last_at=spent.last_at,
        )


class MonthShape(Shape):
    """What a calendar month (UTC) cost, at most."""

    month: str
    requests: int
    posts: int
    credits: int
    usd: float


class CheckShape(Shape):
    """The books against the service's balance, over a span at whose ends no charge was under way."""

    start: datetime
    end: datetime
    booked: int
    balance_fell: int
    difference: int | None

    @classmethod
    def of(cls, check: Check) -> "CheckShape":
        """Shape a check; there is no difference after a top-up."""
        return cls(
            start=check.start.at,
            end=check.end.at,
            booked=check.booked,
            balance_fell=check.fell,
            difference=check.difference,
        )


class LedgerBody(Shape):
    """What was spent on what, newest first."""

    sessions: list[SpendingShape]
    months: list[MonthShape]
    monthly_credits: int
    checks: list[CheckShape]

    @classmethod
    def of(cls, ledger: Ledger, checks: Iterable[Check], *, monthly_credits: int) -> "LedgerBody":
        """Shape a ledger."""
        return cls(
            sessions=[SpendingShape.of(spent) for spent in ledger.sessions],
            months=[
                MonthShape(
                    month=f"{month.year}-{month.month:02}",
                    requests=month.requests,
                    posts=month.posts,
                    credits=month.credits,
                    usd=month.credits / CREDITS_PER_USD,
                )
                for month in ledger.months
            ],
            monthly_credits=monthly_credits,
            checks=[CheckShape.of(check) for check in checks],
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


class StepShape(Shape):
    """One of the six steps."""

    number: int
    name: str
    status: str
    started_at: datetime | None
    completed_at: datetime | None
    detail: str

    @classmethod
    def of(cls, step: StepStatus) -> "StepShape":
        """Shape a step."""
        return cls(
            number=step.step.number,
            name=step.step.value,
            status=step.state.value,
            started_at=step.started_at,
            completed_at=step.completed_at,
            detail=step.detail,
        )


class ErrorShape(Shape):
    """Why something stopped."""

    code: str
    message: str


class StatusBody(Shape):
    """The answer of training-status."""

    training_id: str
    status: str
    progress: int
    current_step: int
    total_steps: int
    step_name: str
    message: str
    steps: list[StepShape]
    model_id: str | None
    error: ErrorShape | None
    created_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, status: TrainingStatus) -> "StatusBody":
        """Shape a training's status."""
        current = status.current
        failure = status.error
        return cls(
            training_id=status.training_id,
            status=status.state.value,
            progress=status.progress,
            current_step=current.step.number if current else 0,
            total_steps=len(status.steps),
            step_name=current.step.value if current else "",
            message=failure.message if failure else current.detail if current else "",
            steps=[StepShape.of(step) for step in status.steps],
            model_id=status.model_id,
            error=ErrorShape(code=failure.code, message=failure.message) if failure else None,
            created_at=status.created_at,
            completed_at=status.completed_at,
        )


class ModelShape(Shape):
    """A trained model in a list."""

    model_id: str
    username: str
    name: str
    version: int
    trainer: str | None
    base_model: str | None
    tweets_count: int
    total_engagement: int
    gap_closed: dict[str, float | int] | None
    created_at: datetime

    @classmethod
    def of(cls, record: TrainedModelRecord) -> "ModelShape":
        """Shape a kept model."""
        return cls(**_model_fields(record))


class ModelBody(ModelShape):
    """A trained model whole: voice, patterns, prompt, report card, provenance."""

    prompt: str
    voice: dict[str, Any]
    patterns: list[dict[str, Any]]
    report_card: dict[str, Any] | None
    provenance: dict[str, Any]

    @classmethod
    def of(cls, record: TrainedModelRecord) -> "ModelBody":
        """Shape a kept model with all that is known of it."""
        return cls(
            **_model_fields(record),
            prompt=record.model_prompt,
            voice=_camel(record.voice or {}),
            patterns=_camel(record.patterns or []),
            report_card=_camel(record.report) if record.report else None,
            provenance=record.provenance or {},
        )


class NearestPostShape(Shape):
    """The collected post a draft comes nearest to."""

    id: str
    shared_text: str


class DraftShape(Shape):
    """A draft with its receipts."""

    text: str
    weighted_length: int
    voice_score: float
    ceiling: float
    win_probability: float | None
    novelty: float
    nearest_post: NearestPostShape | None
    flags: list[dict[str, str]]
    label: str
    seed: int

    @classmethod
    def of(cls, draft: Draft) -> "DraftShape":
        """Shape a draft."""
        near = draft.nearest_post
        return cls(
            text=draft.text,
            weighted_length=draft.weighted_length,
            voice_score=round(draft.voice_score, 4),
            ceiling=round(draft.ceiling, 4),
            win_probability=None if draft.win_probability is None else round(draft.win_probability, 4),
            novelty=round(draft.novelty, 4),
            nearest_post=NearestPostShape(id=near.id, shared_text=near.shared_text) if near else None,
            flags=[{"kind": flag.kind, "text": flag.text} for flag in draft.flags],
            label=draft.label,
            seed=draft.seed,
        )


class DraftsBody(Shape):
    """The answer of drafts: what passed, best first, and why other candidates were withheld."""

    drafts: list[DraftShape]
    tried: int
    withheld: dict[str, int]

    @classmethod
    def of(cls, drafting: Drafting) -> "DraftsBody":
        """Shape the outcome of drafting."""
        return cls(
            drafts=[DraftShape.of(draft) for draft in drafting.drafts],
            tried=drafting.tried,
            withheld={str(reason): count for reason, count in drafting.withheld.items()},
        )


def _model_fields(record: TrainedModelRecord) -> dict[str, Any]:
    return {
        "model_id": str(record.id),
        "username": record.creator_username,
        "name": record.model_name,
        "version": record.version,
        "trainer": record.trainer,
        "base_model": record.base_model,
        "tweets_count": record.posts_count,
        "total_engagement": record.total_engagement,
        "gap_closed": (record.report or {}).get("gap_closed"),
        "created_at": record.created_at,
    }


def _camel(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same JSON with its keys in camel case."""
    if isinstance(value, dict):
        return {to_camel(key): _camel(each) for key, each in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list | tuple) else value
