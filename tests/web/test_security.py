import pytest

PASSWORD = "correct horse battery"
OTHER_SITE = {"Sec_Fetch_Site": None, "Origin": "https://evil.example"}


@pytest.fixture
def kind():
    """One database is enough where none matters."""
    return "sqlite"


@pytest.fixture
def browser(site):
    """A browser in which Ada is signed in."""
    return site.signed_in("ada@example.org")


@pytest.fixture
def open_site(site_with):
    """The application where nobody is asked who they are."""
    return site_with(soundalike_auth="off")


def _make_workspace(browser, **headers):
    return browser("POST", "/api/workspaces", {"name": "Team"}, **headers).status_code


@pytest.mark.parametrize("site_word", ["cross-site", "same-site", "nonsense"])
def test_another_site_cannot_use_the_cookie(browser, site_word):
    """Whatever it makes the browser send; a neighbour under the same domain is another site too."""
    assert _make_workspace(browser, Sec_Fetch_Site=site_word) == 403


def test_our_own_pages_and_typed_addresses_may(browser):
    """As the browser itself says."""
    assert _make_workspace(browser, Sec_Fetch_Site="same-origin") == 201
    assert _make_workspace(browser, Sec_Fetch_Site="none") == 201


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8000", 201),
        ("HTTP://LOCALHOST:8000", 201),
        ("http://localhost:8001", 403),
        ("https://evil.example", 403),
        ("https://evil.example/localhost:8000", 403),
        ("http://[", 403),
        ("null", 403),
        (None, 403),
    ],
)
def test_where_the_browser_is_silent_the_origin_has_to_be_this_host(browser, origin, status):
    """Browsers without TLS leave Sec-Fetch-Site out; one that names no origin either is not trusted."""
    assert _make_workspace(browser, Sec_Fetch_Site=None, Origin=origin) == status


def test_another_site_cannot_sign_a_browser_in(site):
    """Else it could have its visitor work in an account of its own."""
    site.accounts.users.add("eve@example.org", password=PASSWORD)
    asked = {"email": "eve@example.org", "password": PASSWORD}
    answer = site.browser()("POST", "/api/auth/sign-in", asked, **OTHER_SITE)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_reading_is_not_held_up(browser):
    """What changes nothing may come from anywhere; the browser keeps the answer from the other site."""
    assert browser("GET", "/api/auth/me", Sec_Fetch_Site="cross-site").status_code == 200


def test_a_program_with_a_key_needs_no_origin(site, browser):
    """Nor is a panel on another site refused that sends a key."""
    key = browser("POST", "/api/keys", {"name": "panel"}).json()["key"]
    put = site.program(key)("PUT", "/api/opt-outs/levelsio", {}, **OTHER_SITE)
    assert put.status_code == 200


def test_a_program_without_key_or_cookie_is_asked_for_one(site):
    """401 with the way in, not 403."""
    answer = site.program("")("POST", "/api/keys", {"name": "x"}, Authorization=None)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "given", ["", "Basic YWRhOng=", "Bearer", "Bearer ", "Bearer sa_0_0", "sa_0123456789abcdef", "Bearer é"]
)
def test_a_bad_key_is_refused_even_beside_a_good_cookie(browser, given):
    """What is sent on purpose counts."""
    answer = browser("GET", "/api/auth/me", Authorization=given.encode())
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"


