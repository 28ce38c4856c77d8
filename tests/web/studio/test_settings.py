"""The settings: keys, people, how long posts live, what was spent, what is forgotten, and who may change what."""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from uuid import UUID, uuid4

import pytest

from conftest import serving
from servers import serve_in
from soundalike.accounts import Role
from soundalike.drafts.local import find_local_models
from soundalike.posts.post import Post
from soundalike.storage import TrainedModelRecord
from soundalike.telemetry.lately import Lately

PAGE = {"accept": "text/html"}


@pytest.fixture
def mara(site):
    """A browser in which Mara is signed in, at work in a workspace that she just made."""
    browser = site.signed_in("mara@kilnstreet.example")
    assert browser("POST", "/settings/workspaces", form={"fresh": "Kiln Street"}).status_code == 303
    return browser


@pytest.fixture
def keeps(site):
    """Have the workspace that a browser is at work in keep a post and a voice of @odile: `keeps(browser)`."""

    def keep(browser):
        at, workspace_id = site.parts.now(), UUID(here(browser))
        site.parts.store.save_posts(
            workspace_id, "odile", [Post("1", "a pot", at, "odile")], fetched_at=at, source="file"
        )
        model = TrainedModelRecord(
            id=uuid4(),
            user_id=workspace_id,
            creator_username="odile",
            model_name="Odile",
            model_prompt="Write short.",
            training_data=[{"id": "1"}],
            created_at=at,
        )
        site.parts.store.save_model(model)

    return keep


def text(browser, path="/settings"):
    """A page as it is sent."""
    answer = browser("GET", path, **PAGE)
    assert answer.status_code == 200, answer.text
    return answer.text


def here(browser):
    """The id of the workspace that a browser is at work in."""
    return browser("GET", "/api/auth/me").json()["workspace"]["id"]


def test_a_key_is_told_once_on_the_page_that_made_it(site, mara):
    """And works; it may end by itself, and be revoked."""
    made = mara("POST", "/settings/keys", form={"name": "<i>nightly", "scope": "read", "days": "7"}, **PAGE)
    (key,) = re.findall(r'id="secret">(sa_\w+[\w-]*)<', made.text)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    shown = text(mara)
    assert (key in shown, key[:19] in shown, "&lt;i&gt;nightly" in shown, "29 Nov" in shown) == (
        False,
        True,
        True,
        True,
    )
    assert site.program(key)("GET", "/api/auth/me").json()["scopes"] == ["read"]
    assert mara("POST", "/settings/keys/revoke", form={"key": key[3:19]}).status_code == 303
    assert site.program(key)("GET", "/api/auth/me").status_code == 401


def test_what_no_key_may_be_is_said_beside_what_was_typed(mara):
    """A name that is none, an end that is no number."""
    for typed in ({"name": "  "}, {"name": "x", "days": "soon"}):
        answer = mara("POST", "/settings/keys", form=typed, **PAGE)
        assert (answer.status_code, 'id="keys-fault"' in answer.text) == (422, True)


def test_a_key_changes_neither_keys_nor_members_nor_passwords(site, mara):
    """It is told to sign in, and sees no secret of anybody's."""
    made = mara("POST", "/settings/keys", form={"name": "x"}, **PAGE).text
    program = site.program(re.search(r'id="secret">([\w-]+)<', made)[1])
    for path, form in (
        ("keys", {"name": "y"}),
        ("members/remove", {"member": str(uuid4())}),
        ("invitations", {"email": "a@b.example"}),
        ("password", {"new": "long enough for all"}),
        ("logins/end-others", {}),
    ):
        assert program("POST", f"/settings/{path}", form=form, **PAGE).status_code == 403
    assert "Sign in with a browser for this" in text(program)


def test_an_invitation_is_a_link_that_is_told_once(site, mara):
    """Whoever opens it comes as a new user and is a member; the owner makes them one, and lets them go."""
    invited = mara("POST", "/settings/invitations", form={"email": "tomasz@kilnstreet.example"}, **PAGE)
    link = re.search(r'id="invitation">http://localhost:8000(/join/[\w-]+)<', invited.text)[1]
    assert link not in text(mara)
    guest = site.browser()
    assert "Join Kiln Street" in guest("GET", link, **PAGE).text
    short = guest("POST", link, form={"name": "Tomasz", "password": "short"}, **PAGE)
    assert (short.status_code, 'value="Tomasz"' in short.text) == (422, True)
    assert guest("POST", link, form={"name": "Tomasz", "password": "long enough for all"}).status_code == 303
    assert "Tomasz" in text(mara)
    assert guest("GET", link, **PAGE).status_code == 404
    member = guest("GET", "/api/auth/me").json()["user"]["id"]
    assert guest("POST", "/settings/workspace", form={"name": "Mine"}, **PAGE).status_code == 403
    assert mara("POST", "/settings/members/role", form={"member": member, "role": "owner"}).status_code == 303
    assert guest("POST", "/settings/workspace", form={"name": "Ours"}).status_code == 303
    assert "Ours" in text(mara)
    assert mara("POST", "/settings/members/remove", form={"member": member}).status_code == 303
    assert "Tomasz" not in text(mara)


