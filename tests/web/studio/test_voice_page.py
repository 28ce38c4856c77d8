"""The page of a voice: what it shows, what is changed there, its versions, its deletion."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest

from soundalike.accounts import Scope
from soundalike.service.collecting import Order
from soundalike.service.jobs import Caller
from soundalike.storage import TrainedModelRecord
from soundalike.web.studio.voice.history import history_of
from soundalike.wiring import LOCAL_USER
from writing import made_up_posts

HOSTILE = '"><script>alert(1)</script>\u202e'
SECTIONS = ("card", "traits", "patterns", "hours", "prompt", "from", "export", "versions")


@pytest.fixture(scope="module")
def served(swyx_site):
    """A server on this machine with @swyx's voice; gives a client, its store and the record."""
    client, store, model_id = swyx_site
    return client, store, store.find_model(LOCAL_USER, model_id)


@pytest.fixture
def swyx(served):
    """The same, the voice as it was before once the test is over: a client and the page's address."""
    client, store, record = served
    yield client, f"/voices/{record.id}"
    with store.drafts.editing(record.user_id, record.id) as change:
        change.keep(None, record.model_prompt)


@pytest.fixture
def kept(store, ada, work):
    """Keep a voice of Ada's, of another program unless said otherwise: `kept(**changes)` gives its record."""

    def keep(**changes):
        record = TrainedModelRecord(
            id=uuid4(),
            user_id=ada[0].workspace_id,
            creator_username="potter",
            model_name=HOSTILE,
            model_prompt=f"Write short. {HOSTILE}",
            training_data=[{"id": "1"}],
            created_at=work.at,
        )
        return store.save_model(replace(record, **changes))

    return keep


def section(html, name):
    """The text of a section of the page."""
    part, *_ = re.split(r'<section class="section annotated"|</main>', html[html.index(f'id="{name}"') :])
    return unescape(re.sub(r"<[^>]+>", " ", part))


def test_a_page_shows_the_report_card_with_its_intervals(swyx, served):
    """The share of the gap, ceiling, drafts, floor and impostors on one axis, and what else was measured."""
    html = swyx[0].get(swyx[1]).text
    gap = served[2].report["gap_closed"]
    assert f'<span class="v">{100 * gap["value"]:.0f}\N{NO-BREAK SPACE}%</span>' in html
    assert f'<span class="ci">{100 * gap["low"]:.0f}–{100 * gap["high"]:.0f}</span>' in html
    for pool in ("Ceiling", "Drafts", "Floor", "Impostors"):
        assert re.search(rf'<text class="t-ink halo"[^>]*>{pool}<', html)
    assert "Longest span shared with any collected post" in html
    assert "Second judge" in html
    assert [name for name in SECTIONS if f'id="{name}"' not in html] == []
    assert "style=" not in html


def test_a_trait_is_quoted_and_links_to_its_posts(swyx, served):
    """Their text, for and against, and where they stand on X."""
    client, store, record = (swyx[0], *served[1:])
    trait = next(each for each in record.voice["traits"] if each["is_distinct"])
    posts = {post.id: post for post in store.load_posts(record.user_id, "swyx")}
    html = client.get(swyx[1]).text
    for post_id in (*trait["evidence"][:3], trait["against"][0]):
        assert f'href="https://x.com/swyx/status/{post_id}" rel="noreferrer noopener"' in html
        assert posts[post_id].text[:60] in unescape(html)


def test_patterns_say_what_is_above_chance_and_what_is_not(swyx, served):
    """With effect and interval; what has too few posts is listed as such."""
    html = swyx[0].get(swyx[1]).text
    shown = section(html, "patterns")
    above = next(each for each in served[2].patterns if each["above_chance"])
    assert above["sentence"] in shown
    assert f"{above['low']:.2f}–{above['high']:.2f}" in shown
    assert "Not distinguishable from chance" in shown
    assert "with too few posts to say" in shown


def test_a_trait_that_is_left_out_leaves_the_prompt_and_comes_back(swyx, served):
    """At once; until then it is listed as left out."""
    client, page = swyx
    trait = next(each for each in served[2].voice["traits"] if each["is_distinct"])
    done = client.post(f"{page}/edits", data={"hide_trait": trait["key"]}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, f"{page}#traits")
    html = client.get(page).text
    assert f"{trait['sentence']}:" not in section(html, "prompt")
    assert f'name="show_trait" value="{trait["key"]}"' in html
    client.post(f"{page}/edits", data={"show_trait": trait["key"]})
    assert f"{trait['sentence']}:" in section(client.get(page).text, "prompt")


