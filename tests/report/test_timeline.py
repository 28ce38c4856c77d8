"""The timeline: what the analysis found, kept as figures."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundalike.posts.packing import pack, unpack
from soundalike.posts.post import Engagement, Post, Window
from soundalike.report.timeline import _TYPES as TYPES
from soundalike.report.timeline import Point, Timeline
from soundalike.virality.score import viral_posts

START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = Window(START + timedelta(days=10), START + timedelta(days=200))
FIGURES = st.floats(-1e9, 1e9)
POINTS = st.builds(
    Point,
    st.integers(0, 10**19).map(str),
    st.timedeltas(timedelta(-7_000), timedelta(20_000)).map(lambda since: START + since),
    st.integers(0, 2**60),
    FIGURES,
    FIGURES,
    FIGURES,
)


@st.composite
def timelines(draw):
    """Any timeline."""
    points = tuple(draw(st.lists(POINTS, max_size=8, unique_by=lambda point: point.id)))
    viral = tuple(draw(st.permutations(points))[: draw(st.integers(0, 3))])
    start = draw(st.none() | st.just(START))
    return Timeline(points, viral, draw(st.integers(0, 9)), draw(st.text()), start)


@pytest.fixture(scope="module")
def posts():
    """Two hundred days, every twentieth post far above the rest."""
    return [
        Post(str(n), f"What day {n} was like.", START + timedelta(days=n), "potter", _likes(n))
        for n in range(1, 200)
    ]


def _likes(day):
    return Engagement(likes=5_000 + day if day % 20 == 0 else 100 + day % 7)


def test_it_shows_what_the_analysis_found(posts):
    """Points of the window only, the viral ones those of the analysis in its order, and where grading begins."""
    shown = Timeline.of(posts, window=WINDOW, gate=1_000, top=5, held_out_ids=["190", "180", "none"])
    found = viral_posts([p for p in posts if p.created_at in WINDOW], as_of=WINDOW.end, min_engagement=1_000)
    assert (len(shown.points), shown.passed, len(shown.viral)) == (190, 9, 5)
    assert {point.id for point in shown.viral} <= {scored.post.id for scored in found}
    assert shown.held_out_from == START + timedelta(days=180)
    assert "1,000" in shown.gate


@given(timelines())
@settings(deadline=None)
def test_a_kept_timeline_is_the_same_one(shown):
    """Ids, times to the microsecond, figures, order."""
    assert Timeline.from_bytes(shown.to_bytes()) == shown


def test_no_text_is_kept(posts):
    """Figures and ids only."""
    assert b"What day" not in Timeline.of(posts, window=WINDOW, gate="auto", top=5).to_bytes()


@given(timelines(), st.integers(0, 10**6), st.integers(1, 255))
@settings(deadline=None)
def test_a_damaged_timeline_is_refused(shown, place, change):
    """One changed byte anywhere is enough."""
    content = bytearray(shown.to_bytes())
    content[place % len(content)] ^= change
    with pytest.raises(ValueError, match="bytes"):
        Timeline.from_bytes(bytes(content))


@pytest.mark.parametrize(
    ("facts", "arrays"),
    [
        ({"passed": "3"}, {}),
        ({"gate": None}, {}),
        ({"heldOutFrom": 10**30}, {}),
        ({}, {"viral": np.array([190])}),
        ({}, {"viral": np.array([-1])}),
        ({}, {"at": np.array([0])}),
        ({}, {"at": np.full(190, 2**62)}),
        ({}, {"lift": np.full(190, np.inf)}),
    ],
)
def test_figures_that_no_timeline_has_are_refused(posts, facts, arrays):
    """Even under a digest that is right."""
    content = Timeline.of(posts, window=WINDOW, gate="auto", top=5).to_bytes()
    whole = unpack(content, "timeline", 1, TYPES)
    assert pack("timeline", 1, *whole) == content
    with pytest.raises(ValueError, match="timeline"):
        Timeline.from_bytes(pack("timeline", 1, whole.facts | facts, whole.arrays | arrays))
