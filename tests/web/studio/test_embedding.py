"""The panel in somebody else's page, a React application of another site."""

import json
import re
import shutil
import subprocess
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from conftest import serving
from servers import serve_in

pytestmark = pytest.mark.slow

NPM = ("react@19.2.0", "react-dom@19.2.0", "esbuild@0.25.11")
APP = """
import { createElement as h, useState } from "react";
import { createRoot } from "react-dom/client";

function App({ base, token, page }) {
  const [isShown, show] = useState(true);
  const [place, go] = useState("");
  return h("div", { style: { display: "flex" } },
    h("main", { style: { flex: 1 } },
      h("h1", null, "Somebody else's application"),
      h("button", { onClick: () => show(!isShown) }, "Panel"),
      h("output", null, place)),
    isShown && h("aside", { style: { width: 380, color: "red" } },
      h("soundalike-panel", { base, token, page, ref: (panel) => panel?.addEventListener(
        "soundalike-page", (event) => go(event.detail.path)) })));
}
const said = JSON.parse(document.getElementById("said").textContent);
createRoot(document.getElementById("app")).render(h(App, said));
"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
<style>h1 { color: red; text-transform: uppercase }</style>
<script type="application/json" id="said">%s</script><div id="app"></div>
<script type="module" src="%s/static/embed.js"></script><script type="module" src="/app.js"></script></html>"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The React application as one script; skipped where npm cannot get React."""
    if not shutil.which("npm"):
        pytest.skip("needs npm")
    folder = tmp_path_factory.mktemp("react")
    install = ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", *NPM]
    if subprocess.run(install, cwd=folder, capture_output=True, check=False).returncode:
        pytest.skip("npm cannot get React")
    (folder / "app.js").write_text(APP)
    command = ["npx", "esbuild", "app.js", "--bundle", '--define:process.env.NODE_ENV="production"']
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def host(bundle):
    """Another site with the application; `host.page` is what it shows."""

    class Host(BaseHTTPRequestHandler):
        page = ""

        def do_GET(self):
            """The script, or the page."""
            is_script = self.path == "/app.js"
            body = bundle if is_script else Host.page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Say nothing."""

    with serving(Host) as address:
        Host.address = address
        yield Host


@pytest.fixture(scope="module")
def panel(chromium, host, trained_once, tmp_path_factory, llm_address):
    """The host page with the panel in it, opened with some token at some address."""
    folder = tmp_path_factory.mktemp("panel")
    shutil.copytree(trained_once[0] / "data", folder / "data")
    settings = {"SOUNDALIKE_EMBED_ORIGINS": host.address, "TWITTER_API_QPS": "5"}  # so that one can look on
    with serve_in(folder, llm_address, **settings) as served:
        key = served.key()

        @contextmanager
        def opened(at="/voices", token=key, address=host.address):
            said = {"base": served.address, "token": token, "page": at}
            host.page = PAGE % (json.dumps(said), served.address)
            context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.complaints = []
            page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            page.goto(address)
            yield page
            context.close()

        yield opened


def test_the_panel_shows_the_voices_in_its_own_dress(panel):
    """At its own width, untouched by the host's styles; the host hears where it is."""
    with panel() as page:
        heading = page.get_by_role("heading", name="Voices")
        heading.wait_for()
        looks = heading.evaluate("h => [getComputedStyle(h).color, getComputedStyle(h).textTransform]")
        assert looks == ["rgb(27, 25, 29)", "none"]
        inside = page.locator("soundalike-panel").evaluate("p => p.scrollWidth - p.clientWidth")
        assert (inside, page.locator("output").inner_text(), page.complaints) == (0, "/voices", [])


def test_links_stay_in_the_panel(panel, voice_id):
    """The host's own page goes nowhere."""
    with panel() as page:
        page.get_by_role("link", name="@swyx").click()
        page.get_by_text(f"/voices/{voice_id}").wait_for()
        assert page.get_by_role("heading", name="Somebody else").is_visible()


def test_the_panel_comes_and_goes_with_its_component(panel):
    """Taken out and put back, it begins anew."""
    with panel() as page:
        for _ in range(2):
            page.get_by_role("heading", name="Voices").wait_for()
            page.get_by_role("button", name="Panel").click()
            page.locator("soundalike-panel").wait_for(state="detached")
            page.get_by_role("button", name="Panel").click()
        page.get_by_role("heading", name="Voices").wait_for()


def test_a_key_nobody_knows_is_told(panel):
    """In words; the door, which asks for a password, is not shown in somebody else's page."""
    with panel(token="sa_nothing") as page:
        page.get_by_role("heading", name="Nobody is signed in").wait_for()
        assert not page.get_by_label("Password").count()


def test_a_site_that_is_not_named_gets_nothing(panel, host):
    """The same page under another name is another site."""
    with panel(address=host.address.replace("127.0.0.1", "localhost")) as page:
        page.get_by_role("alert").filter(has_text="SOUNDALIKE_EMBED_ORIGINS").wait_for()
        assert any("CORS" in each for each in page.complaints)
        assert not page.get_by_role("heading", name="Voices").count()


def focused(page):
    """What has the focus inside the panel: its text, or None."""
    return page.locator("soundalike-panel").evaluate("panel => panel.shadowRoot.activeElement?.innerText")


def arrive(page, place, *, seconds=120):
    """Wait until the panel has come to a page."""
    page.locator("output").filter(has_text=re.compile(place)).wait_for(timeout=1000 * seconds)


