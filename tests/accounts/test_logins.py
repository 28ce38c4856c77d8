from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from soundalike.accounts import Accounts
from soundalike.errors import Forbidden, TooManyAttempts, Unauthorized, UnknownAccount
from soundalike.storage import open_store
from soundalike.storage.tables import logins, sign_in_links

PASSWORD = "correct horse battery"
SOON = timedelta(minutes=15)


@pytest.fixture
def ada_with_password(accounts):
    """A user with a password."""
    return accounts.users.add("ada@example.org", "Ada", password=PASSWORD)


def test_the_password_signs_in_and_nothing_else_does(accounts, ada_with_password):
    """Which part was wrong is not told."""
    token = accounts.logins.sign_in("ADA@example.org", PASSWORD)
    assert accounts.principal_of_cookie(token).user_id == ada_with_password.id
    messages = set()
    for email, password in [("ada@example.org", "wrong password"), ("eve@example.org", PASSWORD)]:
        with pytest.raises(Unauthorized) as refused:
            accounts.logins.sign_in(email, password)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_guessing_is_held_up_even_with_the_right_password_at_last(accounts, ada_with_password, clock):
    """Five guesses, then one a minute; a sign-in that succeeds clears the count."""
    for _ in range(5):
        with pytest.raises(Unauthorized):
            accounts.logins.sign_in("ada@example.org", "wrong password")
    with pytest.raises(TooManyAttempts):
        accounts.logins.sign_in("ada@example.org", PASSWORD)
    clock.advance(minutes=1)
    for _ in range(6):
        assert accounts.logins.sign_in("ada@example.org", PASSWORD)


def test_tokens_are_kept_as_hashes_only(accounts, ada_with_password, store):
    """Who reads the database cannot sign in with what stands there."""
    link = accounts.logins.make_link(ada_with_password.id, lasts=SOON)
    token = accounts.logins.use_link(link)
    with store.database.reading() as connection:
        kept = f"{connection.execute(select(logins)).all()}{connection.execute(select(sign_in_links)).all()}"
    assert token not in kept
    assert link not in kept
    for wrong in (kept[:43], "", "x" * 43, token[:-1], f"{token} "):
        with pytest.raises(Unauthorized):
            accounts.principal_of_cookie(wrong)


def test_a_login_lasts_thirty_days_from_its_last_use(accounts, ada_with_password, clock):
    """Who comes back stays signed in; who does not is out."""
    token = accounts.logins.sign_in("ada@example.org", PASSWORD)
    for _ in range(4):
        clock.advance(days=29)
        accounts.principal_of_cookie(token)
    clock.advance(days=30)
    with pytest.raises(Unauthorized):
        accounts.principal_of_cookie(token)


def test_use_is_written_down_once_an_hour_at_most(accounts, ada, clock, store):
    """Reading who is there is one query, and seldom a write."""

    def seen():
        with store.database.reading() as connection:
            return connection.scalar(select(func.max(logins.c.seen_at)))

    token = accounts.logins.use_link(accounts.logins.make_link(ada.user_id, lasts=SOON))
    began = seen()
    clock.advance(minutes=59)
    accounts.principal_of_cookie(token)
    assert seen() == began
    clock.advance(minutes=1)
    accounts.principal_of_cookie(token)
    assert seen() == clock()


def test_signing_out_ends_this_login_alone(accounts, ada_with_password):
    """On the server, not only in the browser."""
    first, second = (accounts.logins.sign_in("ada@example.org", PASSWORD) for _ in range(2))
    accounts.logins.sign_out(first)
    accounts.logins.sign_out("never was")
    with pytest.raises(Unauthorized):
        accounts.principal_of_cookie(first)
    assert accounts.principal_of_cookie(second)


def test_logins_are_listed_and_ended_one_by_one_or_all_others(accounts, ada_with_password, bob):
    """Each says which browser it is; another user's are not there."""
    agents = ["Firefox", "Chromium", "x" * 500]
    tokens = [accounts.logins.sign_in("ada@example.org", PASSWORD, user_agent=agent) for agent in agents]
    who = accounts.principal_of_cookie(tokens[0])
    listed = accounts.logins.list(who)
    assert sorted(login.user_agent for login in listed) == ["Chromium", "Firefox", "x" * 200]
    assert [login.user_agent for login in listed if login.is_current] == ["Firefox"]
    accounts.logins.revoke(who, next(login.id for login in listed if login.user_agent == "Chromium"))
    with pytest.raises(Unauthorized):
        accounts.principal_of_cookie(tokens[1])
    (bobs,) = accounts.logins.list(bob)
    for unknown in (bobs.id, "", "%", "_" * 16, "0" * 16):
        with pytest.raises(UnknownAccount):
            accounts.logins.revoke(who, unknown)
    assert accounts.logins.revoke_others(who) == 1
    assert accounts.principal_of_cookie(tokens[0])
    assert accounts.logins.list(bob)


def test_changing_the_password_takes_the_old_one_and_ends_other_browsers(accounts, ada_with_password):
    """The browser it is done in stays."""
    here, elsewhere = (accounts.logins.sign_in("ada@example.org", PASSWORD) for _ in range(2))
    who = accounts.principal_of_cookie(here)
    with pytest.raises(Unauthorized):
        accounts.logins.change_password(who, old="wrong password", new="another password")
    assert accounts.principal_of_cookie(elsewhere)
    accounts.logins.change_password(who, old=PASSWORD, new="another password")
    assert accounts.principal_of_cookie(here)
    with pytest.raises(Unauthorized):
        accounts.principal_of_cookie(elsewhere)


def test_a_link_signs_in_once(accounts, ada):
    """The second time it is void, and so is one that never was."""
    link = accounts.logins.make_link(ada.user_id, lasts=SOON)
    assert accounts.principal_of_cookie(accounts.logins.use_link(link)).user_id == ada.user_id
    for wrong in (link, "", "x" * 43, "x" * 5_000):
        with pytest.raises(Unauthorized):
            accounts.logins.use_link(wrong)


def test_a_link_expires(accounts, ada, clock):
    """After a quarter of an hour it is void."""
    link = accounts.logins.make_link(ada.user_id, lasts=SOON)
    clock.advance(minutes=15)
    with pytest.raises(Unauthorized):
        accounts.logins.use_link(link)


def test_a_link_opened_twice_at_once_signs_in_once(url, accounts, ada, clock):
    """From two processes' connections, ten times over."""
    with open_store(url) as other, ThreadPoolExecutor(2) as threads:
        rooms = [accounts, Accounts(other.database, now=clock)]
        for _ in range(10):
            link = accounts.logins.make_link(ada.user_id, lasts=SOON)
            assert sorted(threads.map(lambda room: _opens(room, link), rooms)) == [False, True]  # noqa: B023


def test_a_disabled_user_gets_no_link_and_opens_none(accounts, ada):
    """Nor does one made before open anything."""
    link = accounts.logins.make_link(ada.user_id, lasts=SOON)
    accounts.users.set_active(ada.user_id, False)
    with pytest.raises(Forbidden):
        accounts.logins.make_link(ada.user_id, lasts=SOON)
    with pytest.raises(Unauthorized):
        accounts.logins.use_link(link)


def _opens(room, link):
    try:
        return bool(room.logins.use_link(link))
    except Unauthorized:
        return False
