"""The store: every question and every change, each one transaction and each for one user.

Another user's rows are as good as absent: they are never returned, counted, changed or named in a hint.
"""

from collections.abc import Iterable
from datetime import datetime
from types import TracebackType
from typing import Any, Self, Unpack
from uuid import UUID

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from soundalike.errors import UnknownModel, UnknownSession
from soundalike.posts.post import Post, Window
from soundalike.posts.rows import post_of, row_of
from soundalike.storage.database import Database, read_url, take_turn
from soundalike.storage.finding import find_model_id
from soundalike.storage.queries import columns_of, of_creator, own, page_of, posts_of, upsert_posts, values_of
from soundalike.storage.records import Forgotten, SessionChanges, TrainedModelRecord, TrainingSession
from soundalike.storage.tables import collected_posts, trained_ai_models, training_sessions
from soundalike.storage.upgrade import open_database


def open_store(url: str) -> "Store":
    """Open the database at `sqlite:///path` or `postgresql://…`, setting up or upgrading its tables.

    Raises:
        SettingsError: The URL names no database of these kinds.
        StorageError: The database cannot be used, or belongs to a later version of Soundalike.
    """
    return Store(open_database(read_url(url)))


class Store:
    """All that is kept. Every method may raise StorageError; threads may share a store, processes open their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        """Give back all connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Training sessions

    def create_session(self, training: TrainingSession) -> None:
        """Add a new training session."""
        with self._database.writing() as connection:
            connection.execute(insert(training_sessions).values(values_of(training)))

    def get_session(self, user_id: UUID, session_id: UUID) -> TrainingSession:
        """Load one training session.

        Raises:
            UnknownSession: The user has none of this id.
        """
        statement = select(*columns_of(training_sessions)).where(*own(training_sessions, user_id, session_id))
        with self._database.reading() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise _unknown_session(session_id)
        return TrainingSession(**row)

    def update_session(
        self, user_id: UUID, session_id: UUID, *, at: datetime, **changes: Unpack[SessionChanges]
    ) -> TrainingSession:
        """Change only the named fields, so that two writers of different fields keep each other's work.

        Returns:
            The session after the change; `updated_at` is `at`.

        Raises:
            UnknownSession: The user has none of this id.
        """
        if unknown := changes.keys() - SessionChanges.__annotations__.keys():
            raise TypeError(f"a training session cannot change its {', '.join(sorted(unknown))}")
        statement = (
            update(training_sessions)
            .where(*own(training_sessions, user_id, session_id))
            .values(**changes, updated_at=at)
            .returning(*columns_of(training_sessions))
        )
        with self._database.writing() as connection:
            row = connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise _unknown_session(session_id)
        return TrainingSession(**row)

    def list_sessions(
        self, user_id: UUID, *, username: str | None = None, limit: int = 50, offset: int = 0
    ) -> list[TrainingSession]:
        """List a page of the user's training sessions, newest first; of one creator if `username` is given."""
        statement = page_of(training_sessions, user_id, username, limit, offset)
        with self._database.reading() as connection:
            return [TrainingSession(**row) for row in connection.execute(statement).mappings()]

    def delete_session(self, user_id: UUID, session_id: UUID) -> None:
        """Delete the training session; posts collected for it and models trained from it stay.

        Raises:
            UnknownSession: The user has none of this id.
        """
        with self._database.writing() as connection:
            _delete_session(connection, user_id, session_id)

    def purge_session(self, user_id: UUID, session_id: UUID) -> None:
        """Delete the training session and, unless another one of that creator is left, the creator's posts.

        Raises:
            UnknownSession: The user has none of this id.
        """
        with self._database.writing() as connection:
            username = _delete_session(connection, user_id, session_id)
            others = exists().where(*of_creator(training_sessions, user_id, username))
            if not connection.scalar(select(others)):
                connection.execute(delete(collected_posts).where(*posts_of(user_id, username)))

    # Trained models

    def save_model(self, model: TrainedModelRecord) -> TrainedModelRecord:
        """Save a trained model: a new id gets the creator's next version, a known id keeps its version and date.

        Saving twice is the same as saving once, so that a resumed job may repeat its last step.

        Raises:
            UnknownSession: `session_id` names no training session of this user.
        """
        with self._database.writing() as connection:
            take_turn(connection, f"versions {model.user_id} {model.creator_username.lower()}")
            if model.session_id is not None:
                _check_session(connection, model.user_id, model.session_id)
            kept = _saved_before(connection, model)
            values = values_of(model) | (kept or {"version": _next_version(connection, model)})
            connection.execute(
                update(trained_ai_models).where(trained_ai_models.c.id == model.id).values(values)
                if kept
                else insert(trained_ai_models).values(values)
            )
            return _model(connection, model.user_id, model.id)

    def get_model(self, user_id: UUID, model_id: UUID) -> TrainedModelRecord:
        """Load one trained model.

        Raises:
            UnknownModel: The user has none of this id.
        """
        with self._database.reading() as connection:
            return _model(connection, user_id, model_id)

    def find_model(self, user_id: UUID, text: str) -> TrainedModelRecord:
        """Load the model that `text` means: an id, a unique beginning of one, a name, or `@username`.

        A name or a username, in any case for the latter, means its newest active model.

        Raises:
            UnknownModel: None fits, or an id's beginning fits several; the hint names what comes near.
        """
        with self._database.reading() as connection:
            return _model(connection, user_id, find_model_id(connection, user_id, text.strip()))

    def list_models(
        self, user_id: UUID, *, username: str | None = None, limit: int = 50, offset: int = 0
    ) -> list[TrainedModelRecord]:
        """List a page of the user's models, newest first; of one creator if `username` is given."""
        statement = page_of(trained_ai_models, user_id, username, limit, offset)
        with self._database.reading() as connection:
            return [TrainedModelRecord(**row) for row in connection.execute(statement).mappings()]

    def delete_model(self, user_id: UUID, model_id: UUID) -> None:
        """Delete the model for good.

        Raises:
            UnknownModel: The user has none of this id.
        """
        statement = delete(trained_ai_models).where(*own(trained_ai_models, user_id, model_id))
        trained_it = (training_sessions.c.user_id == user_id, training_sessions.c.model_id == model_id)
        with self._database.writing() as connection:
            if not connection.execute(statement).rowcount:
                raise _unknown_model(model_id)
            connection.execute(update(training_sessions).where(*trained_it).values(model_id=None))

    # Collected posts

    def save_posts(
        self, user_id: UUID, username: str, posts: Iterable[Post], *, fetched_at: datetime, source: str
    ) -> None:
        """Add what was collected of a creator; a post already here takes the counts fetched last."""
        common = {
            "user_id": user_id,
            "username": username.lower(),
            "fetched_at": fetched_at,
            "source": source,
        }
        by_id = {post.id: post for post in posts}
        rows = [
            {**common, "id": post.id, "created_at": post.created_at, "payload": row_of(post)}
            for _, post in sorted(by_id.items())  # one order for all writers, so that none waits in a circle
        ]
        if rows:
            with self._database.writing() as connection:
                connection.execute(upsert_posts(connection), rows)

    def load_posts(self, user_id: UUID, username: str, window: Window | None = None) -> list[Post]:
        """Load a creator's collected posts, oldest first; only those inside `window` if one is given."""
        table = collected_posts.c
        statement = (
            select(table.payload)
            .where(*posts_of(user_id, username, window))
            .order_by(table.created_at, table.id)
        )
        with self._database.reading() as connection:
            return [post_of(row, username=username) for row in connection.scalars(statement)]

    def count_posts(self, user_id: UUID, username: str, window: Window | None = None) -> int:
        """Count a creator's collected posts; only those inside `window` if one is given."""
        statement = select(func.count()).select_from(collected_posts)
        with self._database.reading() as connection:
            return connection.scalar(statement.where(*posts_of(user_id, username, window))) or 0

    # Creators

    def forget_creator(self, user_id: UUID, username: str) -> Forgotten:
        """Delete everything the user holds of a creator: models, training sessions and collected posts."""
        with self._database.writing() as connection:
            models, trainings = (
                connection.execute(delete(table).where(*of_creator(table, user_id, username))).rowcount
                for table in (trained_ai_models, training_sessions)
            )
            posts = connection.execute(delete(collected_posts).where(*posts_of(user_id, username))).rowcount
        return Forgotten(models=models, trainings=trainings, posts=posts)