def test_the_main_job_is_done_in_the_panel(panel):
    """From a name to a draft on the clipboard: collected and trained before one's eyes, chosen by keys."""
    with panel("/") as page:
        page.get_by_label("Username or profile link").fill("levelsio")
        page.get_by_label("The creator gave permission").check()
        page.get_by_role("button", name="Estimate").click()
        page.get_by_role("button", name=re.compile("^Collect")).click()
        page.get_by_role("heading", name=re.compile(r"^Page \d+ of about")).wait_for()
        arrive(page, "/review$")
        assert focused(page) == "levelsio"

        page.get_by_role("link", name="None").click()
        page.locator(".pick").first.focus()
        for key in "jxjx":
            page.keyboard.press(key)
        assert page.locator(".pick:checked").count() == 2
        page.get_by_label("Select all at least").fill("3")
        page.keyboard.press("Enter")
        assert page.locator(".pick:checked").count() > 2
        page.get_by_role("button", name="Train this voice").click()
        arrive(page, "/training$")
        page.locator("#prog").filter(has_text="of 6").wait_for()
        page.get_by_role("link", name="Look at the voice").wait_for(timeout=180_000)
        assert (focused(page), page.locator("soundalike-panel #said").inner_text()) == (
            "Look at the voice",
            "The training is complete.",
        )

        page.keyboard.press("Enter")
        page.get_by_role("link", name="Write a draft").click()
        page.get_by_label("What should the post say?").fill("the servers are down again")
        page.get_by_role("button", name="Write drafts").click()
        arrive(page, "/write$")
        page.get_by_role("button", name="Accept draft 1").click()
        accepted = page.locator("#draft-1").filter(has_text="Accepted")
        accepted.get_by_role("button", name="Copy").click()
        accepted.get_by_role("button", name="Copied").wait_for()
        text = page.locator("#text-1").inner_text()
        assert page.evaluate("navigator.clipboard.readText()") == text != ""
        assert page.complaints == []


def test_what_is_typed_in_the_panel_is_counted(panel, voice_id):
    """By the studio's count, which takes the key."""
    with panel(f"/voices/{voice_id}/write") as page:
        page.get_by_label("What should the post say?").fill("agents")
        page.get_by_role("button", name="Write drafts").click()
        draft = page.locator("#draft-1")
        draft.get_by_text("Edit draft").click()
        draft.get_by_label("Your wording").fill("https://example.org/" + "a" * 300 + " ab")
        page.locator("#len-1 .count").filter(has_text=re.compile("^26$")).wait_for()
        assert page.complaints == []


def test_a_file_is_uploaded_in_the_panel(panel, shared):
    """With the key; one that holds no post leads back to its field."""
    with panel("/") as page:
        page.get_by_label("Research").check()
        page.set_input_files("#file", shared / "design/studio/DESIGN.md")
        page.get_by_role("button", name="Upload").click()
        page.locator("#file-fault").wait_for()
        assert page.get_by_label("Research").is_checked()
        page.set_input_files("#file", shared / "data/creators/swyx.jsonl")
        page.get_by_role("button", name="Upload").click()
        arrive(page, "/review$")


def test_a_voice_is_exported_from_the_panel(panel, voice_id):
    """As a file under its name, by a link and by a form, though the key cannot go with a link."""
    with panel(f"/voices/{voice_id}") as page:
        with page.expect_download() as saved:
            page.get_by_role("link", name="Character file").click()
        assert json.loads(saved.value.path().read_text())["name"]
        page.get_by_text("With posts of the creator in it").click()
        with page.expect_download() as saved:
            page.locator("#export").get_by_role("button", name="Export").click()
        assert "swyx" in saved.value.suggested_filename
        assert page.get_by_role("heading", name="@swyx").is_visible()


def test_the_focus_follows_whoever_looks_on_and_is_not_taken_from_the_host(panel):
    """A link leads to its page's heading; a page that the host opens is told, no more."""
    with panel() as page:
        page.get_by_role("heading", name="Voices").wait_for()
        assert focused(page) is None
        page.get_by_role("link", name="Train AI from Creator").click()
        page.get_by_role("heading", name="Train AI from Creator").wait_for()
        assert focused(page) == "Train AI from Creator"
        page.get_by_role("button", name="Panel").focus()
        page.locator("soundalike-panel").evaluate("panel => panel.open('/sessions')")
        page.get_by_role("heading", name="Sessions").wait_for()
        assert (focused(page), page.locator("soundalike-panel #said").inner_text()) == (
            None,
            "Sessions · Soundalike",
        )


def test_links_that_leave_the_studio_leave_the_host_as_it_is(panel, voice_id):
    """They open beside it; those of the studio are whole, so that they can be opened beside it too."""
    with panel(f"/voices/{voice_id}") as page:
        page.get_by_role("heading", name="@swyx").wait_for()
        links = page.locator("soundalike-panel a[href^=http]").evaluate_all(
            "links => links.map(link => [link.getAttribute('href'), link.getAttribute('target')])"
        )
        outside = {href.startswith("https://x.com/") for href, target in links if target == "_blank"}
        inside = {
            re.match(r"http://127\.0\.0\.1:\d+/", href) is not None for href, target in links if not target
        }
        assert (outside, inside) == ({True}, {True})


def test_a_studio_that_cannot_be_reached_is_told_and_asked_again(panel):
    """What is shown stays, and the same link works once it is back."""
    with panel() as page:
        link = page.get_by_role("link", name="@swyx")
        link.wait_for()
        page.context.set_offline(True)
        link.click()
        page.get_by_role("alert").filter(has_text="cannot be reached").wait_for()
        page.context.set_offline(False)
        link.click()
        page.get_by_role("heading", name="@swyx").wait_for()
        assert not page.get_by_role("alert").count()
