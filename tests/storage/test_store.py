from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from soundalike.errors import StorageError, UnknownModel, UnknownSession
from soundalike.storage import Forgotten

BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
LATER = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)

FULL = {
    "creator": {"id": "44196397", "username": "LevelsIO", "displayName": "levels ✨", "followers": 600_000},
    "settings": {
        "months": 6,
        "gate": "auto",
        "top": 20,
        "trainer": "prompt",
        "budget": 50_000,
        "consent": "own",
    },
    "stats": {"collected": 412, "setAside": {"repost": 31}, "usd": 0.075},
    "posts_collected": [{"id": "1858530000000000001", "text": "すぐ ship 🚀", "like_count": None}],
    "selected_ids": ["1858530000000000001"],
    "steps": [{"number": 1, "name": "prepare", "status": "completed"}],
}


def test_a_training_session_comes_back_as_it_was(store, training):
    """Every field, JSON and times included, is read as it was written."""
    full = replace(
        training, **FULL, status="running", progress=40, model_id=uuid4(), error_code="schema_drift"
    )
    full = replace(
        full, training_prompt="Write short.", error_message="x", updated_at=LATER, completed_at=LATER
    )
    store.create_session(full)
    assert store.get_session(full.user_id, full.id) == full


def test_times_are_utc_whatever_the_zone(store, training):
    """A time in Tokyo is the same moment in UTC; a time without zone is refused."""
    tokyo = LATER.astimezone(timezone(timedelta(hours=9)))
    store.create_session(replace(training, completed_at=tokyo))
    completed_at = store.get_session(training.user_id, training.id).completed_at
    assert (completed_at, completed_at.tzinfo) == (LATER, UTC)
    with pytest.raises(StorageError, match="no zone"):
        store.create_session(replace(training, id=uuid4(), completed_at=LATER.replace(tzinfo=None)))


def test_only_named_fields_change(store, training):
    """Two writers of different fields keep each other's work."""
    store.create_session(replace(training, **FULL))
    store.update_session(training.user_id, training.id, at=LATER, status="cancelled")
    changed = store.update_session(training.user_id, training.id, at=LATER, progress=80, stats=None)
    assert changed == replace(
        training, **FULL | {"stats": None}, status="cancelled", progress=80, updated_at=LATER
    )
    assert store.get_session(training.user_id, training.id) == changed


def test_whose_a_session_is_and_since_when_never_changes(store, training):
    """Owner and birth of a training session are fixed."""
    store.create_session(training)
    with pytest.raises(TypeError, match="cannot change its created_at"):
        store.update_session(training.user_id, training.id, at=LATER, created_at=LATER)


@pytest.mark.parametrize(
    "changes",
    [{"status": "x" * 21}, {"progress": 2**63}, {"stats": {"rate": float("nan")}}, {"settings": None}],
)
def test_what_a_column_cannot_hold_is_refused(store, training, changes):
    """Both databases refuse the same values, and keep what was there."""
    store.create_session(training)
    with pytest.raises(StorageError):
        store.update_session(training.user_id, training.id, at=LATER, **changes)
    assert store.get_session(training.user_id, training.id) == training


def test_an_id_is_used_once(store, training):
    """A second session of the same id is refused, whoever asks."""
    store.create_session(training)
    with pytest.raises(StorageError, match="under that id"):
        store.create_session(replace(training, user_id=BOB))


def test_sessions_are_listed_newest_first_in_pages(store, training):
    """A page starts where the last ended; one creator's sessions can be asked for in any case."""
    made = [
        replace(training, id=uuid4(), created_at=training.created_at + timedelta(minutes=minute))
        for minute in range(5)
    ]
    other = replace(training, id=uuid4(), creator_username="swyx", created_at=LATER)
    for session in [*made, other]:
        store.create_session(session)
    assert store.list_sessions(training.user_id, limit=1) == [other]
    assert store.list_sessions(training.user_id, username="levelsio", limit=2, offset=1) == [made[3], made[2]]
    assert len(store.list_sessions(training.user_id, limit=10**9)) == 6
    assert store.list_sessions(training.user_id, limit=-1) == []


def test_a_page_is_bounded(store, training):
    """However many are asked for, at most 200 come at once."""
    for _ in range(201):
        store.create_session(replace(training, id=uuid4()))
    assert len(store.list_sessions(training.user_id, limit=1000)) == 200


@pytest.mark.parametrize(
    ("changes", "goes_on"),
    [
        ({}, True),
        ({"status": "failed"}, True),
        ({"status": "cancelled"}, True),
        ({"status": "collected"}, False),
        ({"status": "completed"}, False),
        ({"status": "failed", "progress": 12}, False),
        ({"status": "failed", "steps": [{"number": 1}]}, False),
    ],
)
def test_a_broken_collection_is_found_again(store, training, changes, goes_on):
    """What was begun or broken off is gone on with; what came further, or went on to a training, is not."""
    store.create_session(replace(training, **changes))
    found = store.find_unfinished(training.user_id, "LEVELSIO")
    assert (found is not None) == goes_on
    assert found is None or found.id == training.id


