import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.telemetry.redaction import REDACTED, Redaction

SECRET = "correct-horse-battery/staple 9%"
KEY = "sa_0123456789abcdef_" + "Ab-_9" * 8 + "xyz"
WORDS = st.text(max_size=60)
redaction = Redaction([SECRET])


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Authorization: Bearer {KEY}", KEY),
        (f"the key {KEY}, made today", KEY),
        ("GET /?api_key=abc123&x=1", "abc123"),
        ('{"password": "hunter2"}', "hunter2"),
        ("password='it is hunter2'", "hunter2"),
        ("dsn postgresql://me:p%40ss@db:5432/x", "p%40ss"),
        ("dsn postgresql://me:p@ss@db:5432/x", "p@ss"),
        ("dsn postgresql://me:pa/ss@db:5432/x", "pa/ss"),
        ("host=db user=me password=hunter2 dbname=x", "hunter2"),
        ("Cookie: __Host-login=abcdef; other=1", "abcdef"),
        ("set-cookie: id=abcdef; HttpOnly", "abcdef"),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("X-API-Key: 77aa77", "77aa77"),
        ("key sk-proj-abcdefgh12345678", "abcdefgh12345678"),
        ("id_token eyJhbGciOiJI.eyJzdWIiOi.c2lnbmF0dXJl", "eyJzdWIiOi"),
        ("accessToken=zzz999", "zzz999"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE"),
        ("/join?invitation_token=qwertz", "qwertz"),
    ],
)
def test_secrets_are_known_by_their_form(text, secret):
    """What looks like a key, a password, a cookie or a token is struck out of any sentence."""
    said = redaction.text(text)
    assert secret not in said
    assert REDACTED in said


@pytest.mark.parametrize(
    "text",
    [
        "collected 812 posts of @swyx in 4.2 s",
        "GET https://x.com/swyx/status/1234567890?s=20",
        "postgresql://me@db:5432/soundalike",
        "step train of 3f0c1b7e-8f0a-4a6f-9f59-6f3f5be0a111 took 12 s",
        "Running upgrade 0002 -> 0003, Jobs in the background",
        "the key to long-term success is consistent effort",
    ],
)
def test_ordinary_sentences_stay_as_they_are(text):
    """A log that strikes out too much is of no use."""
    assert redaction.text(text) == text


@pytest.mark.parametrize(
    "name",
    "password Authorization cookie api_key TWITTER_API_KEY accessToken client-secret refresh_tokens".split(),
)
def test_secrets_are_known_by_their_name(name):
    """Under such a name no text is shown, however it is nested; a number, such as a count of tokens, is."""
    fields = redaction.fields({name: "hunter2", "deep": [{name: ["hunter2", {"a": b"hunter2"}]}]})
    assert "hunter2" not in str(fields)
    assert redaction.fields({name: 512}) == {name: 512}


@given(before=WORDS, after=WORDS)
def test_a_secret_of_the_settings_never_shows(before, after):
    """Wherever it stands, whatever it is next to, as it is or as part of an address."""
    for form in (SECRET, "correct-horse-battery%2Fstaple%209%25", "correct-horse-battery%2Fstaple+9%25"):
        assert form not in redaction.text(f"{before}{form}{after}")


@pytest.mark.slow
@given(
    st.recursive(
        WORDS
        | st.just(SECRET)
        | st.just(f"x {KEY}")
        | st.binary(max_size=9)
        | st.floats()
        | st.none()
        | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner) | st.tuples(inner),
    )
)
def test_whatever_is_logged_comes_out_as_json_without_secrets(value):
    """Nested values of any kind become such as JSON knows, and hold neither the secret nor a key."""
    said = redaction.value("x", value)
    assert SECRET not in repr(said)
    assert KEY not in repr(said)
    assert _is_json(said)


def _is_json(value):
    match value:
        case dict():
            return all(isinstance(key, str) and _is_json(held) for key, held in value.items())
        case list():
            return all(map(_is_json, value))
        case float():
            return math.isfinite(value)
    return value is None or isinstance(value, str | int)


@given(st.integers(15_900, 18_100), st.sampled_from(["x", "x "]))
def test_a_secret_across_the_cut_of_an_endless_text_does_not_show_in_part(length, filler):
    """Texts are cut at 16,000 characters, and the half of a key is as bad as the whole."""
    said = redaction.text((filler * length)[:length] + KEY + "tail" * 2_000)
    assert len(said) <= 16_001
    assert "sa_" not in said


@pytest.mark.parametrize(
    "unit", ["://a:", "token=", "cookie:", "-----BEGIN PRIVATE KEY-----", "eyJaaaaaa.", "a"]
)
def test_hostile_texts_are_read_in_no_time(unit):
    """No text makes the search for secrets slow."""
    began = time.process_time()
    redaction.text(unit * (100_000 // len(unit)))
    assert time.process_time() - began < 0.5


def test_objects_without_words_and_endless_structures_are_told_shortly():
    """A line is never lost, and never endless."""

    class Mute:
        def __str__(self):
            raise RuntimeError

    ring = []
    ring.append(ring)
    assert redaction.value("x", Mute()) == "<Mute>"
    assert "…" in str(redaction.value("x", ring))
    assert len(redaction.value("x", list(range(10_000)))) == 100
    assert redaction.value("x", 10**5000).startswith("0x")


def test_a_short_value_is_no_secret():
    """A key set to “none” must not strike out the word."""
    assert Redaction(["none"]).text("none of the posts") == "none of the posts"