def test_scopes_are_kept(site, browser):
    """A key for reading reads."""
    key = browser("POST", "/api/keys", {"name": "reader", "scopes": ["read"]}).json()["key"]
    program = site.program(key)
    assert program("GET", "/api/opt-outs").status_code == 200
    assert program("PUT", "/api/opt-outs/levelsio", {}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/keys"),
        ("POST", "/api/keys"),
        ("GET", "/api/members"),
        ("GET", "/api/invitations"),
        ("GET", "/api/auth/logins"),
        ("PATCH", "/api/workspace"),
        ("POST", "/api/workspaces"),
        ("POST", "/api/auth/password"),
    ],
)
def test_no_key_manages_keys_members_or_sign_ins(site, browser, method, path):
    """Who finds one cannot dig in."""
    key = browser("POST", "/api/keys", {"name": "all"}).json()["key"]
    body = {"name": "x", "newPassword": PASSWORD} if method != "GET" else None
    body = {"newPassword": PASSWORD} if path == "/api/auth/password" else body and {"name": "x"}
    answer = site.program(key)(method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_the_cookie_is_for_this_host_and_no_script(site):
    """HttpOnly, Lax, and over TLS under the name that browsers bind to the host."""
    site.accounts.users.add("ada@example.org", password=PASSWORD)
    asked = {"email": "ada@example.org", "password": PASSWORD}
    plain, secure = (
        site.browser(base_url=url)("POST", "/api/auth/sign-in", asked).headers["set-cookie"]
        for url in ("http://localhost:8000", "https://soundalike.example")
    )
    assert plain.startswith("soundalike=")
    assert "secure" not in plain.lower()
    assert secure.startswith("__Host-soundalike=")
    assert "Secure" in secure
    for cookie in (plain, secure):
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


def test_a_cookie_that_came_without_tls_does_not_pass_for_one_that_came_with_it(site, browser):
    """A network that plants cookies over http signs nobody in over https."""
    token = browser.cookies["soundalike"]
    over_tls = site.browser(base_url="https://localhost")
    assert over_tls("GET", "/api/auth/me", Cookie=f"soundalike={token}").status_code == 401
    assert over_tls("GET", "/api/auth/me", Cookie=f"__Host-soundalike={token}").status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/auth/me", "/api/nothing", "/auth/link/nothing", "/healthz"])
def test_every_answer_carries_the_six_headers(site, path):
    """Errors too."""
    headers = site.browser()("GET", path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


def test_tls_is_remembered_only_where_it_is(site):
    """An install on a plain local network must stay reachable."""
    answer = site.browser(base_url="https://soundalike.example")("GET", "/healthz")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_answers_of_the_api_are_not_kept(site, browser):
    """By browsers or proxies."""
    for path in ("/api/auth/me", "/api/members", "/auth/link/nothing"):
        assert browser("GET", path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LocalHost"])
def test_an_open_server_answers_to_this_machines_names(open_site, host):
    """Whoever asks is the user of this machine."""
    answer = open_site.browser()("GET", "/healthz", Host=host)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:8000",
        "127.0.0.1.nip.io",
        "localhost@evil.example",
        "0.0.0.0",
        "[::]",
        "localhost:x",
        "",
        "127.0.0.1 evil.example",
    ],
)
def test_an_open_server_answers_to_no_other_name(open_site, host):
    """A site whose DNS is turned to 127.0.0.1 gets nothing."""
    answer = open_site.browser()("GET", "/api/auth/me", Host=host)
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host")


def test_an_open_server_is_not_used_from_another_site(open_site):
    """No cookie is needed there and a key proves nothing, so the browser's word alone counts."""
    browser = open_site.browser()
    for extra in ({}, {"Authorization": "Bearer x"}):
        for foreign in (OTHER_SITE, {"Sec_Fetch_Site": "cross-site"}):
            answer = browser("PUT", "/api/opt-outs/levelsio", {}, **foreign, **extra)
            assert answer.status_code == 403
    assert browser("PUT", "/api/opt-outs/levelsio", {}, Sec_Fetch_Site=None).status_code == 200


def test_the_user_of_an_open_server_is_the_one_of_the_command(open_site):
    """With a name, a workspace and the right to make keys."""
    browser = open_site.browser()
    me = browser("GET", "/api/auth/me").json()
    assert (me["via"], me["workspace"]["role"]) == ("local", "owner")
    assert browser("POST", "/api/keys", {"name": "panel"}).status_code == 201