def test_only_the_newest_session_is_gone_on_with(store, training):
    """An old failure is not taken up again after a success; another creator's and another user's are others'."""
    store.create_session(replace(training, status="failed"))
    assert store.find_unfinished(training.user_id, "swyx") is None
    assert store.find_unfinished(BOB, "levelsio") is None
    store.create_session(replace(training, id=uuid4(), status="collected", created_at=LATER))
    assert store.find_unfinished(training.user_id, "levelsio") is None


def test_deleting_a_session_keeps_its_model(store, training, new_model):
    """The model stays and forgets which session it came from."""
    store.create_session(training)
    model = store.save_model(new_model(session_id=training.id))
    store.delete_session(training.user_id, training.id)
    assert store.get_model(training.user_id, model.id) == replace(model, session_id=None)
    with pytest.raises(UnknownSession):
        store.get_session(training.user_id, training.id)


def test_a_model_comes_back_as_it_was(store, training, new_model):
    """Every field is read as it was written; the store adds only the version."""
    store.create_session(training)
    model = new_model(
        session_id=training.id,
        trainer="prompt",
        base_model="embedded",
        voice={"traits": [{"name": "lower case", "rate": 0.93}]},
        patterns=[{"feature": "question", "lift": 1.4, "interval": [1.1, 1.8]}],
        report={"ceiling": 0.91, "floor": 0.2},
        provenance={"seed": 7, "consent": "own"},
        total_engagement=2**40,
        posts_count=20,
        is_active=False,
    )
    assert store.save_model(model) == model
    assert store.get_model(model.user_id, model.id) == model


def test_versions_count_up_per_creator_and_user(store, new_model):
    """Each creator's models are numbered from 1, whatever the case of the name, for each user apart."""
    saved = [
        store.save_model(new_model(creator_username=name)) for name in ("swyx", "Swyx", "levelsio", "SWYX")
    ]
    assert [model.version for model in saved] == [1, 2, 1, 3]
    assert store.save_model(new_model(creator_username="swyx", user_id=BOB)).version == 1


def test_saving_twice_is_saving_once(store, new_model):
    """A job that repeats its last step replaces the model's content and keeps version and date."""
    first = store.save_model(new_model())
    store.save_model(new_model())
    again = store.save_model(replace(first, model_name="Renamed", version=9, created_at=LATER))
    assert again == replace(first, model_name="Renamed")
    assert len(store.list_models(first.user_id)) == 2


def test_models_saved_at_once_get_different_versions(store, new_model):
    """Writers that save at the same moment take turns at the number."""
    models = [new_model() for _ in range(8)]
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(store.save_model, models))
    assert sorted(model.version for model in saved) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_deleting_a_model_is_for_good(store, training, new_model):
    """The row is gone, and no session points at it."""
    store.create_session(training)
    model = store.save_model(new_model(session_id=training.id))
    store.update_session(training.user_id, training.id, at=LATER, model_id=model.id)
    store.delete_model(model.user_id, model.id)
    assert store.get_session(training.user_id, training.id).model_id is None
    for ask in (store.get_model, store.delete_model):
        with pytest.raises(UnknownModel):
            ask(model.user_id, model.id)


def test_another_users_sessions_are_as_good_as_absent(store, training):
    """Nobody reads, lists, changes or deletes what is another's."""
    store.create_session(training)
    assert store.list_sessions(BOB) == []
    for ask in (store.get_session, store.delete_session, store.purge_session):
        with pytest.raises(UnknownSession):
            ask(BOB, training.id)
    with pytest.raises(UnknownSession):
        store.update_session(BOB, training.id, at=LATER, status="failed")
    assert store.get_session(training.user_id, training.id) == training


def test_another_users_models_are_as_good_as_absent(store, training, new_model):
    """Nobody reads, lists, replaces or deletes another's model, or ties a model to another's session."""
    store.create_session(training)
    model = store.save_model(new_model())
    assert store.list_models(BOB) == []
    for ask in (store.get_model, store.delete_model):
        with pytest.raises(UnknownModel):
            ask(BOB, model.id)
    with pytest.raises(StorageError):
        store.save_model(replace(model, user_id=BOB, model_name="taken"))
    with pytest.raises(UnknownSession):
        store.save_model(new_model(user_id=BOB, session_id=training.id))
    assert store.list_models(model.user_id) == [model]


def test_forgetting_a_creator_leaves_nothing_of_them(store, training, new_model):
    """Models, sessions and posts of the creator go; other creators and users keep theirs."""
    others = [
        replace(training, id=uuid4(), creator_username="swyx"),
        replace(training, id=uuid4(), user_id=BOB),
    ]
    for session in [training, *others]:
        store.create_session(session)
    store.save_model(new_model(session_id=training.id))
    assert store.forget_creator(training.user_id, "levelsio") == Forgotten(models=1, trainings=1, posts=0)
    assert store.list_models(training.user_id) == []
    assert store.list_sessions(training.user_id) + store.list_sessions(BOB) == others
