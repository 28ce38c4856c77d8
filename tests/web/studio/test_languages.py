"""The studio in another language: which one a browser gets, and that nothing of a page is left out of the catalogue."""

import io
import re
from contextlib import ExitStack
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.testclient import TestClient

from furnished import PASSWORD, furnish
from screens import SCREENS, Sent
from soundalike.config import Settings
from soundalike.emulator import running
from soundalike.storage import open_store
from soundalike.web.app import create_app
from soundalike.web.parts import open_parts
from soundalike.web.studio.language import FOLDER, read_languages
from writing import made_up_posts

CATALOGUE = FOLDER.with_name("strings.pot")
PSEUDO = "qps"
"""A language in which every string is the English one between ⟦ and ⟧."""

PRESSED = {
    "sign-in-wrong": ("/sign-in", {"email": "mara@kilnstreet.example", "password": PASSWORD[::-1]}),
    "join-refused": ("/join/{invitation}", {}),
    "ask-priced": ("/estimate", {"username": "levelsio", "consent": "permission"}),
    "ask-no-file": ("/upload", {"username": "levelsio", "consent": "own"}),
    "review-mend": ("/sessions/{review}/training", {"trainer": "prompt"}),
}
"""What buttons of a screen send that a browser would press."""

SHOWN = (
    *(
        "aria-label",
        "title",
        "placeholder",
        "alt",
        "data-says",
        "data-busy",
        "data-done",
        "data-reading",
        "data-failed",
    ),
    *("data-hours", "data-minutes", "data-under"),
)
"""Attributes with words for people, those that a script takes among them."""
DATA = re.compile(r"[\w.]+@[\w.]+|@[\w.]+|https?://\S+|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\bv?\d[\d.]*\b")
"""Emails, usernames, addresses, ids, versions, figures."""

NAMES = frozenset(
    "Soundalike A B UTC MiB GGUF Mara mara Kiln Street Eve Potter potter nightly swyx levelsio ada plain gone ungraded "
    "openai scripted soundalike python numpy xllamacpp upstream_out_of_credits".split()
)
"""What else is the same in every language: names, units, codes."""


