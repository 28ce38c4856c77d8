"""Trained models as they are kept, and back again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from soundalike.drafts.prompt import VoicePrompt
from soundalike.drafts.writer import Writer
from soundalike.errors import StorageError, UnknownModel
from soundalike.finetune.adapter import Adapter
from soundalike.finetune.keeping import from_bytes, to_bytes
from soundalike.posts.post import Post, Window
from soundalike.report.timeline import Timeline
from soundalike.storage import Store, TrainedModelRecord, TrainingSession
from soundalike.training.card import ReportCard
from soundalike.training.edits import Edits, edited_prompt, shown_voice
from soundalike.training.learned import (
    FORECASTER,
    Learned,
    LearnedFromBytes,
    LearnedFromPosts,
    pack_learned,
    read_forecaster,
)
from soundalike.training.model import TrainedModel
from soundalike.virality.forecast import Forecaster
from soundalike.virality.patterns import Pattern
from soundalike.voice.background import Background
from soundalike.voice.profile import VoiceProfile

TIMELINE: Final = "timeline"
"""The part that a page's picture is drawn from."""

ADAPTER: Final = "adapter"
"""The part that holds what was trained for the embedded model."""


def record_of(
    model: TrainedModel, session: TrainingSession, *, new_id: UUID, at: datetime
) -> TrainedModelRecord:
    """A model as it is kept: figures, prompt and ids; the posts themselves stay where collected posts are kept.

    What it writes with is kept beside it: see `parts_of`.
    """
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
        trainer=model.trainer,
        base_model=model.writer.name,
        voice=model.voice.to_json(),
        patterns=[pattern.to_json() for pattern in model.patterns],
        report=model.report.to_json() if model.report else None,
        provenance=model.provenance,
        total_engagement=sum(post.engagement.total for post in model.selected),
        posts_count=len(model.selected_ids),
    )


def parts_of(model: TrainedModel) -> dict[str, bytes]:
    """What a model keeps by itself, so that it writes and explains itself when its posts are deleted: figures and ids.

    Takes seconds where no part was asked for yet: call it before a transaction is opened.
    """
    timeline = timeline_of(
        model.collected,
        model.provenance.get("settings") or {},
        picked=model.picked,
        held_out_ids=[post.id for post in model.held_out],
    )
    parts = pack_learned(model) | ({TIMELINE: timeline.to_bytes()} if timeline else {})
    return parts | ({ADAPTER: to_bytes(model.adapter)} if model.adapter else {})


def timeline_of(
    posts: Sequence[Post], settings: Mapping[str, Any], *, picked: frozenset[str], held_out_ids: Sequence[str]
) -> Timeline | None:
    """The timeline of a collection with these settings; None where they name no window."""
    if "asOf" not in settings:
        return None
    return Timeline.of(
        posts,
        window=Window.months_before(datetime.fromisoformat(settings["asOf"]), settings["months"]),
        gate=settings["minEngagement"],
        top=settings["top"],
        picked=picked,
        held_out_ids=held_out_ids,
    )


def load_model(
    record: TrainedModelRecord, *, store: Store, writer: Writer, background: Background
) -> TrainedModel:
    """Bring a kept model back to life, with `writer` writing; drafts are checked against later posts as well.

    It is made of the parts kept with it: then its `seen`, `held_out` and `collected` are empty, and `posts_of` loads
    what is left of them. Its prompt has texts of posts as examples, which stay as long as the model does. A model kept
    without parts learns anew from the posts that are left. What was changed about the voice is honoured: hidden traits
    have no say in the prompt, and its rules stand in it.

    Raises:
        UnknownModel: The row was not made by training here.
        StorageError: A part of it is damaged.
        TooFewPosts: It has no parts, and its posts are deleted; when it first writes.
    """
    data = training_data_of(record)
    parts = store.load_parts(record.user_id, record.id)
    kept = Posts() if parts else posts_of(record, store)
    return TrainedModel(
        username=record.creator_username,
        name=record.model_name,
        voice=shown_voice(voice_of(record), edits_of(record)),
        patterns=patterns_of(record),
        prompt=prompt_of(record),
        seen=kept.seen,
        held_out=kept.held_out,
        collected=kept.collected,
        selected_ids=tuple(data["selectedIds"]),
        picked=frozenset(data.get("pickedIds", ())),
        background=background,
        writer=writer,
        seed=data["seed"],
        version=record.version,
        id=str(record.id),
        report=card_of(record),
        provenance=record.provenance or {},
        learned=_learned(record, parts, store) if parts else None,
        adapter=adapter_in(parts),
    )