def test_whoever_is_signed_in_joins_as_themselves(site, mara):
    """If the invitation is theirs; another's is refused."""
    made = mara("POST", "/settings/invitations", form={"email": "bea@kilnstreet.example"}, **PAGE).text
    link = re.search(r"(/join/[\w-]+)<", made)[1]
    assert site.signed_in("eve@kilnstreet.example")("POST", link, **PAGE).status_code == 403
    bea = site.signed_in("bea@kilnstreet.example")
    assert "Join as who is signed in here" in text(bea, link)
    assert bea("POST", link).status_code == 303
    assert here(bea) == here(mara)


def test_the_last_owner_stays(mara):
    """It is said at the members; an invitation can be withdrawn."""
    me = mara("GET", "/api/auth/me").json()["user"]["id"]
    left = mara("POST", "/settings/members/remove", form={"member": me}, **PAGE)
    assert (left.status_code, "The last owner cannot go." in left.text) == (409, True)
    mara("POST", "/settings/invitations", form={"email": "a@b.example"})
    invitation = re.search(r'name="invitation" value="([\w-]+)"', text(mara))[1]
    assert mara("POST", "/settings/invitations/withdraw", form={"invitation": invitation}).status_code == 303
    assert "a@b.example" not in text(mara)


def test_how_long_posts_live_is_said_with_when_the_next_go(mara, keeps):
    """Own days, or the server's where the field is left empty; what is no number is said at the field."""
    keeps(mara)
    assert "Now 30 days, the server’s setting." in text(mara)
    assert mara("POST", "/settings/retention", form={"days": "7"}).status_code == 303
    assert "Now 7 days" in (shown := text(mara))
    assert "Next: one post on 29 Nov." in shown
    wrong = mara("POST", "/settings/retention", form={"days": "0"}, **PAGE)
    assert (wrong.status_code, 'id="retention-fault"' in wrong.text) == (422, True)
    assert mara("POST", "/settings/retention", form={"days": ""}).status_code == 303
    assert "Now 30 days, the server’s setting." in text(mara)


def test_an_opt_out_is_noted_and_taken_back(mara):
    """With its note, which is text; a name that is none is said at the field."""
    form = {"username": "@QuietGlaze", "note": "<b>asked</b> by mail"}
    assert mara("POST", "/settings/opt-outs", form=form).status_code == 303
    assert "@quietglaze" in (shown := text(mara))
    assert "&lt;b&gt;asked&lt;/b&gt; by mail" in shown
    assert mara("POST", "/settings/opt-outs", form={"username": "no name"}, **PAGE).status_code == 422
    assert mara("POST", "/settings/opt-outs/remove", form={"username": "quietglaze"}).status_code == 303
    assert "Nobody is noted." in text(mara)


def test_forgetting_says_what_goes_asks_for_the_name_and_says_what_went(site, mara, keeps):
    """Nothing is deleted before the name is typed; another workspace's things stay."""
    other = site.signed_in("eve@kilnstreet.example")
    for browser in (mara, other):
        keeps(browser)
    assert "1 post, 0 sessions, 1 voice, 0 drafts" in text(mara, "/settings?forget=@Odile")
    wrong = mara("POST", "/settings/forget", form={"username": "odile", "confirm": "odil"}, **PAGE)
    assert (wrong.status_code, "Type @odile to confirm. Nothing was deleted." in wrong.text) == (422, True)
    done = mara("POST", "/settings/forget", form={"username": "odile", "confirm": "@ODILE"}, **PAGE)
    assert "Forgot @odile. Deleted: 1 post, 0 sessions, 1 voice, 0 drafts." in done.text
    assert "Nothing is kept of @odile." in text(mara, "/settings?forget=odile")
    assert "would delete 1 post" in text(other, "/settings?forget=odile")
    assert mara("GET", "/settings?forget=not+a+name", **PAGE).status_code == 422


def test_a_password_is_set_and_changed_and_other_browsers_are_signed_out(site, mara):
    """The present one has to be right; what is wrong is said there."""
    assert mara("POST", "/settings/password", form={"new": "short"}, **PAGE).status_code == 422
    assert mara("POST", "/settings/password", form={"new": "first of all words"}).status_code == 303
    elsewhere = site.browser()
    credentials = {"email": "mara@kilnstreet.example", "password": "first of all words"}
    assert elsewhere("POST", "/sign-in", form=credentials).status_code == 303
    login = re.search(r'name="login" value="(\w+)"', text(mara))[1]
    wrong = mara("POST", "/settings/password", form={"old": "guessed", "new": "second of words"}, **PAGE)
    assert (wrong.status_code, 'id="you-fault"' in wrong.text) == (401, True)
    assert mara("POST", "/settings/logins/end", form={"login": login}).status_code == 303
    assert elsewhere("GET", "/settings", **PAGE).status_code == 303
    elsewhere("POST", "/sign-in", form=credentials)
    assert mara("POST", "/settings/logins/end-others").status_code == 303
    assert elsewhere("GET", "/settings", **PAGE).headers["location"] == "/sign-in?next=/settings"


