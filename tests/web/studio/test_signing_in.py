"""The door of the studio, and what a page says when something is wrong."""

import re

import pytest

from servers import serve_in

PASSWORD = "correct horse battery"


@pytest.fixture
def ada(site):
    """A user with a password."""
    return site.accounts.users.add("ada@example.org", "Ada", password=PASSWORD)


def form(browser, path, **fields):
    """Send a form as a page does."""
    return browser("POST", path, form=fields, Accept="text/html")


def test_whoever_is_not_signed_in_is_led_to_the_door_and_back(site, ada):
    """With the page they wanted; a wrong password is said at its field, and nothing of it is repeated."""
    browser = site.browser()
    led = browser("GET", "/voices", Accept="text/html")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=/voices")
    wrong = form(browser, "/sign-in", email="ada@example.org", password="guess-guess", next="/voices")
    assert wrong.status_code == 401
    assert 'aria-invalid="true"' in wrong.text
    assert "guess-guess" not in wrong.text
    let_in = form(browser, "/sign-in", email="ada@example.org", password=PASSWORD, next="/voices")
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/voices")
    assert "Ada" in browser("GET", "/voices", Accept="text/html").text


@pytest.mark.parametrize("place", ["//evil.example", "/\\evil.example", "https://evil.example", "/\nx", ""])
def test_signing_in_leads_to_no_other_site(site, ada, place):
    """Whatever a link to the door asks for."""
    let_in = form(site.browser(), "/sign-in", email="ada@example.org", password=PASSWORD, next=place)
    assert let_in.headers["location"] == "/"


def test_signing_out_ends_the_login(site):
    """The page behind the door is shut again."""
    browser = site.signed_in("eve@example.org")
    assert browser("GET", "/voices", Accept="text/html").status_code == 200
    assert form(browser, "/sign-out").headers["location"] == "/sign-in"
    assert browser("GET", "/voices", Accept="text/html").status_code == 303


def test_another_workspace_is_one_form_away(site):
    """One of one's own; others' are not there."""
    browser, other = site.signed_in("eve@example.org"), site.signed_in("bob@example.org")
    made = browser("POST", "/api/workspaces", {"name": "Kiln Street"}).json()
    assert form(browser, "/workspace", workspace=made["id"]).status_code == 303
    assert "Kiln Street" in browser("GET", "/voices", Accept="text/html").text
    assert form(other, "/workspace", workspace=made["id"]).status_code == 404


def test_what_is_wrong_is_a_page_for_browsers_and_a_document_for_programs(site):
    """The same problem; the page has the request's id, for whoever runs the server."""
    browser = site.signed_in("eve@example.org")
    page = browser("GET", "/nothing", Accept="text/html,*/*")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["x-request-id"] in page.text
    assert browser("GET", "/nothing").json()["code"] == "not_found"
    assert browser("GET", "/api/nothing", Accept="text/html").json()["code"] == "not_found"


def test_a_name_cannot_bring_markup_with_it(site):
    """It is text wherever it stands."""
    browser = site.signed_in("eve@example.org")
    browser("POST", "/api/workspaces", {"name": "<script>alert(1)</script>"})
    page = browser("GET", "/voices", Accept="text/html")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_files_are_kept_for_good_under_an_address_that_changes_with_them(site):
    """Small enough to be packed; under any other address they are asked for again."""
    browser = site.browser()
    door = browser("GET", "/sign-in", Accept="text/html").text
    address = door.partition('rel="stylesheet" href="')[2].partition('"')[0]
    kept = browser("GET", address)
    assert "immutable" in kept.headers["cache-control"]
    old = browser("GET", address.partition("?")[0] + "?v=old")
    assert old.headers["cache-control"] == "no-cache"
    assert browser("GET", address, If_None_Match=kept.headers["etag"]).status_code == 304
    assert browser("GET", "/static/../errors.py").status_code == 404
    assert browser("GET", "/static/nothing.css").status_code == 404


def test_a_script_imports_others_from_addresses_that_change_with_them(site):
    """All of them are kept for good, and panels on other sites may have them from any copy that is kept."""
    browser = site.browser()
    door = browser("GET", "/sign-in", Accept="text/html").text
    script = re.search(r'<script type="module" src="([^"]+)"', door)[1]
    imported = re.findall(r'from "\./([^"]+)";', browser("GET", script).text)
    assert [each.partition("?")[0] for each in imported] == ["parts.js", "streams.js"]
    for each in imported:
        answer = browser("GET", f"/static/{each}")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["access-control-allow-origin"] == "*"
        assert f'href="/static/{each}"' in door


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1440])
def test_the_door_is_in_order(visit, tmp_path, llm_address, width):
    """No fault that axe-core knows, nothing wider than the window, no complaint, in the dark too."""
    with serve_in(tmp_path, llm_address) as served:
        for theme in ("light", "dark"):
            with visit("/voices", width=width, theme=theme, address=served.address) as seen:
                seen.page.get_by_label("Email").wait_for()
                assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
