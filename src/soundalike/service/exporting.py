"""Giving a kept model away, in a form that other tools read or as a file that another installation imports."""

from collections.abc import Mapping
from typing import Final

from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.prompt import VoicePrompt
from soundalike.errors import ExportUnavailable
from soundalike.exports import Made, Options, Subject, form_of, make
from soundalike.exports.subject import IsQuote, Origin, Trained, safe_stem
from soundalike.service.keeping import card_of, edits_of, patterns_of, training_data_of, voice_of
from soundalike.storage import Store, TrainedModelRecord
from soundalike.training.learned import LearnedFromBytes

_OTHERS: Final = "Another program wrote this prompt: whether it quotes posts is not known here."


def export_model(record: TrainedModelRecord, store: Store, kind: str, options: Options) -> Made:
    """Give a model away in the form called `kind` (see `soundalike.exports.FORMATS`).

    Raises:
        ExportUnavailable: There is no such form, or the model does not have it.
        StorageError: A part of the model is damaged.
    """
    form_of(kind)
    if not isinstance(record.training_data, dict) or record.voice is None:
        return _prompt_alone(record, kind)
    subject = subject_of(record, store)
    return make(subject, kind, options, is_quote=_is_quote(record, subject.parts, store))


def _prompt_alone(record: TrainedModelRecord, kind: str) -> Made:
    """The prompt that another program wrote, as it is."""
    if kind != "prompt":
        raise ExportUnavailable(
            f"This model cannot be exported as {kind}: another program made it, and its prompt is all there is.",
            hint="Export it as prompt.",
        )
    form = form_of(kind)
    name = f"{safe_stem(record.creator_username, record.version)}{form.ending}"
    return Made(name, form.media_type, f"{record.model_prompt}\n".encode(), 0, (_OTHERS,))


def subject_of(record: TrainedModelRecord, store: Store) -> Subject:
    """A kept model as it is exported, with all the posts that its prompt keeps.

    Raises:
        UnknownModel: The model was not trained here.
    """
    data = training_data_of(record)
    return Subject(
        username=record.creator_username,
        name=record.model_name,
        version=record.version,
        trained_prompt=VoicePrompt.from_json(data["prompt"]),
        voice=voice_of(record),
        patterns=patterns_of(record),
        edits=edits_of(record),
        card=card_of(record),
        origin=Origin(
            model_id=str(record.id),
            trained_at=record.created_at,
            trainer=record.trainer,
            writer=record.base_model,
            posts=record.posts_count,
            total_engagement=record.total_engagement,
            provenance=record.provenance or {},
        ),
        trained=Trained(
            seed=data["seed"],
            selected_ids=tuple(data["selectedIds"]),
            seen_ids=tuple(data["seenIds"]),
            held_out_ids=tuple(data["heldOutIds"]),
            picked_ids=tuple(data.get("pickedIds", ())),
        ),
        parts=store.load_parts(record.user_id, record.id),
    )


def _is_quote(record: TrainedModelRecord, parts: Mapping[str, bytes], store: Store) -> IsQuote:
    """Whether a line shares more with a post than a draft may; of models without parts, with a post that is left."""
    if parts:
        guard = LearnedFromBytes(parts).guard
    else:
        guard = CopyGuard(store.load_posts(record.user_id, record.creator_username))
    return lambda line: guard.check(line).copied