def test_a_theme_is_honoured_on_every_page_until_it_is_taken_back(mara):
    """By a cookie that scripts cannot read; any other word is none."""
    chosen = mara("POST", "/settings/theme", form={"theme": "dark"})
    assert "httponly" in chosen.headers["set-cookie"].lower()
    assert '<html lang="en" data-theme="dark">' in text(mara, "/voices")
    mara("POST", "/settings/theme", form={"theme": '"><script>'})
    assert '<html lang="en">' in text(mara, "/voices")


def test_no_key_of_the_server_is_shown(site_with):
    """Only whether there is one, and the ceilings."""
    site = site_with(
        twitter_api_key="tw-secret-value", openai_api_key="oa-secret-value", soundalike_auth="off"
    )
    shown = text(site.browser())
    assert "secret-value" not in shown
    assert "US$0.50" in shown
    assert "the creator" not in shown


def test_where_nobody_signs_in_there_is_nothing_to_manage(site_with):
    """It is said why; the rest is there."""
    shown = text(site_with(soundalike_auth="off").browser())
    assert "asks nobody who they are (SOUNDALIKE_AUTH=off)" in shown
    for left_out in ("/settings/keys", "/settings/password", "/settings/invitations", "/settings/workspaces"):
        assert f'action="{left_out}"' not in shown
    assert 'action="/settings/retention"' in shown


class Ollama(BaseHTTPRequestHandler):
    """A local server of language models."""

    def do_GET(self):
        """List one model."""
        body = b'{"data": [{"id": "qwen3:8b"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


def test_a_better_language_model_on_this_machine_is_named(site_with):
    """With the lines that use it; while none has answered yet the page does not wait."""
    site = site_with(soundalike_auth="off", soundalike_llm="embedded")
    with serving(Ollama) as address:
        ports = {int(address.rpartition(":")[2]): "Ollama"}
        site.app.state.neighbours = Lately(lambda: find_local_models(ports), patience_seconds=5)
        shown = text(site.browser())
    assert "A larger one runs on this machine already." in shown
    assert "SOUNDALIKE_LLM=ollama:qwen3:8b" in shown
    site.app.state.neighbours = Lately(lambda: time.sleep(1), patience_seconds=0.01)
    assert "Still looking for others on this machine." in text(site.browser())


def test_members_see_the_role_they_have_and_owners_what_they_may_change(site, mara):
    """A member cannot invite, rename, or say how long posts live."""
    guest = site.accounts.users.add("tomasz@kilnstreet.example", "Tomasz", password="long enough for all")
    site.accounts.workspaces.add_member(UUID(here(mara)), guest.id, Role.MEMBER)
    browser = site.browser()
    browser("POST", "/sign-in", form={"email": guest.email, "password": "long enough for all"})
    shown = text(browser)
    for left_out in ("invitations", "workspace", "retention", "members/role"):
        assert f'action="/settings/{left_out}"' not in shown
        form = {"email": "a@b.example", "name": "x", "member": "x", "role": "owner"}
        refused = browser("POST", f"/settings/{left_out}", form=form, **PAGE)
        assert refused.status_code == 403


@pytest.fixture
def signed_in(visit, tmp_path, llm_address):
    """Visits a server that asks who is there, as a new user who is signed in: `signed_in(width=390, …)`."""

    @contextmanager
    def looking(**options):
        with (
            serve_in(tmp_path, llm_address) as served,
            visit(_link(served), address=served.address, **options) as seen,
        ):
            seen.page.goto("/settings")
            yield seen

    return looking


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme", "script"), [(390, "dark", False), (1440, "light", True)])
def test_nothing_is_wrong_with_the_settings(signed_in, width, theme, script):
    """An owner makes a key, an invitation, an opt-out, and chooses a theme, with a script and without."""
    with signed_in(width=width, theme=theme, script=script) as seen:
        page = seen.page
        page.get_by_label("Name of a new key").fill("nightly")
        page.get_by_role("button", name="New key").click()
        page.locator("#secret").wait_for()
        page.get_by_label("Email of whom to invite").fill("tomasz.of.a.long.name@kilnstreet.example")
        page.get_by_role("button", name="Invite").click()
        page.locator("#invitation").wait_for()
        page.locator("#oo").fill("quietglaze")
        page.get_by_role("button", name="Opt out").click()
        page.get_by_text("Dark", exact=True).click()
        page.locator("#appearance").get_by_role("button", name="Save").click()
        page.locator("html[data-theme=dark]").wait_for()
        assert seen.overflow() == 0
        if script:
            assert (seen.faults(), seen.complaints) == ([], [])


def _link(served):
    """A link that signs a new user of a server in."""
    command = [sys.executable, "-m", "soundalike", "user", "add", "mara@kilnstreet.example"]
    done = subprocess.run(
        command, env=os.environ | served.env, cwd=served.folder, capture_output=True, text=True, check=True
    )
    return re.search(r"/auth/link/\S+", done.stdout + done.stderr)[0]
