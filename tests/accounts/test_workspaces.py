from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from soundalike.accounts import Accounts, Principal, Role
from soundalike.errors import AccountConflict, Forbidden, SoundalikeError, Unauthorized, UnknownAccount
from soundalike.storage import open_store


def test_a_workspace_belongs_to_who_makes_it_and_is_worked_in_after_switching(accounts, ada):
    """The login remembers where its browser is at work."""
    workspace = accounts.workspaces.create(ada, "  Team\n one ")
    assert (workspace.name, workspace.role, workspace.is_personal) == ("Team one", Role.OWNER, False)
    assert [each.name for each in accounts.workspaces.list(ada.user_id)] == ["Ada", "Team one"]
    accounts.workspaces.switch(ada, workspace.id)
    (login,) = accounts.logins.list(ada)
    assert login.is_current


def test_nobody_works_where_they_are_no_member(accounts, team, bob):
    """Another's workspace is as good as none."""
    for workspace_id in (team.workspace_id, uuid4()):
        with pytest.raises(UnknownAccount):
            accounts.workspaces.switch(bob, workspace_id)
        with pytest.raises(UnknownAccount):
            accounts.workspaces.get(bob.user_id, workspace_id)


def test_only_a_browser_switches(accounts, team):
    """A key has its workspace for good."""
    with pytest.raises(Forbidden):
        accounts.workspaces.switch(Principal.local(team.user_id), team.workspace_id)


def test_an_owner_renames_and_sets_how_long_posts_live(accounts, team, bob_in_team):
    """What is not named stays; None goes by the setting again; a member may not."""
    assert accounts.workspaces.change(team, retention_days=90).retention_days == 90
    changed = accounts.workspaces.change(team, name="Crew")
    assert (changed.name, changed.retention_days) == ("Crew", 90)
    assert accounts.workspaces.change(team, retention_days=None).retention_days is None
    assert accounts.workspaces.change(team).name == "Crew"
    with pytest.raises(Forbidden):
        accounts.workspaces.change(bob_in_team, name="Mutiny")


def test_members_are_listed_in_the_order_they_came(accounts, team, bob_in_team, clock):
    """With their roles."""
    members = accounts.workspaces.members(bob_in_team)
    assert [(member.name, member.role) for member in members] == [("Ada", Role.OWNER), ("Bob", Role.MEMBER)]


def test_a_member_may_not_change_roles_or_remove_others(accounts, team, bob_in_team):
    """They may leave."""
    with pytest.raises(Forbidden):
        accounts.workspaces.set_role(bob_in_team, bob_in_team.user_id, Role.OWNER)
    with pytest.raises(Forbidden):
        accounts.workspaces.remove(bob_in_team, team.user_id)
    accounts.workspaces.remove(bob_in_team, bob_in_team.user_id)
    assert len(accounts.workspaces.members(team)) == 1


def test_the_last_owner_neither_leaves_nor_steps_down(accounts, team, bob_in_team):
    """With a second owner they may."""
    with pytest.raises(AccountConflict):
        accounts.workspaces.set_role(team, team.user_id, Role.MEMBER)
    with pytest.raises(AccountConflict):
        accounts.workspaces.remove(team, team.user_id)
    accounts.workspaces.set_role(team, bob_in_team.user_id, Role.OWNER)
    accounts.workspaces.remove(team, team.user_id)
    assert [member.name for member in accounts.workspaces.members(bob_in_team)] == ["Bob"]


def test_two_owners_who_step_down_at_once_leave_one(url, accounts, team, bob_in_team, clock):
    """Each from a process of their own, ten times over."""
    accounts.workspaces.set_role(team, bob_in_team.user_id, Role.OWNER)
    bob = accounts.principal_of_cookie(_token(accounts, bob_in_team))
    with open_store(url) as other, ThreadPoolExecutor(2) as threads:
        steps = [(accounts, team), (Accounts(other.database, now=clock), bob)]
        for _ in range(10):
            assert sorted(threads.map(_steps_down, steps)) == [False, True]
            owners = [m for m in accounts.workspaces.members(team) if m.role is Role.OWNER]
            assert len(owners) == 1
            operator = Principal.local(team.user_id, team.workspace_id)
            for who in (team, bob):
                accounts.workspaces.set_role(operator, who.user_id, Role.OWNER)


def test_an_owner_who_was_demoted_meanwhile_may_no_longer(accounts, team, bob_in_team):
    """What counts is the role in the moment of the change, not of the request's beginning."""
    accounts.workspaces.set_role(team, bob_in_team.user_id, Role.OWNER)
    bob = accounts.principal_of_cookie(_token(accounts, bob_in_team))
    accounts.workspaces.set_role(team, bob.user_id, Role.MEMBER)
    assert bob.is_owner
    with pytest.raises(Forbidden):
        accounts.workspaces.set_role(bob, team.user_id, Role.MEMBER)


def test_who_is_removed_is_out_at_once(accounts, team, bob_in_team):
    """Their browser is back in its own workspace, their keys for this one are revoked for good."""
    token = _token(accounts, bob_in_team)
    bob = accounts.principal_of_cookie(token)
    assert bob.workspace_id == team.workspace_id
    _, key = accounts.keys.create(bob, name="script")
    assert accounts.principal_of_key(key).workspace_id == team.workspace_id
    accounts.workspaces.remove(team, bob.user_id)
    assert accounts.principal_of_cookie(token).workspace_id == bob.user_id
    with pytest.raises(Unauthorized):
        accounts.principal_of_key(key)
    accounts.workspaces.add_member(team.workspace_id, bob.user_id, Role.MEMBER)
    with pytest.raises(Unauthorized):
        accounts.principal_of_key(key)


def test_a_personal_workspace_stays_its_users(accounts, ada, bob, act):
    """Who was let in and made an owner cannot throw its user out."""
    _, put_in = act
    guest = put_in(accounts, ada, bob, Role.OWNER)
    for change in (
        lambda: accounts.workspaces.remove(guest, ada.user_id),
        lambda: accounts.workspaces.set_role(guest, ada.user_id, Role.MEMBER),
        lambda: accounts.workspaces.remove(ada, ada.user_id),
    ):
        with pytest.raises(AccountConflict):
            change()


def test_nobody_unknown_is_changed(accounts, team, bob):
    """Somebody who is not in the workspace, or nowhere."""
    for user_id in (bob.user_id, uuid4()):
        with pytest.raises(UnknownAccount):
            accounts.workspaces.set_role(team, user_id, Role.OWNER)
        with pytest.raises(UnknownAccount):
            accounts.workspaces.remove(team, user_id)


def test_nobody_is_in_a_workspace_twice(accounts, team, bob_in_team):
    """Their role is changed instead."""
    with pytest.raises(AccountConflict):
        accounts.workspaces.add_member(team.workspace_id, bob_in_team.user_id, Role.OWNER)


def test_a_workspace_is_found_by_name_unless_two_have_it(accounts, team, ada):
    """By id it always is."""
    assert accounts.workspaces.find("Team") == (team.workspace_id, "Team")
    accounts.workspaces.create(ada, "Team")
    for name in ("Team", "Nothing"):
        with pytest.raises(UnknownAccount):
            accounts.workspaces.find(name)
    assert accounts.workspaces.find(str(team.workspace_id)) == (team.workspace_id, "Team")


def _token(accounts, who):
    link = accounts.logins.make_link(who.user_id, lasts=timedelta(minutes=5))
    return accounts.logins.use_link(link)


def _steps_down(step):
    room, who = step
    try:
        room.workspaces.set_role(who, who.user_id, Role.MEMBER)
    except SoundalikeError:
        return False
    return True
