"""The language of a page: which one a browser gets, and figures and dates in it."""

from datetime import UTC, date, datetime

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from soundalike.web.studio import words
from soundalike.web.studio.language import ENGLISH, Speaking, choose, english, read_languages

AT = datetime(2026, 11, 22, 12, 30, 15, tzinfo=UTC)
LANGUAGES = read_languages()


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("de", "de"),
        ("de-AT, en;q=0.8", "de"),
        ("DE-ch", "de"),
        ("en-GB, de;q=0.9", "en"),
        ("en;q=0.5, de;q=0.9", "de"),
        ("fr, de; q=0.3", "de"),
        ("de;q=0, en", "en"),
        ("fr", "en"),
        ("*", "en"),
        ("", "en"),
        (";q=x, ,;;q=,fr;q=1.2.3", "en"),
    ],
)
def test_a_browser_gets_the_first_of_its_languages_that_is_there(wanted, tag):
    """English where none of them is."""
    assert choose(wanted, LANGUAGES).tag == tag


@pytest.mark.parametrize(
    ("wanted", "language", "heading"), [("de-DE", "de", "Anmelden"), ("fr", "en", "Sign in")]
)
def test_a_page_says_which_language_it_is_in(site, wanted, language, heading):
    """To those who have it read out, and to caches on the way."""
    page = site.browser()("GET", "/sign-in", **{"Accept": "text/html", "Accept-Language": wanted})
    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{heading}</h1>" in page.text
    assert "Accept-Language" in page.headers["vary"]


def test_a_problem_is_told_in_the_language_of_the_page(site):
    """Its kind; what happened comes from below the studio, and says that it is English."""
    browser = site.signed_in("ada@example.org")
    page = browser("GET", "/voices/none", **{"Accept": "text/html", "Accept-Language": "de"}).text
    assert "<h1>Kein solches Modell</h1>" in page
    assert '<p class="soft"><span lang="en">' in page


def said(tell, wanted="de"):
    """What something says in an answer to a browser that wants a language."""

    async def answer(scope, receive, send):
        await PlainTextResponse(str(tell()))(scope, receive, send)

    return TestClient(Speaking(answer, LANGUAGES)).get("/", headers={"Accept-Language": wanted}).text


@pytest.mark.parametrize(
    ("tell", "in_english", "in_german"),
    [
        (lambda: words.number(184_312), "184,312", "184.312"),
        (lambda: words.figure(1234.5, ",.1f"), "1,234.5", "1.234,5"),
        (lambda: words.signed(-0.07), "−0.07", "−0,07"),
        (lambda: words.percent(0.61), "61 %", "61 %"),
        (lambda: words.short(912), "912", "912"),
        (lambda: words.short(3_149), "3.1K", "3,1 Tsd."),
        (lambda: words.short(21_900), "21K", "21 Tsd."),
        (lambda: words.short(9_100_000), "9.1M", "9,1 Mio."),
        (lambda: words.usd(1234.5), "US$1,234.50", "1.234,50 US$"),
        (lambda: words.credits_between(700, 8_000), "US$0.007–0.08", "0,007–0,08 US$"),
        (lambda: words.seconds(45), "45 s", "45 s"),
        (lambda: words.seconds(151), "2 min 31 s", "2 min 31 s"),
        (lambda: words.seconds(3_600), "1 h", "1 h"),
        (lambda: words.seconds(3_900), "1 h 5 min", "1 h 5 min"),
        (lambda: words.seconds_between(130, 160), "130–160 s", "130–160 s"),
        (lambda: words.seconds_between(130, 960), "2–16 min", "2–16 min"),
        (lambda: words.day(date(2026, 10, 12), AT), "12 Oct", "12. Okt"),
        (lambda: words.day(date(2025, 3, 2), AT), "2 Mar 2025", "2. Mär 2025"),
        (lambda: words.long_date(AT), "22 November 2026", "22. November 2026"),
        (lambda: words.month_of(date(2026, 12, 1)), "December 2026", "Dezember 2026"),
        (lambda: words.when(AT, AT), "today 12:30", "heute 12:30"),
        (lambda: words.when(AT.replace(day=21), AT), "yesterday", "gestern"),
        (lambda: english("in English"), "in English", '<span lang="en">in English</span>'),
        (lambda: english(""), "", ""),
    ],
)
def test_figures_and_dates_follow_the_language(tell, in_english, in_german):
    """With a no-break space wherever a unit would stand alone in the next line."""
    assert [said(tell, each).replace("\N{NO-BREAK SPACE}", " ") for each in ("en", "de")] == [
        in_english,
        in_german,
    ]


def test_outside_of_a_request_it_is_english():
    """A command that uses the same words asks for no language."""
    assert words.number(1_234) == "1,234"
    assert choose("", {}) is ENGLISH
