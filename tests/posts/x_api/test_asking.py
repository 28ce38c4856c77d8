"""What becomes of X's refusals: our own errors, with what to do, after another try where one could help."""

import json
import subprocess
import sys

import pytest

from soundalike.errors import (
    CreatorNotFound,
    CreatorProtected,
    CreatorUnavailable,
    SchemaDrift,
    UpstreamError,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)

PROBLEMS = "https://api.twitter.com/2/problems"
RESET = 1_795_132_800  # the stand-in's present, as X writes it


def problem(title, detail="", kind="about:blank", **fields):
    """A problem as X states it."""
    return {"title": title, "detail": detail, "type": kind, **fields}


@pytest.mark.parametrize(
    ("stated", "error"),
    [
        (
            problem(
                "Not Found Error",
                "Could not find user with username: [ada].",
                f"{PROBLEMS}/resource-not-found",
            ),
            CreatorNotFound,
        ),
        (
            problem("Forbidden", "User has been suspended: [ada].", f"{PROBLEMS}/resource-not-found"),
            CreatorUnavailable,
        ),
        (
            problem(
                "Authorization Error",
                "Sorry, you are not authorized to see the user with id: [7].",
                f"{PROBLEMS}/not-authorized-for-resource",
            ),
            CreatorProtected,
        ),
    ],
)
@pytest.mark.parametrize("status", [200, 403])
def test_what_x_says_of_an_account_is_an_error_about_the_account(x, source, stated, error, status):
    """A success that carries errors, or a refusal: missing, suspended and protected are told apart."""
    x.scripted = [(status, {"errors": [stated]}, None)]
    with pytest.raises(error) as raised:
        source().creator("ada")
    assert raised.value.username == "ada"
    assert raised.value.hint
    assert len(x.asked) == 1


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, problem("Unauthorized", "Unauthorized"), UpstreamUnauthorized),
        (
            403,
            problem("Client Forbidden", "Attach the app to a project.", f"{PROBLEMS}/client-forbidden"),
            UpstreamUnauthorized,
        ),
        (
            402,
            problem("CreditsDepleted", "No credits.", f"{PROBLEMS}/credits-depleted"),
            UpstreamOutOfCredits,
        ),
        (429, problem("UsageCapExceeded", "Monthly cap.", f"{PROBLEMS}/usage-capped"), UpstreamOutOfCredits),
        (400, problem("Invalid Request", "bad", f"{PROBLEMS}/invalid-request"), UpstreamError),
        (404, problem("Not Found"), UpstreamError),
    ],
)
def test_a_refusal_is_an_error_that_says_what_to_do(x, source, status, body, kind):
    """The token, the credits and the request itself; asking again would not help, so nobody does."""
    x.scripted = [(status, body, None)]
    with pytest.raises(UpstreamError) as raised:
        source().creator("ada")
    assert type(raised.value) is kind
    assert raised.value.status == status
    assert raised.value.hint
    assert len(x.asked) == 1


def test_the_token_itself_is_never_quoted(x, source, client):
    """A wrong token is named by its setting."""
    client.session.auth = lambda request: request
    with pytest.raises(UpstreamUnauthorized, match="X_BEARER_TOKEN"):
        source().creator("ada")


def test_a_short_limit_is_waited_for(x, source, clock):
    """X says when it can be asked again."""
    x.scripted = [(429, problem("Too Many Requests"), {"x-rate-limit-reset": str(RESET + 40)})]
    assert source().creator("ada").username == "Example_Creator"
    assert clock.slept == [41.0]


@pytest.mark.parametrize(("headers", "wait"), [({"x-rate-limit-reset": str(RESET + 900)}, 900.0), ({}, None)])
def test_a_long_limit_is_told_instead_of_waited_for(x, source, clock, headers, wait):
    """A quarter of an hour is the user's to spend, and so is a time that nobody states."""
    x.scripted = [(429, problem("Too Many Requests"), headers)]
    with pytest.raises(UpstreamRateLimited) as raised:
        source().creator("ada")
    assert raised.value.retry_after_seconds == wait
    assert clock.slept == []


def test_an_outage_is_tried_again_and_then_told(x, source, clock):
    """Three tries, ever further apart."""
    x.scripted = [(502, b"<html>Bad Gateway</html>", None)] * 2
    assert source().creator("ada").username == "Example_Creator"
    assert clock.slept == [2.0, 4.0]
    x.scripted = [(503, problem("Service Unavailable"), None)] * 3
    with pytest.raises(UpstreamUnavailable):
        source().creator("ada")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b""),
        (200, b"\xff\xfe\x00"),
        (200, b"[" * 100_000),
        (200, b'{"data": ['),
        (500, b"null"),
        (500, b"[1]"),
        (500, b'{"errors": {"a": 1}}'),
    ],
)
def test_a_body_that_is_no_answer_is_an_outage(x, source, status, body):
    """Whatever arrives, an error of ours comes out, and no more than bounded memory is taken."""
    x.scripted = [(status, body, None)] * 3
    with pytest.raises(UpstreamUnavailable):
        source().creator("ada")


def test_a_reply_without_end_is_cut_off(x, source):
    """Eight megabytes are a hundred times a page."""
    x.scripted = [(200, b'{"data": {"id": "7", "name": "' + b"x" * (8 * 2**20) + b'"}}', None)] * 3
    with pytest.raises(UpstreamUnavailable, match="more than 8,388,608 bytes"):
        source().creator("ada")


@pytest.mark.parametrize("body", [[], "text", 5, {"data": []}, {"data": {"id": "x"}}, {}])
def test_json_in_an_unknown_form_is_drift(x, source, body):
    """The keys met are named, so that the report helps."""
    x.scripted = [(200, json.dumps(body).encode(), None)]
    with pytest.raises(SchemaDrift):
        source().creator("ada")


def test_a_server_that_is_gone_is_an_outage(x, source, clock):
    """No connection is no traceback."""
    made = source()
    x.shutdown()
    x.server_close()
    with pytest.raises(UpstreamUnavailable):
        made.creator("ada")


def test_without_tweepy_the_error_names_the_extra():
    """The package is optional, and asked for by name only when it is used."""
    code = (
        "import sys; sys.modules['tweepy'] = None\n"
        "from soundalike.errors import SettingsError\n"
        "import soundalike.posts.x_api.source\n"
        "from soundalike.posts.x_api.connection import open_client\n"
        "try: open_client('t')\n"
        "except SettingsError as error: print(error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "Install it: pip install soundalike[x]"
