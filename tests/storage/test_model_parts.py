"""What a model keeps by itself: written with it, read by its owner alone, gone with it."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from soundalike.errors import UnknownSession
from soundalike.storage.tables import model_parts

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
PARTS = {"likeness": b"\x00\xff" * 1_000, "guard": b""}


def count(store):
    """How many parts there are, whosever they are."""
    with store.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(model_parts))


def test_parts_come_back_as_they_were(store, new_model):
    """All of them, or one; nothing where there is none."""
    model = store.save_model(new_model(), parts=PARTS)
    assert store.load_parts(ALICE, model.id) == PARTS
    assert store.load_part(ALICE, model.id, "likeness") == PARTS["likeness"]
    assert store.load_part(ALICE, model.id, "form") is None
    assert store.load_parts(ALICE, store.save_model(new_model()).id) == {}


def test_parts_of_another_user_are_not_there(store, new_model):
    """Knowing the id of a model is not enough."""
    model = store.save_model(new_model(), parts=PARTS)
    assert (store.load_parts(BOB, model.id), store.load_part(BOB, model.id, "guard")) == ({}, None)


def test_saving_again_replaces_the_parts_that_are_given(store, new_model):
    """A repeated last step leaves one set; a change of the model alone leaves its parts."""
    model = store.save_model(new_model(), parts=PARTS)
    store.save_model(model, parts=PARTS)
    assert store.load_parts(ALICE, model.id) == PARTS
    store.save_model(model)
    assert store.load_parts(ALICE, model.id) == PARTS
    store.save_model(model, parts={"form": b"new"})
    assert store.load_parts(ALICE, model.id) == {"form": b"new"}


def test_a_model_is_saved_with_its_parts_or_not_at_all(store, new_model):
    """One transaction."""
    with pytest.raises(UnknownSession):
        store.save_model(new_model(session_id=uuid4()), parts=PARTS)
    assert count(store) == 0


@pytest.mark.parametrize("how", ["delete", "forget"])
def test_parts_go_with_their_model(store, new_model, how):
    """Deleted by itself, or forgotten with its creator."""
    kept = store.save_model(new_model(creator_username="swyx"), parts={"form": b"x"})
    model = store.save_model(new_model(), parts=PARTS)
    if how == "delete":
        store.delete_model(ALICE, model.id)
    else:
        store.forget_creator(ALICE, "levelsio")
    assert count(store) == 1
    assert store.load_parts(ALICE, kept.id) == {"form": b"x"}


def test_parts_are_saved_in_a_change_of_the_session(store, training, new_model):
    """As a training in the background does."""
    store.create_session(training)
    with store.changing(ALICE, training.id) as change:
        model = change.save_model(new_model(session_id=training.id), parts=PARTS)
    assert store.load_parts(ALICE, model.id) == PARTS
