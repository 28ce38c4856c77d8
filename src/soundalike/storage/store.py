"""The store: every question and every change, each one transaction and each for one user.

Another user's rows are as good as absent: they are never returned, counted, changed or named in a hint.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self, Unpack
from uuid import UUID

from sqlalchemy import Connection, delete, exists, insert, select, update

from soundalike.posts.api.pacing import CAREFUL_SECONDS
from soundalike.posts.api.wire import Balance
from soundalike.posts.post import Post, Window
from soundalike.storage.books import StoreBooks
from soundalike.storage.database import Database, read_url
from soundalike.storage.drafts import DraftStore, count_drafts
from soundalike.storage.finding import find_model_id
from soundalike.storage.jobs import JobStore
from soundalike.storage.leases import Leases
from soundalike.storage.ledger import (
    has_balance_since,
    put_balance,
    read_charges,
    read_ledger,
    read_snapshots,
)
from soundalike.storage.locks import hold
from soundalike.storage.models import get_model, put_model, read_parts, unknown_model, unknown_session
from soundalike.storage.pace import SharedPace
from soundalike.storage.posts import (
    count_posts,
    delete_posts,
    known_posts,
    put_posts,
    read_other_posts,
    read_posts,
)
from soundalike.storage.queries import columns_of, of_creator, own, page_of, values_of
from soundalike.storage.quizzes import QuizStore
from soundalike.storage.records import Forgotten, SessionChanges, TrainedModelRecord, TrainingSession
from soundalike.storage.retention import Retention
from soundalike.storage.sessions import SessionChange
from soundalike.storage.spending import Check, Fingerprint, Ledger, reconcile
from soundalike.storage.tables import trained_ai_models, training_sessions
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

    @property
    def database(self) -> Database:
        """The database, for rooms that keep their own tables."""
        return self._database

    @property
    def retention(self) -> Retention:
        """What is deleted by its age."""
        return Retention(self._database)

    @property
    def drafts(self) -> DraftStore:
        """Drafts that were returned and what became of them, on the same connections."""
        return DraftStore(self._database)

    @property
    def quizzes(self) -> QuizStore:
        """Blind quizzes and what was guessed, on the same connections."""
        return QuizStore(self._database)

    @property
    def jobs(self) -> JobStore:
        """Jobs in the background, on the same connections."""
        return JobStore(self._database)

    @property
    def leases(self) -> Leases:
        """Which workers are alive, on the same connections."""
        return Leases(self._database)

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
            raise unknown_session(session_id)
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
            raise unknown_session(session_id)
        return TrainingSession(**row)

    @contextmanager
    def changing(self, user_id: UUID, session_id: UUID) -> Iterator[SessionChange]:
        """Change a session and what goes with it in one transaction, alone among all that would.

        Raises:
            UnknownSession: The user has none of this id.
        """
        with self._database.writing() as connection:
            wanted = select(training_sessions.c.id).where(*own(training_sessions, user_id, session_id))
            if connection.scalar(wanted.with_for_update()) is None:
                raise unknown_session(session_id)
            yield SessionChange(connection, session_id)

    def list_sessions(
        self, user_id: UUID, *, username: str | None = None, limit: int = 50, offset: int = 0
    ) -> list[TrainingSession]:
        """List a page of the user's training sessions, newest first; of one creator if `username` is given."""
        statement = page_of(training_sessions, user_id, username, limit, offset)
        with self._database.reading() as connection:
            return [TrainingSession(**row) for row in connection.execute(statement).mappings()]

    def find_unfinished(self, user_id: UUID, username: str) -> TrainingSession | None:
        """Find the creator's newest training session if its collection is still to be finished: broken off or begun."""
        newest = next(iter(self.list_sessions(user_id, username=username, limit=1)), None)
        return newest if newest and newest.is_unfinished else None

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
                delete_posts(connection, user_id, username)

    # Trained models

    def save_model(
        self, model: TrainedModelRecord, *, parts: Mapping[str, bytes] | None = None
    ) -> TrainedModelRecord:
        """Save a trained model: a new id gets the creator's next version, a known id keeps its version and date.

        `parts` are what it needs by itself once its posts are deleted; they go when it goes. Saving twice is the same
        as saving once, so that a resumed job may repeat its last step.

        Raises:
            UnknownSession: `session_id` names no training session of this user.
        """
        with self._database.writing() as connection:
            return put_model(connection, model, parts)

    def load_parts(self, user_id: UUID, model_id: UUID) -> dict[str, bytes]:
        """Load what a model keeps by itself, by name; nothing for one that was saved without."""
        with self._database.reading() as connection:
            return read_parts(connection, user_id, model_id)

    def load_part(self, user_id: UUID, model_id: UUID, name: str) -> bytes | None:
        """Load one part of a model, if it has that."""
        with self._database.reading() as connection:
            return read_parts(connection, user_id, model_id, only=name).get(name)

    def get_model(self, user_id: UUID, model_id: UUID) -> TrainedModelRecord:
        """Load one trained model.

        Raises:
            UnknownModel: The user has none of this id.
        """
        with self._database.reading() as connection:
            return get_model(connection, user_id, model_id)

    def find_model(self, user_id: UUID, text: str) -> TrainedModelRecord:
        """Load the model that `text` means: an id, a unique beginning of one, a name, or `@username`.

        A name or a username, in any case for the latter, means its newest active model.

        Raises:
            UnknownModel: None fits, or an id's beginning fits several; the hint names what comes near.
        """
        with self._database.reading() as connection:
            return get_model(connection, user_id, find_model_id(connection, user_id, text.strip()))

    def list_models(
        self, user_id: UUID, *, username: str | None = None, limit: int = 50, offset: int = 0
    ) -> list[TrainedModelRecord]:
        """List a page of the user's models, newest first; of one creator if `username` is given."""
        statement = page_of(trained_ai_models, user_id, username, limit, offset)
        with self._database.reading() as connection:
            return [TrainedModelRecord(**row) for row in connection.execute(statement).mappings()]

    def delete_model(self, user_id: UUID, model_id: UUID) -> None:
        """Delete the model for good, with its drafts.

        Raises:
            UnknownModel: The user has none of this id.
        """
        statement = delete(trained_ai_models).where(*own(trained_ai_models, user_id, model_id))
        trained_it = (training_sessions.c.user_id == user_id, training_sessions.c.model_id == model_id)
        with self._database.writing() as connection:
            if not connection.execute(statement).rowcount:
                raise unknown_model(model_id)
            connection.execute(update(training_sessions).where(*trained_it).values(model_id=None))

    # Collected posts

    def save_posts(
        self, user_id: UUID, username: str, posts: Iterable[Post], *, fetched_at: datetime, source: str
    ) -> None:
        """Add what was collected of a creator.

        A post already here takes the counts fetched last, but an unknown one never replaces a known one; a post that
        was once paid for (source `api`) stays one.
        """
        with self._database.writing() as connection:
            put_posts(connection, user_id, username, posts, fetched_at=fetched_at, source=source)

    def load_posts(self, user_id: UUID, username: str, window: Window | None = None) -> list[Post]:
        """Load a creator's collected posts, oldest first; only those inside `window` if one is given."""
        with self._database.reading() as connection:
            return read_posts(connection, user_id, username, window)

    def load_other_posts(self, user_id: UUID, username: str, known: Collection[str]) -> list[Post]:
        """Load a creator's collected posts whose ids are not among the known ones, in no order."""
        with self._database.reading() as connection:
            return read_other_posts(connection, user_id, username, known)

    def count_posts(self, user_id: UUID, username: str, window: Window | None = None) -> int:
        """Count a creator's collected posts; only those inside `window` if one is given."""
        with self._database.reading() as connection:
            return count_posts(connection, user_id, username, window)

    def known_posts(self, user_id: UUID, username: str, ids: Collection[str]) -> set[str]:
        """Tell which of these ids are of posts collected of a creator."""
        with self._database.reading() as connection:
            return known_posts(connection, user_id, username, ids)

    # Collecting

    def books(
        self,
        user_id: UUID,
        session_id: UUID | None,
        *,
        key: Fingerprint,
        budget_credits: int,
        monthly_credits: int | None = None,
        now: Callable[[], datetime],
    ) -> StoreBooks:
        """Open the books of a collection, under its ceiling and the user's of a calendar month."""
        return StoreBooks(
            self._database,
            user_id,
            session_id,
            key=key,
            budget_credits=budget_credits,
            monthly_credits=monthly_credits,
            now=now,
        )

    def pace(self, name: str, *, spacing: float = CAREFUL_SECONDS) -> SharedPace:
        """Open the pace of that name, shared by all on this database; `spacing` counts for a new one only."""
        return SharedPace(self._database, name, spacing=spacing)

    def hold(self, name: str, *, message: str, hint: str = "") -> AbstractContextManager[None]:
        """Hold a lock while the block runs, alone among all on this database; it dies with the process.

        Raises:
            Busy: Somebody else holds it; with the message and the hint given.
        """
        return hold(self._database.engine, name, message=message, hint=hint)

    # Spending

    def ledger(self, user_id: UUID, *, since: datetime | None = None) -> Ledger:
        """Say what the user spent on what, by training session and by month; only from `since` on if it is given."""
        with self._database.reading() as connection:
            return read_ledger(connection, user_id, since)

    def note_balance(self, key: Fingerprint, balance: Balance, *, at: datetime) -> None:
        """Note what the vendor said was left on a key."""
        with self._database.writing() as connection:
            put_balance(connection, key, balance, at)

    def has_balance_since(self, key: Fingerprint, since: datetime) -> bool:
        """Whether a key's balance was noted lately."""
        with self._database.reading() as connection:
            return has_balance_since(connection, key, since)

    def reconcile(self, key: Fingerprint) -> list[Check]:
        """Hold what a key's requests, whoever's, were booked at against what the vendor took."""
        with self._database.reading() as connection:
            return reconcile(read_snapshots(connection, key), read_charges(connection, key))

    # Creators

    def forget_creator(self, user_id: UUID, username: str) -> Forgotten:
        """Delete everything the user holds of a creator: models, drafts, training sessions and collected posts.

        What was spent stays in the ledger, which names no creator.
        """
        with self._database.writing() as connection:
            drafts = count_drafts(connection, user_id, username)
            trainings, models = (  # in the order in which a step that saves a model locks them
                connection.execute(delete(table).where(*of_creator(table, user_id, username))).rowcount
                for table in (training_sessions, trained_ai_models)
            )
            posts = delete_posts(connection, user_id, username)
        return Forgotten(models=models, trainings=trainings, posts=posts, drafts=drafts)


def _delete_session(connection: Connection, user_id: UUID, session_id: UUID) -> str:
    statement = delete(training_sessions).where(*own(training_sessions, user_id, session_id))
    username = connection.scalar(statement.returning(training_sessions.c.creator_username))
    if username is None:
        raise unknown_session(session_id)
    return str(username)
