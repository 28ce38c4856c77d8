"""A training session while it is being changed, inside a transaction of the caller's."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from soundalike.storage.database import insert_into
from soundalike.storage.drafts import edits_before
from soundalike.storage.job_records import Artefact
from soundalike.storage.models import put_model
from soundalike.storage.queries import columns_of
from soundalike.storage.records import SessionChanges, TrainedModelRecord, TrainingSession
from soundalike.storage.tables import step_artefacts, training_events, training_sessions

_ARTEFACT: Final = [field.name for field in fields(Artefact)]


class SessionChange:
    """A session, the events of its training, and what the steps made."""

    def __init__(self, connection: Connection, session_id: UUID) -> None:
        self._connection = connection
        self._id = session_id
        self._same = training_sessions.c.id == session_id

    @property
    def training(self) -> TrainingSession:
        """The session as it is at this moment."""
        statement = select(*columns_of(training_sessions)).where(self._same)
        return TrainingSession(**self._connection.execute(statement).mappings().one())

    @property
    def status(self) -> dict[str, Any] | None:
        """The status published last, if any was."""
        statement = (
            select(training_events.c.body)
            .where(training_events.c.session_id == self._id)
            .order_by(training_events.c.number.desc())
            .limit(1)
        )
        return self._connection.scalar(statement)

    def update(self, changes: SessionChanges, *, at: datetime) -> None:
        """Change fields of the session."""
        self._connection.execute(update(training_sessions).where(self._same).values(**changes, updated_at=at))

    def publish(self, body: Mapping[str, Any], *, at: datetime) -> None:
        """Add an event: the training's new status."""
        number = training_sessions.c.event_number
        counted = (
            update(training_sessions).where(self._same).values(event_number=number + 1).returning(number)
        )
        event = {"session_id": self._id, "number": self._connection.scalar(counted), "at": at, "body": body}
        self._connection.execute(insert(training_events).values(**event))

    def artefact(self, step: str) -> Artefact | None:
        """What a step made last, if it made anything."""
        columns = [step_artefacts.c[name] for name in _ARTEFACT]
        same = (step_artefacts.c.session_id == self._id, step_artefacts.c.step == step)
        row = self._connection.execute(select(*columns).where(*same)).one_or_none()
        return Artefact(*row) if row else None

    def keep(self, artefact: Artefact) -> None:
        """Keep what a step made, in place of what it made before."""
        values = {name: getattr(artefact, name) for name in _ARTEFACT}
        statement = insert_into(self._connection, step_artefacts).values(session_id=self._id, **values)
        fresh = {name: statement.excluded[name] for name in values}
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["session_id", "step"], set_=fresh)
        )

    def drop_artefacts(self, steps: Sequence[str]) -> None:
        """Forget what these steps made, so that they are done again."""
        same = (step_artefacts.c.session_id == self._id, step_artefacts.c.step.in_(steps))
        self._connection.execute(delete(step_artefacts).where(*same))

    def edits_before(self, model: TrainedModelRecord) -> dict[str, Any] | None:
        """What was changed about the version of the creator's voice before this model, if anything was."""
        return edits_before(self._connection, model.user_id, model.creator_username, model.id)

    def save_model(
        self, model: TrainedModelRecord, *, parts: Mapping[str, bytes] | None = None
    ) -> TrainedModelRecord:
        """Keep a model, and what it needs by itself, with all else that is changed here."""
        return put_model(self._connection, model, parts)
