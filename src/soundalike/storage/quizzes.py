"""Blind quizzes and what was guessed in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, false, func, insert, or_, select, update

from soundalike.errors import TooFewPosts, UnknownQuiz
from soundalike.storage.database import Database
from soundalike.storage.finding import beginning_of_id, begins_with
from soundalike.storage.models import unknown_model
from soundalike.storage.queries import columns_of, own
from soundalike.storage.records import Json, TrainedModelRecord
from soundalike.storage.tables import collected_posts, quizzes, trained_ai_models

_MOST_LISTED: Final = 1_000

_table: Final = quizzes.c


@dataclass(frozen=True, slots=True)
class QuizRecord:
    """A quiz as it lies in the database.

    `rounds` each have `a`, `b`, `real`, `post_id` and `draft`; `a` and `b` go when the posts go, and `has_texts` says
    so. `guesses` each have `round` (from 1) and `guess`; `told` of `guessed` were right. `user_id` is the workspace,
    `taken_by` who guesses in it: to other members the quiz is as good as absent. Without, anybody of the workspace may.
    """

    id: UUID
    user_id: UUID
    model_id: UUID
    creator_username: str
    seed: int
    rounds: list[Json]
    left_out: dict[str, int]
    created_at: datetime
    guesses: list[Json] = field(default_factory=list)
    guessed: int = 0
    told: int = 0
    has_texts: bool = True
    completed_at: datetime | None = None
    taken_by: UUID | None = None


class QuizStore:
    """Quizzes, each for one workspace and one who takes it: another's are as good as absent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, model: TrainedModelRecord, quiz: QuizRecord) -> None:
        """Add a new quiz of a model.

        Raises:
            UnknownModel: The model was deleted meanwhile.
            TooFewPosts: Posts of it were.
        """
        is_there = select(trained_ai_models.c.id).where(*own(trained_ai_models, model.user_id, model.id))
        with self._database.writing() as connection:
            if connection.scalar(is_there.with_for_update(read=True, key_share=True)) is None:
                raise unknown_model(model.id)
            row = {name: getattr(quiz, name) for name in QuizRecord.__slots__}
            row["posts_fetched_at"] = _oldest_fetch(connection, quiz)
            connection.execute(insert(quizzes).values(row))

    def get(self, user_id: UUID, model_id: UUID, quiz_id: UUID, *, taker: UUID | None = None) -> QuizRecord:
        """Load one quiz of a model, whoever's without `taker`.

        Raises:
            UnknownQuiz: The model has none of this id that the taker may take.
        """
        with self._database.reading() as connection:
            return _get(connection, _table.id == quiz_id, *_of_model(user_id, model_id), *_taken(taker))

    def find(
        self, user_id: UUID, model_id: UUID, text: str | None = None, *, taker: UUID | None = None
    ) -> QuizRecord:
        """Load the quiz of a model whose id begins so; without a text the newest that is not completed.

        Raises:
            UnknownQuiz: There is none, or several ids begin so.
        """
        wanted: ColumnElement[bool] = _table.completed_at.is_(None) & _table.has_texts
        if text is not None:
            digits = beginning_of_id(text.strip())
            wanted = begins_with(_table.id, digits) if digits else false()
        with self._database.reading() as connection:
            mine = (*_of_model(user_id, model_id), *_taken(taker))
            return _get(connection, wanted, *mine, is_newest=text is None)

    def rounds_of(self, user_id: UUID, model_id: UUID, *, taker: UUID | None = None) -> list[Json]:
        """All rounds that somebody was shown of a model, the latest thousand quizzes; anybody, without `taker`."""
        all_rounds = select(_table.rounds).where(*_of_model(user_id, model_id), *_taken(taker))
        newest_first = all_rounds.order_by(_table.created_at.desc()).limit(_MOST_LISTED)
        with self._database.reading() as connection:
            return [each for rounds in connection.scalars(newest_first) for each in rounds]

    def totals(self, user_id: UUID, model_id: UUID) -> tuple[int, int]:
        """How many rounds of all quizzes of a model were told right, and how many were guessed."""
        summed = select(func.sum(_table.told), func.sum(_table.guessed)).where(*_of_model(user_id, model_id))
        with self._database.reading() as connection:
            told, guessed = connection.execute(summed).one()
        return int(told or 0), int(guessed or 0)

    @contextmanager
    def guessing(self, user_id: UUID, model_id: UUID, quiz_id: UUID) -> "Iterator[QuizChange]":
        """Change what was guessed in one transaction, alone among all that would.

        Raises:
            UnknownQuiz: The model has none of this id.
        """
        wanted = (_table.id == quiz_id, *_of_model(user_id, model_id))
        with self._database.writing() as connection:
            connection.execute(select(_table.id).where(*wanted).with_for_update())
            yield QuizChange(connection, _get(connection, *wanted))


