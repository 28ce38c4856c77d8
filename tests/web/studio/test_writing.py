"""Writing in a voice on the pages: drafts with their receipts, what becomes of them, and those of before."""

import re
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from starlette.testclient import TestClient

from soundalike.accounts import Scope
from soundalike.storage import DraftRecord

HOSTILE = "\u202egnp.exe <script>alert(1)</script> Z̴̧a̷l̶g̷o \"quoted\" & 'so' " + "kiln" * 900


@pytest.fixture
def page_of(app):
    """A client that browses as whoever has a key does: `page_of(headers)`."""

    def open_client(headers):
        return TestClient(app, headers=headers | {"Accept": "text/html"}, follow_redirects=False)

    return open_client


@pytest.fixture
def browser(page_of, ada):
    """Ada's browser."""
    return page_of(ada[1])


@pytest.fixture
def kept(store, work, new_voice):
    """Keep drafts of a new voice of Ada's: `kept("one", "two", **figures) -> .voice, its address, .drafts, ids`."""

    def keep(*texts, **figures):
        model = new_voice()
        found = [
            DraftRecord(uuid4(), model.user_id, model.id, "levelsio", "ship", rank, text, figures, work.at)
            for rank, text in enumerate(texts, start=1)
        ]
        store.drafts.keep(model, found)
        return SimpleNamespace(voice=f"/voices/{model.id}", drafts=[str(each.id) for each in found])

    return keep


def test_an_answer_is_shown_again_by_any_of_its_drafts(browser, kept):
    """Whole and in its order, so that a page can be loaded again without anything being written anew."""
    own = kept("first one", "second one", order={"maxChars": 100, "tried": 8, "withheld": {"copied": 2}})
    for draft_id in own.drafts:
        shown = browser.get(f"{own.voice}/write", params={"of": draft_id}).text
        assert shown.index("first one") < shown.index("second one")
        assert "2 drafts" in shown
        assert "Of 8 candidates were withheld: 2 copied." in shown
        assert "9</span> / 100" in shown


def test_an_order_that_makes_no_sense_is_said_at_its_fields_and_what_was_typed_stays(browser, kept):
    """Nothing is written, and the server is not asked for anything."""
    own = kept()
    typed = {"brief": " ", "count": "many", "maxChars": "0", "seed": "-1", "continueFrom": "So"}
    answer = browser.post(f"{own.voice}/write", data=typed)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 4
    assert "Give a whole number from 1 to 50." in answer.text
    assert 'value="many"' in answer.text
    thread = browser.post(f"{own.voice}/write", data={"brief": "x", "mode": "thread", "posts": "26"})
    assert (thread.status_code, "from 2 to 25" in thread.text) == (422, True)


def test_what_keeps_the_writer_from_writing_is_said_and_the_brief_stays(browser, kept):
    """A model that cannot write, such as one that was not trained here."""
    answer = browser.post(f"{kept().voice}/write", data={"brief": "why I ship daily"})
    assert answer.status_code >= 400
    assert "why I ship daily" in answer.text
    assert 'role="alert"' in answer.text


def test_a_decision_leads_back_to_its_draft(browser, kept, store, ada):
    """Accepted, edited, rejected with a reason, and accepted after all; the last counts."""
    own = kept("Ship it!", "Ship that!")
    first = own.drafts[0]
    steps = [
        ({"do": "accept"}, "accepted", None),
        ({"do": "edit", "text": "Shipped.\r\nTwice."}, "edited", "Shipped.\nTwice."),
        ({"do": "reject", "reason": "too loud"}, "rejected", None),
    ]
    for typed, status, text in steps:
        answer = browser.post(f"{own.voice}/drafts/{first}", data=typed)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"{own.voice}/write?of={first}#draft-1"
        draft = store.drafts.get(ada[0].workspace_id, UUID(first))
        assert (draft.status, draft.edited_text) == (status, text)
    assert "too loud" in browser.get(f"{own.voice}/write?of={first}").text


def test_figures_of_an_edit_that_cannot_be_measured_are_said_to_be_of_what_was_written(browser, kept):
    """As of a voice whose learning is gone: the old figures are not passed off as the new text's."""
    own = kept("Ship it!", voiceScore=1.25)
    browser.post(f"{own.voice}/drafts/{own.drafts[0]}", data={"do": "edit", "text": "Shipped."})
    shown = browser.get(f"{own.voice}/write?of={own.drafts[0]}").text
    assert "the edit could not be measured just now" in shown
    assert "+1.25" in shown


