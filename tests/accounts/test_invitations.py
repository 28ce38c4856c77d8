from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from soundalike.accounts import Accounts, Role
from soundalike.errors import (
    AccountConflict,
    Forbidden,
    InvalidAccount,
    SoundalikeError,
    TooManyAttempts,
    UnknownAccount,
)
from soundalike.storage import open_store
from soundalike.storage.tables import invitations

PASSWORD = "correct horse battery"


def test_whoever_is_invited_comes_with_a_password_and_is_signed_in_there(accounts, team):
    """In the workspace they were invited to; a personal one is theirs too."""
    invitation, token = accounts.invitations.invite(team, " Carol@Example.org", Role.OWNER)
    assert (invitation.email, invitation.workspace_name) == ("carol@example.org", "Team")
    assert accounts.invitations.look(token) == invitation
    carol = accounts.principal_of_cookie(accounts.invitations.accept(token, name="Carol", password=PASSWORD))
    assert (carol.workspace_id, carol.role) == (team.workspace_id, Role.OWNER)
    assert len(accounts.workspaces.list(carol.user_id)) == 2
    assert accounts.invitations.list(team) == []
    again = accounts.principal_of_cookie(accounts.logins.sign_in("carol@example.org", PASSWORD))
    assert again.workspace_id == team.workspace_id


def test_a_user_who_is_invited_joins(accounts, team, bob):
    """With the role they were invited for."""
    _, token = accounts.invitations.invite(team, "bob@example.org")
    joined = accounts.invitations.join(bob, token)
    assert (joined.id, joined.role) == (team.workspace_id, Role.MEMBER)
    assert len(accounts.workspaces.list(bob.user_id)) == 2


def test_an_invitation_is_for_one_email(accounts, team, bob, ada):
    """Whoever finds it is not let in, and it stays good for whom it is meant."""
    _, token = accounts.invitations.invite(team, "carol@example.org")
    with pytest.raises(Forbidden):
        accounts.invitations.join(bob, token)
    assert accounts.invitations.accept(token, name="Carol", password=PASSWORD)


def test_who_has_an_account_signs_in_before_accepting(accounts, team, bob):
    """An invitation does not set another user's password."""
    _, token = accounts.invitations.invite(team, "bob@example.org")
    with pytest.raises(AccountConflict):
        accounts.invitations.accept(token, name="Not Bob", password=PASSWORD)
    assert accounts.users.find("bob@example.org").has_password is False
    assert accounts.invitations.join(bob, token)


def test_an_invitation_works_once_and_for_seven_days(accounts, team, clock):
    """Used, withdrawn, replaced, over or made up: it is none."""
    _, used = accounts.invitations.invite(team, "carol@example.org")
    accounts.invitations.accept(used, name="Carol", password=PASSWORD)
    withdrawn, token = accounts.invitations.invite(team, "dan@example.org")
    accounts.invitations.withdraw(team, withdrawn.id)
    _, replaced = accounts.invitations.invite(team, "eve@example.org")
    accounts.invitations.invite(team, "eve@example.org")
    _, over = accounts.invitations.invite(team, "fay@example.org")
    clock.advance(days=7)
    for void in (used, token, replaced, over, "x" * 43, ""):
        with pytest.raises(UnknownAccount):
            accounts.invitations.look(void)
        with pytest.raises(UnknownAccount):
            accounts.invitations.accept(void, name="Mallory", password=PASSWORD)


def test_only_owners_invite_list_and_withdraw(accounts, team, bob_in_team):
    """A member sees none of it."""
    invitation, _ = accounts.invitations.invite(team, "carol@example.org")
    for deed in (
        lambda: accounts.invitations.invite(bob_in_team, "dan@example.org"),
        lambda: accounts.invitations.list(bob_in_team),
        lambda: accounts.invitations.withdraw(bob_in_team, invitation.id),
    ):
        with pytest.raises(Forbidden):
            deed()


def test_another_workspaces_invitation_is_none(accounts, team, bob):
    """Nor is one that never was."""
    invitation, _ = accounts.invitations.invite(team, "carol@example.org")
    for invitation_id in (invitation.id, uuid4()):
        with pytest.raises(UnknownAccount):
            accounts.invitations.withdraw(bob, invitation_id)
    assert accounts.invitations.list(bob) == []


def test_a_member_is_not_invited_again(accounts, team, bob_in_team):
    """Their role is changed instead."""
    with pytest.raises(AccountConflict):
        accounts.invitations.invite(team, "bob@example.org")


def test_a_bad_password_leaves_the_invitation_open(accounts, team):
    """And makes nobody."""
    _, token = accounts.invitations.invite(team, "carol@example.org")
    with pytest.raises(InvalidAccount):
        accounts.invitations.accept(token, name="Carol", password="short")
    assert accounts.invitations.accept(token, name="Carol", password=PASSWORD)


def test_tokens_of_invitations_are_not_guessed_by_trying(accounts, team):
    """An address may try so often, then waits."""
    guess = {"name": "Eve", "password": PASSWORD, "address": "192.0.2.7"}
    for _ in range(20):
        with pytest.raises(UnknownAccount):
            accounts.invitations.accept("x" * 43, **guess)
    with pytest.raises(TooManyAttempts):
        accounts.invitations.accept("x" * 43, **guess)


def test_the_token_is_kept_as_a_hash(accounts, team, store):
    """Who reads the database cannot come in."""
    _, token = accounts.invitations.invite(team, "carol@example.org")
    with store.database.reading() as connection:
        assert token not in str(connection.execute(select(invitations)).all())


def test_an_invitation_accepted_twice_at_once_lets_one_in(url, accounts, team, bob, clock):
    """From two processes' connections."""
    with open_store(url) as other, ThreadPoolExecutor(2) as threads:
        rooms = [accounts, Accounts(other.database, now=clock)]
        for number in range(5):
            _, token = accounts.invitations.invite(team, f"guest{number}@example.org")
            assert sorted(threads.map(lambda room: _comes_in(room, token), rooms)) == [False, True]  # noqa: B023


def _comes_in(room, token):
    try:
        return bool(room.invitations.accept(token, name="Guest", password=PASSWORD))
    except SoundalikeError:
        return False
