"""Somebody at a page with a keyboard and nothing else, who sees where they are."""

FOCUS = "rgb(15, 95, 214)"
"""The colour of the studio's rings in its light theme; nothing else there has it."""

MOST_STOPS = 300

STANDS = """ring => {
    const at = document.activeElement;
    const name = (at.getAttribute("aria-label") || at.innerText || at.name || at.id || at.className).slice(0, 60);
    const told = `${at.localName}: ${name.trim()}`;
    const drawn = (each) => {
        const style = getComputedStyle(each);
        const isOutlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
        if (isOutlined && style.outlineColor === ring) return true;
        return style.boxShadow.includes(ring) || style.stroke === ring;
    };
    const marks = [at, at.parentElement, ...at.querySelectorAll("circle, kbd")];
    const { x, y, width, height } = at.getClientRects()[0] ?? { x: 0, y: 0, width: 0, height: 0 };
    const [left, top] = [x + width / 2, y + Math.min(height, innerHeight) / 2];
    const there = document.elementFromPoint(left, top);
    const isClear = there && (at.contains(there) || there.contains(at));
    const over = isClear ? "" : `hidden by ${there?.outerHTML.slice(0, 80)}`;
    return { told, isPage: at === document.body, fault: marks.some(drawn) ? over : "no ring" };
}"""
"""What has the focus: its words, whether it is the page itself, and what keeps it from being seen."""


class Hands:
    """Two hands on a keyboard before a page. Every stop of theirs has to be seen: `faults` are those that were not."""

    def __init__(self, page):
        self.page, self.faults = page, []

    def press(self, *keys):
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text):
        """Type a text, in the place of what stood there."""
        self.press("Control+a")
        self.page.keyboard.type(text)

    def at(self, target):
        """Whether the focus is on an element."""
        return target.evaluate("each => each === document.activeElement")

    def wait(self, target):
        """Wait until an element is there, with the focus."""
        target.and_(self.page.locator(":focus")).wait_for()
        self.look()

    def look(self):
        """Where the focus is."""
        stands = self.page.evaluate(STANDS, FOCUS)
        if stands["fault"] and not stands["isPage"]:
            self.faults.append((self.page.url.partition("?")[0], stands["told"], stands["fault"]))
        return stands

    def reach(self, target, *, within=MOST_STOPS, back=False):
        """Tab until an element has the focus; gives after how many stops. Fails where the way does not lead there."""
        stops = []
        while len(stops) < within:
            self.press("Shift+Tab" if back else "Tab")
            stops.append(self.look()["told"])
            if self.at(target):
                return len(stops)
        raise AssertionError(f"not reached: {target}, by {stops}")

    def round(self):
        """Tab through the whole page, until the focus leaves it; gives the stops."""
        stops = []
        while len(stops) < MOST_STOPS:
            self.press("Tab")
            stands = self.look()
            if stands["isPage"]:
                return stops
            stops.append(stands["told"])
        raise AssertionError(f"trapped: {stops[-5:]}")

    def skip(self):
        """Go from the top of a page to what it is about."""
        self.press("Tab")
        assert self.look()["told"] == "a: Skip to content"
        self.press("Enter")