class QuizChange:
    """A quiz while somebody guesses; `record` is how it was found."""

    def __init__(self, connection: Connection, record: QuizRecord) -> None:
        self._connection = connection
        self.record = record

    def keep(self, guesses: list[Json], *, told: int, completed_at: datetime | None) -> QuizRecord:
        """Keep all guesses, and how many were right."""
        same = _table.id == self.record.id
        values = {"guesses": guesses, "guessed": len(guesses), "told": told, "completed_at": completed_at}
        self._connection.execute(update(quizzes).where(same).values(values))
        return _get(self._connection, same)


def purge_quizzes(
    connection: Connection, *wanted: ColumnElement[bool], fetched_before: datetime, most: int
) -> int:
    """Take the texts out of quizzes with a post fetched before a time, at most so many; guesses and counts stay."""
    is_old = (_table.has_texts, _table.posts_fetched_at < fetched_before, *wanted)
    found = connection.execute(select(_table.id, _table.rounds).where(*is_old).limit(most)).all()
    for quiz_id, rounds in found:
        bare = [each | {"a": None, "b": None} for each in rounds]
        values = {"rounds": bare, "has_texts": False}
        connection.execute(update(quizzes).where(_table.id == quiz_id).values(values))
    return len(found)


def _oldest_fetch(connection: Connection, quiz: QuizRecord) -> datetime:
    ids = [each["post_id"] for each in quiz.rounds]
    posts = collected_posts.c
    mine = (posts.user_id == quiz.user_id, posts.username == quiz.creator_username.lower(), posts.id.in_(ids))
    count, oldest = connection.execute(select(func.count(), func.min(posts.fetched_at)).where(*mine)).one()
    if count < len(ids) or not isinstance(oldest, datetime):
        raise TooFewPosts(
            "Posts of the quiz were deleted while it was made.",
            found=count,
            needed=len(ids),
            hint="Try again.",
        )
    return oldest


def _of_model(user_id: UUID, model_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return _table.user_id == user_id, _table.model_id == model_id


def _taken(taker: UUID | None) -> tuple[ColumnElement[bool], ...]:
    return () if taker is None else (or_(_table.taken_by == taker, _table.taken_by.is_(None)),)


def _get(connection: Connection, *wanted: ColumnElement[bool], is_newest: bool = False) -> QuizRecord:
    columns = [column for column in columns_of(quizzes) if column.name in QuizRecord.__slots__]
    statement = select(*columns).where(*wanted).order_by(_table.created_at.desc(), _table.id).limit(2)
    rows: list[Any] = [*connection.execute(statement).mappings()]
    if len(rows) > 1 and not is_newest:
        raise UnknownQuiz("Several quizzes have an id that begins so.", hint="Give more of it.")
    if not rows:
        raise UnknownQuiz("There is no such quiz.", hint="Begin one: soundalike quiz MODEL")
    return QuizRecord(**rows[0])
