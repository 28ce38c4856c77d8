"""A real browser that goes to screens of a furnished studio and says what is wrong with them."""

from contextlib import contextmanager

DRESSES = tuple((width, theme) for width in (1440, 390) for theme in ("light", "dark"))
_SHIFTS = """() => new Promise((done) => {
    let sum = 0;
    const watch = (list) => list.getEntries().forEach((each) => (sum += each.hadRecentInput ? 0 : each.value));
    new PerformanceObserver(watch).observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => setTimeout(() => done(sum), 50));
})"""
_SENT = """["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
    .reduce((sum, each) => sum + each.transferSize, 0)"""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


STATUS = "Failed to load resource: the server responded with a status of "
"""What Chromium itself notes of every page of a status from 400 on, a form that has to be mended too. It is right: the
status tells programs, proxies and the panel what happened, and answering 200, or leading elsewhere with what was typed
in an address, would keep a line out of a console at their cost. It is expected there, for such pages alone."""


class Browsers:
    """Contexts of a browser, one for each person, with and without a script."""

    def __init__(self, chromium, house):
        self._chromium, self.house, self._cookies = chromium, house, {"nobody": []}

    @contextmanager
    def at(self, screen, *, script=True, width=1440, theme="light", words=True):
        """A page that shows a screen; with `words`, once what it says stands there."""
        places = self.house.places
        context = self._chromium.new_context(
            base_url=self.house.address,
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",
            extra_http_headers={name: text.format(**places) for name, text in screen.headers.items()},
        )
        context.add_cookies(self._of(screen.who))
        try:
            sight = Sight(context, script=script)
            sight.go(screen, places, words=words)
            yield sight
        finally:
            context.close()

    def _of(self, who):
        """The cookies of somebody who is signed in, at work in their workspace."""
        if who not in self._cookies:
            context = self._chromium.new_context(base_url=self.house.address)
            page = context.new_page()
            page.goto(f"/auth/link/{self.house.links[who]}")
            workspace = self.house.places[who]
            page.locator(".menu > summary").click()
            page.locator(f"button[name=workspace][value='{workspace}']").click()
            page.wait_for_load_state()
            self._cookies[who] = context.cookies()
            context.close()
        return self._cookies[who]


class Sight:
    """What a browser shows of a screen, and what it complained of."""

    def __init__(self, context, *, script):
        self.page, self.script, self.answers, self.complaints = context.new_page(), script, [], []
        self.dialogs, self.elsewhere, self.refusals = [], [], []
        self.page.on("dialog", self._asked)
        self.page.on("request", self._sent)
        self.page.set_default_timeout(30_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._noted)
        self._devtools = context.new_cdp_session(self.page)
        if not script:
            self._run_scripts(on=False)

    def go(self, screen, places, *, words):
        """Go to a screen."""
        self.page.goto(screen.at.format(**places))
        if screen.do:
            screen.do(self.page, places)
        if words:
            self.page.get_by_text(screen.says).first.wait_for(state="attached")
        else:
            self.page.wait_for_load_state()

    def measure(self, axe):
        """Let axe-core at the page, in which scripts of ours ran or did not."""
        if not self.script:
            self._devtools.send("Page.stopLoading")  # such a page asks again by itself, after a while
            self._run_scripts(on=True)
        self.page.evaluate(axe + ";undefined")

    def dress(self, width, theme):
        """Show it at another width, in another theme."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")

    def faults(self, tags):
        """What axe-core finds wrong: the rule and where."""
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", tags
        )
        return [(each["id"], [node["target"] for node in each["nodes"]]) for each in found["violations"]]

    @property
    def overflow(self):
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate(_WIDER)

    @property
    def weight(self):
        """Bytes that were sent for the page, as they were sent."""
        return self.page.evaluate(_SENT)

    @property
    def shifts(self):
        """How far things moved while the page came, as Chromium scores it."""
        return self.page.evaluate(_SHIFTS)

    def _run_scripts(self, *, on):
        self._devtools.send("Emulation.setScriptExecutionDisabled", {"value": not on})

    def _heard(self, said):
        if said.type in {"error", "warning"}:
            kept = self.refusals if said.text.startswith(STATUS) else self.complaints
            kept.append(said.text.removeprefix(STATUS))

    def _asked(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _sent(self, request):
        if not request.url.startswith(("http://127.0.0.1:", "data:")):
            self.elsewhere.append(request.url)

    def _noted(self, response):
        if response.request.resource_type in {"document", "xhr"}:
            self.answers.append(response.status)
        elif response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")
