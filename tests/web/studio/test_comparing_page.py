"""Two wordings beside each other on the page."""

from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient


@pytest.fixture
def browser(app, ada):
    """Ada's browser."""
    return TestClient(app, headers=ada[1] | {"Accept": "text/html"}, follow_redirects=False)


@pytest.fixture
def voice(new_voice):
    """The address of a voice about whose audience nothing is known."""
    return f"/voices/{new_voice().id}"


def test_a_judgement_has_an_address_of_its_own(browser, voice):
    """So it can be linked; a text that no address can hold is judged where it was sent."""
    sent = browser.post(f"{voice}/compare", data={"a": "Ship it.\r\nNow.", "b": "Should we ship?"})
    typed = urlencode({"a": "Ship it.\nNow.", "b": "Should we ship?"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{voice}/write?{typed}#compare")
    long = browser.post(f"{voice}/compare", data={"a": "ship it " * 900, "b": "Should we ship?"})
    assert (long.status_code, "of 10 such choices" in long.text or "No clear difference" in long.text) == (
        200,
        True,
    )


def test_people_in_general_answer_where_nothing_is_known_of_the_audience(browser, voice):
    """And it is said that they do, and why; the same text twice has no winner."""
    shown = browser.get(f"{voice}/write", params={"a": "Ship it today.", "b": "Ship it today."}).text
    assert "No clear difference: 50% for A." in shown
    assert "Nothing is known of what the audience of @levelsio takes up" in shown
    assert "no audience in particular" in shown


def test_an_empty_text_is_asked_for_at_its_field(browser, voice):
    """What was typed into the other stays."""
    shown = browser.get(f"{voice}/write", params={"a": "<b>Ship</b> it", "b": " "}).text
    assert "Give both as they would be posted." in shown
    assert shown.count('aria-describedby="cmp-fault"') == 1
    assert "&lt;b&gt;Ship&lt;/b&gt; it" in shown


def test_another_workspace_cannot_ask(app, who, voice):
    """The voice is not there for it."""
    other = TestClient(app, headers=who("bob")[1] | {"Accept": "text/html"}, follow_redirects=False)
    assert other.post(f"{voice}/compare", data={"a": "x", "b": "y"}).status_code == 404
    assert other.get(f"{voice}/write", params={"a": "x", "b": "y"}).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme", "script"), [(390, "light", False), (1440, "dark", True)])
def test_two_wordings_are_compared_and_nothing_is_wrong_with_the_page(visit, voice_id, width, theme, script):
    """By the creator's own audience, with the interval, how often it was right, and why."""
    with visit(f"/voices/{voice_id}/write", width=width, theme=theme, script=script) as seen:
        page = seen.page
        page.get_by_label("A", exact=True).fill("lol ship it")
        page.get_by_label("B", exact=True).fill("10 lessons from shipping AI agents in production: a thread")
        page.get_by_role("button", name="Compare", exact=True).click()
        page.wait_for_url("**a=**")
        section = page.locator("#compare").inner_text()
        assert "By what the audience of @swyx took up before." in section
        assert "pairs of later posts" in section
        if script:
            assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
