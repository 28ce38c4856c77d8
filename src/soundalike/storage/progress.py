"""How collections stand, in a few narrow queries: what their requests brought, how far was read, what came last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select

from soundalike.posts.api.books import OK
from soundalike.posts.api.stretches import Stretch
from soundalike.posts.post import Post, Window
from soundalike.posts.rows import post_of
from soundalike.storage.database import Database
from soundalike.storage.stretches import read_stretches_of
from soundalike.storage.tables import api_requests, collected_posts, trained_ai_models

_paid, _posts, _models = api_requests.c, collected_posts.c, trained_ai_models.c
_COST: Final = func.coalesce(_paid.credits, _paid.most_credits)
_REFUSED: Final = case((_paid.outcome.is_not(None) & (_paid.outcome != OK), 1))


@dataclass(frozen=True, slots=True)
class Brought:
    """What the requests of one session brought and cost, at most; `refused` of them came to an error.

    `pages_lately` are those of the run that was asked about.
    """

    pages: int = 0
    posts: int = 0
    credits: int = 0
    refused: int = 0
    first_at: datetime | None = None
    pages_lately: int = 0


def read_brought(
    database: Database, user_id: UUID, session_ids: Collection[UUID], *, since: datetime | None = None
) -> dict[UUID, Brought]:
    """What these sessions' requests brought, lately from `since` on; one without requests is missing."""
    sums: list[ColumnElement[Any]] = [
        func.count(_paid.posts),
        func.coalesce(func.sum(_paid.posts), 0),
        func.sum(_COST),
        func.count(_REFUSED),
        func.min(_paid.at),
        func.count(case((_paid.at >= since, _paid.posts))) if since else func.count(_paid.posts),
    ]
    wanted = (_paid.user_id == user_id, _paid.session_id.in_(session_ids))
    statement = select(_paid.session_id, *sums).where(*wanted).group_by(_paid.session_id)
    with database.reading() as connection:
        return {session_id: Brought(*found) for session_id, *found in connection.execute(statement)}


def read_reach(database: Database, user_id: UUID, username: str) -> list[Stretch]:
    """How far a creator's posts are read, in whichever sessions."""
    with database.reading() as connection:
        return read_stretches_of(connection, user_id, username)


def read_latest(database: Database, user_id: UUID, username: str, window: Window, *, most: int) -> list[Post]:
    """The posts of the window that came last, the last first."""
    wanted = (
        _posts.user_id == user_id,
        _posts.username == username.lower(),
        _posts.created_at >= window.start,
        _posts.created_at < window.end,
    )
    last_first = (_posts.fetched_at.desc(), _posts.created_at)
    statement = select(_posts.payload).where(*wanted).order_by(*last_first).limit(most)
    with database.reading() as connection:
        return [post_of(row, username=username) for row in connection.scalars(statement)]


def read_versions(database: Database, user_id: UUID, model_ids: Collection[UUID]) -> dict[UUID, int]:
    """Which version of their creator's voice these models are."""
    wanted = (_models.user_id == user_id, _models.id.in_(model_ids))
    with database.reading() as connection:
        return {
            row.id: row.version
            for row in connection.execute(select(_models.id, _models.version).where(*wanted))
        }