class Page(HTMLParser):
    """A page as somebody reads it: what stands outside the strings of the catalogue, and is no data."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})

    def __init__(self, text):
        super().__init__()
        self.open, self.depth, self.missed, self.language = [], 0, set(), None
        self.feed(text)
        assert not self.depth

    def handle_starttag(self, tag, attributes):
        """Note where one is, and read what the element says itself."""
        found = dict(attributes)
        self.language = self.language or found.get("lang")
        is_apart = self.is_apart or _is_apart(tag, found)
        for name in SHOWN:
            if found.get(name) and not is_apart:
                self.note(_without_strings(found[name]), f"{tag}[{name}]")
        if tag not in self.VOID:
            self.open.append((tag, is_apart))

    def handle_startendtag(self, tag, attributes):
        """The same for one that holds nothing."""
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        """Leave the element."""
        assert self.open.pop()[0] == tag

    def handle_data(self, text):
        """Read on; a string of the catalogue may hold elements."""
        outside = ""
        for sign in text:
            self.depth += {"⟦": 1, "⟧": -1}.get(sign, 0)
            outside += sign if not self.depth else "\n"
        if not self.is_apart:
            self.note(outside, self.open[-1][0] if self.open else "")

    @property
    def is_apart(self):
        """Whether one is in what somebody else wrote, or in what says itself that it is English."""
        return bool(self.open) and self.open[-1][1]

    def note(self, outside, where):
        """Keep the words outside strings that are no data."""
        self.missed |= {
            (where, word) for word in re.findall(r"\w+", DATA.sub("", outside)) if word not in NAMES
        }


def _is_apart(tag, attributes):
    is_code = tag in {"code", "kbd", "pre", "script"} or "mono" in (attributes.get("class") or "").split()
    is_of_others = tag == "bdi" or "dir" in attributes or "chip" in (attributes.get("class") or "").split()
    return is_code or is_of_others or attributes.get("lang", PSEUDO) != PSEUDO


def _without_strings(text):
    while text != (text := re.sub(r"⟦[^⟦⟧]*⟧", "", text)):
        pass
    return text


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory):
    """The pseudo-language, compiled from the catalogue; a form or a list stays one."""
    folder = tmp_path_factory.mktemp("languages")
    compiled = Catalog(locale="en")
    for message in read_po(io.BytesIO(CATALOGUE.read_bytes())):
        if message.id:
            compiled.add(message.id, _wrapped(message), context=message.context)
    with (folder / f"{PSEUDO}.mo").open("wb") as file:
        write_mo(file, compiled)
    return read_languages(folder)


def _wrapped(message):
    if message.context == "months":
        return " ".join(f"⟦{name}⟧" for name in message.id.split(" "))
    if message.id in {",", "."}:
        return message.id
    return tuple(map("⟦{}⟧".format, message.id)) if message.pluralizable else f"⟦{message.id}⟧"


@pytest.fixture(scope="module")
def studio(pseudo, trained_once, tmp_path_factory, llm_address):
    """A studio in which everything has happened once, in the pseudo-language: `visit(screen)`, and its places."""
    folder = tmp_path_factory.mktemp("house")
    places, links = furnish(folder, trained_once)
    options = {"_env_file": None, "soundalike_data_dir": folder / "data", "soundalike_jobs_queued": 2}
    with ExitStack() as stack:
        posts = made_up_posts(300, datetime.now(UTC), username="levelsio")
        stand_in = stack.enter_context(running(posts))
        api = {
            "twitter_api_base_url": stand_in.base_url,
            "twitter_api_key": "emulator-key",
            "twitter_api_qps": 1000,
        }
        writer = {
            "soundalike_llm": "openai:scripted",
            "openai_base_url": llm_address,
            "openai_api_key": "none",
        }
        keyed = Settings(**options, **writer, **api)
        store = stack.enter_context(open_store(keyed.store_url))
        apps = [
            create_app(stack.enter_context(open_parts(each, store)), languages=pseudo)
            for each in (keyed, Settings(**options, **writer))
        ]
        yield Visits([stack.enter_context(_browser(app)) for app in apps], places, links)


def _browser(app):
    headers = {
        "Accept": "text/html",
        "Accept-Language": f"{PSEUDO}-XA, en;q=0.5",
        "Sec-Fetch-Site": "same-origin",
    }
    return TestClient(app, headers=headers)


class Visits:
    """Browsers of everybody, at a server with a key for collecting and at one without."""

    def __init__(self, browsers, places, links):
        self.browsers, self.places, self.cookies = browsers, places | {"keyless": ""}, {"nobody": {}}
        for who, link in links.items():
            self.browsers[0].get(f"/auth/link/{link}")
            self.browsers[0].post("/workspace", data={"workspace": places[who]})
            self.cookies[who] = dict(self.browsers[0].cookies)
            self.browsers[0].cookies.clear()

    def see(self, screen):
        """What a browser without scripts gets to see of a screen."""
        is_keyless = screen.at.startswith("{keyless}")
        at, fields = screen.at, None
        if isinstance(screen.do, Sent):
            at, fields = screen.do.path, screen.do.fields
        elif screen.do:
            at, fields = PRESSED[screen.name]
        headers = {name: text.format(**self.places) for name, text in screen.headers.items()}
        return self.ask(at, screen.who, fields, headers, is_keyless=is_keyless)

    def ask(self, at, who="owner", fields=None, headers=None, *, is_keyless=False):
        """Ask for an address, or send a form there, as somebody."""
        browser = self.browsers[is_keyless]
        browser.cookies = self.cookies[who]
        method = "GET" if fields is None else "POST"
        return browser.request(method, at.format(**self.places), data=fields, headers=headers)


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_every_word_of_a_screen_is_in_the_catalogue(studio, screen):
    """In a language that wraps every string of the catalogue nothing but data stands outside of one."""
    answer = studio.see(screen)
    page = Page(answer.text)
    assert (answer.status_code, page.language, page.missed) == (screen.status, PSEUDO, set())


@pytest.mark.slow
def test_every_word_of_a_picture_is_in_the_catalogue(studio):
    """The result of a quiz is passed on in the language of whoever saves it."""
    picture = Page(studio.ask("/voices/{voice}/quiz/{told}/result.svg").text)
    assert (picture.language, picture.missed) == (PSEUDO, set())
