"""What a report page shows, gathered from what is kept."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from soundalike.drafts.draft import Draft
from soundalike.errors import UnknownModel
from soundalike.posts.collection import sort_out
from soundalike.posts.post import Window
from soundalike.report.page import Page
from soundalike.service.keeping import card_of, patterns_of, training_data_of, voice_of
from soundalike.storage import Store, TrainedModelRecord
from soundalike.virality.score import score_posts, select_viral


def page_of(record: TrainedModelRecord, *, store: Store, drafts: Sequence[Draft] = ()) -> Page:
    """The page of a kept model; the posts of its window are scored anew from those still kept.

    Raises:
        UnknownModel: The model was never graded.
    """
    card = card_of(record)
    if card is None:
        raise UnknownModel("This model has no report card.", hint="Train it again to have it graded.")
    settings = (record.provenance or {}).get("settings", {})
    window = Window.months_before(datetime.fromisoformat(settings["asOf"]), settings["months"])
    posts = store.load_posts(record.user_id, record.creator_username)
    picked = frozenset(training_data_of(record).get("pickedIds", ()))
    scored = score_posts(sort_out(posts, window).voice_corpus, picked=picked)
    selection = select_viral(scored, gate=settings["minEngagement"], top=settings["top"], window=window)
    by_id = {post.id: post for post in posts}
    held_out = [
        by_id[post_id].created_at for post_id in training_data_of(record)["heldOutIds"] if post_id in by_id
    ]
    return Page(
        username=record.creator_username,
        version=record.version,
        name=record.model_name,
        voice=voice_of(record),
        patterns=patterns_of(record),
        prompt=record.model_prompt,
        card=card,
        posts=by_id,
        held_out_from=min(held_out, default=None),
        scored=[each for each in scored if each.post.created_at in window],
        viral=selection.posts,
        passed=selection.passed,
        gate=selection.sentence,
        drafts=drafts,
        provenance=list(_provenance(record)),
    )


def _provenance(record: TrainedModelRecord) -> Iterator[tuple[str, str]]:
    yield "Model", str(record.id)
    yield "Trained", f"{record.created_at:%-d %b %Y %H:%M} UTC"
    for name, value in (record.provenance or {}).items():
        yield name, _in_words(value)


def _in_words(value: Any) -> str:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items() if each is not None)
    return value if isinstance(value, str) else json.dumps(value)
