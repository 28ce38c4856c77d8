"""The tables.

Names and types of the first columns of `training_sessions` and `trained_ai_models` are public: scripts rely on them,
and a row that states only those is complete, since every further column is nullable or has a server default.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Uuid,
    func,
    text,
    true,
)

from soundalike.storage.columns import Line, Moment, Prose, json_column

metadata: Final = MetaData(
    naming_convention={  # every constraint named, so that a later revision can change it on both databases
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_counted_id: Final = BigInteger().with_variant(
    Integer, "sqlite"
)  # SQLite counts up only what it calls INTEGER

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
    Index(None, "user_id", "created_at"),
)

#: What was collected of a creator: `username` is lower case, `payload` the row form of `soundalike.posts.rows`.
collected_posts: Final = Table(
    "collected_posts",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("username", Line(50), primary_key=True),
    Column("id", Prose, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("payload", json_column(), nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("source", Line(20), nullable=False),
    Index(None, "user_id", "username", "created_at"),
)

#: The ledger: one row for every request to the tweets API, booked before it was sent. `credits`, `posts` and
#: `settled_at` are unknown and `outcome` is NULL while nothing has come back; what never comes back stays so.
api_requests: Final = Table(
    "api_requests",
    metadata,
    Column("id", _counted_id, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("session_id", Uuid),  # no foreign key: money that was spent outlasts the session it was spent for
    Column("key", Line(16), nullable=False),
    Column("kind", Line(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("most_credits", Integer, nullable=False),
    Column("credits", Integer),
    Column("posts", Integer),
    Column("outcome", Line(50)),
    Column("settled_at", Moment),
    Index(None, "user_id", "session_id"),
    Index(None, "user_id", "at", "key", "credits", "most_credits"),  # sums up a month before every request
    Index(None, "key", "at"),
)

#: How far a creator's posts are read: `soundalike.posts.api.stretches.Stretch`; `username` is lower case, `place` holds
#: the fields that have no column.
read_stretches: Final = Table(
    "read_stretches",
    metadata,
    Column("id", _counted_id, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("username", Line(50), nullable=False),
    Column("start_at", Moment, nullable=False),
    Column("end_at", Moment, nullable=False),
    Column("reached_at", Moment, nullable=False),
    Column("read_at", Moment, nullable=False),
    Column("source", Line(20), nullable=False),
    Column("min_likes", Integer, nullable=False),
    Column("stop", Line(20)),
    Column("place", json_column(), nullable=False),
    Index(None, "user_id", "username"),
    sqlite_autoincrement=True,  # the id of a deleted stretch must not come to mean another one
)

#: What is rationed by time, such as the requests of one key: `soundalike.posts.api.pacing.Rate`, in seconds since 1970.
rate_limits: Final = Table(
    "rate_limits",
    metadata,
    Column("name", Line(80), primary_key=True),
    Column("spacing", Double, nullable=False),
    Column("proven", Double, nullable=False),
    Column("next_turn", Double, nullable=False),
    Column("paused_until", Double, nullable=False),
    Column("calm", Integer, nullable=False),
    Column("patience", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

#: What the vendor said was left on a key, in credits.
key_balances: Final = Table(
    "key_balances",
    metadata,
    Column("key", Line(16), primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("recharged", BigInteger, nullable=False),
    Column("bonus", BigInteger, nullable=False),
)