def _check_session(connection: Connection, user_id: UUID, session_id: UUID) -> None:
    if not connection.scalar(select(exists().where(*own(training_sessions, user_id, session_id)))):
        raise _unknown_session(session_id)


def _delete_session(connection: Connection, user_id: UUID, session_id: UUID) -> str:
    statement = delete(training_sessions).where(*own(training_sessions, user_id, session_id))
    username = connection.scalar(statement.returning(training_sessions.c.creator_username))
    if username is None:
        raise _unknown_session(session_id)
    return str(username)


def _saved_before(connection: Connection, model: TrainedModelRecord) -> dict[str, Any] | None:
    table = trained_ai_models
    found = connection.execute(
        select(table.c.version, table.c.created_at).where(*own(table, model.user_id, model.id))
    )
    row = found.mappings().one_or_none()
    return dict(row) if row else None


def _next_version(connection: Connection, model: TrainedModelRecord) -> int:
    table = trained_ai_models
    same_creator = of_creator(table, model.user_id, model.creator_username)
    return 1 + (connection.scalar(select(func.max(table.c.version)).where(*same_creator)) or 0)


def _model(connection: Connection, user_id: UUID, model_id: UUID) -> TrainedModelRecord:
    statement = select(*columns_of(trained_ai_models)).where(*own(trained_ai_models, user_id, model_id))
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise _unknown_model(model_id)
    return TrainedModelRecord(**row)


def _unknown_session(session_id: UUID) -> UnknownSession:
    return UnknownSession(
        f"There is no training session {session_id}.", hint="Start one: soundalike analyze USERNAME"
    )


def _unknown_model(model_id: UUID) -> UnknownModel:
    return UnknownModel(f"There is no model {model_id}.", hint="List them: soundalike models")
