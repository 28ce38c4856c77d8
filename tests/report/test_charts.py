import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.posts.post import Engagement, Post
from soundalike.report import charts, over_time
from soundalike.report.timeline import Point, Timeline
from soundalike.training.card import Impostor, ReportCard
from soundalike.training.originality import Novelty
from soundalike.training.pools import Measure
from soundalike.virality.patterns import Pattern
from soundalike.virality.score import score_posts

START = datetime(2026, 1, 1, tzinfo=UTC)
figures = st.floats(-20, 20)


def measure_of(drawn, count):
    """Three figures as low, value and high."""
    low, value, high = sorted(drawn)
    return Measure(value, low, high, count)


measures = st.builds(measure_of, st.tuples(figures, figures, figures), st.integers(0, 500))


def card(ceiling, drafts, floor, gap=None, impostors=(), *, selected=None):
    """A report card with these pools."""
    return ReportCard(
        ceiling,
        drafts,
        floor,
        impostors,
        gap,
        Novelty(0, 1, 0, 1),
        withheld={},
        texts=(),
        notes=(),
        writer="w",
        seed=0,
        seconds=1,
        selected=selected,
    )


def places(svg):
    """All horizontal places in a picture, in percent."""
    names = ("x", "x1", "x2", "cx")
    found = [node.get(name) for node in ET.fromstring(svg).iter() for name in names if node.get(name)]
    return [float(place[:-1]) for place in found if place.endswith("%")]


@pytest.mark.slow
@given(measures, measures, measures)
@settings(deadline=None)
def test_a_ladder_is_well_formed_and_stays_inside_its_frame(ceiling, drafts, floor):
    """Whatever the figures, nothing is drawn outside and the markup is whole."""
    svg = charts.ladder(
        card(ceiling, drafts, floor, gap=ceiling, impostors=(Impostor("a", 1.0),), selected=floor)
    )
    assert all(0 <= place <= 100 for place in places(svg))


def test_a_ladder_says_in_words_what_it_shows():
    """A reader who cannot see it gets the same figures."""
    svg = charts.ladder(card(Measure(2.22, 2, 2.4, 9), Measure(0.7, 0.3, 1, 9), Measure(-1.2, -1.5, -1, 9)))
    assert "Ceiling +2.22 (+2.00 to +2.40)." in svg
    assert "Floor −1.20" in svg
    assert "Selected" not in svg


def test_drafts_that_were_picked_stand_apart_from_those_that_were_not():
    """A reader sees which is which."""
    one = Measure(0.7, 0.3, 1, 9)
    svg = charts.ladder(card(one, one, one, selected=Measure(1.5, 1.2, 1.9, 16)))
    assert "the 16 a user would be shown" in svg
    assert "Selected +1.50 (+1.20 to +1.90)." in svg


@pytest.mark.parametrize(("count", "days"), [(1, 1), (2, 0.01), (300, 1), (50, 40)])
def test_a_timeline_of_any_length_is_well_formed(count, days):
    """One post, a burst within minutes, a year, five years."""
    posts = [
        Post(str(n), f"post {n}", START + timedelta(days=n * days), "potter", Engagement(likes=n * n))
        for n in range(1, count + 1)
    ]
    points = tuple(map(Point.of, score_posts(posts)))
    svg = over_time.timeline(Timeline(points, points[-1:], 1, "", points[-1].created_at))
    assert all(0 <= place <= 100 for place in places(svg))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(deadline=None)
def test_a_whisker_stays_inside_its_frame(low, value, high, reference):
    """Even a figure without spread."""
    svg = charts.whisker(low, value, high, reference, scale=charts.linear(0, 1))
    assert all(0 <= place <= 100 for place in places(svg))


@st.composite
def days(draw):
    """Patterns of some hours, whatever their effects; some with too few posts to have any."""
    effects = st.floats(1e-6, 1e6)
    found = []
    for hour in draw(st.sets(st.integers(0, 23))):
        low, effect, high = draw(st.none() | st.tuples(effects, effects, effects).map(sorted)) or (None,) * 3
        is_above = effect is not None and draw(st.booleans())
        found.append(
            Pattern(f"hour_{hour:02}", "At some hour", effect, low, high, None, None, is_above, 9, 9, (), ())
        )
    return found


@given(days())
@settings(deadline=None)
def test_hours_are_well_formed_and_stay_inside_their_frame(found):
    """A mark for each hour with posts enough, none for the others, those above chance in the accent."""
    root = ET.fromstring(charts.hours(found))
    assert all(0 <= place <= 100 for place in places(charts.hours(found)))
    heights = [float(node.get(name)) for node in root.iter() for name in ("y1", "y2", "cy") if node.get(name)]
    assert all(0 <= height <= float(root.get("height")) for height in heights)
    marked = [node.get("class") for node in root if node.tag == "g"]
    assert marked.count("made") == sum(each.above_chance for each in found)
    assert len(marked) == sum(each.effect is not None for each in found)


def test_hours_say_in_words_what_they_show():
    """A reader who cannot see the picture gets the finding."""
    found = Pattern("hour_13", "Posted from 12:00 to 15:00", 1.7, 1.2, 2.3, 0.0, 0.0, True, 9, 9, (), ())
    assert "Posted from 12:00 to 15:00: ×1.70" in ET.fromstring(charts.hours([found]))[0].text
    assert "No hour stands out" in charts.hours([replace(found, above_chance=False)])
