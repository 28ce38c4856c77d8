"""The first page: what is asked, what it would cost, and that nothing is paid before that was shown."""

import re

import pytest

CHOICES = {"months": "6", "minEngagement": "auto", "trainer": "prompt", "consent": "research"}


def ask(studio, path="/estimate", **changes):
    """Send the form, filled in usefully but for the changes."""
    return studio.post(path, **{"username": "levelsio"} | CHOICES | changes)


def faults(answer):
    """What the page says has to be mended, by field."""
    found = re.findall(r'id="(\w+)-fault"[^>]*>.*?<span>(.*?)</span>', answer.text, re.DOTALL)
    return dict(found)


def test_the_price_is_shown_before_anything_but_the_profile_is_paid(emulated):
    """Posts, dollars and time with their ranges; only a second request, which carries the price, collects."""
    studio = emulated()
    answer = ask(studio, username="https://x.com/levelsio?lang=en")
    assert answer.status_code == 200
    assert 'value="levelsio"' in answer.text
    assert re.search(r"<b>[\d,]+–300</b>", answer.text)
    assert re.search(r"Collect for about US\$\d\.\d", answer.text)
    assert "stops for good at 50,000" in answer.text
    assert studio.store.list_sessions(studio.workspace_id) == []
    begun = ask(
        studio, "/collect", priced="levelsio 6", minEngagement="100000", trainer="prompt", consent="own"
    )
    session = studio.store.list_sessions(studio.workspace_id)[0]
    assert (begun.status_code, begun.headers["location"]) == (303, f"/sessions/{session.id}/collecting")
    wanted = {"months": 6, "minEngagement": 100_000, "consent": "own", "trainer": "prompt", "source": "api"}
    assert session.settings.items() >= wanted.items()


@pytest.mark.parametrize("priced", ["", "somebody 6", "levelsio 12"])
def test_a_price_is_good_for_its_account_and_window_only(emulated, priced):
    """Whoever changes either is shown the new price instead of paying it."""
    studio = emulated()
    answer = ask(studio, "/collect", priced=priced)
    assert answer.status_code == 200
    assert 'name="priced" value="levelsio 6"' in answer.text
    assert studio.store.list_sessions(studio.workspace_id) == []


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"username": ""}, "username", "Name an account"),
        ({"username": "not a name"}, "username", "cannot be a username on X"),
        ({"username": "x" * 4_000}, "username", "cannot be a username on X"),
        ({"username": "nobody_here"}, "username", "was not found on X"),
        ({"username": "locked"}, "username", "protected"),
        ({"username": "gone"}, "username", "suspended"),
        ({"consent": ""}, "consent", "on whose word"),
        ({"trainer": "lora"}, "trainer", "another basis"),
    ],
)
def test_what_has_to_be_mended_is_said_at_its_field(emulated, changes, field, said):
    """With the form as it was filled in, and nothing begun."""
    answer = ask(emulated("account.locked=protected", "account.gone=suspended_error"), **changes)
    assert answer.status_code == 422
    assert said in faults(answer)[field]
    assert f'aria-describedby="{field}-fault"' in answer.text
    assert 'name="priced"' not in answer.text


def test_who_opted_out_is_not_even_looked_up(emulated):
    """It is said at the name, and no credit is spent."""
    studio = emulated("account.levelsio=not_found")
    studio.site.accounts.opt_outs.put(studio.principal, "levelsio")
    assert "asked not to be trained on" in faults(ask(studio))["username"]


def test_trouble_of_the_service_is_said_at_the_price(emulated):
    """Not at the name, which is right."""
    answer = ask(emulated(twitter_api_key="another-key"))
    assert answer.status_code == 502
    assert "bill" in faults(answer)


def test_without_a_key_an_archive_is_the_way_in(emulated):
    """There is nothing to estimate; what the form sends in spite of that is answered at the same place."""
    studio = emulated(twitter_api_key=None)
    page = studio.get("/").text
    assert "No key for collecting" in page
    assert 'href="#arch"' in page
    assert "/estimate" not in page.replace('action="/estimate" id="ask"', "")
    assert ask(studio).status_code == 503


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202eevil", "%s{{7*7}}"]
)
def test_what_is_asked_comes_back_as_text(emulated, hostile):
    """In the field and in what is said about it."""
    answer = ask(emulated(), username=hostile)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text


def test_an_address_fills_the_form_in(emulated):
    """So that other pages can lead to it; a choice that is not offered is none."""
    page = emulated().get("/?username=levelsio&months=12&minEngagement=100000&consent=own&trainer=gpu").text
    chosen = re.findall(r'name="(\w+)" value="(\w+)" checked', page)
    assert chosen == [
        ("months", "12"),
        ("minEngagement", "100000"),
        ("trainer", "prompt"),
        ("consent", "own"),
    ]
    assert 'value="levelsio"' in page


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1440, "light")])
def test_the_page_is_free_of_faults_with_and_without_a_price(visit, width, theme):
    """Nothing is wrong with it, and the price appears by the keyboard alone."""
    with visit("/", width=width, theme=theme) as seen:
        assert (seen.faults(), seen.overflow()) == ([], 0)
        seen.page.get_by_label("Username").focus()
        seen.page.keyboard.type("levelsio")
        for _ in range(4):  # window, gate, trainer, basis
            seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Space")
        seen.page.keyboard.press("Enter")
        seen.page.get_by_role("button", name="Collect for about US$").wait_for()
        assert seen.page.get_by_role("radio", name="It is my account").is_checked()
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False])
def test_a_creator_is_collected_with_and_without_a_script(visit, script):
    """From the name over the price to the review."""
    with visit("/", script=script) as seen:
        seen.page.get_by_label("Username").fill("levelsio")
        seen.page.get_by_text("Research", exact=True).click()
        seen.page.get_by_role("button", name="Estimate").click()
        seen.page.get_by_role("button", name="Collect").click()
        seen.page.wait_for_url("**/review", timeout=60_000)
        assert "@levelsio" in seen.page.title()
