"""What was collected, what it cost, and at which pace."""

from typing import Final

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Uuid

from soundalike.storage.columns import Line, Moment, Prose, json_column
from soundalike.storage.tables.base import counted_id, metadata

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
    Column("id", counted_id, primary_key=True),
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
    Column("id", counted_id, primary_key=True),
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
