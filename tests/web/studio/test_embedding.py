"""The panel in somebody else's page, a React application of another site."""

import json
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

function App({ base, token }) {
  const [isShown, show] = useState(true);
  const [place, go] = useState("");
  return h("div", { style: { display: "flex" } },
    h("main", { style: { flex: 1 } },
      h("h1", null, "Somebody else's application"),
      h("button", { onClick: () => show(!isShown) }, "Panel"),
      h("output", null, place)),
    isShown && h("aside", { style: { width: 380, color: "red" } },
      h("soundalike-panel", { base, token, page: "/voices", ref: (panel) => panel?.addEventListener(
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
    with serve_in(folder, llm_address, SOUNDALIKE_EMBED_ORIGINS=host.address) as served:
        key = served.key()

        @contextmanager
        def opened(token=key, address=host.address):
            host.page = PAGE % (json.dumps({"base": served.address, "token": token}), served.address)
            context = chromium.new_context()
            page = context.new_page()
            page.complaints = []
            page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
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
        page.get_by_role("heading", name="Somebody else").wait_for()
        assert any("CORS" in each for each in page.complaints)
        assert not page.get_by_role("heading", name="Voices").count()
