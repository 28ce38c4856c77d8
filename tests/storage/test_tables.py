from uuid import uuid4

import pytest
from sqlalchemy import text

from soundalike.storage.database import read_url
from soundalike.storage.upgrade import open_database

MOMENT, NUMBER = "timestamp without time zone", "integer"
BRIEF = {
    "training_sessions": {
        "id": ("uuid", None, None),
        "user_id": ("uuid", None, None),
        "creator_username": ("character varying", 50, None),
        "status": ("character varying", 20, "'collecting'::character varying"),
        "tweets_collected": ("jsonb", None, None),
        "training_prompt": ("text", None, None),
        "error_message": ("text", None, None),
        "created_at": (MOMENT, None, "now()"),
        "completed_at": (MOMENT, None, None),
    },
    "trained_ai_models": {
        "id": ("uuid", None, None),
        "user_id": ("uuid", None, None),
        "creator_username": ("character varying", 50, None),
        "model_name": ("character varying", 100, None),
        "model_prompt": ("text", None, None),
        "training_data": ("jsonb", None, None),
        "total_engagement": ("bigint", None, "'0'::bigint"),
        "tweets_count": (NUMBER, None, "0"),
        "is_active": ("boolean", None, "true"),
        "created_at": (MOMENT, None, "now()"),
    },
}
COLUMNS = text(
    "SELECT column_name, data_type, character_maximum_length, column_default FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = :name"
)
SCRIPT = (
    "INSERT INTO training_sessions (id, user_id, creator_username) VALUES ('{id}', '{user}', 'swyx')",
    (
        "INSERT INTO trained_ai_models (id, user_id, creator_username, model_name, model_prompt, training_data) "
        "VALUES ('{id}', '{user}', 'swyx', 'Swyx', 'Write.', '[]')"
    ),
)


@pytest.mark.parametrize("name", BRIEF)
def test_postgresql_has_the_published_columns(postgres_url, name):
    """Names, types, lengths and defaults that users' scripts rely on are as published."""
    database = open_database(read_url(postgres_url))
    with database.reading() as connection:
        rows = connection.execute(COLUMNS, {"name": name}).all()
    database.close()
    found = {column: tuple(facts) for column, *facts in rows}
    assert {column: found.get(column) for column in BRIEF[name]} == BRIEF[name]


def test_a_row_of_published_columns_is_complete(url, store, kind):
    """A script that knows only the published columns writes rows the store can read."""
    user, row_id = uuid4(), uuid4()
    spelled = (lambda value: value.hex) if kind == "sqlite" else str
    database = open_database(read_url(url))
    with database.writing() as connection:
        for statement in SCRIPT:
            connection.exec_driver_sql(statement.format(id=spelled(row_id), user=spelled(user)))
    database.close()
    training, model = store.get_session(user, row_id), store.find_model(user, "@swyx")
    assert (training.status, training.settings, training.steps, training.progress) == (
        "collecting",
        {},
        [],
        0,
    )
    assert (model.version, model.is_active, model.posts_count, model.total_engagement) == (1, True, 0, 0)
    assert training.created_at.utcoffset().total_seconds() == 0
