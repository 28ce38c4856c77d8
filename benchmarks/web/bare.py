"""What the status route is held against: FastAPI and SQLAlchemy's ORM, one row by its key, and nothing else.

`bare.py DATABASE_URL PORT`. No sign-in, no log, no metrics, no headers: what a framework's own example looks like.
"""

import sys
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from soundalike.storage.database import connect, read_url
from soundalike.storage.tables import training_sessions


class Base(DeclarativeBase):
    """Of mapped classes."""


class Training(Base):
    """A training session, as the ORM sees it."""

    __table__ = training_sessions


class Body(BaseModel):
    """About as much as a status says."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: str
    progress: int
    steps: list[dict[str, Any]]
    model_id: UUID | None


def create_app(url: str) -> FastAPI:
    """One route."""
    sessions = sessionmaker(connect(read_url(url)))
    app = FastAPI()

    def session() -> Iterator[Session]:
        with sessions() as opened:
            yield opened

    @app.get("/trainings/{training_id}", response_model=Body)
    def show(training_id: UUID, opened: Annotated[Session, Depends(session)]) -> Training:
        found = opened.get(Training, training_id)
        if found is None:
            raise HTTPException(404)
        return found

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[1]), port=int(sys.argv[2]), log_level="warning", access_log=False)
