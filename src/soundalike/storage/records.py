"""What the store gives and takes: one frozen value a row.

A field is named like its column, except where the original schema says "tweets": `posts_collected` is the column
`tweets_collected`, `posts_count` is `tweets_count`. Times are aware and UTC. JSON fields are plain dicts and
lists; the order of a dict's keys is not kept, and PostgreSQL may return a float of 10**16 or more as an integer.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypedDict
from uuid import UUID

from soundalike.posts.rows import Row

Json = dict[str, Any]

_UNFINISHED: Final = {"collecting", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class TrainingSession:
    """One pass from a creator's name to a trained model; what is not known yet is None.

    `progress` runs from 0 to 100, `steps` holds the six steps' status, `posts_collected` the posts up for review and
    `selected_ids` those the user kept. `updated_at` is None until the first change; `event_number` counts the statuses
    that a training has had.
    """

    id: UUID
    user_id: UUID
    creator_username: str
    created_at: datetime
    status: str = "collecting"
    creator: Json | None = None
    settings: Json = field(default_factory=dict)
    stats: Json | None = None
    posts_collected: list[Row] | None = None
    selected_ids: list[str] | None = None
    progress: int = 0
    steps: list[Json] = field(default_factory=list)
    training_prompt: str | None = None
    model_id: UUID | None = None
    error_code: str | None = None
    error_message: str | None = None
    updated_at: datetime | None = None
    completed_at: datetime | None = None
    event_number: int = 0

    @property
    def is_unfinished(self) -> bool:
        """Whether its collection was begun or broken off, and no training has come of it."""
        untrained = self.progress == 0 and not self.steps
        return self.status in _UNFINISHED and untrained


class SessionChanges(TypedDict, total=False):
    """What may change in a training session; the rest stands from its creation."""

    status: str
    creator_username: str
    creator: Json | None
    settings: Json
    stats: Json | None
    posts_collected: list[Row] | None
    selected_ids: list[str] | None
    progress: int
    steps: list[Json]
    training_prompt: str | None
    model_id: UUID | None
    error_code: str | None
    error_message: str | None
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TrainedModelRecord:
    """A trained model as it lies in the database.

    `training_data` holds the posts learned from, `provenance` the settings, seed, fingerprints, versions and consent
    behind the model. `version` counts a user's models of one creator from 1; the store gives it on the first save.
    `edits` is what users changed about the voice since; saving the model again leaves it alone.
    """

    id: UUID
    user_id: UUID
    creator_username: str
    model_name: str
    model_prompt: str
    training_data: Json | list[Row]
    created_at: datetime
    session_id: UUID | None = None
    version: int = 1
    trainer: str | None = None
    base_model: str | None = None
    voice: Json | None = None
    patterns: list[Json] | None = None
    report: Json | None = None
    provenance: Json | None = None
    total_engagement: int = 0
    posts_count: int = 0
    is_active: bool = True
    edits: Json | None = None


DraftStatus = Literal["written", "accepted", "edited", "rejected"]


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A draft as it lies in the database, and what became of it.

    `rank` is its place, from 1, in the answer it came with; `figures` what was measured of it. `edited_text` is what
    the user made of it, where `status` is `edited`.
    """

    id: UUID
    user_id: UUID
    model_id: UUID
    creator_username: str
    brief: str
    rank: int
    text: str
    figures: Json
    created_at: datetime
    status: DraftStatus = "written"
    edited_text: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None
    decided_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows about a creator were deleted."""

    models: int
    trainings: int
    posts: int
    drafts: int = 0
