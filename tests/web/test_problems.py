import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike import errors
from soundalike.errors import SoundalikeError, StorageError, TooManyJobs, UpstreamRateLimited, WriterError
from soundalike.web.kinds import KINDS, kind_of
from soundalike.web.problems import MEDIA_TYPE, Refused, answer, problems, respond

SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [], "state": {"request_id": "abc12345"}}
BASES = {"error", "creator_error", "upstream_error", "unknown", "job_error", "account_error"}


def body_of(response):
    """What is sent."""
    return json.loads(bytes(response.body))


def all_errors(kind=SoundalikeError):
    """The whole tree of errors."""
    yield kind
    for each in kind.__subclasses__():
        yield from all_errors(each)


def test_every_error_that_can_be_raised_has_a_kind():
    """None falls through to “something went wrong inside” because it was forgotten."""
    codes = {each.code for each in all_errors() if each.__module__ == errors.__name__}
    assert codes - BASES <= set(KINDS)


def test_a_problem_is_as_the_standard_and_the_product_say():
    """RFC 9457's five members, `success: false`, a code, and nothing that is null."""
    response = respond(SCOPE, Refused("not_found", "Nothing here.", hint="Look elsewhere."))
    assert (response.status_code, response.media_type) == (404, MEDIA_TYPE)
    assert body_of(response) == {
        "type": "/problems/not_found",
        "title": "Nothing is here",
        "status": 404,
        "detail": "Nothing here. Look elsewhere.",
        "success": False,
        "code": "not_found",
        "instance": "abc12345",
    }


def test_whoever_is_to_wait_is_told_how_long():
    """In the header and in the body, rounded up to whole seconds."""
    response = respond(SCOPE, TooManyJobs("Too many.", retry_after_seconds=12.2))
    assert (response.headers["retry-after"], body_of(response)["retryAfter"]) == ("13", 13)
    assert respond(SCOPE, UpstreamRateLimited("Busy.")).headers["retry-after"] == "5"


@given(st.floats())
def test_any_wait_is_a_sane_number_of_seconds(seconds):
    """Nothing asks a client to come back in a million years, or yesterday."""
    response = answer(SCOPE, KINDS["too_many_jobs"], "x", retry_after_seconds=seconds)
    assert 1 <= int(response.headers["retry-after"]) <= 3600
    assert not math.isnan(body_of(response)["retryAfter"])


@given(st.text(st.characters()))
def test_any_sentence_can_be_sent(text):
    """Half surrogate pairs in a name that a client sent do not break the answer."""
    body_of(respond(SCOPE, Refused("invalid_username", text)))


@pytest.mark.parametrize(
    "error",
    [StorageError("The database /data/x.db is full."), WriterError("No file at /m.gguf."), OSError("/x")],
)
def test_paths_of_the_server_are_not_told(error):
    """What names a path or a host goes to the log, not to the client."""
    response = respond(SCOPE, error)
    assert response.status_code in {500, 503}
    assert "/" not in body_of(response)["detail"]


def test_an_unknown_code_is_an_error_inside():
    """A code from a later version that was kept with a session is not passed on as if it meant something."""
    assert kind_of("who_knows").code == "internal_error"


def test_what_is_documented_has_an_example_for_every_code():
    """By status, each with the code's own body, and the wait where there is one."""
    documented = problems("unknown_model", "unknown_session", "too_many_jobs", signed_in=False)
    assert set(documented) == {404, 429, 500, 503}
    examples = documented[404]["content"][MEDIA_TYPE]["examples"]
    assert set(examples) == {"unknown_model", "unknown_session"}
    assert examples["unknown_model"]["value"]["code"] == "unknown_model"
    assert "Retry-After" in documented[429]["headers"]