def test_an_edit_that_cannot_be_kept_is_said_beside_what_was_typed(browser, kept):
    """So is a reason that is too long."""
    own = kept("Ship it!")
    address = f"{own.voice}/drafts/{own.drafts[0]}"
    empty = browser.post(address, data={"do": "edit", "text": "  "})
    assert (empty.status_code, "1 to 25,000" in empty.text) == (422, True)
    long = browser.post(address, data={"do": "reject", "reason": "because " * 80})
    assert (long.status_code, "because because" in long.text, "500 are the most" in long.text) == (
        422,
        True,
        True,
    )
    assert browser.post(address, data={"do": "burn"}).status_code == 422


def test_a_text_that_is_too_long_is_said_to_be(browser, kept):
    """By how much, in words as well as by the ring; it is kept all the same."""
    own = kept("word " * 70)
    shown = browser.get(f"{own.voice}/write?of={own.drafts[0]}").text
    assert "70 over. X counts links as 23 and most emoji as 2." in shown
    assert 'class="ring over"' in shown


def test_the_link_to_x_has_the_whole_text_and_nothing_else(browser, kept):
    """Whatever signs are in it; it opens apart from the studio."""
    own = kept('So & so? #1 "x" https://example.org/?a=b\n100 % 🏺')
    browser.post(f"{own.voice}/drafts/{own.drafts[0]}", data={"do": "accept"})
    shown = browser.get(f"{own.voice}/write?of={own.drafts[0]}").text
    link = re.search(r'href="(https://x\.com/intent[^"]*)" target="_blank" rel="noreferrer noopener"', shown)[
        1
    ]
    address = urlsplit(link)
    assert (address.netloc, address.path) == ("x.com", "/intent/post")
    assert parse_qs(address.query) == {"text": ['So & so? #1 "x" https://example.org/?a=b\n100 % 🏺']}


def test_hostile_texts_are_text(browser, kept):
    """In drafts, reasons, flags, shared words and the brief: nothing is markup."""
    own = kept(
        HOSTILE,
        label=f"AI-made · {HOSTILE}",
        nearestPost={"id": "1849283746152938475", "sharedText": HOSTILE},
        flags=[{"kind": "name", "text": HOSTILE}],
        order={"continueFrom": HOSTILE},
    )
    browser.post(f"{own.voice}/drafts/{own.drafts[0]}", data={"do": "reject", "reason": HOSTILE[:400]})
    for path in (f"write?of={own.drafts[0]}", "drafts"):
        shown = browser.get(f"{own.voice}/{path}").text
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown


def test_all_drafts_are_listed_by_pages_and_by_what_became_of_them(browser, kept):
    """Newest first, with how many there are of each."""
    own = kept("one", "two", "three")
    browser.post(f"{own.voice}/drafts/{own.drafts[1]}", data={"do": "accept"})
    first = browser.get(f"{own.voice}/drafts?limit=2").text
    assert ("offset=2" in first, "All 3" in first, "Accepted 1" in first) == (True, True, True)
    accepted = browser.get(f"{own.voice}/drafts?status=accepted").text
    assert (">two</a>" in accepted, ">one</a>" in accepted) == (True, False)
    assert browser.get(f"{own.voice}/drafts?status=burnt").status_code == 422


def test_another_workspace_sees_none_of_it(page_of, who, kept):
    """Neither a voice nor a draft of it, nor by a voice of one's own; and nothing can be decided."""
    own, other = kept("mine"), page_of(who("bob")[1])
    draft = own.drafts[0]
    assert other.get(f"{own.voice}/write").status_code == 404
    assert other.get(f"{own.voice}/drafts").status_code == 404
    assert other.post(f"{own.voice}/drafts/{draft}", data={"do": "accept"}).status_code == 404
    assert other.post(f"{own.voice}/write", data={"brief": "x"}).status_code == 404


