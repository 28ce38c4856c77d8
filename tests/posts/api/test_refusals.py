"""Replies without an answer become errors that say what to do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.errors import (
    SoundalikeError,
    UpstreamError,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from soundalike.posts.api.refusals import QUOTE_LIMIT, check_reply, drift, quoted, retry_after


def refusal(status, body, headers=None):
    """The error that a reply becomes."""
    with pytest.raises(SoundalikeError) as caught:
        check_reply(status, headers or {}, body)
    return caught.value


def test_a_reply_with_an_answer_is_its_json():
    """Nothing is changed on the way."""
    assert check_reply(200, {}, b'{"tweets": [1]}') == {"tweets": [1]}


@pytest.mark.parametrize("status", [401, 402, 403])
def test_the_credit_text_counts_under_any_status_of_refusal(status):
    """One author met the text of an empty balance under 401."""
    body = b'{"error":"Unauthorized","message":"Credits is not enough.Please recharge"}'

    assert type(refusal(status, body)) is UpstreamOutOfCredits


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Insufficient credits", UpstreamOutOfCredits),
        ("Credits is not enough.Please recharge", UpstreamOutOfCredits),
        ("rate limited", UpstreamRateLimited),
        ("Too Many Requests", UpstreamRateLimited),
        ("Internal server error", UpstreamUnavailable),
        ("Service temporarily unavailable", UpstreamUnavailable),
    ],
)
def test_errors_inside_a_successful_reply_are_told_apart(text, kind):
    """Credits, speed and outages may come with HTTP 200."""
    assert type(refusal(200, f'{{"status":"error","msg":"{text}"}}'.encode())) is kind


def test_what_is_said_of_an_account_is_left_to_the_reader():
    """Only the reader knows which account was asked for."""
    assert check_reply(200, {}, b'{"status":"error","msg":"user not found"}')["msg"] == "user not found"


@pytest.mark.parametrize(
    "body", [b"<html>Bad gateway</html>", b'{"tweets": [', b"", b"\xff\xfe\x00", b"[" * 100_000]
)
def test_a_body_that_is_no_json_is_an_outage(body):
    """HTML, cut-off, empty, binary and bottomless bodies are nobody's answer."""
    assert type(refusal(200, body)) is UpstreamUnavailable


@pytest.mark.parametrize("status", [500, 502, 503, 520, 408])
def test_trouble_on_the_other_side_is_an_outage(status):
    """The body may be anything."""
    error = refusal(status, b"<html>oops</html>")

    assert type(error) is UpstreamUnavailable
    assert error.status == status


@pytest.mark.parametrize("status", [301, 302, 400, 404, 405, 410, 422])
def test_other_refusals_are_not_worth_repeating(status):
    """They are plain upstream errors with their status and, where there is one, their text."""
    error = refusal(status, b'{"detail":[{"loc":["query"],"msg":"Field required"}]}')

    assert type(error) is UpstreamError
    assert error.status == status
    assert "Field required" in str(error)


def test_a_missing_key_is_unauthorized():
    """The service answers 403 without a key and 401 to a wrong one."""
    assert type(refusal(403, b'{"message":"API key required"}')) is UpstreamUnauthorized


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "2.5"}, 2.5),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Wed, 18 Nov 2026 10:00:30 GMT", "Date": "Wed, 18 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 18 Nov 2026 10:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_where_it_makes_sense(headers, seconds):
    """Seconds, or a date beside the reply's own; anything else is no wish."""
    assert retry_after(headers) == seconds
    assert refusal(429, b"{}", headers).retry_after_seconds == seconds


def test_quoted_text_is_short_and_plain():
    """No control characters, no signs that turn text around, at most 200 characters."""
    shown = quoted("a\x1b[31m\u202eb\n\nc" + "x" * 500)

    assert shown.startswith(": “a [31m b c")
    assert len(shown) == QUOTE_LIMIT + len(": “”")


def test_drift_names_a_bounded_number_of_keys():
    """A hostile reply cannot fill the log with its keys."""
    error = drift("a page", {"k" * 1000 + str(number): 1 for number in range(1000)})

    assert len(str(error)) < 1200


@given(
    status=st.integers(100, 599),
    body=st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: f'{{"status":"error","msg":"{text}"}}'.encode()),
    headers=st.dictionaries(st.sampled_from(["Retry-After", "Date", "X"]), st.text(max_size=30), max_size=3),
)
@settings(max_examples=200, deadline=None)
def test_no_reply_raises_anything_foreign(status, body, headers):
    """Whatever the status, headers and body, there is a value or an error of our tree with a bounded message."""
    try:
        check_reply(status, headers, body)
    except SoundalikeError as error:
        assert len(str(error)) < 500  # noqa: PT017 - an error is one of two right outcomes
