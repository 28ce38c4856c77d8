"""The quiz in a browser: no answer before the guess, one guess a round, a result and its picture."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from soundalike.accounts import Role, Scope
from soundalike.service.retention import purge
from soundalike.storage import TrainedModelRecord
from writing import made_up_posts

HOSTILE = "<script>alert(1)</script>"
DRAFTS = [
    f"Nobody fires the {thing} before the glaze of it is {HOSTILE if thing == 'jar' else 'dry'} and cold."
    for thing in ("kiln", "mug", "pot", "jar")
]


@pytest.fixture
def voice(store, ada, work):
    """Keep a graded voice of Ada's with its posts; gives the address of its page."""
    workspace = ada[0].workspace_id
    posts = made_up_posts(40, work.at)
    store.save_posts(workspace, "ada", posts, fetched_at=work.at, source="file")
    ids = {"seenIds": [post.id for post in posts[:30]], "heldOutIds": [post.id for post in posts[30:]]}
    record = TrainedModelRecord(
        id=uuid4(),
        user_id=workspace,
        creator_username="ada",
        model_name="Ada",
        model_prompt="Write short.",
        training_data=ids,
        created_at=work.at,
        voice={},
        report={"texts": DRAFTS},
    )
    return f"/voices/{store.save_model(record).id}"


@pytest.fixture
def quiz(client, voice):
    """The address of a quiz of that voice that was just begun."""
    begun = client.post(f"{voice}/quiz", follow_redirects=False)
    assert begun.status_code == 303
    return begun.headers["location"]


def answers(store, ada, quiz):
    """What is real in each round, as only the database knows."""
    ids = [UUID(each) for each in re.findall(r"[0-9a-f-]{36}", quiz)]
    return store.quizzes.get(ada[0].workspace_id, *ids).rounds


def guess(client, quiz, number, real="a"):
    """Guess a round as the form does; gives the page after it."""
    return client.post(quiz, data={"round": number, "real": real})


def finish(client, quiz, rounds, *, right):
    """Guess every round, right or wrong; gives the last page."""
    for number, each in enumerate(rounds, start=1):
        other = "b" if each["real"] == "a" else "a"
        page = guess(client, quiz, number, each["real"] if right else other)
    return page.text


def test_a_page_tells_nothing_before_the_guess(client, store, ada, quiz):
    """Neither the id of the post, nor the seed, nor which text is which: two cards alike but for their letters."""
    html = client.get(quiz).text
    first, *_ = answers(store, ada, quiz)
    main = html[html.index("<main") : html.index("</main>")]
    assert "Round 1 of 4" in main
    assert first["post_id"] not in html
    assert not re.search(r"AI-made|Posted|right|wrong|seed", main)
    cards = re.findall(r"<article.*?</article>", main, re.DOTALL)
    bare = [re.sub(r'<p class="post-text".*?</p>', "", card, flags=re.DOTALL) for card in cards]
    assert bare[0] == bare[1].replace('"B"', '"A"').replace('"b"', '"a"').replace(">B ", ">A ").replace(
        '"2"', '"1"'
    )


def test_a_guess_is_told_at_once_and_leads_to_the_next_round(client, store, ada, quiz):
    """With both texts, which was which, and a link to the post."""
    first, *_ = answers(store, ada, quiz)
    html = guess(client, quiz, 1, first["real"]).text
    assert "Round 2 of 4" in html
    assert "Round 1: right" in html
    assert f'href="https://x.com/ada/status/{first["post_id"]}" rel="noreferrer noopener"' in html
    assert "AI-made · @ada v1" in html


def test_a_round_is_guessed_once(client, store, ada, quiz):
    """Sending the form again, as from a page gone back to, changes nothing and shows where one is."""
    first, *_ = answers(store, ada, quiz)
    guess(client, quiz, 1, first["real"])
    other = "b" if first["real"] == "a" else "a"
    again = guess(client, quiz, 1, other)
    assert again.status_code == 200
    assert "Round 1: right" in again.text


@pytest.mark.parametrize("form", [{"round": 0, "real": "a"}, {"round": 1, "real": "c"}, {"round": "x"}, {}])
def test_a_guess_that_makes_no_sense_is_refused(client, quiz, form):
    """Nothing is kept of it."""
    assert client.post(quiz, data=form, headers={"Accept": "text/html"}).status_code == 422
    assert "Round 1 of 4" in client.get(quiz).text


def test_a_quiz_that_was_begun_is_gone_on_with(client, voice, quiz):
    """Texts are shown once, so none is used up by pressing twice."""
    assert client.post(f"{voice}/quiz", follow_redirects=False).headers["location"] == quiz


def test_a_result_has_its_interval_and_what_guessing_would_get(client, store, ada, quiz):
    """Four of four may still be luck, and that is said; every pair is shown with which was which."""
    html = finish(client, quiz, answers(store, ada, quiz), right=True)
    assert "4 of 4 right" in html
    assert "Guessing gets 2. With 4 rounds, 4 cannot be told from guessing." in html
    assert "100\N{NO-BREAK SPACE}%, interval 51–100" in html
    assert html.count("AI-made · @ada v1") == html.count("https://x.com/ada/status/") == 4
    assert 'result.svg" download="ada-v1-quiz.svg"' in html


