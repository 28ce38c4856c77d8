import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from soundalike.drafts.draft import Draft
from soundalike.posts.post import Engagement, Post
from soundalike.report.page import Page, render
from soundalike.report.timeline import Point, Timeline
from soundalike.training.attributing import Attribution
from soundalike.training.card import Bits, Impostor, ReportCard
from soundalike.training.contrasts import Contrast
from soundalike.training.findings import without_hours
from soundalike.training.originality import Nearest, Novelty, Spans
from soundalike.training.pools import Measure
from soundalike.virality.forecast import Forecaster
from soundalike.virality.patterns import Pattern
from soundalike.virality.score import score_posts
from soundalike.voice.favourites import Favourite
from soundalike.voice.profile import VoiceProfile
from soundalike.voice.rule import Unit
from soundalike.voice.traits import Trait
from writing import made_up_posts

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


def pattern(key, **changes):
    """A pattern above chance."""
    found = Pattern(key, key, 1.7, 1.2, 2.3, 0.001, 0.01, True, 20, 80, (), ())
    return replace(found, **changes)


@pytest.fixture(scope="module")
def page():
    """A page on which every text from outside is hostile."""
    posts = [
        Post(str(n), f"{n} {HOSTILE}", START + timedelta(days=n), "potter", Engagement(likes=n * 10))
        for n in range(1, 40)
    ]
    points = tuple(map(Point.of, score_posts(posts)))
    one, share = Measure(1, 0.5, 1.5, 40), Measure(0.5, 0.4, 0.6, 40)
    card = ReportCard(
        ceiling=one,
        drafts=one,
        floor=Measure(-1, -1.5, -0.5, 40),
        impostors=(Impostor(HOSTILE, -1.0),),
        gap_closed=Measure(0.61, 0.52, 0.7, 40),
        novelty=Novelty(
            5,
            0.9,
            1,
            40,
            longest_shared_characters=29,
            spans=Spans(2, 4, 5),
            posts_spans=Spans(2, 4, 7),
            closer=Measure(0.45, 0.41, 0.49, 40),
            nearest=(Nearest(HOSTILE, HOSTILE, 5, "1"), Nearest(HOSTILE, HOSTILE, 4, HOSTILE)),
        ),
        withheld={HOSTILE: 1},
        texts=(HOSTILE,),
        notes=(HOSTILE,),
        writer=HOSTILE,
        seed=1,
        seconds=1.0,
        selected=Measure(1.5, 1.0, 2.0, 10),
        selected_gap=Measure(0.8, 0.7, 0.9, 10),
        attribution=Attribution(49, 0.02, share, share, share, share, None, Measure(0.9, 0.7, 1.1, 10)),
        contrasts=(
            Contrast("length", 87.0, 143.0, Measure(0.4, 0.2, 0.6, 40)),
            Contrast("emoji", 0.1, 0.12, Measure(0.1, 0.0, 0.3, 40)),
            Contrast("hashtags", None, None, None),
        ),
        selected_texts=(HOSTILE,),
        briefs=8,
    )
    draft = Draft(HOSTILE, 50, 1.0, 2.0, 0.6, 1.0, None, (), HOSTILE, 1, 0.7, HOSTILE)
    return Page(
        username="potter",
        version=3,
        name=HOSTILE,
        voice=VoiceProfile("en", 30, 300, (1, 2, 3, 4, 5), 40, "en", (TRAIT,), ()),
        patterns=(
            pattern("question", sentence=HOSTILE, evidence_for=("1", "2"), evidence_against=("3", HOSTILE)),
            pattern("hook_question", sentence="Opens with one", told_by="question"),
            pattern("list", sentence="A list", above_chance=False, effect=1.1, low=0.8, high=1.5),
            pattern("hour_13", sentence="Posted from 12:00 to 15:00"),
            pattern("hour_14", sentence="Posted from 13:00 to 16:00", above_chance=False),
        ),
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


def test_drafts_that_were_picked_come_second_and_beside_a_judge_that_picks_nothing(html):
    """Both headlines with their interval, and who the drafts are by in other eyes."""
    assert re.search(
        r'class="headline second">\s*<span class="v">80\u00a0%</span><span class="ci">70–90<', html
    )
    assert "by the 10 of them a user would be shown." in html
    assert "The second judge below picks nothing." in html
    assert "0.90 of the posts’ (0.70–1.10)" in html
    assert "of 49 writers" in html


def test_what_differs_beyond_chance_is_marked(html):
    """What does not recedes, and what could not be judged is said."""
    rows = re.findall(r'<tr class="([^"]*)"><th scope="row">(Length|Emoji|Hashtags)<', html)
    assert rows == [("", "Length"), ("void-row", "Emoji"), ("void-row", "Hashtags")]
    assert re.search(
        r"<b>0.40</b> <span class=\"ci\">0.20–0.60</span></td><td class=\"soft verdict\">differs<", html
    )
    assert "too few texts to say" in html


def test_the_nearest_posts_can_be_looked_at(html):
    """With the span a draft shares with each, and whether the creator's later posts share as much."""
    assert "Drafts share less with the posts before than the creator’s own later posts do" in html
    row = html[html.index("The drafts that come nearest to a post") :]
    row = row[: row.index("</details>")]
    assert 'href="https://x.com/potter/status/1"' in row


def test_a_card_of_an_earlier_version_says_what_it_lacks(page):
    """Its figures stand, and nothing is made up for the others."""
    kept = {
        name: value
        for name, value in page.card.to_json().items()
        if name not in {"selected", "selected_gap", "attribution", "contrasts", "selected_texts", "briefs"}
    }
    kept["novelty"] = {
        name: kept["novelty"][name]
        for name in ("longest_shared_words", "mean_novelty", "too_close", "drafts")
    }
    kept["length_distance"] = {"value": 0.2, "low": 0.1, "high": 0.3, "count": 40}
    bare = render(replace(page, card=ReportCard.from_json(kept)))
    assert "An earlier version made this card" in bare
    assert "Second judge" not in bare
    assert "<b>0.20</b>" in bare
    assert "An earlier version" not in render(page)


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


def test_patterns_stand_with_effect_interval_and_posts_to_click(html):
    """For and against; of a post that is gone the link alone."""
    assert re.search(r"<b>×1.70</b> 1.20–2.30", html)
    row = html[html.index('class="trait lift "') :]
    row = row[: row.index("</details>")]
    for post_id in ("1", "2", "3"):
        assert f'href="https://x.com/potter/status/{post_id}"' in row
    assert row.count("Against: ") == 2
    assert "post &#34;&gt;&lt;script&gt;" in row


def test_what_another_pattern_tells_is_under_it_and_chance_is_said_aloud(html):
    """One finding is one row; what cannot be told from chance stands apart, under its name."""
    assert "Also accounts for: Opens with one, ×1.70" in html
    assert html.count('class="trait lift "') == 1
    assert html.count('class="trait lift void-row"') == 1
    assert "Not distinguishable from chance" in html
    assert "3 features were tried" in html


def test_what_the_creator_never_does_is_listed_with_its_count(page):
    """Beside how often others do; of what is merely rarer nothing is said there."""
    kept = replace(
        TRAIT, key="questions", sentence="Asks a question", value=0.0, low=0.0, high=0.01, others=0.2
    )
    never, rarer = replace(kept, used_in=0), replace(kept, key="lists", sentence="Makes a list", used_in=5)
    html = render(replace(page, voice=replace(page.voice, traits=(never, rarer))))
    listed = html.split("What it does not do")[1].split("</ul>")[0]
    assert listed.count("<li>") == 1
    assert "0 of 9 posts" in listed
    assert "others 20%" in listed
    assert "What it does not do" not in render(replace(page, voice=replace(page.voice, traits=(rarer,))))


def test_what_an_adapter_gained_stands_on_the_card(page, html):
    """Of a voice that has one."""
    told = render(replace(page, card=replace(page.card, bits=Bits(1.6, 1.2))))
    assert "at 1.20 bits a character" in told
    assert "bits a character" not in html


def test_openings_and_constructions_stand_with_their_rates(page):
    """What a creator says far more often than others, by kind, as text."""
    found = [
        Favourite(kind, f"{kind} {HOSTILE}", 12, 11, 3.1, 0.4, 5.0, ("1",)) for kind in ("opening", "frame")
    ]
    html = render(replace(page, voice=replace(page.voice, favourites=tuple(found))))
    listed = html.split("What it says far more often")[1].split("</ul>")[0]
    assert listed.count("<li>") == 2
    assert "<script" not in listed
    assert "opening &#34;&gt;" in listed


def test_nothing_above_chance_is_said(page):
    """A creator whose posts all do alike is told so, not shown an empty table."""
    chance = [replace(each, above_chance=False) for each in page.patterns]
    assert "Nothing is above chance." in render(replace(page, patterns=chance))
    assert "There are too few posts to tell." in render(replace(page, patterns=()))


def test_hours_are_a_picture_and_a_sentence(page, html):
    """What stands out is marked, the rest is hollow; that none stands out is said; hours nobody tried are left out."""
    picture = re.search(r'<svg class="chart hours".*?</svg>', html).group()
    assert (picture.count('<g class="made">'), picture.count('<g class="void">')) == (1, 1)
    assert "Posted from 12:00 to 15:00: ×1.70 the usual engagement (1.20 to 2.30)." in html
    even = [replace(each, above_chance=False) for each in page.patterns]
    assert "No hour stands out" in render(replace(page, patterns=even))
    assert "Best hours" not in render(replace(page, patterns=without_hours(page.patterns)))


def test_how_well_a_forecast_did_is_said(page, html):
    """With its interval; that there is none is said as well."""
    assert "No forecast of the audience of @potter" in html
    posts = made_up_posts(200, START)
    told = render(replace(page, forecaster=Forecaster.fit(posts)))
    assert re.search(r"is right on \d+% \(\d+–\d+\) of [\d,]+ pairs of later posts; Brier score 0\.\d+", told)
    assert "people in general answer in its place" in told


def test_a_draft_says_its_chances_and_by_whose_word(html):
    """Against recent posts, and against the other drafts."""
    for words in ("beats a recent post 60%", "beats the other drafts 70%", "by people in general"):
        assert f"<span>{words}" in html
