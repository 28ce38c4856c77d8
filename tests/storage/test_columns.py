import json
import math
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundalike.errors import StorageError
from soundalike.storage import TrainingSession
from soundalike.storage.columns import storable, write_json

WILD_TEXT = st.text(st.characters(codec=None), max_size=20)
WILD_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e15, 1e15) | WILD_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WILD_TEXT, inner, max_size=4),
    max_leaves=12,
)
same_store = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)


@given(WILD_TEXT)
def test_stored_text_is_unicode_without_nul(text):
    """Whatever the text was, it can be encoded, holds no NUL, and stays as it is the second time."""
    stored = storable(text)
    assert "\0" not in stored.encode().decode()
    assert storable(stored) == stored


def test_pairs_are_joined_and_lone_halves_replaced():
    """Two halves of an emoji are the emoji again; one half is the replacement character."""
    assert storable("\ud83d\ude80 up") == "🚀 up"
    assert storable("cut \ud83d") == "cut \ufffd"


def test_ordinary_text_is_left_alone():
    """Emoji, scripts and line breaks are stored as written."""
    assert storable("ship 🚀\nすぐ") == "ship 🚀\nすぐ"
    assert write_json({"text": "すぐ"}) == '{"text":"すぐ"}'


def test_an_escaped_backslash_is_no_nul():
    """The six characters of an escape that somebody typed are text, and stay."""
    typed = r"\u0000"
    assert json.loads(write_json([typed, "a\0b"])) == [typed, "ab"]


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, [b"bytes"]])
def test_what_json_cannot_express_is_refused(value):
    """No value is stored as something other JSON readers cannot read."""
    with pytest.raises(StorageError, match="JSON"):
        write_json({"value": value})


@pytest.mark.slow
@given(stats=st.dictionaries(WILD_TEXT, WILD_JSON, max_size=4))
@same_store
def test_json_comes_back_equal_on_both_databases(store, stats):
    """Any JSON, hostile characters made fit, is read as it was written; so are fractions below 10**15."""
    training = TrainingSession(uuid4(), uuid4(), "swyx", datetime.now(UTC), stats=stats)
    store.create_session(training)
    assert store.get_session(training.user_id, training.id).stats == json.loads(write_json(stats))
