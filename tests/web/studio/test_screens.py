"""Every screen in a real browser: wide and narrow, light and dark, with a script and without one."""

import pytest
from fastapi.routing import iter_route_contexts

from furnished import house
from keyboard import Hands
from looking import DRESSES, Browsers
from screens import LEADING, PARTS, SCREENS
from soundalike.web.studio.routes import router

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COMES_BACK = "meta-refresh"
"""Without a script, what is under way asks again by itself; axe-core has that for a fault wherever it is."""

STILL = 0.01
"""What things may move while a page comes; Chromium calls 0.1 good."""

MOST_BYTES = 100_000
"""What a page may weigh, with all that it takes, as it is sent."""


@pytest.fixture(scope="module")
def browsers(chromium, trained_once, tmp_path_factory, llm_address):
    """Browsers before a studio in which everything has happened once."""
    with house(tmp_path_factory.mktemp("house"), trained_once, llm_address) as furnished:
        yield Browsers(chromium, furnished)


def test_every_route_of_the_studio_has_its_screens():
    """A page that nobody looks at is none that is finished; what shows no page is named too."""
    routes = list(iter_route_contexts(router.routes))
    served = {f"{method} {route.path}" for route in routes for method in route.methods}
    assert served == {screen.route for screen in SCREENS} | LEADING | PARTS


def test_a_screen_is_named_once():
    """And stands in one list only."""
    names = [screen.name for screen in SCREENS]
    assert len(names) == len(set(names))
    assert not {screen.route for screen in SCREENS} & (LEADING | PARTS)


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False], ids=["script", "bare"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_nothing_is_wrong_with_a_screen(browsers, axe, screen, script):
    """No fault that axe-core knows, no complaint, nothing too wide or too heavy, nothing that moves as it comes."""
    with browsers.at(screen, script=script) as sight:
        assert sight.answers[-1] == screen.status
        assert not script or (sight.shifts <= STILL and sight.weight < MOST_BYTES)
        sight.measure(axe)
        found = []
        for width, theme in DRESSES:
            sight.dress(width, theme)
            faults = sight.faults(TAGS)
            found += [(width, theme, fault) for fault in faults if script or fault[0] != COMES_BACK]
            found += [(width, theme, "wider by", sight.overflow)] if sight.overflow else []
        assert (found, sight.complaints) == ([], [])
        assert [text[:3] for text in sight.refusals] == ([str(screen.status)] if screen.status >= 400 else [])


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_the_focus_is_seen_wherever_it_goes(browsers, screen):
    """Tab leads through a screen and out of it again; at every stop a ring is drawn, and nothing lies over it."""
    with browsers.at(screen) as sight:
        hands = Hands(sight.page)
        for width in (1440, 390):
            sight.dress(width, "light")
            assert hands.round()
        assert hands.faults == []
