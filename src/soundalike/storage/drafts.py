"""Drafts that were returned, what became of them, and what a user changed about a voice because of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, update

from soundalike.errors import UnknownDraft
from soundalike.storage.database import Database
from soundalike.storage.finding import beginning_of_id, begins_with
from soundalike.storage.models import get_model, unknown_model
from soundalike.storage.queries import columns_of, of_creator, own, values_of
from soundalike.storage.records import DraftRecord, DraftStatus, Json, TrainedModelRecord
from soundalike.storage.tables import drafts, trained_ai_models

_MOST_LISTED: Final = 200
_NAMED: Final = 3  # in a hint


class DraftStore:
    """Drafts, each for one user: another's are as good as absent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, model: TrainedModelRecord, written: Sequence[DraftRecord]) -> None:
        """Add drafts that a model just wrote.

        Raises:
            UnknownModel: The model was deleted meanwhile.
        """
        is_there = select(trained_ai_models.c.id).where(*own(trained_ai_models, model.user_id, model.id))
        with self._database.writing() as connection:
            if connection.scalar(is_there.with_for_update(read=True, key_share=True)) is None:
                raise unknown_model(model.id)
            if written:
                connection.execute(insert(drafts), [values_of(draft) for draft in written])

    def page(
        self,
        user_id: UUID,
        model_id: UUID,
        *,
        status: DraftStatus | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[DraftRecord]:
        """List a page of a model's drafts, the newest answer first and within it the best; of one status if given."""
        wanted = [drafts.c.user_id == user_id, drafts.c.model_id == model_id]
        wanted += [drafts.c.status == status] if status else []
        newest_first = select(*columns_of(drafts)).where(*wanted).order_by(*_ORDER)
        page = newest_first.limit(max(0, min(limit, _MOST_LISTED))).offset(max(0, offset))
        with self._database.reading() as connection:
            return _records(connection, page)

    def get(self, user_id: UUID, draft_id: UUID) -> DraftRecord:
        """Load one draft.

        Raises:
            UnknownDraft: The user has none of this id.
        """
        with self._database.reading() as connection:
            return _get(connection, user_id, drafts.c.id == draft_id)

    def answer(self, user_id: UUID, draft_id: UUID) -> list[DraftRecord]:
        """Load all drafts of the answer that a draft came with, the best first.

        Raises:
            UnknownDraft: The user has none of this id.
        """
        with self._database.reading() as connection:
            one = _get(connection, user_id, drafts.c.id == draft_id)
            same = (
                drafts.c.user_id == user_id,
                drafts.c.model_id == one.model_id,
                drafts.c.created_at == one.created_at,
                drafts.c.brief == one.brief,
            )
            return _records(connection, select(*columns_of(drafts)).where(*same).order_by(*_ORDER))

    def count(self, user_id: UUID, model_id: UUID) -> dict[DraftStatus, int]:
        """How many drafts of a model there are, by what became of them; what none became is left out."""
        own_ones = (drafts.c.user_id == user_id, drafts.c.model_id == model_id)
        counted = (
            select(drafts.c.status, func.count().label("number")).where(*own_ones).group_by(drafts.c.status)
        )
        with self._database.reading() as connection:
            return {row.status: row.number for row in connection.execute(counted)}

    def find(self, user_id: UUID, text: str) -> DraftRecord:
        """Load the draft of this id, or of the only id that begins so.

        Raises:
            UnknownDraft: None fits, or several do.
        """
        beginning = beginning_of_id(text.strip())
        if not beginning:
            raise _unknown()
        with self._database.reading() as connection:
            return _get(connection, user_id, begins_with(drafts.c.id, beginning))

    def decided(
        self, user_id: UUID, model_id: UUID, *, limit: int = 200, offset: int = 0
    ) -> list[DraftRecord]:
        """List a page of a model's drafts that were accepted, edited or rejected, the last decision first."""
        wanted = (
            drafts.c.user_id == user_id,
            drafts.c.model_id == model_id,
            drafts.c.decided_at.is_not(None),
        )
        last_first = (
            select(*columns_of(drafts)).where(*wanted).order_by(drafts.c.decided_at.desc(), drafts.c.id)
        )
        with self._database.reading() as connection:
            return _records(connection, last_first.limit(min(limit, _MOST_LISTED)).offset(max(0, offset)))

    @contextmanager
    def editing(self, user_id: UUID, model_id: UUID) -> "Iterator[ModelChange]":
        """Change what is kept of a model's drafts and its voice in one transaction, alone among all that would.

        Raises:
            UnknownModel: The user has none of this id.
        """
        with self._database.writing() as connection:
            wanted = select(trained_ai_models.c.id).where(*own(trained_ai_models, user_id, model_id))
            connection.execute(wanted.with_for_update())
            yield ModelChange(connection, get_model(connection, user_id, model_id))


class ModelChange:
    """A model while its drafts are decided on and its voice is edited; `record` is how it was found."""

    def __init__(self, connection: Connection, record: TrainedModelRecord) -> None:
        self._connection = connection
        self.record = record

    def decide(
        self,
        draft_id: UUID,
        status: DraftStatus,
        *,
        edited_text: str | None,
        reason: str | None,
        at: datetime,
        by: UUID | None,
    ) -> DraftRecord:
        """Note what became of a draft; a later decision takes the place of an earlier one.

        Raises:
            UnknownDraft: The model has none of this id.
        """
        values = {
            "status": status,
            "edited_text": edited_text,
            "reason": reason,
            "decided_at": at,
            "decided_by": by,
        }
        same = (drafts.c.id == draft_id, drafts.c.model_id == self.record.id)
        self._connection.execute(update(drafts).where(*same).values(values))
        return _get(self._connection, self.record.user_id, *same)

    def decided(self, most: int) -> list[DraftRecord]:
        """The drafts of this creator, of any version of the model, that were decided on last, at most so many."""
        about = of_creator(drafts, self.record.user_id, self.record.creator_username)
        last_first = (
            select(*columns_of(drafts))
            .where(*about, drafts.c.decided_at.is_not(None))
            .order_by(drafts.c.decided_at.desc(), drafts.c.id)
        )
        return _records(self._connection, last_first.limit(most))

    def keep(self, edits: Json, prompt: str) -> TrainedModelRecord:
        """Keep what was changed about the voice, with the prompt that honours it."""
        same = own(trained_ai_models, self.record.user_id, self.record.id)
        values = {"edits": edits, "model_prompt": prompt}
        self._connection.execute(update(trained_ai_models).where(*same).values(values))
        return get_model(self._connection, self.record.user_id, self.record.id)


def edits_before(connection: Connection, user_id: UUID, username: str, model_id: UUID) -> Json | None:
    """What was changed about the newest version of a creator's voice other than this one."""
    table = trained_ai_models.c
    others = (*of_creator(trained_ai_models, user_id, username), table.id != model_id)
    newest = select(table.edits).where(*others).order_by(table.version.desc(), table.created_at.desc())
    return connection.scalar(newest.limit(1))


def delete_old_drafts(connection: Connection, *wanted: ColumnElement[bool], most: int) -> int:
    """Delete drafts that nobody decided on and for which the conditions hold, at most so many; returns how many."""
    old = select(drafts.c.id).where(drafts.c.decided_at.is_(None), *wanted).limit(most)
    return connection.execute(delete(drafts).where(drafts.c.id.in_(old))).rowcount


def count_drafts(connection: Connection, user_id: UUID, username: str) -> int:
    """How many drafts there are of a creator; they go with their models."""
    about = of_creator(drafts, user_id, username)
    return connection.scalar(select(func.count()).select_from(drafts).where(*about)) or 0


_ORDER: Final = (drafts.c.created_at.desc(), drafts.c.rank, drafts.c.id)


def _records(connection: Connection, statement: Select[Any]) -> list[DraftRecord]:
    return [DraftRecord(**row) for row in connection.execute(statement).mappings()]


def _get(connection: Connection, user_id: UUID, *wanted: ColumnElement[bool]) -> DraftRecord:
    statement = select(*columns_of(drafts)).where(drafts.c.user_id == user_id, *wanted).limit(_NAMED + 1)
    found = _records(connection, statement)
    if len(found) > 1:
        ids = ", ".join(str(draft.id) for draft in found[:_NAMED])
        raise UnknownDraft("Several drafts have an id that begins so.", hint=f"Give more of it: {ids}")
    if not found:
        raise _unknown()
    return found[0]


def _unknown() -> UnknownDraft:
    return UnknownDraft("There is no such draft.", hint="List them: soundalike drafts list MODEL")
