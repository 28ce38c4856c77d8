"""What is kept, and from when: of one creator before they are forgotten, of a workspace before posts are too old."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Table, func, select

from soundalike.storage.database import Database
from soundalike.storage.queries import of_creator
from soundalike.storage.tables import collected_posts, drafts, trained_ai_models, training_sessions

_ABOUT: Final[dict[str, Table]] = {
    "sessions": training_sessions,
    "models": trained_ai_models,
    "drafts": drafts,
}
_posts: Final = collected_posts.c


@dataclass(frozen=True, slots=True)
class Held:
    """How much is kept of a creator."""

    username: str
    posts: int
    sessions: int
    models: int
    drafts: int

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to forget."""
        return not (self.posts or self.sessions or self.models or self.drafts)


@dataclass(frozen=True, slots=True)
class Oldest:
    """The day on which the posts that a workspace has kept longest were fetched last, and how many they are."""

    fetched_at: datetime
    posts: int


def read_held(database: Database, user_id: UUID, username: str) -> Held:
    """Count what is kept of a creator."""
    with database.reading() as connection:
        mine = (_posts.user_id == user_id, _posts.username == username.lower())
        posts = connection.scalar(select(func.count()).where(*mine)) or 0
        counts = {
            name: connection.scalar(
                select(func.count()).select_from(table).where(*of_creator(table, user_id, username))
            )
            or 0
            for name, table in _ABOUT.items()
        }
    return Held(username, posts, **counts)


def read_oldest(database: Database, user_id: UUID) -> Oldest | None:
    """The posts that are the first to be too old; None where none are kept."""
    mine = _posts.user_id == user_id
    with database.reading() as connection:
        first = connection.scalar(select(func.min(_posts.fetched_at)).where(mine))
        if first is None:
            return None
        same_day = (mine, _posts.fetched_at < first + timedelta(days=1))
        return Oldest(first, connection.scalar(select(func.count()).where(*same_day)) or 0)