def test_a_result_is_a_picture_without_any_text_of_the_posts(client, store, ada, quiz):
    """A whole SVG file with the words and the interval; there is none before the end."""
    rounds = answers(store, ada, quiz)
    assert client.get(f"{quiz}/result.svg").status_code == 409
    finish(client, quiz, rounds, right=False)
    answer = client.get(f"{quiz}/result.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    root = ET.fromstring(answer.text)
    words = " ".join("".join(root.itertext()).split())
    assert "0 of 4 right" in words
    assert "0 %, 95 % interval 0–49" in words
    assert "@ada v1" in words
    assert not [each for each in rounds if each["a"] in answer.text or each["b"] in answer.text]
    assert "<script" not in answer.text
    assert "style=" not in answer.text


def test_what_is_hostile_in_a_text_is_shown_as_text(client, store, ada, quiz):
    """In the rounds and in the result."""
    pages = [client.get(quiz).text, finish(client, quiz, answers(store, ada, quiz), right=True)]
    assert "alert(1)" in pages[1]
    assert all("<script>alert" not in page for page in pages)


def test_when_no_text_is_left_that_is_said_with_why(client, store, ada, voice, quiz):
    """And leads back to the voice."""
    finish(client, quiz, answers(store, ada, quiz), right=True)
    answer = client.post(f"{voice}/quiz")
    assert answer.status_code == 422
    assert "0 drafts are fit to be shown and new" in answer.text
    assert f'href="{voice}"' in answer.text


def test_texts_that_were_deleted_are_said_to_be(client, store, work, quiz):
    """What was guessed stays."""
    guess(client, quiz, 1)
    purge(store, days=30, now=work.at + timedelta(days=31))
    html = client.get(quiz).text
    assert "The texts of this quiz were deleted" in html
    assert "of 1 right" in html
    assert "result.svg" not in html


def test_nobody_else_finds_a_quiz(stranger, voice, quiz):
    """Neither by the voice nor by the quiz; another id is no quiz."""
    asked = [
        stranger.post(f"{voice}/quiz"),
        stranger.get(quiz),
        guess(stranger, quiz, 1),
        stranger.get(f"{quiz}/result.svg"),
        stranger.get(f"{voice}/quiz/{uuid4()}"),
        stranger.get(f"{voice}/quiz/nonsense"),
    ]
    assert {answer.status_code for answer in asked} == {404}


def test_who_may_only_look_guesses_nothing(client, parts, ada, voice, quiz):
    """The page is shown; a guess and a new quiz are refused."""
    _, secret = parts.accounts.keys.create(ada[0], name="reader", scopes=[Scope.READ])
    key = {"Authorization": f"Bearer {secret}"}
    assert client.get(quiz, headers=key).status_code == 200
    assert client.post(quiz, data={"round": 1, "real": "a"}, headers=key).status_code == 403
    assert client.post(f"{voice}/quiz", headers=key).status_code == 403


def test_each_member_has_a_quiz_of_their_own(app, parts, ada, client, quiz):
    """Of texts that another was shown too; to one the other's is not there, and what was guessed counts for both."""
    voice = quiz.partition("/quiz/")[0]
    bob = parts.accounts.users.add("bob@example.org", "Bob")
    parts.accounts.workspaces.add_member(ada[0].workspace_id, bob.id, Role.MEMBER)
    at_work = replace(ada[0], user_id=bob.id)
    _, secret = parts.accounts.keys.create(at_work, name="bob")
    headers = {"Authorization": f"Bearer {secret}", "Accept": "text/html"}
    other = TestClient(app, headers=headers, follow_redirects=False)
    guess(client, quiz, 1)
    assert other.get(quiz).status_code == 404
    assert guess(other, quiz, 2).status_code == 404
    begun = other.post(f"{voice}/quiz").headers["location"]
    assert begun != quiz
    assert "Round 1 of 4" in other.get(begun).text
    assert client.get(begun).status_code == 404
    guess(other, begun, 1)
    model_id = UUID(voice.rpartition("/")[2])
    assert parts.store.quizzes.totals(ada[0].workspace_id, model_id)[1] == 2


@pytest.mark.slow
def test_a_quiz_is_played_by_the_keys_and_without_a_script(visit, voice_id):
    """1 and 2 guess while the round has the focus; without a script the buttons do; nothing is wrong with either."""
    with visit(f"/voices/{voice_id}") as seen:
        seen.page.get_by_role("button", name="Which one is real?").click()
        seen.page.wait_for_url("**/quiz/*")
        quiz = seen.page.url
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
        seen.page.keyboard.press("2")
        seen.page.get_by_role("heading", name="Round 2 of").wait_for()
    with visit(quiz, width=390, script=False, theme="dark") as seen:
        while seen.page.get_by_role("button", name="A is real").count():
            seen.page.get_by_role("button", name="A is real").click()
        assert "right" in seen.page.locator("h1").inner_text()
    with visit(quiz, width=390) as seen:
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
        with seen.page.expect_download() as saved:
            seen.page.get_by_role("link", name="Save as picture").click()
        assert saved.value.suggested_filename == "swyx-v1-quiz.svg"
