"""Blind quizzes over the API: no answer before the guess, one guess a round, totals on the model."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from soundalike.accounts import Scope
from soundalike.service.retention import purge
from soundalike.storage import TrainedModelRecord
from writing import made_up_posts

MODELS = "/api/train-ai/models"
DRAFTS = [
    f"Nobody fires the {thing} before the glaze of it is dry and cold."
    for thing in ("kiln", "mug", "pot", "jar")
]


@pytest.fixture
def graded(store, ada, work):
    """Keep a graded model of Ada's, with its posts; gives the address of its quizzes."""

    def keep(drafts=DRAFTS):
        workspace = ada[0].workspace_id
        posts = made_up_posts(40, work.at)
        store.save_posts(workspace, "ada", posts, fetched_at=work.at, source="file")
        record = TrainedModelRecord(
            id=uuid4(),
            user_id=workspace,
            creator_username="ada",
            model_name="Ada",
            model_prompt="Write short.",
            training_data={
                "seenIds": [post.id for post in posts[:30]],
                "heldOutIds": [post.id for post in posts[30:]],
            },
            created_at=work.at,
            voice={},
            report={"texts": drafts},
        )
        return f"{MODELS}/{store.save_model(record).id}/quizzes"

    return keep


def hidden(round_):
    """Whether a round tells nothing of its answer."""
    return (round_["guess"], round_["real"], round_["right"], round_["postId"]) == (None,) * 4


def test_a_quiz_goes_from_texts_to_a_result(client, graded):
    """Answers are told one by one, the seed and the verdict of all at the end, and the model shows the total."""
    url = graded()
    made = client.post(url, json={"rounds": 3, "seed": 4})
    quiz = made.json()
    assert made.status_code == 201
    assert [each["round"] for each in quiz["rounds"]] == [1, 2, 3]
    assert all(hidden(each) and each["a"] and each["b"] for each in quiz["rounds"])
    assert quiz["seed"] is None
    here = f"{url}/{quiz['quizId']}"
    answers = [client.post(f"{here}/guesses", json={"round": n, "guess": "a"}).json() for n in (2, 1, 3)]
    told = sum(each["round"]["right"] for each in answers)
    assert all(each["round"]["right"] == (each["round"]["real"] == "a") for each in answers)
    assert [each["isComplete"] for each in answers] == [False, False, True]
    assert answers[-1]["result"] | {"verdict": ""} == client.get(here).json()["result"] | {"verdict": ""}
    assert (answers[-1]["result"]["told"], answers[-1]["result"]["of"]) == (told, 3)
    done = client.get(here).json()
    assert done["seed"] == 4
    assert done["completedAt"]
    assert client.get(url.removesuffix("/quizzes")).json()["quiz"] == done["result"]


def test_only_what_was_guessed_is_told(client, graded):
    """Whoever asks in between sees the other rounds as they were."""
    url = graded()
    quiz = client.post(url, json={}).json()
    client.post(f"{url}/{quiz['quizId']}/guesses", json={"round": 2, "guess": "b"})
    first, second, *others = client.get(f"{url}/{quiz['quizId']}").json()["rounds"]
    assert second["guess"] == "b"
    assert second["real"] in {"a", "b"}
    assert second["postId"]
    assert all(hidden(each) for each in (first, *others))


def test_a_round_is_guessed_once(client, graded, problem):
    """Also by many at once."""
    url = graded()
    here = f"{url}/{client.post(url, json={}).json()['quizId']}/guesses"
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(lambda _: client.post(here, json={"round": 1, "guess": "a"}), range(8))]
    assert sorted(each.status_code for each in found) == [200] + [409] * 7
    problem(client.post(here, json={"round": 1, "guess": "b"}), 409, "wrong_state")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"round": 0, "guess": "a"}, "invalid_settings"),
        ({"round": 99, "guess": "a"}, "invalid_settings"),
        ({"round": 10**30, "guess": "a"}, "invalid_settings"),
        ({"round": 1, "guess": "c"}, "invalid_request"),
        ({"round": "1", "guess": "a"}, "invalid_request"),
        ({"round": 1}, "invalid_request"),
    ],
)
def test_a_guess_that_makes_no_sense_is_refused(client, graded, problem, asked, code):
    """With the reason; nothing is kept of it."""
    url = graded()
    here = f"{url}/{client.post(url, json={}).json()['quizId']}"
    problem(client.post(f"{here}/guesses", json=asked), 422, code)
    assert client.get(here).json()["result"]["of"] == 0


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"rounds": 0}, "invalid_settings"),
        ({"rounds": 51}, "invalid_settings"),
        ({"rounds": "3"}, "invalid_request"),
        ({"seed": -1}, "invalid_request"),
        ({"seed": 2**31}, "invalid_request"),
        ({"real": "a"}, "invalid_request"),
    ],
)
def test_a_quiz_that_makes_no_sense_is_refused(client, graded, problem, asked, code):
    """With the reason."""
    problem(client.post(graded(), json=asked), 422, code)


def test_texts_are_not_shown_twice(client, graded, problem):
    """When none are left that is said; also of a model that was never graded."""
    url = graded()
    quizzes = [client.post(url, json={"rounds": 2}).json() for _ in "12"]
    shown = [text for quiz in quizzes for each in quiz["rounds"] for text in (each["a"], each["b"])]
    assert len(set(shown)) == 8
    problem(client.post(url, json={}), 422, "too_few_posts")
    problem(client.post(graded(drafts=[]), json={}), 422, "too_few_posts")


def test_another_tenant_finds_no_quiz(client, stranger, graded, problem):
    """Neither by the model nor by the quiz."""
    url = graded()
    here = f"{url}/{client.post(url, json={}).json()['quizId']}"
    problem(stranger.post(url, json={}), 404, "unknown_model")
    problem(stranger.get(here), 404, "unknown_quiz")
    problem(stranger.post(f"{here}/guesses", json={"round": 1, "guess": "a"}), 404, "unknown_quiz")
    problem(client.get(f"{url}/{uuid4()}"), 404, "unknown_quiz")
    problem(client.get(f"{url}/nonsense"), 404, "unknown_quiz")


def test_a_key_that_may_only_read_guesses_nothing(client, parts, ada, graded, problem):
    """It may look."""
    url = graded()
    here = f"{url}/{client.post(url, json={}).json()['quizId']}"
    _, secret = parts.accounts.keys.create(ada[0], name="reader", scopes=[Scope.READ])
    reader = {"Authorization": f"Bearer {secret}"}
    assert client.get(here, headers=reader).status_code == 200
    problem(client.post(url, json={}, headers=reader), 403, "forbidden")
    problem(client.post(f"{here}/guesses", json={"round": 1, "guess": "a"}, headers=reader), 403, "forbidden")


def test_when_posts_are_deleted_counts_are_left(client, store, graded, work, problem):
    """The texts go, what was guessed stays, and nothing more can be guessed."""
    url = graded()
    here = f"{url}/{client.post(url, json={}).json()['quizId']}"
    client.post(f"{here}/guesses", json={"round": 1, "guess": "a"})
    assert purge(store, days=30, now=work.at + timedelta(days=31)).quizzes == 1
    quiz = client.get(here).json()
    assert {(each["a"], each["b"]) for each in quiz["rounds"]} == {(None, None)}
    assert quiz["result"]["of"] == 1
    problem(client.post(f"{here}/guesses", json={"round": 2, "guess": "a"}), 409, "wrong_state")
    problem(client.post(url, json={}), 422, "too_few_posts")