def test_a_draft_belongs_to_one_voice(browser, kept):
    """At the address of another, or with an id that is none, there is nothing."""
    one, other = kept("mine"), kept("other")
    assert browser.get(f"{one.voice}/write?of={other.drafts[0]}").status_code == 404
    assert browser.get(f"{one.voice}/write?of=nothing").status_code == 404
    assert browser.post(f"{one.voice}/drafts/{other.drafts[0]}", data={"do": "accept"}).status_code == 404


def test_a_key_that_may_only_read_writes_and_decides_nothing(page_of, who, kept):
    """It may look."""
    _, headers = who("carl", scopes=[Scope.READ])
    reading = page_of(headers)
    assert reading.post("/length", data={"text": "ship it 🏺"}).json() == {"length": 10}
    assert reading.post(f"{kept('x').voice}/write", data={"brief": "x"}).status_code == 403


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False])
def test_drafts_are_written_decided_on_and_shown_again(visit, voice_id, script):
    """From a brief to accepted, edited and rejected drafts, with a script and without."""
    with visit(f"/voices/{voice_id}/write", script=script) as seen:
        page = seen.page
        page.get_by_label("What should the post say?").fill("evals are wrong again")
        page.get_by_role("textbox", name="Drafts").fill("3")
        page.get_by_role("button", name="Write drafts").click()
        page.wait_for_url("**of=**")
        assert page.locator(".draft").count() == 3
        assert page.locator(".draft .receipts").first.get_by_text("Likeness, alone").is_visible()
        page.get_by_role("button", name="Accept draft 1").click()
        assert page.locator("#draft-1").get_by_role("link", name="Open on X").is_visible()
        second = page.locator("#draft-2")
        second.get_by_text("Edit draft").click()
        second.get_by_label("Your wording").fill("ship it, then look at the evals")
        second.get_by_role("button", name="Save wording").click()
        assert page.locator("#draft-2 .post-text").first.inner_text() == "ship it, then look at the evals"
        third = page.locator("#draft-3")
        third.get_by_text("Reject draft").click()
        third.get_by_label("Why, if you like").fill("too vague")
        third.get_by_role("button", name="Reject", exact=True).click()
        assert page.locator("#draft-3").get_by_text("Because: too vague").is_visible()
        page.reload()
        assert [page.locator(f"#draft-{n} .tag").first.inner_text() for n in (1, 2, 3)] == [
            "Accepted",
            "Edited",
            "Rejected",
        ]
        page.get_by_role("link", name=re.compile("drafts$")).last.click()
        assert page.get_by_role("row", name="ship it, then look").first.get_by_text("Edited").is_visible()


@pytest.mark.slow
def test_the_ring_follows_what_is_typed(visit, voice_id):
    """By the count of X, a link being 23; over the limit it says by how much, and putting back puts it right."""
    with visit(f"/voices/{voice_id}/write") as seen:
        page = seen.page
        page.get_by_label("What should the post say?").fill("agents")
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Write drafts").press("Enter")
        page.wait_for_url("**of=**")
        draft = page.locator("#draft-1")
        draft.get_by_text("Edit draft").press("Enter")
        wording = draft.get_by_label("Your wording")
        wording.fill("https://example.org/" + "a" * 300 + " ab")
        ring = page.locator("#len-1 .count")
        ring.filter(has_text=re.compile("^26$")).wait_for()
        wording.fill("a" * 300)
        page.get_by_text("20 over. X counts").wait_for()
        draft.get_by_role("button", name="Put back").click()
        page.get_by_text("20 over. X counts").wait_for(state="hidden")
        assert int(ring.inner_text()) < 280
        assert seen.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1440, "light")])
def test_nothing_is_wrong_with_a_thread(visit, voice_id, width, theme):
    """Its posts stand in their order on one rule, with a ring each; so with the list of all drafts."""
    with visit(f"/voices/{voice_id}/write", width=width, theme=theme) as seen:
        page = seen.page
        page.get_by_label("What should the post say?").fill("evals, and what comes after")
        page.get_by_text("Thread", exact=True).click()
        page.get_by_role("textbox", name="Posts").fill("3")
        page.get_by_role("button", name="Write drafts").click()
        page.wait_for_url("**of=**")
        assert page.locator(".thread .draft .sheet-foot > .len").count() == page.locator(".draft").count() > 1
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
        page.goto(f"/voices/{voice_id}/drafts")
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
