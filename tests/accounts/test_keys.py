import pytest
from sqlalchemy import event, select

from soundalike.accounts import Accounts, Role, Scope
from soundalike.errors import AccountConflict, Forbidden, InvalidAccount, Unauthorized, UnknownAccount
from soundalike.storage import open_store
from soundalike.storage.tables import api_keys


@pytest.fixture
def queries(store):
    """The statements sent to the database since the list was last cleared."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE")):
            sent.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    return sent


def test_a_key_is_its_users_in_its_workspace_with_its_scopes(accounts, team):
    """The text is told once; the list shows how it begins."""
    kept, text = accounts.keys.create(team, name="CI", scopes=[Scope.READ])
    who = accounts.principal_of_key(text)
    assert (who.user_id, who.workspace_id, who.role) == (team.user_id, team.workspace_id, Role.OWNER)
    assert (who.scopes, who.via) == ({Scope.READ}, "key")
    (listed,) = accounts.keys.list(team)
    assert (listed.name, listed.starts_with) == ("CI", kept.starts_with)
    assert text.startswith(kept.starts_with)


def test_a_key_may_do_what_its_scopes_say_and_nothing_in_person(accounts, ada):
    """Keys, members and sign-ins are not a key's to manage."""
    who = accounts.principal_of_key(accounts.keys.create(ada, name="CI", scopes=[Scope.READ])[1])
    assert who.with_scope(Scope.READ) is who
    with pytest.raises(Forbidden):
        who.with_scope(Scope.WRITE)
    with pytest.raises(Forbidden):
        who.in_person()


def test_no_other_text_is_the_key(accounts, ada):
    """A wrong secret under a known id neither, nor just after the right one came."""
    _, text = accounts.keys.create(ada, name="CI")
    _, other = accounts.keys.create(ada, name="other")
    accounts.principal_of_key(text)
    secret_of_other = text[:20] + other[20:]
    for wrong in (
        secret_of_other,
        text[:-1],
        text + "x",
        "",
        "sa_",
        "Bearer " + text,
        text.upper(),
        "é" * 64,
    ):
        with pytest.raises(Unauthorized):
            accounts.principal_of_key(wrong)


def test_a_revoked_key_is_no_good_at_once_here_and_soon_elsewhere(url, accounts, ada, clock):
    """Another process may have verified it a moment ago; it asks again after five seconds."""
    kept, text = accounts.keys.create(ada, name="CI")
    with open_store(url) as other:
        elsewhere = Accounts(other.database, now=clock)
        accounts.principal_of_key(text)
        elsewhere.principal_of_key(text)
        accounts.keys.revoke(ada, kept.id)
        with pytest.raises(Unauthorized):
            accounts.principal_of_key(text)
        clock.advance(seconds=5)
        with pytest.raises(Unauthorized):
            elsewhere.principal_of_key(text)
    assert accounts.keys.list(ada) == []
    with pytest.raises(UnknownAccount):
        accounts.keys.revoke(ada, kept.id)


def test_a_key_expires_to_the_second(accounts, ada, clock):
    """Even if it was verified just before."""
    end = clock().replace(second=20)
    _, text = accounts.keys.create(ada, name="CI", expires_at=end)
    clock.moment = end.replace(second=19)
    accounts.principal_of_key(text)
    clock.moment = end
    with pytest.raises(Unauthorized):
        accounts.principal_of_key(text)


def test_a_verified_key_costs_one_query_then_none_for_five_seconds(accounts, ada, clock, queries):
    """After that one again; a use is noted once a minute."""
    _, text = accounts.keys.create(ada, name="CI")
    accounts.principal_of_key(text)
    queries.clear()
    clock.advance(seconds=4)
    accounts.principal_of_key(text)
    assert queries == []
    clock.advance(seconds=1)
    accounts.principal_of_key(text)
    assert len(queries) == 1
    clock.advance(seconds=55)
    accounts.principal_of_key(text)
    assert [query.split()[0] for query in queries[1:]] == ["SELECT", "UPDATE"]
    assert accounts.keys.list(ada)[0].last_used_at == clock()


def test_a_wrong_key_is_never_remembered(accounts, ada, queries):
    """Every failure asks anew, and puts nobody out."""
    kept, text = accounts.keys.create(ada, name="CI")
    wrong = text[:-5] + "wrong"
    queries.clear()
    for _ in range(3):
        with pytest.raises(Unauthorized):
            accounts.principal_of_key(wrong)
    assert len(queries) == 3
    assert accounts.principal_of_key(text).proof == kept.id


def test_a_login_costs_one_query(accounts, ada, queries):
    """At every request of a browser."""
    token = accounts.logins.use_link(accounts.start_link(ada.user_id, "Ada"))
    queries.clear()
    accounts.principal_of_cookie(token)
    assert len(queries) == 1


def test_only_a_hash_of_the_secret_is_kept(accounts, ada, store):
    """Who reads the database has no key."""
    _, text = accounts.keys.create(ada, name="CI")
    with store.database.reading() as connection:
        assert text.split("_", 2)[2] not in str(connection.execute(select(api_keys)).all())


def test_members_see_and_revoke_their_own_and_owners_all(accounts, team, bob_in_team):
    """And nobody those of another workspace."""
    adas, _ = accounts.keys.create(team, name="Ada's")
    bobs, _ = accounts.keys.create(bob_in_team, name="Bob's")
    assert [key.name for key in accounts.keys.list(bob_in_team)] == ["Bob's"]
    assert {key.name for key in accounts.keys.list(team)} == {"Ada's", "Bob's"}
    with pytest.raises(UnknownAccount):
        accounts.keys.revoke(bob_in_team, adas.id)
    accounts.keys.revoke(team, bobs.id)
    assert accounts.keys.list(bob_in_team) == []


def test_a_key_without_a_name_a_scope_or_a_future_is_refused(accounts, ada, clock):
    """Nothing is made."""
    for wrong in ({"name": " "}, {"name": "CI", "scopes": []}, {"name": "CI", "expires_at": clock()}):
        with pytest.raises(InvalidAccount):
            accounts.keys.create(ada, **wrong)
    assert accounts.keys.list(ada) == []


def test_a_user_has_at_most_a_hundred_keys(accounts, ada):
    """A runaway script cannot fill the table."""
    for number in range(100):
        accounts.keys.create(ada, name=f"key {number}")
    with pytest.raises(AccountConflict):
        accounts.keys.create(ada, name="one too many")
