from uuid import UUID, uuid4

import pytest

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(site):
    """A browser in which Ada is signed in."""
    return site.signed_in("ada@example.org")


@pytest.fixture
def team(ada):
    """The id of a workspace of Ada's, in which her browser is at work."""
    made = ada("POST", "/api/workspaces", {"name": "Team"})
    assert made.status_code == 201
    assert ada("POST", f"/api/workspaces/{made.json()['id']}/switch").status_code == 200
    return made.json()["id"]


def _invited(site, ada, email="bob@example.org", **asked):
    """A browser in which somebody accepted Ada's invitation."""
    token = ada("POST", "/api/invitations", {"email": email} | asked).json()["token"]
    browser = site.browser()
    accepted = browser(
        "POST", "/api/invitations/accept", {"token": token, "name": "Bob", "password": PASSWORD}
    )
    assert accepted.status_code == 200, accepted.text
    return browser


@pytest.mark.slow
def test_a_password_signs_in_until_signing_out(site):
    """The cookie opens the API; after signing out neither it nor a copy of it does."""
    site.accounts.users.add("ada@example.org", "Ada", password=PASSWORD)
    browser = site.browser()
    answer = browser("POST", "/api/auth/sign-in", {"email": "Ada@example.org", "password": PASSWORD})
    assert answer.json()["user"]["name"] == "Ada"
    copy = browser.cookies["soundalike"]
    assert browser("GET", "/api/auth/me").json() == answer.json()
    assert browser("POST", "/api/auth/sign-out").status_code == 204
    assert not browser.cookies
    assert browser("GET", "/api/auth/me", Cookie=f"soundalike={copy}").status_code == 401
    assert browser("POST", "/api/auth/sign-out").status_code == 204


@pytest.mark.slow
def test_guessing_ends_in_429_with_the_seconds_to_wait(site):
    """After five guesses; who guesses is told neither whether there is such a user."""
    site.accounts.users.add("ada@example.org", password=PASSWORD)
    for email in ("ada@example.org", "nobody@example.org"):
        asked = {"email": email, "password": "wrong password"}
        statuses = [site.browser()("POST", "/api/auth/sign-in", asked).status_code for _ in range(6)]
        assert statuses == [401] * 5 + [429]
    answer = site.browser()("POST", "/api/auth/sign-in", {"email": "ada@example.org", "password": PASSWORD})
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["code"] == "too_many_attempts"


def test_signing_in_replaces_the_browsers_login(site, ada):
    """The token changes with who is signed in, and the old one is void."""
    before = ada.cookies["soundalike"]
    site.accounts.users.add("bob@example.org", password=PASSWORD)
    ada("POST", "/api/auth/sign-in", {"email": "bob@example.org", "password": PASSWORD})
    assert ada.cookies["soundalike"] != before
    assert site.browser()("GET", "/api/auth/me", Cookie=f"soundalike={before}").status_code == 401


