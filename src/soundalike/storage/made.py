"""What the steps of a training have made, for whoever looks at it; workers read it where they change it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from soundalike.storage.database import Database
from soundalike.storage.queries import own
from soundalike.storage.tables import step_artefacts, training_sessions


def read_made(
    database: Database, user_id: UUID, session_id: UUID, steps: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What these steps of a training made, by step; one that has made nothing is missing, and so is one deleted.

    Raises:
        StorageError: The database refuses.
    """
    statement = (
        select(step_artefacts.c.step, step_artefacts.c.artefact)
        .join(training_sessions, training_sessions.c.id == step_artefacts.c.session_id)
        .where(*own(training_sessions, user_id, session_id), step_artefacts.c.step.in_(steps))
    )
    with database.reading() as connection:
        return {row.step: row.artefact for row in connection.execute(statement)}
