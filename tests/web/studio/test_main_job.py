"""The main job, from a name to a draft: by keyboard alone, and by clicks without any script."""

import re
from contextlib import contextmanager

import pytest

from keyboard import Hands

pytestmark = pytest.mark.slow

BRIEF = "the servers are down again"
PATIENCE_MS = 300_000


@pytest.fixture
def at_work(chromium, serve):
    """A page of a studio in which nothing has happened yet; `page.complaints` is what the browser complained of."""

    @contextmanager
    def opened(**options):
        with serve(SOUNDALIKE_AUTH="off", TWITTER_API_QPS="1") as served:
            context = chromium.new_context(
                base_url=served.address, viewport={"width": 1440, "height": 900}, **options
            )
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.complaints = []
            page.on(
                "console",
                lambda said: said.type in {"error", "warning"} and page.complaints.append(said.text),
            )
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            try:
                page.goto("/")
                yield page
            finally:
                context.close()

    return opened


def named(page, role, name):
    """The button, link or heading whose name begins so."""
    return page.get_by_role(role, name=re.compile(f"^{name}")).first


def test_the_main_job_is_done_by_keyboard_alone(at_work):
    """Every stop of the focus is seen, none is lost or trapped, and every key does what it is expected to."""
    with at_work(permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce") as page:
        hands = Hands(page)
        ask(hands)
        look_on(hands)
        choose(hands)
        train(hands)
        take_the_quiz(hands)
        write(hands)
        assert (hands.faults, page.complaints) == ([], [])


def ask(hands):
    """Name the account and the basis, see the price, begin."""
    page = hands.page
    hands.skip()
    assert hands.reach(page.get_by_label("Username or profile link")) == 1
    hands.type("levelsio")
    assert hands.reach(page.get_by_label("6 months")) == 1
    hands.press("ArrowRight", "ArrowLeft")
    assert page.get_by_label("6 months").is_checked()
    hands.reach(page.get_by_label("It is my account"))
    hands.press("ArrowDown")
    assert page.get_by_label("The creator gave permission").is_checked()
    assert hands.reach(page.get_by_role("button", name="Estimate")) == 1
    hands.press("Enter")
    collect = named(page, "button", "Collect")
    hands.wait(page.get_by_role("heading", name="Before you pay"))
    assert hands.reach(collect) == 1
    hands.press("Enter")


def look_on(hands):
    """The focus stays where it is while the page is told anew."""
    page = hands.page
    named(page, "heading", "Page").wait_for()
    hands.skip()
    cancel = named(page, "button", "Cancel and keep")
    hands.reach(cancel)
    named(page, "heading", r"Page ([4-9]|1\d)").wait_for()
    assert hands.at(cancel)
    page.wait_for_url(re.compile("/review$"))


def choose(hands):
    """By keys: to the list past the picture, some posts less, a name for the voice."""
    page = hands.page
    picks = page.locator(".pick")
    hands.skip()
    hands.reach(page.get_by_role("link", name="Skip to the posts"), within=5)
    hands.press("Enter")
    hands.reach(picks.first, within=6)
    before = page.locator(".pick:checked").count()
    hands.press("x", "j", "x", "j", "Space", "k")
    assert hands.at(picks.nth(1))
    assert page.locator(".pick:checked").count() == before - 3
    hands.press("Enter")  # presses nothing
    hands.press(*"j" * picks.count())
    assert hands.at(picks.last)
    hands.reach(named(page, "link", "None"), within=5)
    hands.press("Enter")
    assert page.locator(".pick:checked").count() == 0
    hands.reach(named(page, "link", "All"), back=True, within=1)
    hands.press("Enter")
    assert page.locator(".pick:checked").count() == picks.count()
    hands.reach(page.locator(".options > summary"), within=2)
    hands.press("Space")
    hands.reach(page.get_by_label("Name of the voice"), within=4)
    hands.type("By keys")
    hands.press("Enter")
    page.wait_for_url(re.compile("modelName=By"))
    assert page.get_by_label("Name of the voice").input_value() == "By keys"


def train(hands):
    """Begin, look on, and be led on at the end."""
    page = hands.page
    train = page.get_by_role("button", name="Train this voice")
    hands.reach(train)
    hands.press("Enter")
    page.wait_for_url(re.compile("/training$"))
    hands.skip()
    cancel = page.get_by_role("button", name="Cancel training")
    hands.reach(cancel)
    page.locator("#prog").filter(has_text=re.compile("[2-6] of 6")).wait_for()
    assert hands.at(cancel)
    look = page.get_by_role("link", name="Look at the voice")
    look.wait_for()
    hands.wait(look)
    hands.press("Enter")
    named(page, "heading", "@levelsio").wait_for()


def take_the_quiz(hands):
    """A round by one key, which the page says; the next round has the focus again."""
    page = hands.page
    hands.skip()
    hands.reach(page.get_by_role("button", name="Which one is real?"), within=3)
    hands.press("Enter")
    hands.wait(page.get_by_role("form", name="Round 1 of"))
    hands.press("1")
    hands.wait(page.get_by_role("form", name="Round 2 of"))
    assert named(page, "heading", "Round 1: ").is_visible()
    hands.reach(page.get_by_role("link", name="@levelsio").first)
    hands.press("Enter")
    page.wait_for_url(re.compile("/voices/[^/]+$"))


def write(hands):
    """A brief, its drafts, one accepted and copied."""
    page = hands.page
    hands.skip()
    hands.reach(page.get_by_role("link", name="Write a draft"), within=4)
    hands.press("Enter")
    brief = page.get_by_label("What should the post say?")
    brief.wait_for()
    hands.skip()
    hands.reach(brief, within=4)
    hands.type(BRIEF)
    hands.reach(page.get_by_role("button", name="Write drafts"), within=5)
    hands.press("Enter")
    accept = page.get_by_role("button", name="Accept draft 1")
    accept.wait_for()
    assert hands.reach(accept) == 1
    hands.press("Enter")
    draft = page.locator("#draft-1").filter(has_text="Accepted")
    draft.wait_for()
    hands.reach(draft.get_by_role("button", name="Copy"), within=2)
    hands.press("Enter")
    copied = draft.get_by_role("button", name="Copied")
    copied.wait_for()
    assert hands.at(copied)
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#text-1").inner_text() != ""


def test_the_main_job_is_done_without_a_script(at_work):
    """By clicks: pages that wait come back by themselves, and what only a script can do is not offered."""
    with at_work(java_script_enabled=False) as page:
        page.get_by_label("Username or profile link").fill("levelsio")
        page.get_by_label("The creator gave permission").check()
        page.get_by_role("button", name="Estimate").click()
        named(page, "button", "Collect").click()
        page.wait_for_url(re.compile("/review$"))
        page.get_by_role("link", name="None", exact=True).click()
        assert page.locator(".pick:checked").count() == 0
        page.get_by_label("Select all at least").fill("3")
        page.get_by_role("button", name="Select", exact=True).click()
        picked = page.locator(".pick:checked").count()
        page.locator(".pick:checked").first.uncheck()
        page.get_by_role("button", name="Train this voice").click()
        page.get_by_text(f"{picked - 1} posts selected").wait_for()
        page.get_by_role("link", name="Look at the voice").click()
        page.get_by_role("button", name="Which one is real?").click()
        assert not page.locator("kbd").first.is_visible()
        page.get_by_role("button", name="A is real").click()
        named(page, "heading", "Round 1: ").wait_for()
        page.get_by_role("link", name="@levelsio").first.click()
        page.get_by_role("link", name="Write a draft").click()
        page.get_by_label("What should the post say?").fill(BRIEF)
        page.get_by_role("button", name="Write drafts").click()
        page.get_by_role("button", name="Accept draft 1").click()
        draft = page.locator("#draft-1").filter(has_text="Accepted")
        text = draft.locator(".post-text").inner_text()
        assert text
        assert "text=" in draft.get_by_role("link", name="Open on X").get_attribute("href")
        assert not draft.get_by_role("button", name="Copy").is_visible()
        assert page.complaints == []
