"""Trained models, and what they write."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic.alias_generators import to_camel

from soundalike.drafts.draft import Draft, Drafting
from soundalike.schemas.edits import EditsShape
from soundalike.schemas.quizzes import QuizResult
from soundalike.schemas.shape import Pair, Shape
from soundalike.storage import TrainedModelRecord
from soundalike.training.comparison import Comparison, Ground, Judge
from soundalike.training.edits import Edits
from soundalike.training.findings import is_hour
from soundalike.training.quiz import Score
from soundalike.training.wording import post_url
from soundalike.virality.forecast import Accuracy


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
    """A trained model whole: voice, patterns, prompt, report card, provenance.

    `hours` are patterns too, one for each hour of the day (UTC), tried apart from the rest; a model of an earlier
    version has none. `voice` is as it was measured; `edits` is what was changed about it since, which `prompt`
    honours. `quiz` is the result of all blind quizzes together, null where nothing was guessed.
    """

    prompt: str
    voice: dict[str, Any]
    edits: EditsShape
    patterns: list[dict[str, Any]]
    hours: list[dict[str, Any]]
    report_card: dict[str, Any] | None
    quiz: QuizResult | None
    provenance: dict[str, Any]

    @classmethod
    def of(cls, record: TrainedModelRecord, *, quiz: Score | None = None) -> "ModelBody":
        """Shape a kept model with all that is known of it."""
        return cls(
            **_model_fields(record),
            prompt=record.model_prompt,
            voice=_camel(record.voice or {}),
            edits=EditsShape.of(Edits.from_json(record.edits)),
            patterns=_camel([each for each in record.patterns or [] if not is_hour(each.get("key", ""))]),
            hours=_camel([each for each in record.patterns or [] if is_hour(each.get("key", ""))]),
            report_card=_camel(record.report) if record.report else None,
            quiz=QuizResult.of_score(quiz) if quiz else None,
            provenance=record.provenance or {},
        )


class ImportedBody(ModelShape):
    """A voice that was taken in: who signed it, how many posts it holds, and what there is to say of it."""

    signer: str
    posts: int
    notes: list[str]

    @classmethod
    def of_import(
        cls, record: TrainedModelRecord, *, signer: str, posts: int, notes: Sequence[str]
    ) -> "ImportedBody":
        """Shape it."""
        return cls(**_model_fields(record), signer=signer, posts=posts, notes=[*notes])


class NearestPostShape(Shape):
    """The collected post a draft comes nearest to."""

    id: str
    shared_text: str


class DraftShape(Shape):
    """A draft with its receipts; `id` names it where it is kept, to be accepted, edited or rejected.

    `winProbability` is its chance against the creator's recent posts, `beatsOthers` that against the other drafts of
    this answer, both on average. `winJudge` says by whose word: `creator`, the creator's own forecaster, or
    `wording-quick`, people in general. `coherence` is the log-odds that a person wrote it rather than the embedded
    model, of drafts of that model only.
    """

    id: str | None
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
    beats_others: float | None
    win_judge: str | None
    coherence: float | None

    @classmethod
    def of(cls, draft: Draft, kept_as: UUID | None = None) -> "DraftShape":
        """Shape a draft, and the id it is kept by."""
        near = draft.nearest_post
        return cls(
            id=str(kept_as) if kept_as else None,
            text=draft.text,
            weighted_length=draft.weighted_length,
            voice_score=round(draft.voice_score, 4),
            ceiling=round(draft.ceiling, 4),
            win_probability=_rounded(draft.win_probability),
            novelty=round(draft.novelty, 4),
            nearest_post=NearestPostShape(id=near.id, shared_text=near.shared_text) if near else None,
            flags=[{"kind": flag.kind, "text": flag.text} for flag in draft.flags],
            label=draft.label,
            seed=draft.seed,
            beats_others=_rounded(draft.beats_others),
            win_judge=draft.win_judge,
            coherence=_rounded(draft.coherence),
        )


class DraftsBody(Shape):
    """The answer of drafts: what passed, best first, and why other candidates were withheld."""

    drafts: list[DraftShape]
    tried: int
    withheld: dict[str, int]

    @classmethod
    def of(cls, drafting: Drafting, kept_as: Sequence[UUID]) -> "DraftsBody":
        """Shape the outcome of drafting, and the ids that the drafts are kept by, in their order."""
        return cls(
            drafts=[DraftShape.of(draft, kept) for draft, kept in zip(drafting.drafts, kept_as, strict=True)],
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


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


def _camel(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same JSON with its keys in camel case."""
    if isinstance(value, dict):
        return {to_camel(key): _camel(each) for key, each in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list | tuple) else value


class ModelsBody(Shape):
    """A page of trained models, newest first."""

    models: list[ModelShape]
    next_offset: int | None


class AccuracyShape(Shape):
    """How a forecaster did on later posts: the share of pairs it put in order, with its 95 % interval; Brier score."""

    value: float
    low: float
    high: float
    brier: float
    pairs: int
    posts: int

    @classmethod
    def of(cls, found: Accuracy) -> "AccuracyShape":
        """Shape a back-test."""
        shares = {name: round(getattr(found, name), 4) for name in ("value", "low", "high", "brier")}
        return cls(**shares, pairs=found.pairs, posts=found.posts)


class ReasonShape(Shape):
    """Why: in words, which text it speaks for, what it adds to the log odds of `a`, and ids of posts that show it."""

    key: str
    sentence: str
    favours: Literal["a", "b"]
    log_odds: float
    evidence: list[str]


class EvidenceShape(Shape):
    """A post to look at."""

    id: str
    url: str


class CompareBody(Shape):
    """Which of two wordings this creator's audience would take up more.

    `probability` is that of `a` getting more engagement than `b`, `interval` its 95 % interval. No winner is named
    within 0.40 to 0.60, nor where the interval holds one half: then `abstained`. `judge` is `creator` where the
    creator's own forecaster answers, with its test on later posts as `accuracy`; `wording-quick` where people in
    general do, without an interval, and `note` says why.
    """

    winner: Literal["a", "b"] | None
    probability: float
    interval: Pair | None
    abstained: bool
    judge: Judge
    accuracy: AccuracyShape | None
    reasons: list[ReasonShape]
    evidence: list[EvidenceShape]
    note: str

    @classmethod
    def of(cls, found: Comparison, username: str) -> "CompareBody":
        """Shape a comparison; `username` is whose posts the evidence is."""
        accuracy, interval = found.accuracy, found.interval
        return cls(
            winner=found.winner,
            probability=round(found.probability, 4),
            interval=interval and (round(interval[0], 4), round(interval[1], 4)),
            abstained=found.abstained,
            judge=found.judge,
            accuracy=AccuracyShape.of(accuracy) if accuracy else None,
            reasons=[_reason(reason) for reason in found.reasons],
            evidence=[EvidenceShape(id=each, url=post_url(username, each)) for each in found.evidence],
            note=found.note,
        )


def _reason(ground: Ground) -> ReasonShape:
    return ReasonShape(
        key=ground.key,
        sentence=ground.sentence,
        favours=ground.favours,
        log_odds=round(ground.log_odds, 4),
        evidence=[*ground.evidence],
    )
