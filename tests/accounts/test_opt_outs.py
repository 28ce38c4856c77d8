import pytest

from soundalike.errors import Forbidden, InvalidUsername, UnknownAccount


def test_a_creator_who_opted_out_is_known_in_any_case_of_the_name(accounts, team, bob_in_team):
    """Any member notes it; it holds for the whole workspace and for no other."""
    assert accounts.opt_outs.put(bob_in_team, "@LevelsIO", "asked by mail").username == "levelsio"
    assert accounts.opt_outs.has(team.workspace_id, "LEVELSIO")
    assert not accounts.opt_outs.has(team.user_id, "levelsio")
    assert not accounts.opt_outs.has(team.workspace_id, "swyx")


def test_noting_twice_keeps_one_with_the_later_note(accounts, ada):
    """And the date of the first."""
    first = accounts.opt_outs.put(ada, "levelsio", "first")
    accounts.opt_outs.put(ada, "levelsio", None)
    (kept,) = accounts.opt_outs.list(ada)
    assert (kept.note, kept.created_at) == (None, first.created_at)


def test_only_an_owner_takes_it_back(accounts, team, bob_in_team):
    """Consent is not a member's to give."""
    accounts.opt_outs.put(bob_in_team, "levelsio")
    with pytest.raises(Forbidden):
        accounts.opt_outs.delete(bob_in_team, "levelsio")
    accounts.opt_outs.delete(team, "@levelsio")
    with pytest.raises(UnknownAccount):
        accounts.opt_outs.delete(team, "levelsio")


def test_what_cannot_be_a_name_is_refused(accounts, ada):
    """With the reason all commands give."""
    with pytest.raises(InvalidUsername):
        accounts.opt_outs.put(ada, "not a name")
