"""How heavy and how quick the studio's pages are: bytes sent, and time to the first contentful paint.

    .venv/bin/python benchmarks/studio.py http://localhost:3000 [PATH ...]

Of a studio that runs with SOUNDALIKE_AUTH=off. Every page is opened in a new browser, with nothing kept, five times;
then once more with the styles and the script kept. Printed: files and bytes of all that was sent, compressed as it was;
the median time to the first paint in ms; layout shift; and the bytes where the rest is kept.
"""

import argparse
import shutil
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from tables import show

TIMES = 5
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
READ = """() => new Promise(done => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(each => shift += each.value))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    bytes: [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .reduce((sum, each) => sum + each.transferSize, 0),
    files: 1 + performance.getEntriesByType("resource").length,
    shift}), 300);
})"""


def main() -> None:
    """Measure the pages that were named, or those of the sidebar and of the newest voice and session."""
    parser = argparse.ArgumentParser(description="How heavy and how quick the studio's pages are.")
    parser.add_argument("address")
    parser.add_argument("paths", nargs="*")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        paths = asked.paths or found_in(browser, asked.address)
        rows = [measure(browser, asked.address, path) for path in paths]
        browser.close()
    show("Pages of the studio", rows)


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


@dataclass(frozen=True)
class Weight:
    """A page: what was sent, when it was seen, how far it jumped, and what is sent when the rest is kept."""

    page: str
    files: int
    bytes: int
    paint_ms: int
    shift: float
    bytes_kept: int


def measure(browser: Browser, address: str, path: str) -> Weight:
    """One page, with nothing kept and with the rest kept."""
    fresh = []
    for _ in range(TIMES):
        page = browser.new_page(base_url=address)
        fresh.append(look(page, path))
        again = look(page, path)
        page.close()
    return Weight(
        page="/".join(part if len(part) < 32 else "…" for part in path.split("/")),  # noqa: PLR2004 - an id
        files=fresh[0]["files"],
        bytes=fresh[0]["bytes"],
        paint_ms=round(median(each["paint"] for each in fresh)),
        shift=float(max(each["shift"] for each in fresh)),
        bytes_kept=again["bytes"],
    )


def look(page: Page, path: str) -> dict[str, Any]:
    """Open the page and read what the browser noted."""
    page.goto(path)
    found: dict[str, Any] = page.evaluate(READ)
    return found


if __name__ == "__main__":
    main()
