"""The review of a collection: what is offered, why, how it is sorted and chosen, and what it leads to."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from uuid import UUID

import pytest

from soundalike.accounts import Principal
from soundalike.posts.post import Engagement
from soundalike.storage.posts import delete_posts
from writing import made_up_posts

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> javascript:alert(1) "
    "https://user@evil.example \u202egnp.exe Z\u0335\u0322\u0321a\u0337lgo &lt;b&gt; "
)


def chosen(answer):
    """Ids of the posts that are selected on a page, shown or not."""
    boxes = re.findall(r'name="tweets" value="(\d+)"([^>]*)>', answer.text)
    return [post_id for post_id, rest in boxes if "checked" in rest or "id=" not in rest]


def entries(answer):
    """Ids of the posts shown, in order."""
    return re.findall(r'<li class="entry" id="post-(\d+)"', answer.text)


def test_the_posts_that_outran_the_usual_are_offered_with_why(reviewed):
    """Their lift, what about them was unusual, and the gate; the figures of the whole above."""
    page = reviewed().get()
    assert page.status_code == 200
    assert len(entries(page)) == len(chosen(page)) == 20
    assert "Top 20 of 30" in page.text
    assert "Liked" in page.text
    assert "times as often as usual." in page.text
    assert "Views missing on 300 posts" in page.text
    assert "Posts since" in page.text


def test_the_picture_links_each_post_to_its_card_and_stays_small(reviewed, clock):
    """Thousands of posts are one path; each mark leads to a card on the page."""
    page = reviewed(made_up_posts(540, clock())).get()
    marks = re.findall(
        r'<a href="#post-(\d+)" aria-label="[^"]+ engagements, [\d.]+ times the usual"', page.text
    )
    assert sorted(marks) == sorted(entries(page))
    picture = page.text[page.text.index('<svg class="chart timeline"') : page.text.index("<figcaption>")]
    assert len(picture) < 40_000
    assert picture.count('class="c-ghost"') == 1


@pytest.mark.parametrize("sort", ["lift", "score", "engagement", "newest"])
def test_the_list_is_sorted_as_asked(reviewed, sort):
    """By what is kept with the session."""
    studio = reviewed()
    rows = {row["id"]: row for row in studio.session().posts_collected}
    names = {"lift": "lift", "score": "viralScore", "engagement": "engagement", "newest": "createdAt"}
    values = [rows[post_id][names[sort]] for post_id in entries(studio.get(f"/review?sort={sort}"))]
    assert values == sorted(values, reverse=True)


def test_a_choice_is_kept_when_the_list_is_filtered_and_sorted(reviewed):
    """Posts that are selected but hidden by the filter go along, and count."""
    studio = reviewed()
    first, second, *_ = entries(studio.get())
    page = studio.get(f"/review?picked=1&tweets={first}&tweets={second}&show=held-out&sort=newest")
    assert sorted(chosen(page)) == sorted([first, second])
    assert page.text.count('class="away"') == 2 - len({first, second} & set(entries(page)))
    assert entries(studio.get(f"/review?picked=1&tweets={first}&show=selected")) == [first]
    assert "None of them has a photo" in studio.get("/review?show=media").text


def test_all_none_and_those_from_a_lift_on_are_selected_without_a_script(reviewed):
    """The server shows the page again."""
    studio = reviewed()
    lifts = {row["id"]: row["lift"] for row in studio.session().posts_collected}
    least = sorted(lifts.values())[10]
    assert len(chosen(studio.get("/review?select=all"))) == 20
    assert chosen(studio.get("/review?select=none")) == []
    over = chosen(studio.get(f"/review?select=threshold&atLeast={least}"))
    assert set(over) == {post_id for post_id, lift in lifts.items() if lift >= least}
    assert studio.get("/review?select=threshold&atLeast=nonsense&sort=x&show=%00").status_code == 200


def test_training_begins_with_what_is_selected(reviewed):
    """Under the name and on the word given, and the way leads to the training's page."""
    studio = reviewed(consent="permission")
    picked = entries(studio.get())[:3]
    assert '<option value="permission" selected>' in studio.get().text
    answer = studio.post("/training", tweets=picked, trainer="prompt", consent="own", modelName=" mine ")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sessions/{studio.id}/training")
    assert studio.session().selected_ids == picked
    order = studio.store.jobs.list_open(studio.workspace_id)[0].order
    assert order == {"name": "mine", "seed": 0, "trainer": "prompt", "consent": "own"}
    assert "These posts have been trained on" in studio.get().text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Select at least one post"),
        ({"tweets": ["1"]}, "Select at least one post"),
        ({"tweets": "all", "trainer": "lora"}, 'aria-describedby="consent-e"'),
        ({"tweets": "all", "trainer": "lora", "consent": "research"}, "weights of a model"),
        ({"tweets": "all", "trainer": "magic", "consent": "own"}, 'id="trainer-e"'),
    ],
)
def test_what_is_in_the_way_of_a_training_is_said_on_the_page(reviewed, form, said):
    """With the choice as it was, and nothing begun."""
    studio = reviewed()
    everything = entries(studio.get())
    answer = studio.post(
        "/training", **form | ({"tweets": everything} if form.get("tweets") == "all" else {})
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert sorted(chosen(answer)) == (sorted(everything) if form.get("tweets") == "all" else [])
    assert studio.store.jobs.list_open(studio.workspace_id) == []


def test_who_opted_out_is_not_trained_on(reviewed):
    """It is said on the page."""
    studio = reviewed()
    ada = Principal.local(studio.site.accounts.users.find("ada@example.org").id)
    studio.site.accounts.opt_outs.put(ada, "ada")
    answer = studio.post("/training", tweets=entries(studio.get())[:3])
    assert answer.status_code == 403
    assert "asked not to be trained on" in answer.text


def test_where_nothing_passes_the_gate_auto_is_one_click_and_costs_nothing(reviewed):
    """The same posts are asked again, once however often it is clicked; no job is begun, nothing is bought."""
    studio = reviewed(gate=100_000, consent="own")
    page = studio.get()
    assert "None of the 300 posts pass 100,000" in page.text
    assert "Use auto, 30 posts" in page.text
    first, second = (studio.post("/review", gate="auto").headers["location"] for _ in range(2))
    assert first == second
    asked = studio.session(UUID(first.split("/")[2]))
    assert asked.settings == studio.session().settings | {"minEngagement": "auto"}
    assert (asked.stats["viral"], asked.stats["credits"], asked.stats["requests"]) == (30, 0, 0)
    assert len(entries(studio.get(session_id=asked.id))) == 20
    assert studio.store.jobs.list_open(studio.workspace_id) == []


def test_what_was_set_aside_can_be_looked_at_by_reason(reviewed, clock):
    """Some at a time, each with why."""
    posts = made_up_posts(300, clock())
    replies = [replace(post, is_reply=True, text=f"@bob {post.text}") for post in posts[:120]]
    studio = reviewed([*replies, replace(posts[120], text="https://t.co/abc"), *posts[121:]])
    assert "Replies, kept apart" in studio.get().text
    everything = studio.get("/set-aside")
    assert "No words of their own 1" in everything.text
    assert everything.text.count('<article class="post">') == 50
    last = studio.get("/set-aside?reason=reply&page=99")
    assert last.text.count('<article class="post">') == 20
    assert "Page 3 of 3" in last.text
    assert studio.get("/set-aside?reason=x&page=-1").status_code == 200


def test_hostile_posts_lie_still(reviewed, clock):
    """Scripts, overrides of direction and four thousand characters are text, and the text can be read whole."""
    posts = made_up_posts(300, clock())
    worst = replace(posts[150], text=(HOSTILE * 60)[:4_000], engagement=Engagement(likes=999_999))
    page = reviewed([*posts[:150], worst, *posts[151:]]).get()
    assert worst.id in entries(page)
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert not re.search(r'href="(?!https?://|/|#)', page.text)
    assert "evil.example</a>" not in page.text
    assert "Show all" in page.text


def test_posts_that_are_deleted_leave_their_figures(reviewed):
    """The page says so, and offers no training."""
    studio = reviewed()
    with studio.store.database.writing() as connection:
        delete_posts(connection, studio.workspace_id, "ada")
    page = studio.get()
    assert "no longer kept here" in page.text
    assert len(entries(page)) == 20
    assert re.search(r"<button class=\"btn key\"[^>]* disabled", page.text)


def test_nobody_else_sees_a_session(reviewed, site):
    """To another workspace it is the session of nobody."""
    studio = reviewed()
    bob = site.signed_in("bob@example.org")
    for method, path in (("GET", "review"), ("GET", "set-aside"), ("POST", "training"), ("POST", "review")):
        answer = bob(
            method, f"/sessions/{studio.id}/{path}", form={"gate": "auto"} if method == "POST" else None
        )
        assert answer.status_code == 404, path


@pytest.fixture(scope="session")
def review_of_swyx(studio, shared):
    """The address of a review of real posts in the studio."""
    command = ["analyze", "swyx", "--file", str(shared / "data/creators/swyx.jsonl"), "--as-of", "2026-09-01"]
    done = subprocess.run(
        [sys.executable, "-m", "soundalike", *command, "--min-engagement", "auto", "--yes", "--json"],
        env=studio.env,
        cwd=studio.folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return f"/sessions/{json.loads(done.stdout)['trainingSessionId']}/review"


@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1440, "light")])
def test_nothing_is_wrong_with_the_review(visit, review_of_swyx, width, theme):
    """On a phone and on a desk: no fault of access, nothing sticks out, no complaint of the browser."""
    with visit(review_of_swyx, width=width, theme=theme) as seen:
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])


@pytest.mark.slow
def test_posts_are_chosen_by_keys_and_counted(visit, review_of_swyx):
    """J and k walk through the list, x selects; All, None and a lift need no reload."""
    with visit(review_of_swyx) as seen:
        page = seen.page
        address = page.url

        def count():
            return page.locator(".pick:checked").count()

        assert count() == 20
        page.get_by_role("link", name="None").click()
        assert count() == 0
        page.locator(".pick").first.focus()
        for key in "jxjxk":
            page.keyboard.press(key)
        assert count() == 2
        assert page.locator(".pick").nth(1).evaluate("box => box === document.activeElement")
        page.get_by_label("Select all at least").fill("20")
        page.keyboard.press("Enter")
        assert 0 < count() < 20
        assert page.url == address


@pytest.mark.slow
def test_posts_are_chosen_without_a_script(visit, review_of_swyx):
    """The same by links and forms."""
    with visit(review_of_swyx, script=False) as seen:
        page = seen.page
        page.get_by_role("link", name="None").click()
        assert page.locator(".pick:checked").count() == 0
        page.locator(".pick").nth(3).check()
        page.get_by_label("Sort").select_option("Newest")
        page.get_by_role("button", name="Apply").click()
        assert page.locator(".pick:checked").count() == 1
