"""From a kept session to what its training is to learn from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from soundalike.errors import TooFewPosts
from soundalike.posts.collection import sort_out
from soundalike.posts.post import Creator, Window
from soundalike.schemas.collecting import CreatorShape, WindowShape
from soundalike.service.provenance import provenance
from soundalike.service.training import default_name
from soundalike.storage import Store, TrainingSession
from soundalike.training.steps import TrainingOrder


def training_order(
    session: TrainingSession,
    wished: Mapping[str, Any],
    store: Store,
    *,
    writes: str,
    base: Path | None = None,
) -> TrainingOrder:
    """What to train on: all posts kept of the creator, the window of the session, what the user selected and wished.

    Raises:
        TooFewPosts: No posts of the creator are kept any more.
    """
    posts = store.load_posts(session.user_id, session.creator_username)
    if not posts:
        raise TooFewPosts(
            f"No posts of @{session.creator_username} are kept any more.",
            found=0,
            needed=1,
            hint="Collect the creator again; collected posts are deleted after SOUNDALIKE_RETENTION_DAYS.",
        )
    window = Window.months_before(
        datetime.fromisoformat(session.settings["asOf"]), session.settings["months"]
    )
    gaps = [WindowShape.model_validate(gap) for gap in (session.stats or {}).get("unread", ())]
    unread = [Window(gap.start, gap.end) for gap in gaps]
    order = TrainingOrder(
        creator=_creator(session),
        collection=sort_out(posts, window, unread=unread),
        collected=tuple(posts),
        selected_ids=tuple(session.selected_ids or ()),
        name=wished.get("name") or default_name(session.creator_username, window.end),
        seed=wished.get("seed") or 0,
        writes=writes,
        trainer=wished.get("trainer") or "prompt",
        base=base,
    )
    return replace(order, provenance=provenance(session, order))


def _creator(session: TrainingSession) -> Creator:
    if session.creator is None:
        return Creator("", session.creator_username)
    return CreatorShape.model_validate(session.creator).creator()
