"""Training a voice on what was collected: the six steps, their status kept, the model kept."""

import hashlib
import platform
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from typing import Any
from uuid import UUID, uuid5

from soundalike import __version__
from soundalike.drafts.writer import Writer
from soundalike.errors import TooFewPosts
from soundalike.posts.post import Post
from soundalike.schemas.training import StatusBody
from soundalike.service.failures import failure_of
from soundalike.service.keeping import record_of
from soundalike.storage import Store, TrainingSession
from soundalike.training.analysis import Analysis
from soundalike.training.model import TrainedModel
from soundalike.training.status import TrainingStatus
from soundalike.training.steps import TrainingOrder
from soundalike.training.workflow import Journal, train_model
from soundalike.voice.background import Background

Publish = Callable[[TrainingStatus], None]


def train(
    session_id: UUID,
    analysis: Analysis,
    *,
    selected_ids: Collection[str] | None = None,
    name: str | None = None,
    seed: int = 0,
    store: Store,
    user_id: UUID,
    writer: Writer,
    background: Background,
    now: Callable[[], datetime],
    publish: Publish,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[TrainingStatus, TrainedModel]:
    """Train on the analysed posts; `selected_ids` are the viral posts kept, all that were offered by default.

    Every change of the status is kept with the training session, then published.

    Raises:
        TooFewPosts: No viral post was selected, or there is too little to learn from and to grade on.
        WriterError: The language model failed.
    """
    session = store.get_session(user_id, session_id)
    selected = _selected(analysis, selected_ids)
    journal = Journal(
        TrainingStatus(str(session_id), now()),
        now=now,
        publish=_keeping(store, user_id, session_id, now, publish),
    )
    order = TrainingOrder(
        creator=analysis.creator,
        collection=analysis.collection,
        collected=analysis.posts,
        selected_ids=selected,
        name=name or f"{analysis.creator.username}-{analysis.collection.window.end:%Y-%m-%d}",
        seed=seed,
        provenance=_provenance(session, analysis, selected, writer, seed),
    )

    def save(model: TrainedModel) -> TrainedModel:
        kept = store.save_model(record_of(model, session, new_id=uuid5(session_id, "model"), at=now()))
        store.update_session(
            user_id, session_id, at=now(), training_prompt=kept.model_prompt, model_id=kept.id
        )
        return replace(model, id=str(kept.id), version=kept.version)

    store.update_session(user_id, session_id, at=now(), selected_ids=list(selected))
    try:
        model = train_model(
            order, writer=writer, background=background, journal=journal, save=save, clock=clock
        )
    except BaseException as error:
        journal.stop(failure_of(error))  # kept and published with its reason
        raise
    journal.complete(model.id)
    return journal.status, model


def _selected(analysis: Analysis, wanted: Collection[str] | None) -> tuple[str, ...]:
    offered = [scored.post.id for scored in analysis.selection.posts]
    selected = tuple(post_id for post_id in offered if wanted is None or post_id in wanted)
    if not selected:
        raise TooFewPosts(
            "No viral post to learn from.",
            found=0,
            needed=1,
            hint=" ".join(analysis.warnings) or "Select at least one post.",
        )
    return selected


def _keeping(
    store: Store, user_id: UUID, session_id: UUID, now: Callable[[], datetime], publish: Publish
) -> Publish:
    """Keep a status with its training session, then publish it."""

    def keep(status: TrainingStatus) -> None:
        body = StatusBody.of(status).as_json()
        store.update_session(
            user_id,
            session_id,
            at=now(),
            status=status.state.value,
            progress=status.progress,
            steps=body["steps"],
            completed_at=status.completed_at,
            error_code=status.error.code if status.error else None,
            error_message=status.error.message if status.error else None,
        )
        publish(status)

    return keep


def _provenance(
    session: TrainingSession, analysis: Analysis, selected: Collection[str], writer: Writer, seed: int
) -> dict[str, Any]:
    """How the model comes about: enough to do it again and to answer for it."""
    return {
        "settings": session.settings,
        "seed": seed,
        "writer": writer.name,
        "collected": len(analysis.posts),
        "kept": len(analysis.collection.kept),
        "selected": len(selected),
        "fingerprint": fingerprint(analysis.posts),
        "consent": session.settings.get("consent"),
        "versions": {
            "soundalike": __version__,
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "xllamacpp": version("xllamacpp"),
        },
    }


def fingerprint(posts: Iterable[Post]) -> str:
    """SHA-256 over ids and texts in order of id: the same posts give the same fingerprint."""
    digest = hashlib.sha256()
    for post in sorted(posts, key=lambda post: int(post.id)):
        digest.update(f"{post.id}\0{post.text}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
