"""Training sessions, trained models and what goes with either.

Names and types of the first columns of `training_sessions` and `trained_ai_models` are public: scripts rely on them,
and a row that states only those is complete, since every further column is nullable or has a server default.

`user_id` says whose a row is: a workspace. A user's personal workspace has the id of the user.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Uuid,
    func,
    text,
    true,
)

from soundalike.storage.columns import Line, Moment, Prose, json_column
from soundalike.storage.tables.base import metadata

training_sessions: Final = Table(
    "training_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("creator_username", Line(50), nullable=False),
    Column("status", Line(20), nullable=False, server_default="collecting"),
    Column("tweets_collected", json_column(), key="posts_collected"),
    Column("training_prompt", Prose),
    Column("error_message", Prose),
    Column("created_at", Moment, nullable=False, server_default=func.now()),
    Column("completed_at", Moment),
    Column("creator", json_column()),
    Column("settings", json_column(), nullable=False, server_default=text("'{}'")),
    Column("stats", json_column()),
    Column("selected_ids", json_column()),
    Column("progress", Integer, nullable=False, server_default="0"),
    Column("steps", json_column(), nullable=False, server_default=text("'[]'")),
    Column(
        "model_id", Uuid
    ),  # no foreign key: the two tables would point at each other; delete_model clears it
    Column("error_code", Line(50)),
    Column("updated_at", Moment),
    Column("event_number", Integer, nullable=False, server_default="0"),
    Index(None, "user_id", "created_at"),
)

trained_ai_models: Final = Table(
    "trained_ai_models",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("creator_username", Line(50), nullable=False),
    Column("model_name", Line(100), nullable=False),
    Column("model_prompt", Prose, nullable=False),
    Column("training_data", json_column(), nullable=False),
    Column("total_engagement", BigInteger, nullable=False, server_default="0"),
    Column("tweets_count", Integer, key="posts_count", nullable=False, server_default="0"),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("created_at", Moment, nullable=False, server_default=func.now()),
    Column("session_id", Uuid, ForeignKey(training_sessions.c.id, ondelete="SET NULL"), index=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("trainer", Line(20)),
    Column("base_model", Prose),
    Column("voice", json_column()),
    Column("patterns", json_column()),
    Column("report", json_column()),
    Column("provenance", json_column()),
    Column("edits", json_column()),
    Index(None, "user_id", "created_at"),
)

#: What a model has to keep by itself to write and to explain itself once the posts it learned from are deleted:
#: figures, hashes and ids, no post. `name` says which part: `likeness`, `form`, `guard`, `forecaster` and its `rivals`,
#: `timeline`.
model_parts: Final = Table(
    "model_parts",
    metadata,
    Column("model_id", Uuid, ForeignKey(trained_ai_models.c.id, ondelete="CASCADE"), primary_key=True),
    Column("name", Line(20), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
