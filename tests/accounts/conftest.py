"""Accounts on a database."""

from datetime import timedelta
from uuid import UUID

import pytest

from soundalike.accounts import Accounts, Principal, Role


@pytest.fixture
def accounts(store, clock):
    """Accounts without anybody."""
    return Accounts(store.database, now=clock)


@pytest.fixture
def ada(accounts):
    """A user without a password, signed in with a browser."""
    return signed_in(accounts, accounts.users.add("ada@example.org", "Ada"))


@pytest.fixture
def bob(accounts):
    """Another user."""
    return signed_in(accounts, accounts.users.add("bob@example.org", "Bob"))


@pytest.fixture
def team(accounts, ada, clock):
    """A workspace of Ada's, as she acts in it."""
    clock.advance(seconds=1)
    workspace = accounts.workspaces.create(ada, "Team")
    accounts.workspaces.switch(ada, workspace.id)
    return Principal(ada.user_id, workspace.id, Role.OWNER, ada.scopes, "browser", ada.proof)


@pytest.fixture
def bob_in_team(accounts, team, bob, clock):
    """Bob as a member of Ada's team, acting in it."""
    clock.advance(seconds=1)
    return put_in(accounts, team, bob, Role.MEMBER)


@pytest.fixture
def act():
    """What tests do often."""
    return signed_in, put_in


def put_in(accounts, team, who, role):
    """Another user, put into the workspace and acting in it."""
    accounts.workspaces.add_member(team.workspace_id, who.user_id, role)
    accounts.workspaces.switch(who, team.workspace_id)
    return Principal(who.user_id, team.workspace_id, role, who.scopes, "browser", who.proof)


def signed_in(accounts, user):
    """The principal of a browser in which the user is signed in."""
    link = accounts.logins.make_link(
        user.id if hasattr(user, "id") else UUID(user), lasts=timedelta(minutes=5)
    )
    return accounts.principal_of_cookie(accounts.logins.use_link(link))
