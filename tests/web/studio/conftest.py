"""A studio as it is served, with a voice in it, and a real browser that looks at it."""

import shutil
import subprocess
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from uuid import UUID

import pytest

from servers import serve_in
from soundalike.accounts import Principal
from soundalike.emulator import Faults, running
from soundalike.posts.gathering import FileSource
from soundalike.service.collecting import Order, collect
from soundalike.service.training import publish
from soundalike.storage.job_records import JobKey
from soundalike.training.status import State
from soundalike.worker.steps import Task, Workshop
from writing import made_up_posts

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
WIDTHS = (390, 1440)
AXE = "axe-core@4.10.3"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def chromium():
    """The Chromium of the system; skipped where there is none. For one file: it keeps the thread's event loop."""
    if CHROMIUM is None:
        pytest.skip("needs chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests need none of it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The source of axe-core; skipped where npm cannot get it."""
    if not shutil.which("npm"):
        pytest.skip("needs npm")
    folder = tmp_path_factory.mktemp("axe")
    install = ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", AXE]
    if subprocess.run(install, cwd=folder, capture_output=True, check=False).returncode:
        pytest.skip("npm cannot get axe-core")
    return Path(folder, "node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture(scope="session")
def studio(trained_once, tmp_path_factory, llm_address):
    """A server on this machine that asks nobody who they are, with @swyx's voice; gives its address."""
    folder = tmp_path_factory.mktemp("studio")
    shutil.copytree(trained_once[0] / "data", folder / "data")
    with serve_in(folder, llm_address, SOUNDALIKE_AUTH="off") as served:
        yield served


@pytest.fixture(scope="session")
def voice_id(trained_once):
    """The id of @swyx's voice in the studio."""
    return trained_once[1]["modelId"]


class Emulated:
    """A studio whose tweets API is a stand-in that has @levelsio's posts, and somebody at work in it."""

    def __init__(self, site, stand_in, store, clock):
        self.site, self.stand_in, self.store, self.clock = site, stand_in, store, clock
        self.browser = site.signed_in("ada@example.org")
        self.principal = Principal.local(site.accounts.users.find("ada@example.org").id)
        self.workspace_id = self.principal.workspace_id

    def get(self, path):
        """Look at a page."""
        return self.browser("GET", path, Accept="text/html")

    def post(self, path, files=None, **form):
        """Send a form."""
        return self.browser("POST", path, form=form, files=files, Accept="text/html")

    def work(self, session_id):
        """Do what a worker does of a collection that waits."""
        key = JobKey(UUID(str(session_id)), "collect")
        run = self.store.jobs.get(self.workspace_id, key).run
        job = self.store.jobs.claim(key, run=run, owner="worker", at=self.clock())
        workshop = Workshop(self.site.parts.settings, self.store, now=self.clock)
        workshop.do(Task(key, "collect", job.token))
        workshop.close()


@pytest.fixture
def emulated(store, site_with, clock):
    """A studio on the stand-in of the tweets API, with faults as `soundalike emulator` takes them: `emulated("…")`."""
    with ExitStack() as stack:

        def opened(*faults, **settings):
            posts = made_up_posts(300, clock(), username="levelsio")
            moment = lambda: clock().timestamp()  # noqa: E731
            stand_in = stack.enter_context(running(posts, faults=Faults.parse(faults), clock=moment))
            given = {
                "twitter_api_base_url": stand_in.base_url,
                "twitter_api_key": "emulator-key",
                "twitter_api_qps": 1000,
            }
            site = site_with(**given | settings)
            return Emulated(site, stand_in, store, clock)

        yield opened


class Reviewed:
    """A studio with a collection in it, and somebody at work there."""

    def __init__(self, site, store, clock, posts, order):
        self.site, self.store, self.clock = site, store, clock
        self.browser = site.signed_in("ada@example.org")
        self.workspace_id = Principal.local(site.accounts.users.find("ada@example.org").id).workspace_id
        self.id, _ = collect(
            Order(**{"username": "ada", "as_of": clock(), "source": "file", "gate": "auto"} | order),
            lambda _id: nullcontext(FileSource(posts)),
            store=store,
            user_id=self.workspace_id,
            now=clock,
        )

    def get(self, path="/review", session_id=None):
        """Look at a page of the session."""
        return self.browser("GET", f"/sessions/{session_id or self.id}{path}", Accept="text/html")

    def post(self, path, session_id=None, **form):
        """Send a form of the session."""
        address = f"/sessions/{session_id or self.id}{path}"
        return self.browser("POST", address, form=form, Accept="text/html")

    def session(self, session_id=None):
        """The session as it is kept."""
        return self.store.get_session(self.workspace_id, session_id or self.id)

    def tell(self, session_id, status):
        """Publish a training's status as its worker does."""
        with self.store.jobs.changing(JobKey(session_id, "train")) as change:
            publish(change, status, at=self.clock())
            if status.state not in {State.QUEUED, State.RUNNING}:
                change.update_job(status=status.state.value, ended_at=self.clock())


@pytest.fixture
def reviewed(site, store, clock):
    """A studio with a collection of some posts of @ada: `reviewed(posts, gate="auto")`."""

    def collected(posts=None, **order):
        given = made_up_posts(300, clock()) if posts is None else posts
        return Reviewed(site, store, clock, given, order)

    return collected


class Visit:
    """A page in a browser, and what the browser complained of."""

    def __init__(self, page, axe):
        self.page, self.complaints, self._axe = page, [], axe
        page.on(
            "console", lambda said: said.type in {"error", "warning"} and self.complaints.append(said.text)
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def faults(self):
        """What axe-core finds wrong: the rule and where."""
        self.page.evaluate(self._axe + ";undefined")
        found = self.page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
        return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]]

    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )


@pytest.fixture
def visit(chromium, studio, axe):
    """Pages as a real browser shows them: of some width, with or without script, in a theme."""

    @contextmanager
    def looking(path, *, width=1440, script=True, theme="light", address=None):
        context = chromium.new_context(
            base_url=address or studio.address,
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            color_scheme=theme,
            reduced_motion="reduce",
        )
        try:
            page = context.new_page()
            page.set_default_timeout(10_000)
            seen = Visit(page, axe)
            page.goto(path)
            yield seen
        finally:
            context.close()

    return looking
