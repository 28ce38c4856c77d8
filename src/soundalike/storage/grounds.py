"""What a voice rests on and what is left of it, in narrow queries: for the page that shows a voice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select

from soundalike.posts.post import Post
from soundalike.storage.database import Database
from soundalike.storage.posts import read_posts_by_id
from soundalike.storage.queries import own
from soundalike.storage.tables import collected_posts, model_parts, trained_ai_models


@dataclass(frozen=True, slots=True)
class KeptPosts:
    """How many posts of a creator are kept; the earliest and the latest time at which one was fetched last."""

    count: int
    first_fetched: datetime | None
    last_fetched: datetime | None


def read_evidence(database: Database, user_id: UUID, username: str, ids: Collection[str]) -> dict[str, Post]:
    """Those of a creator's posts that have one of these ids, by their ids."""
    with database.reading() as connection:
        found = read_posts_by_id(connection, user_id, username, sorted(ids))
    return {post.id: post for post in found}


def read_kept_posts(database: Database, user_id: UUID, username: str) -> KeptPosts:
    """What is kept of a creator's posts."""
    posts = collected_posts.c
    facts = select(func.count(), func.min(posts.fetched_at), func.max(posts.fetched_at))
    mine = (posts.user_id == user_id, posts.username == username.lower())
    with database.reading() as connection:
        count, first, last = connection.execute(facts.where(*mine)).one()
    return KeptPosts(count, first, last)


def read_part_names(database: Database, user_id: UUID, model_id: UUID) -> frozenset[str]:
    """Which parts a model keeps by itself; none of a model that is not the user's."""
    is_own = exists().where(*own(trained_ai_models, user_id, model_id))
    named = select(model_parts.c.name).where(model_parts.c.model_id == model_id, is_own)
    with database.reading() as connection:
        return frozenset(connection.scalars(named))