def test_a_rule_is_added_in_words_and_removed(swyx):
    """It stands in the prompt as long as it is there."""
    client, page = swyx
    done = client.post(f"{page}/rules", data={"rule": "never word: delve"}, follow_redirects=False)
    assert (done.status_code, done.headers["location"]) == (303, f"{page}#rules")
    html = client.get(page).text
    assert section(html, "prompt").count("Never write “delve”.") >= 2
    client.post(f"{page}/edits", data={"remove_rule": "never_word:delve"})
    assert "delve”." not in client.get(page).text


@pytest.mark.parametrize(
    "rule", ["", "delve -> delve more", f"never word: {'x' * 90}", f"at most 3 {HOSTILE}"]
)
def test_a_rule_that_cannot_be_kept_is_shown_again_with_why(swyx, rule):
    """At its field, with what was typed; nothing is kept of it."""
    client, page = swyx
    answer = client.post(f"{page}/rules", data={"rule": rule})
    if "script" in rule:  # a sentence of the user's own
        assert answer.status_code == 200
    else:
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert rule in unescape(answer.text)
        assert "None yet." in client.get(page).text
    assert "<script>alert" not in answer.text


def test_what_the_voice_does_not_have_cannot_be_left_out(swyx):
    """It is refused with a page."""
    client, page = swyx
    answer = client.post(f"{page}/edits", data={"hide_trait": HOSTILE}, headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert "The voice has no trait" in answer.text
    assert "<script>alert" not in answer.text


def test_exports_that_a_voice_has_are_links(swyx):
    """The others say what they need."""
    html = swyx[0].get(swyx[1]).text
    links = re.findall(r'href="(/api/train-ai/models/[^"]+/export\?format=(\w+))"', html)
    assert {kind for _, kind in links} == {"prompt", "llm", "ollama", "characterfile", "soundalike"}
    assert {swyx[0].get(link).status_code for link, _ in links} == {200}
    assert section(html, "export").count("needs the adapter trainer") == 2


def test_a_voice_of_another_program_has_its_prompt_alone(client, kept):
    """Hostile texts of it are text; it has no quiz, no profile and one form."""
    html = client.get(f"/voices/{kept().id}").text
    assert "Write short." in html
    assert "<script>alert" not in html
    assert "Which one is real?" not in html
    assert html.count("/export?format=") == 1


def test_a_voice_is_deleted_once_its_name_is_typed(client, kept):
    """Any other name deletes nothing."""
    page = f"/voices/{kept().id}"
    assert "Type potter to confirm" in client.get(f"{page}/delete").text
    for typed in ("", "potters", HOSTILE):
        wrong = client.post(f"{page}/delete", data={"username": typed})
        assert wrong.status_code == 422
        assert 'aria-invalid="true"' in wrong.text
    gone = client.post(f"{page}/delete", data={"username": " @Potter "}, follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "/voices")
    assert client.get(page).status_code == 404


def test_nobody_else_finds_a_voice(stranger, kept):
    """No address of it is there for another workspace, nor for an id that is none."""
    page = f"/voices/{kept().id}"
    asked = [
        stranger.get(page),
        stranger.get(f"{page}/delete"),
        stranger.post(f"{page}/delete", data={"username": "potter"}),
        stranger.post(f"{page}/edits", data={"hide_trait": "x"}),
        stranger.post(f"{page}/rules", data={"rule": "no emoji"}),
        stranger.get("/voices/nonsense"),
    ]
    assert {answer.status_code for answer in asked} == {404}


def test_who_may_only_look_changes_nothing(client, parts, ada, kept):
    """The page is shown; changes are refused."""
    _, secret = parts.accounts.keys.create(ada[0], name="reader", scopes=[Scope.READ])
    key, page = {"Authorization": f"Bearer {secret}"}, f"/voices/{kept().id}"
    assert client.get(page, headers=key).status_code == 200
    assert client.post(f"{page}/rules", data={"rule": "no emoji"}, headers=key).status_code == 403
    assert client.post(f"{page}/delete", data={"username": "potter"}, headers=key).status_code == 403


def test_provenance_names_who_recorded_the_consent_and_when_posts_go(client, parts, store, ada, kept):
    """By the collection that was asked for; posts go so many days after they were fetched."""
    caller = Caller(ada[0].workspace_id, ada[0].user_id)
    session = parts.desk.ask_for_collection(Order("potter", consent="permission"), caller=caller)
    store.save_posts(
        ada[0].workspace_id,
        "potter",
        made_up_posts(3, session.created_at),
        fetched_at=session.created_at,
        source="api",
    )
    page = client.get(f"/voices/{kept(session_id=session.id, provenance={'consent': 'permission'}).id}").text
    told = " ".join(section(page, "from").split())
    gone = session.created_at + timedelta(days=30)
    assert f"Permission of the creator, recorded by ada on {session.created_at:%-d %B %Y}" in told
    assert f"{gone:%-d %B %Y}, 30 days after collecting" in told


def graded(low, value, high):
    """A report card with this share of the gap."""
    measure = {"value": 0.1, "low": 0.0, "high": 0.2, "count": 50}
    novelty = {"longest_shared_words": 3, "mean_novelty": 0.9, "too_close": 0, "drafts": 50}
    return {
        **dict.fromkeys(("ceiling", "drafts", "floor"), measure),
        "impostors": [],
        "gap_closed": {"value": value, "low": low, "high": high, "count": 50},
        "novelty": novelty,
        "withheld": {},
        "texts": [],
        "notes": [],
        "writer": "embedded",
        "seed": 0,
        "seconds": 1.0,
    }


def test_versions_say_what_changed_and_whether_their_intervals_overlap(store, kept):
    """Against the one before, on one axis; the first has nothing to be held against."""
    ids = {"seenIds": ["1", "2"], "heldOutIds": ["3"], "selectedIds": ["1"]}
    common = {"training_data": ids, "trainer": "prompt"}
    first = kept(report=graded(0.36, 0.49, 0.61), provenance={"settings": {"months": 3}, "seed": 1}, **common)
    second = kept(
        report=graded(0.45, 0.55, 0.64), provenance={"settings": {"months": 6}, "seed": 1}, **common
    )
    more = ids | {"selectedIds": ["1", "2"]}
    third = kept(
        report=graded(0.66, 0.7, 0.74),
        provenance={"settings": {"months": 6}, "seed": 2},
        **common | {"training_data": more},
    )
    history = history_of(second, store)
    assert [each.number for each in history.versions] == [3, 2, 1]
    assert [each.id for each in history.versions] == [third.id, second.id, first.id]
    assert [each.is_this for each in history.versions] == [False, True, False]
    assert history.versions[0].changes == ("viral posts selected: 1 more", "seed 2, was 1")
    assert history.versions[0].compared == "Beyond the interval of v2: a clear gain."
    assert history.versions[1].changes == ("window from 3 to 6 months",)
    assert history.versions[1].compared == "Overlaps v1: no clear difference."
    assert (history.versions[2].changes, history.versions[2].compared) == ((), "")


def test_a_newer_version_is_pointed_to(client, kept):
    """From the page of an older one."""
    old, new = kept(), kept()
    assert f'href="/voices/{new.id}"' in client.get(f"/voices/{old.id}").text
    assert "is newer" not in client.get(f"/voices/{new.id}").text


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_nothing_is_wrong_with_the_page(visit, voice_id, width, theme):
    """For a screen reader, at the width of a phone, in the browser's console, with everything opened."""
    with visit(f"/voices/{voice_id}", width=width, theme=theme) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])


@pytest.mark.slow
def test_evidence_opens_by_the_keyboard_and_a_rule_is_kept_without_a_script(visit, voice_id):
    """A trait shows its posts on Enter; forms do without a script what they say."""
    with visit(f"/voices/{voice_id}", script=False) as seen:
        summary = seen.page.locator(".trait > summary").first
        summary.focus()
        seen.page.keyboard.press("Enter")
        assert seen.page.locator(".trait[open] .quotes li").first.is_visible()
        assert not seen.page.get_by_role("button", name="Copy").count()
        rules = seen.page.locator("#rules")
        rules.get_by_label("Add a rule").fill("no emoji")
        rules.get_by_role("button", name="Add", exact=True).click()
        rules.get_by_text("Use no emoji.").first.wait_for()
        rules.get_by_role("button", name="Remove").click()
        rules.get_by_text("None yet.").wait_for()
