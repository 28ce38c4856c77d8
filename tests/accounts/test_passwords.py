import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from soundalike.accounts.passwords import check_password, hash_password

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def password_hash():
    """The password's hash."""
    return hash_password(PASSWORD)


def test_a_password_is_kept_as_argon2id_with_the_least_that_owasp_advises(password_hash):
    """19 MiB, two rounds, one lane."""
    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_password_is_right(password_hash):
    """Any other, and any for a user without one, is wrong."""
    assert check_password(PASSWORD, password_hash) == (True, None)
    assert check_password("incorrect horse", password_hash) == (False, None)
    assert check_password(PASSWORD, None) == (False, None)
    assert check_password("nobody", None) == (False, None)


def test_a_hash_made_otherwise_is_renewed_when_the_password_comes():
    """So that parameters can rise over the years."""
    older = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1),)).hash(PASSWORD)
    right, renewed = check_password(PASSWORD, older)
    assert right
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("incorrect horse", older) == (False, None)


def test_a_user_who_does_not_exist_takes_as_long(password_hash):
    """The time to refuse tells nothing of who is here."""

    def took(kept):
        began = time.process_time()
        check_password("incorrect horse", kept)
        return time.process_time() - began

    took(None)  # makes the hash that nobody has
    known, unknown = (min(took(kept) for _ in range(5)) for kept in (password_hash, None))
    assert 0.5 < known / unknown < 2


def test_many_at_once_wait_for_a_turn(password_hash):
    """Eight checks at once are all answered, two at a time."""
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: check_password(PASSWORD, password_hash)[0], range(8)))
    assert answers == [True] * 8