def test_a_link_signs_in_once_and_is_not_used_up_by_fetching_ahead(site):
    """A browser that looks ahead is sent away; the link still works, once."""
    user = site.accounts.users.add("ada@example.org")
    path = f"/auth/link/{site.accounts.start_link(user.id, 'Ada')}"
    browser = site.browser()
    assert browser("GET", path, Sec_Purpose="prefetch;prerender").status_code == 403
    answer = browser("GET", path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser("GET", "/api/auth/me").json()["via"] == "browser"
    assert site.browser()("GET", path).status_code == 401


def test_me_tells_the_user_the_workspace_and_the_others(site, ada, team):
    """For a key as for a browser."""
    key = ada("POST", "/api/keys", {"name": "CI", "scopes": ["read"]}).json()["key"]
    seen = site.program(key)("GET", "/api/auth/me").json()
    assert (seen["user"]["email"], seen["workspace"]["id"]) == ("ada@example.org", team)
    assert (seen["via"], seen["scopes"]) == ("key", ["read"])
    assert [each["isPersonal"] for each in seen["workspaces"]] == [True, False]


def test_a_password_is_set_then_changed_with_the_old_one(site, ada):
    """The first needs none; other browsers are signed out."""
    assert ada("POST", "/api/auth/password", {"newPassword": PASSWORD}).status_code == 204
    other = site.browser()
    other("POST", "/api/auth/sign-in", {"email": "ada@example.org", "password": PASSWORD})
    wrong = {"newPassword": "another password", "oldPassword": "wrong password"}
    assert ada("POST", "/api/auth/password", wrong).status_code == 401
    assert ada("POST", "/api/auth/password", wrong | {"oldPassword": PASSWORD}).status_code == 204
    assert other("GET", "/api/auth/me").status_code == 401
    assert ada("GET", "/api/auth/me").status_code == 200


@pytest.mark.parametrize("password", ["short", "x" * 129, 12345678901, None])
def test_what_cannot_be_a_password_is_422(ada, password):
    """And what was sent is not repeated."""
    answer = ada("POST", "/api/auth/password", {"newPassword": password})
    assert answer.status_code == 422
    assert str(password) not in answer.text or password is None


def test_browsers_are_listed_and_signed_out(site, ada):
    """One, or all others."""
    site.accounts.users.set_password(UUID(ada("GET", "/api/auth/me").json()["user"]["id"]), PASSWORD)
    asked = {"email": "ada@example.org", "password": PASSWORD}
    browsers = [site.browser() for _ in range(3)]
    for browser in browsers:
        browser("POST", "/api/auth/sign-in", asked, User_Agent=f"Browser {browsers.index(browser)}")
    listed = browsers[0]("GET", "/api/auth/logins").json()
    assert len(listed) == 3
    (second,) = [each["id"] for each in listed if each["userAgent"] == "Browser 1"]
    assert browsers[0]("DELETE", f"/api/auth/logins/{second}").status_code == 204
    assert browsers[1]("GET", "/api/auth/me").status_code == 401
    assert browsers[0]("DELETE", "/api/auth/logins").json() == {"ended": 1}
    assert browsers[2]("GET", "/api/auth/me").status_code == 401
    assert browsers[0]("DELETE", f"/api/auth/logins/{second}").status_code == 404


def test_an_owner_changes_the_workspace_and_a_member_does_not(site, ada, team):
    """Null sets retention back to the server's; what is left out stays."""
    changed = ada("PATCH", "/api/workspace", {"retentionDays": 90}).json()
    assert (changed["name"], changed["retentionDays"]) == ("Team", 90)
    assert ada("PATCH", "/api/workspace", {"name": "Crew"}).json()["retentionDays"] == 90
    assert ada("PATCH", "/api/workspace", {"retentionDays": None}).json()["retentionDays"] is None
    bob = _invited(site, ada)
    assert bob("PATCH", "/api/workspace", {"name": "Mutiny"}).status_code == 403


def test_an_invitation_brings_a_member_who_is_signed_in_at_once(site, ada, team):
    """In the workspace they are invited to."""
    bob = _invited(site, ada)
    me = bob("GET", "/api/auth/me").json()
    assert (me["workspace"]["id"], me["workspace"]["role"]) == (team, "member")
    assert {member["name"] for member in bob("GET", "/api/members").json()} == {"ada", "Bob"}
    assert ada("GET", "/api/invitations").json() == []


def test_a_signed_in_user_joins_and_their_browser_goes_there(site, ada, team):
    """Without a second password; one alone of name and password is refused."""
    bob = site.signed_in("bob@example.org")
    token = ada("POST", "/api/invitations", {"email": "bob@example.org", "role": "owner"}).json()["token"]
    half = {"token": token, "name": "Bob"}
    assert bob("POST", "/api/invitations/accept", half).status_code == 422
    assert site.browser()("POST", "/api/invitations/accept", {"token": token}).status_code == 401
    joined = bob("POST", "/api/invitations/accept", {"token": token}).json()
    assert (joined["workspace"]["id"], joined["workspace"]["role"]) == (team, "owner")
    assert bob("POST", "/api/invitations/accept", {"token": token}).status_code == 404


def test_invitations_are_listed_without_their_token_and_withdrawn(ada, team):
    """The token was told once."""
    made = ada("POST", "/api/invitations", {"email": "bob@example.org"}).json()
    assert ada("GET", "/api/invitations").json() == [{k: v for k, v in made.items() if k != "token"}]
    assert ada("DELETE", f"/api/invitations/{made['id']}").status_code == 204
    assert ada("DELETE", f"/api/invitations/{made['id']}").status_code == 404


def test_roles_are_changed_by_owners_and_one_is_left(site, ada, team):
    """409 for the last one; a member who tries is refused."""
    bob = _invited(site, ada)
    ids = {member["name"]: member["userId"] for member in ada("GET", "/api/members").json()}
    assert bob("PATCH", f"/api/members/{ids['ada']}", {"role": "member"}).status_code == 403
    refused = ada("PATCH", f"/api/members/{ids['ada']}", {"role": "member"})
    assert (refused.status_code, refused.json()["code"]) == (409, "account_conflict")
    assert ada("PATCH", f"/api/members/{ids['Bob']}", {"role": "owner"}).json()["role"] == "owner"
    assert bob("PATCH", f"/api/members/{ids['ada']}", {"role": "member"}).status_code == 200


def test_a_removed_member_is_back_in_their_own_workspace(site, ada, team):
    """And their key for this one is void."""
    bob = _invited(site, ada)
    me = bob("GET", "/api/auth/me").json()
    program = site.program(bob("POST", "/api/keys", {"name": "CI"}).json()["key"])
    assert program("GET", "/api/auth/me").status_code == 200
    assert ada("DELETE", f"/api/members/{me['user']['id']}").status_code == 204
    assert program("GET", "/api/auth/me").status_code == 401
    assert bob("GET", "/api/auth/me").json()["workspace"]["isPersonal"]


def test_another_workspaces_things_are_404(site, ada, team):
    """Nothing tells whether there is something."""
    invitation = ada("POST", "/api/invitations", {"email": "eve@example.org"}).json()["id"]
    key = ada("POST", "/api/keys", {"name": "CI"}).json()["id"]
    me = ada("GET", "/api/auth/me").json()["user"]["id"]
    bob = site.signed_in("bob@example.org")
    for method, path in [
        ("POST", f"/api/workspaces/{team}/switch"),
        ("DELETE", f"/api/invitations/{invitation}"),
        ("DELETE", f"/api/keys/{key}"),
        ("PATCH", f"/api/members/{me}"),
        ("DELETE", f"/api/members/{me}"),
        ("DELETE", f"/api/members/{uuid4()}"),
        ("DELETE", "/api/members/not-an-id"),
        ("DELETE", "/api/opt-outs/levelsio"),
    ]:
        answer = bob(method, path, {"role": "member"} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_account")


def test_keys_are_made_listed_and_revoked(site, ada, clock):
    """The plain text comes once; the list shows how it begins and when it was used."""
    made = ada("POST", "/api/keys", {"name": "CI", "expiresInDays": 30}).json()
    program = site.program(made["key"])
    assert program("GET", "/api/workspaces").status_code == 200
    (listed,) = ada("GET", "/api/keys").json()
    assert "key" not in listed
    assert made["key"].startswith(listed["startsWith"])
    assert listed["lastUsedAt"]
    assert ada("DELETE", f"/api/keys/{made['id']}").status_code == 204
    assert program("GET", "/api/workspaces").status_code == 401
    assert ada("DELETE", f"/api/keys/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 101},
        {"name": "CI", "scopes": []},
        {"name": "CI", "scopes": ["admin"]},
        {"name": "CI", "expiresInDays": 0},
        {"name": "CI", "expiresInDays": "30"},
        {"name": "CI", "unknown": 1},
        {"name": " \n "},
    ],
)
def test_a_key_that_is_not_as_documented_is_422(ada, body):
    """Unknown fields among it."""
    assert ada("POST", "/api/keys", body).status_code == 422


def test_opt_outs_are_a_members_to_note_and_an_owners_to_take_back(site, ada, team):
    """With a key too."""
    bob = _invited(site, ada)
    put = bob("PUT", "/api/opt-outs/@LevelsIO", {"note": "asked by mail"})
    assert put.json()["username"] == "levelsio"
    assert [each["note"] for each in ada("GET", "/api/opt-outs").json()] == ["asked by mail"]
    assert bob("DELETE", "/api/opt-outs/levelsio").status_code == 403
    key = ada("POST", "/api/keys", {"name": "CI"}).json()["key"]
    assert site.program(key)("DELETE", "/api/opt-outs/levelsio").status_code == 204
    assert bob("PUT", "/api/opt-outs/not%20a%20name", {}).status_code == 422


def test_every_operation_is_documented(site):
    """A summary, a description, what it answers with and what may go wrong, for all the routes of this room."""
    paths = site.browser()("GET", "/openapi.json").json()["paths"]
    ours = (
        "/api/auth",
        "/auth",
        "/api/workspace",
        "/api/members",
        "/api/invitations",
        "/api/keys",
        "/api/opt-outs",
    )
    operations = [
        (f"{method} {path}", operation)
        for path, methods in paths.items()
        if path.startswith(ours)
        for method, operation in methods.items()
    ]
    assert len(operations) == 25
    for name, operation in operations:
        assert operation["summary"], name
        assert operation["description"], name
        assert {"500", "503"} <= set(operation["responses"]), name
