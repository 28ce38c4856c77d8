"""Trained models as they are kept, and back again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from soundalike.drafts.prompt import VoicePrompt
from soundalike.drafts.writer import Writer
from soundalike.errors import UnknownModel
from soundalike.storage import Store, TrainedModelRecord, TrainingSession
from soundalike.training.card import ReportCard
from soundalike.training.model import TRAINER, TrainedModel
from soundalike.virality.patterns import Pattern
from soundalike.voice.background import Background
from soundalike.voice.profile import VoiceProfile


def record_of(
    model: TrainedModel, session: TrainingSession, *, new_id: UUID, at: datetime
) -> TrainedModelRecord:
    """A model as it is kept: figures, prompt and ids; the posts themselves stay where collected posts are kept."""
    return TrainedModelRecord(
        id=new_id,
        user_id=session.user_id,
        creator_username=model.username,
        model_name=model.name,
        model_prompt=model.prompt.instructions,
        training_data={
            "seed": model.seed,
            "selectedIds": list(model.selected_ids),
            "seenIds": [post.id for post in model.seen],
            "heldOutIds": [post.id for post in model.held_out],
            "pickedIds": sorted(model.picked),
            "prompt": model.prompt.to_json(),
        },
        created_at=at,
        session_id=session.id,
        trainer=TRAINER,
        base_model=model.writer.name,
        voice=model.voice.to_json(),
        patterns=[pattern.to_json() for pattern in model.patterns],
        report=model.report.to_json() if model.report else None,
        provenance=model.provenance,
        total_engagement=sum(post.engagement.total for post in model.selected),
        posts_count=len(model.selected_ids),
    )


def load_model(
    record: TrainedModelRecord, *, store: Store, writer: Writer, background: Background
) -> TrainedModel:
    """Bring a kept model back to life, with `writer` writing; drafts are checked against all posts still kept."""
    data = training_data_of(record)
    posts = store.load_posts(record.user_id, record.creator_username)
    by_id = {post.id: post for post in posts}
    return TrainedModel(
        username=record.creator_username,
        name=record.model_name,
        voice=voice_of(record),
        patterns=patterns_of(record),
        prompt=VoicePrompt.from_json(data["prompt"]),
        seen=tuple(by_id[post_id] for post_id in data["seenIds"] if post_id in by_id),
        held_out=tuple(by_id[post_id] for post_id in data["heldOutIds"] if post_id in by_id),
        collected=tuple(posts),
        selected_ids=tuple(data["selectedIds"]),
        picked=frozenset(data.get("pickedIds", ())),
        background=background,
        writer=writer,
        seed=data["seed"],
        version=record.version,
        id=str(record.id),
        report=card_of(record),
        provenance=record.provenance or {},
    )


def training_data_of(record: TrainedModelRecord) -> dict[str, Any]:
    """What the model was trained on, by ids, and its prompt.

    Raises:
        UnknownModel: The row was not made by training here.
    """
    data = record.training_data
    if not isinstance(data, dict) or "seenIds" not in data or record.voice is None:
        raise UnknownModel(
            f"The model {record.model_name} was not trained by Soundalike.",
            hint="Train it: soundalike train USERNAME",
        )
    return data


def voice_of(record: TrainedModelRecord) -> VoiceProfile:
    """The voice profile of a kept model."""
    training_data_of(record)
    return VoiceProfile.from_json(record.voice or {})


def patterns_of(record: TrainedModelRecord) -> tuple[Pattern, ...]:
    """The patterns of a kept model."""
    return tuple(Pattern.from_json(pattern) for pattern in record.patterns or [])


def card_of(record: TrainedModelRecord) -> ReportCard | None:
    """The report card of a kept model, if it was graded."""
    return ReportCard.from_json(record.report) if record.report else None
