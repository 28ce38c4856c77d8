from uuid import UUID

import pytest

from soundalike.accounts import Role
from soundalike.errors import AccountConflict, InvalidAccount, Unauthorized, UnknownAccount

LOCAL = UUID("10ca1000-0000-4000-8000-000000000001")
PASSWORD = "correct horse battery"


def test_a_user_has_a_personal_workspace_of_the_same_id_and_owns_it(accounts):
    """Rows of data carry the workspace's id, so the two are one number."""
    user = accounts.users.add("Ada@Example.org", "Ada")
    (workspace,) = accounts.workspaces.list(user.id)
    assert (workspace.id, workspace.role, workspace.is_personal) == (user.id, Role.OWNER, True)
    assert (user.email, user.name, user.has_password, user.is_active) == (
        "ada@example.org",
        "Ada",
        False,
        True,
    )


def test_an_email_is_one_user(accounts):
    """In any case of letters."""
    accounts.users.add("ada@example.org")
    with pytest.raises(AccountConflict):
        accounts.users.add("ADA@example.org", "Another")
    assert len(accounts.users.list()) == 1


def test_the_user_of_this_machine_is_made_once(accounts):
    """By an id given beforehand, with no email, no password, and a workspace."""
    first = accounts.users.ensure_local(LOCAL, "ada")
    assert accounts.users.ensure_local(LOCAL, "somebody else") == first
    assert (first.id, first.email, first.name) == (LOCAL, None, "ada")
    assert [workspace.id for workspace in accounts.workspaces.list(LOCAL)] == [LOCAL]


def test_a_user_is_found_by_email_and_by_id(accounts):
    """And nobody else is."""
    user = accounts.users.add("ada@example.org")
    assert accounts.users.find(" ADA@example.org") == user == accounts.users.get(user.id)
    with pytest.raises(UnknownAccount):
        accounts.users.find("bob@example.org")
    with pytest.raises(UnknownAccount):
        accounts.users.get(LOCAL)


def test_a_disabled_user_is_out_at_once_and_back_when_enabled(accounts, ada):
    """Browsers, keys, links and the password: nothing opens, until it is undone."""
    accounts.users.set_password(ada.user_id, PASSWORD)
    token = accounts.logins.sign_in("ada@example.org", PASSWORD)
    _, key = accounts.keys.create(ada, name="script")
    accounts.principal_of_key(key)
    accounts.users.set_active(ada.user_id, False)
    for door in (
        lambda: accounts.principal_of_cookie(token),
        lambda: accounts.principal_of_key(key),
        lambda: accounts.logins.sign_in("ada@example.org", PASSWORD),
    ):
        with pytest.raises(Unauthorized):
            door()
    accounts.users.set_active(ada.user_id, True)
    assert accounts.principal_of_key(key).user_id == ada.user_id
    assert accounts.logins.sign_in("ada@example.org", PASSWORD)


def test_a_new_password_ends_what_the_old_one_opened(accounts, ada):
    """All browsers, and links that wait."""
    accounts.users.set_password(ada.user_id, PASSWORD)
    token = accounts.logins.sign_in("ada@example.org", PASSWORD)
    accounts.users.set_password(ada.user_id, "another password")
    with pytest.raises(Unauthorized):
        accounts.principal_of_cookie(token)
    with pytest.raises(Unauthorized):
        accounts.logins.sign_in("ada@example.org", PASSWORD)
    assert accounts.logins.sign_in("ada@example.org", "another password")


def test_who_has_no_email_gives_one_with_the_first_password(accounts):
    """The user of this machine may want to sign in from another."""
    accounts.users.ensure_local(LOCAL, "ada")
    accounts.users.add("taken@example.org")
    for email in (None, "taken@example.org"):
        with pytest.raises(AccountConflict):
            accounts.users.set_password(LOCAL, PASSWORD, email=email)
    accounts.users.set_password(LOCAL, PASSWORD, email="Ada@example.org")
    assert accounts.logins.sign_in("ada@example.org", PASSWORD)


@pytest.mark.parametrize("password", ["short", "x" * 129])
def test_a_password_that_cannot_be_one_changes_nothing(accounts, password):
    """Nobody is made, nobody is changed."""
    with pytest.raises(InvalidAccount):
        accounts.users.add("ada@example.org", password=password)
    assert accounts.users.list() == []
