import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from soundalike.errors import InvalidUsername
from soundalike.posts.post import USERNAME_PATTERN, read_username
from soundalike.schemas.requests import AnalyzeRequest, CompareRequest, DraftRequest, TrainRequest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    "username months minEngagement top asOf consent ordinary budgetCredits tweets creatorUsername trainer "
    "modelName seed brief count maxChars a b modelId x".split()
)


LINKS = st.from_regex(
    r"(https?://)?(www\.|M)?(x|Twitter)\.com/@?(home|I|[a-z_/]{0,4})[/?# ]{0,3}", fullmatch=True
)


@pytest.mark.slow
@given(st.text() | LINKS | st.from_regex(USERNAME_PATTERN))
def test_the_published_pattern_takes_what_is_a_username_and_nothing_else(text):
    """Names, @names and links to profiles; not links to other pages of X."""
    try:
        name = read_username(text)
    except InvalidUsername:
        assert not re.search(USERNAME_PATTERN, text)
    else:
        assert re.fullmatch("[A-Za-z0-9_]{1,15}", name)
        assert re.search(USERNAME_PATTERN, text)


def read(**given):
    """A request to analyse with these fields."""
    return AnalyzeRequest.model_validate({"username": "levelsio"} | given)


@pytest.mark.slow
@given(st.dictionaries(FIELDS, JSON, max_size=6))
@pytest.mark.parametrize("kind", [AnalyzeRequest, TrainRequest, DraftRequest, CompareRequest])
def test_any_json_is_taken_or_refused(kind, body):
    """Nothing a client can send makes reading it fail in another way, and what is taken can be hashed and stored."""
    try:
        taken = kind.model_validate(body)
    except ValidationError:
        return
    str(taken.as_json()).encode()


@pytest.mark.parametrize("months", [True, "6", 0, 121, 6.5, None, [], float("nan"), float("inf")])
def test_a_number_is_a_number(months):
    """No truth value, no text, nothing out of range."""
    with pytest.raises(ValidationError):
        read(months=months)


def test_a_whole_number_may_be_written_with_a_point():
    """JSON does not tell 6 from 6.0."""
    assert read(months=6.0).months == 6


@pytest.mark.parametrize("gate", ["auto", 0, 100_000])
def test_the_gate_is_a_number_or_auto(gate):
    """As the command takes it."""
    assert read(minEngagement=gate).min_engagement == gate


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-31", datetime(2026, 10, 31, tzinfo=UTC)),
        ("2026-10-31T18:00:00Z", datetime(2026, 10, 31, 18, tzinfo=UTC)),
        ("2026-10-31T18:00:00+02:00", datetime(2026, 10, 31, 16, tzinfo=UTC)),
        ("2026-10-31T18:00:00", datetime(2026, 10, 31, 18, tzinfo=UTC)),
    ],
)
def test_a_time_without_zone_is_utc(text, moment):
    """Dates are their first second."""
    assert read(asOf=text).as_of == moment


@pytest.mark.parametrize(
    "value", [1761933600, "yesterday", "1999-01-01", "9999-12-31T23:59:59-12:00", "", True]
)
def test_what_is_no_time_of_x_is_refused(value):
    """Numbers are no dates, and X began in 2006."""
    with pytest.raises(ValidationError):
        read(asOf=value)


def test_posts_may_carry_more_than_is_needed():
    """What analyze-creator answered can be sent back as it is; elsewhere an unknown field is refused."""
    tweet = {
        "id": "20",
        "text": "x",
        "createdAt": "Tue Dec 10 07:00:30 +0000 2024",
        "viralScore": 3,
        "lang": "en",
    }
    wish = TrainRequest.model_validate({"creatorUsername": "x", "tweets": [tweet]})
    assert wish.tweets[0].created_at == datetime(2024, 12, 10, 7, 0, 30, tzinfo=UTC)
    with pytest.raises(ValidationError):
        TrainRequest.model_validate({"creatorUsername": "x", "tweets": [tweet], "extra": 1})


def test_without_a_session_posts_have_to_be_whole():
    """An id alone says nothing to learn from."""
    with pytest.raises(ValidationError):
        TrainRequest.model_validate({"creatorUsername": "x", "tweets": [{"id": "20"}]})


@pytest.mark.parametrize("audience", [{}, {"username": "a", "modelId": "b"}])
def test_wordings_are_compared_before_one_audience(audience):
    """A creator's, or a model's; not none, not both."""
    with pytest.raises(ValidationError):
        CompareRequest.model_validate({"a": "x", "b": "y"} | audience)
