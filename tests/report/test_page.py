import re
from datetime import UTC, datetime, timedelta

import pytest

from soundalike.drafts.draft import Draft
from soundalike.posts.post import Engagement, Post
from soundalike.report.page import Page, render
from soundalike.training.card import Impostor, Measure, Novelty, ReportCard
from soundalike.virality.score import score_posts
from soundalike.voice.profile import VoiceProfile

START = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture(scope="module")
def html():
    """A page on which every text from outside is hostile."""
    posts = [
        Post(str(n), f"{n} {HOSTILE}", START + timedelta(days=n), "potter", Engagement(likes=n * 10))
        for n in range(1, 40)
    ]
    scored = score_posts(posts)
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
    page = Page(
        username="potter",
        version=3,
        name=HOSTILE,
        voice=VoiceProfile("en", 30, 300, (1, 2, 3, 4, 5), 40, "en", (), ()),
        patterns=(),
        prompt=HOSTILE,
        card=card,
        posts={post.id: post for post in posts},
        held_out_from=START + timedelta(days=30),
        scored=scored,
        viral=scored[-3:],
        passed=3,
        gate=HOSTILE,
        drafts=[draft],
        provenance=[(HOSTILE, HOSTILE)],
    )
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
