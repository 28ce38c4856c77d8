"""Whatever somebody else wrote stays text on every screen: it runs nothing, asks nobody, and breaks no layout."""

import pytest

from furnished import house
from hostile import poison
from looking import Browsers
from screens import SCREENS

INERT = """() => {
    const all = [...document.querySelectorAll("*")];
    const faults = [];
    if (window.planted || document.querySelector("[data-planted]")) faults.push("markup was taken for markup");
    const known = { SCRIPT: 1, STYLE: 0, IFRAME: 0, OBJECT: 0, EMBED: 0, BASE: 0, VIDEO: 0, AUDIO: 0 };
    for (const [name, most] of Object.entries(known)) {
        if (document.getElementsByTagName(name).length > most) faults.push(`a ${name} more`);
    }
    for (const each of all) {
        for (const { name, value } of each.attributes) {
            if (name.startsWith("on") || name === "style") faults.push(`${name}=${value.slice(0, 40)}`);
        }
    }
    for (const link of document.querySelectorAll("[href], [src], [action], [formaction]")) {
        for (const name of ["href", "src", "action", "formaction"]) {
            const address = link.getAttribute(name);
            if (address && !["http:", "https:"].includes(new URL(address, location).protocol)) faults.push(address);
        }
    }
    return faults;
}"""
"""What of a page is more than text, though it should be none."""

TURNED = """() => {
    const faults = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode;
        if (!node.data.includes("\\u202e") || !node.parentElement.checkVisibility()) continue;
        let within = node.parentElement;
        while (getComputedStyle(within).display === "inline") {
            if (getComputedStyle(within).unicodeBidi.includes("isolate")) break;
            within = within.parentElement;
        }
        const style = getComputedStyle(within);
        const isApart = style.unicodeBidi.includes("isolate") || style.unicodeBidi === "plaintext";
        const around = [...within.childNodes].filter((each) => each.textContent.trim() && !each.contains(node));
        if (!isApart && around.length) faults.add(`${within.tagName} ${within.className}: ${node.data.slice(0, 40)}`);
    }
    return [...faults];
}"""
"""Where a text that turns around turns its neighbours around with it."""

SPILLS = """() => {
    const faults = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const node = walk.currentNode;
        let within = node.parentElement;
        if (!/\\p{M}{9}/u.test(node.data) || !within.checkVisibility() || within.closest("textarea, svg")) continue;
        const isOpen = (box) => box !== document.body && getComputedStyle(box).overflowY === "visible";
        while (isOpen(within)) within = within.parentElement;
        if (within !== document.body) continue;
        const { tagName, className, parentElement } = node.parentElement;
        faults.add(`${parentElement.tagName}.${parentElement.className} > ${tagName}.${className}`);
    }
    return [...faults];
}"""
"""Where marks that stand on each other paint over what is above and below their own box."""


@pytest.fixture(scope="module")
def browsers(chromium, trained_once, tmp_path_factory, llm_address):
    """Browsers before a studio in which everybody is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    with house(folder, trained_once, llm_address, changed=poison) as furnished:
        yield Browsers(chromium, furnished)


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_hostile_texts_lie_still(browsers, screen):
    """No script, no dialog, no request to elsewhere, no element more, no neighbour turned around, nothing too wide."""
    with browsers.at(screen, words=False) as sight:
        page = sight.page
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert (page.evaluate(INERT), sight.elsewhere, sight.dialogs) == ([], [], [])
        assert (page.evaluate(TURNED), page.evaluate(SPILLS)) == ([], [])
        for width in (1440, 390):
            sight.dress(width, "light")
            assert sight.overflow == 0, width
        assert sight.complaints == []
