"""Take the pictures of the studio in docs/pictures: every screen, light and dark, wide and narrow.

    .venv/bin/python tools/pictures.py [FOLDER]

The creator and the posts are invented (potter.py); the rest is what it is: the studio as `serve` serves it, the
emulator in the service's place, the embedded model, a real Chromium. Takes some minutes.
"""

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

HERE: Final = Path(__file__).parent
PICTURES: Final = HERE.parent / "docs/pictures"
CHROMIUM: Final = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
WIDTHS: Final = {"wide": (1440, 0.6), "narrow": (390, 0.9)}
TALLEST: Final = 1_800
BRIEF: Final = "the wood firing failed, the next one is on Saturday"
PATIENCE_MS: Final = 3_600_000


class Album:
    """Pictures of pages, each in four dresses."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self._folder = page, folder
        self._devtools = page.context.new_cdp_session(page)

    def take(self, name: str) -> None:
        """Picture the page as it is, from its top; the window is as high, so that what sticks to its edges is there."""
        for size, (width, scale) in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": 900})
            height = min(self.page.evaluate("document.documentElement.scrollHeight"), TALLEST)
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate("scrollTo(0, 0)")  # an address may lead into the page
            clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": scale}
            for theme in ("light", "dark"):
                self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                asked = {"format": "webp", "quality": 72, "clip": clip}
                shot = self._devtools.send("Page.captureScreenshot", asked)["data"]
                (self._folder / f"{name}-{size}-{theme}.webp").write_bytes(base64.b64decode(shot))
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")


def main() -> None:
    """Go the whole way, and take a picture at every stop."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(chromium())
        subprocess.run([sys.executable, HERE / "potter.py", data / "posts.jsonl"], check=True)
        env = os.environ | {
            "SOUNDALIKE_DATA_DIR": str(data / "data"),
            "SOUNDALIKE_AUTH": "off",
            "SOUNDALIKE_LLM": "embedded",
            "TWITTER_API_KEY": "emulator-key",
            "TWITTER_API_QPS": "1",
        }
        emulator = stack.enter_context(running("emulator", "--posts", str(data / "posts.jsonl"), env=env))
        env["TWITTER_API_BASE_URL"] = emulator
        studio = stack.enter_context(running("serve", env=env))
        env |= {"SOUNDALIKE_AUTH": "on", "SOUNDALIKE_DATA_DIR": str(data / "other")}
        door = stack.enter_context(running("serve", "--no-worker", env=env))
        walk(browser, studio, door, folder)


def walk(browser: Browser, studio: str, door: str, folder: Path) -> None:
    """From the door to the settings."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    album = Album(page, folder)
    page.goto(door)
    album.take("sign-in")
    page.goto(f"{studio}/voices")
    album.take("empty")
    page.goto(studio)
    page.get_by_label("Username or profile link").fill("firedbyodile")
    page.get_by_label("The creator gave permission").check()
    page.get_by_role("button", name="Estimate").click()
    page.get_by_role("button", name=re.compile("^Collect")).wait_for()
    album.take("ask")
    page.get_by_role("button", name=re.compile("^Collect")).click()
    page.get_by_text("Latest in").wait_for()
    album.take("collecting")
    page.wait_for_url(re.compile("/review"))
    album.take("review")
    page.get_by_role("button", name="Train this voice").click()
    page.wait_for_url(re.compile("/training"))
    page.get_by_text("traits set it apart").first.wait_for()
    album.take("training")
    page.get_by_role("link", name=re.compile("voice", re.IGNORECASE)).and_(page.locator(".btn")).click()
    page.wait_for_url(re.compile("/voices/"))
    voice = page.url.partition("?")[0].partition("#")[0]
    album.take("voice")
    page.goto(f"{voice}/write")
    page.get_by_label("What should the post say?").fill(BRIEF)
    page.get_by_role("button", name="Write drafts").click()
    page.locator("article.draft-card, .draft").first.wait_for()
    album.take("write")
    page.goto(voice)
    page.get_by_role("button", name="Which one is real?").click()
    guess(page)
    album.take("quiz")
    while page.locator(".guess").count():
        guess(page)
    album.take("quiz-result")
    for place in ("voices", "sessions", "settings"):
        page.goto(f"{studio}/{place}")
        album.take(place)


def guess(page: Page) -> None:
    """Take the shorter text for the real one."""
    texts = page.locator(".guess .post-text").all_inner_texts()
    with page.expect_navigation():
        page.get_by_role("button", name="A is real" if len(texts[0]) < len(texts[1]) else "B is real").click()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of the system."""
    if CHROMIUM is None:
        raise SystemExit("Pictures need Chromium; install it from your system's packages.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def running(*command: str, env: dict[str, str]) -> Iterator[str]:
    """One of our commands on a free port while the block runs; gives its address."""
    arguments = [sys.executable, "-u", "-m", "soundalike", *command, "--port", "0"]
    with subprocess.Popen(
        arguments, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            lines = process.stdout or ()
            yield next(
                found[1] for line in lines if (found := re.search(r"at (http://\S+?)(?: |$|\.$)", line))
            )
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
