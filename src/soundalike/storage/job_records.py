"""What the store gives and takes of jobs in the background."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

Json = dict[str, Any]
Kind = Literal["collect", "train"]

KINDS: Final[tuple[Kind, ...]] = ("collect", "train")
OPEN: Final = ("queued", "running")
"""Statuses of a job that has not ended."""


class JobKey(NamedTuple):
    """Which job."""

    session_id: UUID
    kind: Kind


@dataclass(frozen=True, slots=True)
class Job:
    """A collection or a training of a session, as it lies in the database.

    `status` is `queued`, `running`, `completed`, `failed`, `cancelled` or `parked`; `run` counts how often it was
    begun anew, `token` changes whenever somebody else takes charge, `crashes` counts the workers it lost in a row.
    """

    session_id: UUID
    kind: Kind
    user_id: UUID
    created_at: datetime
    requested_by: UUID | None = None
    request_id: str | None = None
    status: str = "queued"
    run: int = 1
    enqueued_run: int = 0
    token: int = 0
    owner: str | None = None
    crashes: int = 0
    priority: int = 5
    order: Json = field(default_factory=dict)
    idempotency_key: str | None = None
    request_hash: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def key(self) -> JobKey:
        """Which job it is."""
        return JobKey(self.session_id, self.kind)

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class Limits:
    """How many jobs a workspace may have: running and waiting at once, and begun within a day."""

    queued: int = 20
    daily: int = 200


@dataclass(frozen=True, slots=True)
class TrainingEvent:
    """One status a training had."""

    number: int
    body: Json


class Mark(NamedTuple):
    """How far a session is: enough to see that something changed."""

    status: str
    event_number: int


@dataclass(frozen=True, slots=True)
class Artefact:
    """What a step made, of an input with this hash."""

    step: str
    input_hash: str
    artefact: Json
    detail: str
    made_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that does jobs; without a sign of life for `lease_seconds` it counts as dead."""

    id: str
    host: str
    pid: int
    version: str
    lease_seconds: float
    started_at: datetime
