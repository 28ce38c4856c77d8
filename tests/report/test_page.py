import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from soundalike.drafts.draft import Draft
from soundalike.posts.post import Engagement, Post
from soundalike.report.page import Page, render
from soundalike.report.timeline import Point, Timeline
from soundalike.training.card import Impostor, Measure, Novelty, ReportCard
from soundalike.virality.score import score_posts
from soundalike.voice.profile import VoiceProfile
from soundalike.voice.rule import Unit
from soundalike.voice.traits import Trait

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
TRAIT = Trait(
    "k",
    "hooks",
    HOSTILE,
    Unit.SHARE,
    0.5,
    0.4,
    0.6,
    0.1,
    0.0,
    0.2,
    is_distinct=True,
    posts=9,
    evidence=("1",),
    against=(),
)
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def page():
    """A page on which every text from outside is hostile."""
    posts = [
        Post(str(n), f"{n} {HOSTILE}", START + timedelta(days=n), "potter", Engagement(likes=n * 10))
        for n in range(1, 40)
    ]
    points = tuple(map(Point.of, score_posts(posts)))
    one = Measure(1, 0.5, 1.5, 40)
    card = ReportCard(
        ceiling=one,
        drafts=one,
        floor=Measure(-1, -1.5, -0.5, 40),
        impostors=(Impostor(HOSTILE, -1.0),),
        gap_closed=Measure(0.61, 0.52, 0.7, 40),
        length_distance=one,
        novelty=Novelty(5, 0.9, 1, 40),
        withheld={HOSTILE: 1},
        texts=(HOSTILE,),
        notes=(HOSTILE,),
        writer=HOSTILE,
        seed=1,
        seconds=1.0,
    )
    draft = Draft(HOSTILE, 50, 1.0, 2.0, None, 1.0, None, (), HOSTILE, 1)
    return Page(
        username="potter",
        version=3,
        name=HOSTILE,
        voice=VoiceProfile("en", 30, 300, (1, 2, 3, 4, 5), 40, "en", (TRAIT,), ()),
        patterns=(),
        prompt=HOSTILE,
        card=card,
        posts={post.id: post for post in posts},
        timeline=Timeline(points, points[-3:], 3, HOSTILE, START + timedelta(days=30)),
        drafts=[draft],
        provenance=[(HOSTILE, HOSTILE)],
    )


@pytest.fixture(scope="module")
def html(page):
    """That page rendered."""
    return render(page)


def test_nothing_from_outside_becomes_markup(html):
    """Posts, drafts, names and prompts are text, whatever they hold."""
    assert "<script" not in html
    assert "<img" not in html
    assert "onerror=alert(2)&gt;" in html


def test_the_page_needs_nothing_but_itself(html):
    """No script, no stylesheet, no picture is fetched; a policy in the page forbids it."""
    assert "default-src 'none'" in html
    assert not re.findall(r"<(?:link|script|iframe|object|img)\b", html)
    assert not re.findall(r"url\(", html)


def test_the_headline_carries_its_interval(html):
    """No figure without its spread."""
    assert re.search(r'class="v">61\u00a0%</span><span class="ci">52–70<', html)


def test_links_go_to_the_posts_only(html):
    """And tell X nothing about who follows them."""
    links = re.findall(r'<a [^>]*href="(http[^"]*)"[^>]*>', html)
    assert links
    assert all(link.startswith("https://x.com/potter/status/") for link in links)
    assert html.count('rel="noreferrer nofollow"') == len(links)


def test_without_posts_the_figures_stay(page, html):
    """Deleted posts leave their picture, dates, links and figures; that the texts are gone is said."""
    assert "The text is no longer kept" not in html
    bare = render(replace(page, posts={}))
    assert bare.count("The text is no longer kept.") == 3
    assert "The posts behind it are no longer kept." in bare
    for point in page.timeline.viral:
        assert f'href="https://x.com/potter/status/{point.id}"' in bare
    assert re.findall(r"<svg class=\"chart timeline.*?</svg>", bare) == re.findall(
        r"<svg class=\"chart timeline.*?</svg>", html
    )


def test_a_model_of_no_window_has_no_picture(page):
    """The rest of its page stands."""
    bare = render(replace(page, timeline=None))
    assert "viral posts of" not in bare
    assert "Provenance" in bare
