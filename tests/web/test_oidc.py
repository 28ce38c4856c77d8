import json
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit, urlunsplit

import httpx2
import pytest

from soundalike.accounts import Principal

PASSWORD = "correct horse battery"
USERS = {
    "ada": {"email": "ada@example.org", "email_verified": True, "name": "Ada L."},
    "bob": {"email": "bob@example.org", "email_verified": False},
}

CALLBACK = "http://localhost:8000/auth/oidc/callback"
CERTIFIED = Path(__file__).with_name("certified_provider.mjs")

pytestmark = pytest.mark.slow


@pytest.fixture
def kind():
    """One database is enough: what the database does is tested with the accounts."""
    return "sqlite"


@pytest.fixture
def clock():
    """The provider lives in real time."""
    return lambda: datetime.now(UTC)


@pytest.fixture(scope="module")
def provider():
    """The address of a real provider in a process of its own, who knows Ada and Bob."""
    port = _free_port()
    users = [
        word for sub, claims in USERS.items() for word in ("--user-claims", json.dumps({"sub": sub} | claims))
    ]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", *users]
    with _running(command, f"http://127.0.0.1:{port}") as address:
        yield address


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """The address of the provider that the OpenID Foundation certified; skipped where npm cannot get it."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("needs node and npm")
    folder = tmp_path_factory.mktemp("certified")
    install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "oidc-provider@9"]
    if subprocess.run(install, cwd=folder, capture_output=True, timeout=120, check=False).returncode:
        pytest.skip("npm cannot get oidc-provider")
    shutil.copy(CERTIFIED, folder / "provider.mjs")
    port = _free_port()
    command = ["node", "provider.mjs", str(port), CALLBACK, json.dumps(USERS)]
    with _running(command, f"http://127.0.0.1:{port}", cwd=folder) as address:
        yield address


@pytest.fixture
def site(site_with, provider):
    """The application that signs in with the provider."""
    return site_with(
        soundalike_oidc_issuer=provider,
        soundalike_oidc_client_id="soundalike",
        soundalike_oidc_client_secret="a secret of the client",
    )


def _free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def _running(command, address, **options):
    """A process while the block runs, from when it answers."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet, **options) as process:
        try:
            deadline = time.monotonic() + 30
            while not _answers(f"{address}/.well-known/openid-configuration"):
                assert process.poll() is None, "the provider ended"
                assert time.monotonic() < deadline, "the provider never answered"
                time.sleep(0.05)
            yield address
        finally:
            process.terminate()


def _answers(url):
    try:
        return httpx2.get(url, timeout=1).status_code == 200
    except httpx2.HTTPError:
        return False


