"""Models found by a creator's name and a version."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from soundalike.errors import UnknownModel
from soundalike.storage import TrainedModelRecord
from soundalike.storage.voices import find_voice, list_voices

AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


@pytest.fixture
def save(store):
    """Save a model of a user: `save(user_id, "ada", …) -> record`, each a day after the one before."""
    days = iter(range(100))

    def keep(user_id, username="ada", **changes):
        record = TrainedModelRecord(
            id=uuid4(),
            user_id=user_id,
            creator_username=username,
            model_name="one",
            model_prompt="Write.",
            training_data={},
            created_at=AT + timedelta(days=next(days)),
            voice={"traits": []},
        )
        return store.save_model(replace(record, **changes))

    return keep


def test_the_newest_active_version_goes_by_the_name_alone(store, save):
    """Whatever the case; any version goes by its number, active or not."""
    me = uuid4()
    first, second, _ = (save(me, name, is_active=name != "ADA") for name in ("ada", "Ada", "ADA"))
    assert find_voice(store.database, me, "aDa").id == second.id
    assert find_voice(store.database, me, "ada", 1).id == first.id
    assert find_voice(store.database, me, "ada", 3).username == "ADA"


def test_voices_are_listed_newest_first(store, save):
    """With what names them."""
    me = uuid4()
    saved = [save(me, name) for name in ("ada", "bob", "ada")]
    found = list_voices(store.database, me)
    assert [each.id for each in found] == [each.id for each in reversed(saved)]
    assert [(each.username, each.version) for each in found] == [("ada", 2), ("bob", 1), ("ada", 1)]
    assert found[0].created_at == AT + timedelta(days=2)


def test_what_another_program_wrote_is_no_voice(store, save):
    """It could not write a word."""
    me = uuid4()
    save(me, voice=None)
    assert list_voices(store.database, me) == []
    with pytest.raises(UnknownModel):
        find_voice(store.database, me, "ada")


@pytest.mark.parametrize(("username", "version"), [("bob", None), ("ada", 2), ("a_a", None), ("%", None)])
def test_what_is_not_there_is_not_found(store, save, username, version):
    """Signs that SQL gives a meaning are names like any other."""
    me = uuid4()
    save(me)
    with pytest.raises(UnknownModel, match=username):
        find_voice(store.database, me, username, version)


def test_nobody_finds_what_is_anothers(store, save):
    """Neither in the list nor by its name."""
    save(uuid4())
    stranger = uuid4()
    assert list_voices(store.database, stranger) == []
    with pytest.raises(UnknownModel):
        find_voice(store.database, stranger, "ada", 1)
