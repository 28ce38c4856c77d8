from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundalike.accounts.secret import load_secret, seal, unseal
from soundalike.errors import SettingsError

SECRET = b"a secret of thirty-two characters"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=10)


def test_the_secret_is_made_once_however_many_ask_at_once(tmp_path):
    """Each gets the same, and only its user can read the file."""
    folder = tmp_path / "data"
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: load_secret(folder, None), range(8)))
    (secret,) = secrets
    assert len(secret) >= 32
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_given_is_taken_and_none_is_made(tmp_path):
    """A short one is refused without being repeated."""
    assert load_secret(tmp_path, "x" * 32) == b"x" * 32
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SettingsError) as refused:
        load_secret(tmp_path, "hunter2")
    assert "hunter2" not in str(refused.value)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    """With the setting that does without it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="SOUNDALIKE_SECRET_KEY"):
        load_secret(tmp_path / "file", None)


def test_what_was_sealed_is_read_for_the_same_purpose_until_its_end():
    """Not for another purpose, by another server, or later."""
    text = seal(SECRET, {"state": "x"}, purpose="sign-in", until=UNTIL)
    assert unseal(SECRET, text, purpose="sign-in", at=NOW) == {"state": "x"}
    assert unseal(SECRET, text, purpose="another", at=NOW) is None
    assert unseal(SECRET[::-1], text, purpose="sign-in", at=NOW) is None
    assert unseal(SECRET, text, purpose="sign-in", at=UNTIL) is None


@given(st.text(max_size=300))
def test_no_other_text_is_taken(text):
    """Whatever is sent, reading it never fails."""
    assert unseal(SECRET, text, purpose="sign-in", at=NOW) is None
    good = seal(SECRET, {"state": "x"}, purpose="sign-in", until=UNTIL)
    assert unseal(SECRET, f"{text}x{good}", purpose="sign-in", at=NOW) is None