def _sign_in_there(url, sub):
    """What a user does at the provider: say who they are; gives the address the browser is sent back to."""
    answer = httpx2.post(url, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def _click_through(url, login):
    """Sign in and consent on the certified provider's own pages; gives the address of the way back."""
    with httpx2.Client() as http:
        answer = http.get(url)
        while not (target := answer.headers.get("location", "")).startswith(CALLBACK):
            if target:
                answer = http.get(urljoin(str(answer.url), target))
            else:
                form = re.search(r'action="([^"]+)".*?name="prompt" value="(\w+)"', answer.text, re.DOTALL)
                answer = http.post(form[1], data={"prompt": form[2], "login": login, "password": "any"})
        return target


def _local(url):
    read = urlsplit(url)
    return urlunsplit(("", "", read.path, read.query, ""))


def _come_back(browser, sub, **headers):
    """The whole way, as a browser goes it."""
    begun = browser("GET", "/auth/oidc/start", **headers)
    assert begun.status_code == 303, begun.text
    back = _sign_in_there(begun.headers["location"], sub)
    return browser("GET", _local(back), Sec_Fetch_Site="cross-site")


def test_a_user_signs_in_with_the_provider(site):
    """There and back; afterwards the browser is theirs, and the attempt's cookie is gone."""
    ada = site.accounts.users.add("ada@example.org", "Ada")
    browser = site.browser()
    answer = _come_back(browser, "ada")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser("GET", "/api/auth/me").json()["user"]["id"] == str(ada.id)
    assert set(browser.cookies) == {"soundalike"}


def test_the_request_carries_pkce_state_and_nonce(site):
    """New ones every time, the verifier never."""
    asked = [
        parse_qs(urlsplit(site.browser()("GET", "/auth/oidc/start").headers["location"]).query) for _ in "12"
    ]
    for query in asked:
        assert query["code_challenge_method"] == ["S256"]
        assert query["response_type"] == ["code"]
        assert query["redirect_uri"] == [CALLBACK]
        assert "code_verifier" not in query
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


def test_whoever_is_invited_comes_with_the_provider(site):
    """Into the workspace of the invitation, under the name the provider tells."""
    owner = site.accounts.users.add("owner@example.org")
    site.accounts.invitations.invite(Principal.local(owner.id), "ada@example.org")
    browser = site.browser()
    _come_back(browser, "ada")
    me = browser("GET", "/api/auth/me").json()
    assert (me["user"]["name"], me["workspace"]["id"]) == ("Ada L.", str(owner.id))


def test_a_stranger_is_told_to_ask_for_an_invitation(site):
    """403, nobody is made, nobody is signed in."""
    browser = site.browser()
    answer = _come_back(browser, "ada")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "invite" in answer.json()["detail"]
    assert browser("GET", "/api/auth/me").status_code == 401


def test_an_unverified_email_lets_nobody_in(site):
    """Bob may have written anybody's."""
    site.accounts.users.add("bob@example.org")
    assert _come_back(site.browser(), "bob").status_code == 403


def test_a_user_with_a_password_connects_from_a_page_while_signed_in(site):
    """Not from elsewhere; afterwards the provider alone will do."""
    browser = site.signed_in("ada@example.org")
    site.accounts.users.set_password(site.accounts.users.find("ada@example.org").id, PASSWORD)
    browser("POST", "/api/auth/sign-in", {"email": "ada@example.org", "password": PASSWORD})
    assert _come_back(browser, "ada", Sec_Fetch_Site="cross-site").status_code == 409
    assert _come_back(browser, "ada").status_code == 303
    assert _come_back(site.browser(), "ada").status_code == 303


def test_an_answer_is_taken_from_the_browser_that_asked_alone(site):
    """Else somebody could sign a visitor in as themselves."""
    site.accounts.users.add("ada@example.org")
    begun = site.browser()("GET", "/auth/oidc/start").headers["location"]
    back = _local(_sign_in_there(begun, "ada"))
    another = site.browser()
    assert another("GET", back).status_code == 401
    another("GET", "/auth/oidc/start")
    assert another("GET", back).status_code == 401


def test_a_code_works_once_and_a_made_up_one_never(site):
    """The provider refuses, and the user is told to try again."""
    site.accounts.users.add("ada@example.org")
    browser = site.browser()
    begun = browser("GET", "/auth/oidc/start").headers["location"]
    back = _local(_sign_in_there(begun, "ada"))
    kept = browser.cookies
    forged = re.sub(r"code=[^&]+", "code=made-up", back)
    assert (browser("GET", forged).status_code, browser("GET", back).status_code) == (401, 303)
    browser.cookies = kept
    assert browser("GET", back).status_code == 401


@pytest.mark.parametrize(
    "change", [{"error": "access_denied"}, {"code": ""}, {"iss": "https://evil.example"}]
)
def test_a_refusal_is_told(site, change):
    """Who changes their mind at the provider, or is sent back by another one."""
    browser = site.browser()
    begun = urlsplit(browser("GET", "/auth/oidc/start").headers["location"])
    answered = {"state": parse_qs(begun.query)["state"][0], "code": "x"} | change
    assert browser("GET", f"/auth/oidc/callback?{urlencode(answered)}").status_code == 401


def test_a_token_of_another_attempt_is_refused(site):
    """The nonce ties the provider's word to this browser."""
    site.accounts.users.add("ada@example.org")
    browser = site.browser()
    begun = browser("GET", "/auth/oidc/start").headers["location"]
    back = _local(_sign_in_there(re.sub(r"nonce=[^&]+", "nonce=another", begun), "ada"))
    assert browser("GET", back).status_code == 401


def test_the_servers_secret_is_made_once_for_this_user_alone(site, tmp_path):
    """Mode 0600; a cookie somebody changed is none."""
    browser = site.browser()
    browser("GET", "/auth/oidc/start")
    file = tmp_path / "data" / "secret.key"
    before = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    site.browser()("GET", "/auth/oidc/start")
    assert file.read_text() == before
    answer = site.browser()("GET", "/auth/oidc/callback?state=x&code=y", Cookie="soundalike-provider=e30.0")
    assert answer.status_code == 401


def test_without_a_provider_there_is_no_such_route(site_with):
    """Neither in the description."""
    browser = site_with().browser()
    answer = browser("GET", "/auth/oidc/start")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "oidc" not in browser("GET", "/openapi.json").text


def test_routes_of_a_provider_are_described(site_with, provider):
    """As the others are."""
    site = site_with(soundalike_oidc_issuer=provider, soundalike_oidc_client_id="soundalike")
    paths = site.browser()("GET", "/openapi.json").json()["paths"]
    assert {"/auth/oidc/start", "/auth/oidc/callback"} <= set(paths)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:9", "http://provider.example", "{provider}/"])
def test_a_provider_that_fails_is_said_without_inner_words(site_with, provider, issuer):
    """Down, without TLS, or going by another name."""
    site = site_with(
        soundalike_oidc_issuer=issuer.format(provider=provider), soundalike_oidc_client_id="soundalike"
    )
    answer = site.browser()("GET", "/auth/oidc/start")
    assert (answer.status_code, answer.json()["code"]) == (502, "provider_unavailable")
    assert "Errno" not in answer.text


@pytest.mark.parametrize(("login", "status"), [("ada", 303), ("bob", 403)])
def test_the_certified_provider_signs_in_whom_it_vouches_for(site_with, certified, login, status):
    """It demands PKCE, answers with its issuer, and tells the email only when asked for user info."""
    site = site_with(
        soundalike_oidc_issuer=certified,
        soundalike_oidc_client_id="soundalike",
        soundalike_oidc_client_secret="a secret of the client",
    )
    site.accounts.users.add(f"{login}@example.org")
    browser = site.browser()
    begun = browser("GET", "/auth/oidc/start").headers["location"]
    back = _local(_click_through(begun, login))
    assert "iss=" in back
    assert browser("GET", back, Sec_Fetch_Site="cross-site").status_code == status
    assert browser("GET", "/api/auth/me").status_code == (200 if status == 303 else 401)
