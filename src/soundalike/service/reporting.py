"""What a report page shows, gathered from what is kept."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from soundalike.drafts.draft import Draft
from soundalike.errors import StorageError, UnknownModel
from soundalike.posts.post import Post
from soundalike.report.page import Page
from soundalike.report.timeline import Timeline
from soundalike.service.keeping import (
    TIMELINE,
    card_of,
    edits_of,
    forecaster_of,
    patterns_of,
    timeline_of,
    training_data_of,
    voice_of,
)
from soundalike.service.quizzing import total_of
from soundalike.storage import Store, TrainedModelRecord
from soundalike.training.edits import shown_voice


def page_of(record: TrainedModelRecord, *, store: Store, drafts: Sequence[Draft] = ()) -> Page:
    """The page of a kept model; posts are quoted as far as they are still kept, their figures are part of the model.

    Raises:
        UnknownModel: The model was never graded.
        StorageError: The kept figures are damaged.
    """
    card = card_of(record)
    if card is None:
        raise UnknownModel("This model has no report card.", hint="Train it again to have it graded.")
    posts = store.load_posts(record.user_id, record.creator_username)
    return Page(
        username=record.creator_username,
        version=record.version,
        name=record.model_name,
        voice=shown_voice(voice_of(record), edits_of(record)),
        patterns=patterns_of(record),
        prompt=record.model_prompt,
        card=card,
        posts={post.id: post for post in posts},
        timeline=_timeline(record, posts, store),
        drafts=drafts,
        forecaster=forecaster_of(record, store),
        quiz=total_of(record, store),
        provenance=list(_provenance(record)),
    )


def _timeline(record: TrainedModelRecord, posts: Sequence[Post], store: Store) -> Timeline | None:
    """The figures kept with the model; of one kept without, those of the posts that are left."""
    kept = store.load_part(record.user_id, record.id, TIMELINE)
    if kept is not None:
        try:
            return Timeline.from_bytes(kept)
        except ValueError as error:
            raise StorageError(
                "The model's timeline cannot be read: it is damaged, or of another version.",
                hint="Train the model again, or restore the database from a copy.",
            ) from error
    data = training_data_of(record)
    return timeline_of(
        posts,
        (record.provenance or {}).get("settings") or {},
        picked=frozenset(data.get("pickedIds", ())),
        held_out_ids=data["heldOutIds"],
    )


def _provenance(record: TrainedModelRecord) -> Iterator[tuple[str, str]]:
    yield "Model", str(record.id)
    yield "Trained", f"{record.created_at:%-d %b %Y %H:%M} UTC"
    for kept in edits_of(record).rules:
        yield "Rule", kept.told
    for name, value in (record.provenance or {}).items():
        yield name, _in_words(value)


def _in_words(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items() if each is not None)
    return value if isinstance(value, str) else json.dumps(value)
