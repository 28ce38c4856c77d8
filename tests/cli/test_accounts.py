import io
import json
import sys

import pytest

from soundalike.accounts import Accounts
from soundalike.storage import open_store
from soundalike.wiring import LOCAL_USER, now

PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(command, tmp_path):
    """The accounts that the commands of this test work on."""
    with open_store(f"sqlite:///{tmp_path}/data/soundalike.sqlite3") as store:
        yield Accounts(store.database, now=now)


def _typed(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_a_user_is_added_and_let_in_by_a_link(command, accounts):
    """The link alone is on standard output, and works once."""
    status, out, _ = command("user", "add", "Ada@example.org", "--name", "Ada")
    assert status == 0
    token = out.splitlines()[-1].removeprefix("/auth/link/")
    who = accounts.principal_of_cookie(accounts.logins.use_link(token))
    assert accounts.users.get(who.user_id).name == "Ada"


def test_a_password_is_read_from_standard_input(command, accounts, monkeypatch):
    """Never from the command line, where everybody on the machine could read it."""
    _typed(monkeypatch, f"{PASSWORD}\n")
    status, out, _ = command("user", "add", "ada@example.org", "--password-stdin", "--json")
    assert (status, json.loads(out)["signInPath"]) == (0, None)
    assert PASSWORD not in out
    assert accounts.logins.sign_in("ada@example.org", PASSWORD)
    _typed(monkeypatch, "another password\n")
    assert command("user", "password", "ada@example.org", "--password-stdin")[0] == 0
    assert accounts.logins.sign_in("ada@example.org", "another password")


def test_the_user_of_this_machine_gets_an_email_and_a_password(command, accounts, monkeypatch):
    """To sign in from elsewhere."""
    _typed(monkeypatch, f"{PASSWORD}\n")
    assert command("user", "password", "me@example.org", "--local", "--password-stdin")[0] == 0
    who = accounts.principal_of_cookie(accounts.logins.sign_in("me@example.org", PASSWORD))
    assert who.user_id == LOCAL_USER


def test_a_user_is_put_into_a_workspace(command, accounts):
    """By its name, with a role; a workspace nobody has adds nobody."""
    command("user", "add", "ada@example.org")
    ada = accounts.users.find("ada@example.org")
    who = accounts.principal_of_cookie(accounts.logins.use_link(accounts.start_link(ada.id, "Ada")))
    accounts.workspaces.create(who, "Team")
    arguments = ("user", "add", "bob@example.org", "--workspace")
    assert command(*arguments, "Crew")[0] == 1
    assert command(*arguments, "Team", "--role", "owner")[0] == 0
    listed = json.loads(command("user", "list", "--json")[1])
    bob = next(user for user in listed if user["email"] == "bob@example.org")
    assert [(each["name"], each["role"]) for each in bob["workspaces"]] == [
        ("bob", "owner"),
        ("Team", "owner"),
    ]
    assert "Team (owner)" in command("user", "list")[1]


def test_a_user_is_kept_out_and_let_in_again(command, accounts):
    """And the list says so."""
    command("user", "add", "ada@example.org")
    assert json.loads(command("user", "disable", "ada@example.org", "--json")[1])["isActive"] is False
    assert "disabled" in command("user", "list")[1]
    assert command("user", "link", "ada@example.org")[0] == 1
    assert command("user", "enable", "ada@example.org")[0] == 0
    assert command("user", "link", "ada@example.org")[0] == 0


def test_a_link_without_an_email_is_for_the_user_of_this_machine(command, accounts):
    """As the one a server prints at its first start."""
    path = json.loads(command("user", "link", "--json")[1])["signInPath"]
    who = accounts.principal_of_cookie(accounts.logins.use_link(path.removeprefix("/auth/link/")))
    assert (who.user_id, who.workspace_id) == (LOCAL_USER, LOCAL_USER)


@pytest.mark.parametrize(
    "arguments", [("add", "nonsense"), ("link", "nobody@example.org"), ("disable", "x@y")]
)
def test_what_cannot_be_done_is_told_with_the_way_out(command, arguments):
    """Status 1 and a reason."""
    status, _, err = command("user", *arguments)
    assert status == 1
    assert err.startswith("Failed:")


def test_quiet_prints_the_key_and_nothing_else(command, accounts):
    """Fit for `KEY=$(soundalike key create --quiet)`; it is the user's of this machine."""
    status, out, err = command("key", "create", "--quiet")
    assert (status, err) == (0, "")
    assert accounts.principal_of_key(out.strip()).workspace_id == LOCAL_USER


def test_a_key_has_the_scopes_the_name_and_the_end_it_is_given(command, accounts):
    """For another user and their workspace too."""
    command("user", "add", "ada@example.org")
    made = json.loads(
        command(
            *("key", "create", "--user", "ada@example.org", "--name", "CI", "--scope", "read"),
            *("--expires-days", "30", "--json"),
        )[1]
    )
    assert (made["name"], made["scopes"]) == ("CI", ["read"])
    assert made["expiresAt"] > made["createdAt"]
    (listed,) = json.loads(command("key", "list", "--user", "ada@example.org", "--json")[1])
    assert listed["id"] == made["id"]
    assert "key" not in listed
    assert made["id"] in command("key", "list", "--user", "ada@example.org")[1]


def test_no_key_is_made_where_its_user_is_no_member(command, accounts):
    """Not even by the operator, since it would open nothing."""
    command("user", "add", "ada@example.org")
    ada = accounts.users.find("ada@example.org")
    status, _, err = command("key", "create", "--workspace", ada.id)
    assert status == 1
    assert "in no workspace" in err


@pytest.mark.parametrize("by", ["id", "key"])
def test_a_key_is_revoked_by_its_id_or_as_it_stands(command, accounts, by):
    """Whoever finds a key somewhere can paste it."""
    made = json.loads(command("key", "create", "--json")[1])
    assert command("key", "revoke", made[by])[0] == 0
    assert json.loads(command("key", "list", "--json")[1]) == []
    assert command("key", "revoke", made[by])[0] == 1