def adapter_in(parts: Mapping[str, bytes]) -> Adapter | None:
    """The adapter among a model's parts.

    Raises:
        StorageError: It is damaged.
    """
    if ADAPTER not in parts:
        return None
    try:
        return from_bytes(parts[ADAPTER])
    except ValueError as error:
        raise StorageError(
            "The adapter of this model is damaged.", hint="Train the creator again."
        ) from error


def learned_of(record: TrainedModelRecord, *, store: Store, background: Background) -> Learned:
    """What a kept model learned: enough to judge texts by, which takes no language model.

    Raises:
        UnknownModel: The row was not made by training here.
        StorageError: A part of it is damaged.
        TooFewPosts: It has no parts, and its posts are deleted; when it is first asked.
    """
    data = training_data_of(record)
    parts = store.load_parts(record.user_id, record.id)
    parts.pop(ADAPTER, None)  # megabytes that no judge asks for
    if parts:
        return _learned(record, parts, store)
    kept = posts_of(record, store)
    picked = frozenset(data.get("pickedIds", ()))
    return LearnedFromPosts(
        kept.seen, kept.collected, picked=picked, background=background, seed=data["seed"]
    )


def posts_of(record: TrainedModelRecord, store: Store) -> "Posts":
    """The posts behind a kept model, as far as they are still kept."""
    data = training_data_of(record)
    collected = store.load_posts(record.user_id, record.creator_username)
    by_id = {post.id: post for post in collected}
    return Posts(
        seen=tuple(by_id[post_id] for post_id in data["seenIds"] if post_id in by_id),
        held_out=tuple(by_id[post_id] for post_id in data["heldOutIds"] if post_id in by_id),
        collected=tuple(collected),
    )


class Posts(NamedTuple):
    """Posts that were learned from, that were graded on, and all that were collected."""

    seen: tuple[Post, ...] = ()
    held_out: tuple[Post, ...] = ()
    collected: tuple[Post, ...] = ()


def _learned(record: TrainedModelRecord, parts: Mapping[str, bytes], store: Store) -> LearnedFromBytes:
    def newer(known: Sequence[str]) -> list[Post]:
        return store.load_other_posts(record.user_id, record.creator_username, known)

    learned = LearnedFromBytes(parts, newer)
    _ = learned.guard  # while the store is open, which it need not be when the model writes
    return learned


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


def edits_of(record: TrainedModelRecord) -> Edits:
    """What was changed about the voice of a kept model."""
    return Edits.from_json(record.edits)


def prompt_of(record: TrainedModelRecord) -> VoicePrompt:
    """The prompt of a kept model as its edits leave it."""
    trained = VoicePrompt.from_json(training_data_of(record)["prompt"])
    return edited_prompt(trained, voice_of(record), edits_of(record))


def with_edits(record: TrainedModelRecord, edits: Edits) -> TrainedModelRecord:
    """A model with its voice changed, and the prompt that honours it."""
    changed = replace(record, edits=edits.to_json())
    return replace(changed, model_prompt=prompt_of(changed).instructions)


def renewed(model: TrainedModel, record: TrainedModelRecord) -> TrainedModel:
    """A model brought back to life earlier, with the voice as it is changed by now."""
    voice = shown_voice(voice_of(record), edits_of(record))
    return replace(model, prompt=prompt_of(record), voice=voice)


def patterns_of(record: TrainedModelRecord) -> tuple[Pattern, ...]:
    """The patterns of a kept model."""
    return tuple(Pattern.from_json(pattern) for pattern in record.patterns or [])


def forecaster_of(record: TrainedModelRecord, store: Store) -> Forecaster | None:
    """The forecaster kept with a model; None where none is, or none that this version reads."""
    return read_forecaster(store.load_part(record.user_id, record.id, FORECASTER))


def card_of(record: TrainedModelRecord) -> ReportCard | None:
    """The report card of a kept model, if it was graded."""
    return ReportCard.from_json(record.report) if record.report else None
