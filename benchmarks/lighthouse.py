"""What Lighthouse thinks of the studio's main pages: performance, accessibility and best practices, of 100.

    .venv/bin/python benchmarks/lighthouse.py [PAGE ...]

Without names, of the pages one goes through from the door to the drafts, in the furnished studio that the tests look
at. Lighthouse and the Node it needs come from npm into a temporary folder. It emulates a desktop, and a phone whose
processor is four times slower on a slow 4G; its times are those that it works out for such a machine. Findability is
not asked for: the pages are for who is signed in. `lost` are the audits that cost points.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import houses
from studio import CHROMIUM, chromium
from tables import show

from looking import Browsers
from screens import SCREENS, Screen

PACKAGES = ("lighthouse@13.5.0", "node@22.23.3")
CATEGORIES = ("performance", "accessibility", "best-practices")
MAIN = (
    "sign-in ask collecting review training voices voice write drafts compare quiz sessions settings".split()
)
MACHINES: Mapping[str, tuple[str, ...]] = {"desktop": ("--preset=desktop",), "phone": ()}
ENOUGH = 0.9


@dataclass(frozen=True)
class Score:
    """A page on a kind of machine: points of 100, when it is seen there, what moved, and what cost points."""

    page: str
    on: str
    performance: int
    accessibility: int
    best_practices: int
    paint_ms: int
    shift: float
    lost: str


def main() -> None:
    """Score the pages that were named, or the main ones."""
    wanted = sys.argv[1:] or MAIN
    screens = [screen for screen in SCREENS if screen.name in wanted and not screen.do]
    with TemporaryDirectory() as folder, houses.furnished() as house:
        install = ["npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES]
        subprocess.run(install, cwd=folder, check=True)
        with chromium() as browser:
            browsers = Browsers(browser, house)
            scores = [
                score(Path(folder), browsers, screen, machine) for screen in screens for machine in MACHINES
            ]
    show("Lighthouse", scores)


def score(folder: Path, browsers: Browsers, screen: Screen, machine: str) -> Score:
    """Let Lighthouse at a page, signed in as whoever the screen is for."""
    with browsers.at(screen) as sight:  # the page has been asked for before, then, as in a studio in use
        address = sight.page.url
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in sight.page.context.cookies())
    command = [
        folder / "node_modules/.bin/node",
        folder / "node_modules/lighthouse/cli/index.js",
        address,
        *MACHINES[machine],
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--extra-headers={json.dumps({'Cookie': cookie} if cookie else {})}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]
    env = os.environ | {"CHROME_PATH": CHROMIUM}
    found = json.loads(subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True).stdout)
    if found["finalDisplayedUrl"] != address:
        raise SystemExit(f"{address} led to {found['finalDisplayedUrl']}")
    points = {name: round(100 * found["categories"][name]["score"]) for name in CATEGORIES}
    return Score(
        page=screen.name,
        on=machine,
        performance=points["performance"],
        accessibility=points["accessibility"],
        best_practices=points["best-practices"],
        paint_ms=round(found["audits"]["first-contentful-paint"]["numericValue"]),
        shift=float(found["audits"]["cumulative-layout-shift"]["numericValue"]),
        lost=" ".join(lost(found)) or "nothing",
    )


def lost(found: dict[str, Any]) -> list[str]:
    """The audits that cost points."""
    weighed = [
        each["id"] for name in CATEGORIES for each in found["categories"][name]["auditRefs"] if each["weight"]
    ]
    scores = {name: found["audits"][name]["score"] for name in weighed}
    return [name for name, value in scores.items() if value is not None and value < ENOUGH]


if __name__ == "__main__":
    main()
