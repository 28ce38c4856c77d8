import pytest

from soundalike.accounts import Identity
from soundalike.errors import AccountConflict, Forbidden, Unauthorized

PASSWORD = "correct horse battery"


@pytest.fixture
def identity():
    """Makes what a provider vouches for."""

    def make(subject="1", email="ada@example.org", name="Ada L."):
        return Identity("https://id.example.org", subject, email, name)

    return make


def test_a_verified_email_of_a_user_without_password_is_that_user_for_good(accounts, ada, identity):
    """Afterwards the subject counts, whatever becomes of the email."""
    who = accounts.principal_of_cookie(accounts.identities.sign_in(identity()))
    assert who.user_id == ada.user_id
    later = accounts.identities.sign_in(identity(email=None))
    assert accounts.principal_of_cookie(later).user_id == ada.user_id


def test_whoever_is_invited_comes_without_a_password(accounts, team, identity):
    """The provider's word for the email takes the invitation's place, once."""
    accounts.invitations.invite(team, "carol@example.org")
    who = accounts.principal_of_cookie(accounts.identities.sign_in(identity("c", "Carol@example.org", "")))
    assert who.workspace_id == team.workspace_id
    assert accounts.users.get(who.user_id).name == "carol"
    assert accounts.invitations.list(team) == []


def test_a_stranger_needs_an_invitation(accounts, identity):
    """And is told so; nobody is made."""
    with pytest.raises(Forbidden, match="invite"):
        accounts.identities.sign_in(identity())
    assert accounts.users.list() == []


def test_an_email_the_provider_does_not_vouch_for_proves_nothing(accounts, ada, identity):
    """Anybody can write any address into a profile."""
    with pytest.raises(Forbidden, match="vouch"):
        accounts.identities.sign_in(identity(email=None))


@pytest.mark.parametrize("has", ["password", "key"])
def test_a_user_who_set_up_a_way_in_connects_the_provider_while_signed_in(accounts, ada, identity, has):
    """Else whoever took the address first would wait in the account for its owner."""
    if has == "password":
        accounts.users.set_password(ada.user_id, PASSWORD)
    else:
        accounts.keys.create(ada, name="script")
    with pytest.raises(AccountConflict, match="Sign in"):
        accounts.identities.sign_in(identity())
    assert accounts.identities.sign_in(identity(), current=ada)
    assert accounts.identities.sign_in(identity())


def test_an_identity_is_one_users(accounts, ada, bob, identity):
    """Another user who is signed in does not get it."""
    accounts.identities.sign_in(identity())
    with pytest.raises(AccountConflict):
        accounts.identities.sign_in(identity(), current=bob)


def test_a_disabled_user_is_out_here_too(accounts, ada, identity):
    """The provider does not know."""
    accounts.identities.sign_in(identity())
    accounts.users.set_active(ada.user_id, False)
    with pytest.raises(Unauthorized):
        accounts.identities.sign_in(identity())
