from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundalike.errors import UnknownModel

FIRST = UUID("3fa85f64-5717-4562-b3fc-2c963f66afa6")
TWIN = UUID("3fa85f64-9999-4562-b3fc-2c963f66afa6")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")


@pytest.mark.parametrize(
    "text", [str(FIRST), FIRST.hex, str(FIRST).upper(), "3fa85f", "3fa85f64-5717", "Levels", " @LEVELSIO "]
)
def test_a_model_is_found_by_all_its_names(store, new_model, text):
    """An id, its beginning, the model's name and the creator's username all mean the model."""
    model = store.save_model(new_model(id=FIRST))
    assert store.find_model(model.user_id, text) == model


def test_a_username_means_its_newest_active_model(store, new_model):
    """Of three models, the retired one and the older one give way."""
    old, new, retired = (
        store.save_model(
            new_model(created_at=new_model().created_at + timedelta(days=day), is_active=day < 2)
        )
        for day in range(3)
    )
    assert store.find_model(old.user_id, "@levelsio") == new
    assert store.find_model(old.user_id, "Levels") == new
    assert store.find_model(old.user_id, retired.id.hex) == retired


def test_a_name_that_looks_like_an_id_is_a_name(store, new_model):
    """An exact name goes before the beginning of somebody's id."""
    store.save_model(new_model(id=UUID("facade00-0000-4000-8000-000000000000")))
    named = store.save_model(new_model(model_name="facade"))
    assert store.find_model(named.user_id, "facade") == named


def test_an_ambiguous_beginning_is_no_answer(store, new_model):
    """Where two ids begin alike, both are named and none is taken."""
    for model_id in (FIRST, TWIN):
        store.save_model(new_model(id=model_id))
    with pytest.raises(UnknownModel, match="several") as caught:
        store.find_model(new_model().user_id, "3fa85f64")
    assert str(FIRST) in caught.value.hint
    assert str(TWIN) in caught.value.hint


def test_five_digits_are_too_few(store, new_model):
    """A shorter beginning is a name, and unknown."""
    model = store.save_model(new_model(id=FIRST))
    with pytest.raises(UnknownModel):
        store.find_model(model.user_id, "3fa85")


@pytest.mark.parametrize(
    ("text", "near"), [("Levls", "“Levels”"), ("@levelsi", "“@LevelsIO”"), ("zzz", "“Levels”")]
)
def test_a_slip_gets_the_nearest_names(store, new_model, text, near):
    """The hint repeats the names that come near, or those there are."""
    model = store.save_model(new_model())
    with pytest.raises(UnknownModel, match=f"no model “{text}”") as caught:
        store.find_model(model.user_id, text)
    assert near in caught.value.hint


def test_hints_name_only_ones_own_models(store, new_model):
    """A user without models is told how to train one, and nothing of other users'."""
    model = store.save_model(new_model())
    for text in (model.id.hex, "Levels", "@levelsio"):
        with pytest.raises(UnknownModel) as caught:
            store.find_model(BOB, text)
        assert caught.value.hint == "None has been trained yet. Train one: soundalike train USERNAME"


@given(text=st.text(st.characters(codec=None), max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_wild_text_is_no_model(store, text):
    """Whatever is typed, the answer is that there is no such model, in a message of bounded length."""
    with pytest.raises(UnknownModel) as caught:
        store.find_model(BOB, text)
    assert len(str(caught.value)) < 200
