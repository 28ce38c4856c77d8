"""Trained models, and what they write."""

from datetime import datetime
from typing import Any, Literal

from pydantic.alias_generators import to_camel

from soundalike.drafts.draft import Draft, Drafting
from soundalike.schemas.shape import Pair, Shape
from soundalike.storage import TrainedModelRecord


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


class ModelsBody(Shape):
    """A page of trained models, newest first."""

    models: list[ModelShape]
    next_offset: int | None


class CompareBody(Shape):
    """Which of two wordings this creator's audience would take up more.

    `probability` is that of `a` getting more engagement than `b`, `interval` its 95 % interval. No winner is named
    where the model abstains; where it does not beat chance on this creator's later posts, there is no number either.
    """

    winner: Literal["a", "b"] | None
    probability: float | None
    interval: Pair | None
    abstained: bool
