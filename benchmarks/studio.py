"""How heavy and how quick the studio's pages are: bytes sent, time to the first contentful paint, what moves.

    .venv/bin/python benchmarks/studio.py [ADDRESS [PATH ...]]

Without an address it furnishes a studio as the tests do and measures every screen of it (tests/screens.py): first those
that have an address, then those that answer a form. With one, of a studio that runs with SOUNDALIKE_AUTH=off, it
measures the paths, or the pages of the sidebar and of the newest voice and session.

Every page is opened in a new browser context, with nothing kept, five times at each width, and once more with the rest
kept. Printed: files and bytes of all that was sent, compressed as it was; the bytes where styles, scripts and icons are
kept, as they are from the second page on; the median time to the first contentful paint in ms, 1440 and 390 px wide;
and the largest layout shift. A form is sent from a page, so that the rest is kept by then, and but once: what one asks
for once more may not be there any more.
"""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import houses
from playwright.sync_api import Browser, sync_playwright
from tables import show

from furnished import House
from looking import Browsers
from screens import SCREENS, Screen

TIMES = 5
WIDTHS = (1440, 390)
MOST_BYTES, MOST_MS, MOST_SHIFT = 100_000, 300, 0.0
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
READ = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => shift += each.value))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => {
    const sent = ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind));
    done({
      paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity,
      bytes: sent.reduce((sum, each) => sum + each.transferSize, 0),
      files: sent.length,
      shift});
  }, 300);
})"""


@dataclass(frozen=True)
class Weight:
    """A page: what was sent, the same with the rest kept, when it was seen wide and narrow, how far it jumped."""

    page: str
    files: int
    bytes: int
    bytes_kept: int
    paint_ms: int
    narrow_ms: int
    shift: float

    @property
    def is_within(self) -> bool:
        """Whether it meets the goals."""
        is_quick = max(self.paint_ms, self.narrow_ms) < MOST_MS
        return self.bytes < MOST_BYTES and is_quick and self.shift <= MOST_SHIFT


@dataclass(frozen=True)
class Answer:
    """A screen that answers a form: what was sent of it, when it was seen wide and narrow, how far it jumped."""

    page: str
    bytes: int
    paint_ms: int
    narrow_ms: int
    shift: float


def main() -> None:
    """Measure the screens of a furnished studio, or pages of one that runs."""
    parser = argparse.ArgumentParser(description="How heavy and how quick the studio's pages are.")
    parser.add_argument("address", nargs="?")
    parser.add_argument("paths", nargs="*")
    asked = parser.parse_args()
    with chromium() as browser:
        if asked.address:
            paths = asked.paths or found_in(browser, asked.address)
            pages = [Screen(shortened(path), "", path, "", who="nobody") for path in paths]
            weigh(Browsers(browser, House(asked.address, {}, {})), pages)
            return
        with houses.furnished() as house:
            browsers = Browsers(browser, house)
            weigh(browsers, [screen for screen in SCREENS if not screen.do])
            answers = [answer(browsers, screen) for screen in SCREENS if screen.do]
            show("Screens that answer a form", answers)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of the system."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def found_in(browser: Browser, address: str) -> list[str]:
    """The pages of the sidebar, and what belongs to the newest voice and session in it."""
    page = browser.new_page()
    page.goto(address)
    recent = [link.get_attribute("href") or "" for link in page.locator(".recent a").all()]
    page.close()
    voice = next((path for path in recent if path.startswith("/voices/")), None)
    of_voice = [voice, f"{voice}/write", f"{voice}/drafts"] if voice else []
    session = next((path for path in recent if path.startswith("/sessions/")), None)
    return ["/", "/voices", "/sessions", "/settings", *of_voice, *([session] if session else [])]


def shortened(path: str) -> str:
    """A path without its ids."""
    return "/".join(part if len(part) < 32 else "…" for part in path.split("/"))  # noqa: PLR2004 - an id


def weigh(browsers: Browsers, screens: Sequence[Screen]) -> None:
    """Measure pages that have an address, and say whether they meet the goals."""
    pages = [measure(browsers, screen) for screen in screens]
    show("Pages of the studio", pages)
    within = sum(page.is_within for page in pages)
    print(
        f"\n{within} of {len(pages)} pages are under {MOST_BYTES:,} bytes and {MOST_MS} ms, and nothing on them moves"
    )


def measure(browsers: Browsers, screen: Screen) -> Weight:
    """One page, with nothing kept and with the rest kept, wide and narrow."""
    fresh: dict[int, list[dict[str, Any]]] = {width: [] for width in WIDTHS}
    for width in WIDTHS * TIMES:
        with browsers.at(screen, width=width, words=bool(screen.says)) as sight:
            fresh[width].append(sight.page.evaluate(READ))
            sight.page.goto(screen.at.format(**browsers.house.places))
            again = sight.page.evaluate(READ)
    paints = {width: round(median(each["paint"] for each in fresh[width])) for width in WIDTHS}
    every = [each for width in WIDTHS for each in fresh[width]]
    return Weight(
        page=screen.name,
        files=max(each["files"] for each in every),
        bytes=max(each["bytes"] for each in every),
        bytes_kept=again["bytes"],
        paint_ms=paints[WIDTHS[0]],
        narrow_ms=paints[WIDTHS[1]],
        shift=float(max(each["shift"] for each in every)),
    )


def answer(browsers: Browsers, screen: Screen) -> Answer:
    """One answer to a form, sent from a page, wide and narrow."""
    found = []
    for width in WIDTHS:
        with browsers.at(screen, width=width) as sight:
            found.append(sight.page.evaluate(READ))
    wide, narrow = found
    return Answer(
        page=screen.name,
        bytes=wide["bytes"],
        paint_ms=round(wide["paint"]),
        narrow_ms=round(narrow["paint"]),
        shift=float(max(wide["shift"], narrow["shift"])),
    )


if __name__ == "__main__":
    main()
