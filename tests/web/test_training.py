import json
from uuid import UUID, uuid4

import pytest

from soundalike.accounts import Scope

START = "/api/train-ai/start-training"


def whole_posts(count, **changes):
    """Posts as a client would send them."""
    return [
        {
            "id": str(1849283746152938475 + number),
            "text": f"Kiln log {number}: fired to {1000 + 7 * number} degrees and held it there for the night",
            "createdAt": f"2026-{1 + number % 9:02}-{1 + number % 28:02}T{number % 24:02}:00:00Z",
            "likeCount": 100 + number,
            "retweetCount": 5,
            "replyCount": 2,
        }
        | changes
        for number in range(count)
    ]


@pytest.fixture
def start(client):
    """Ask for a training on whole posts."""

    def ask(headers=None, **asked):
        body = {"creatorUsername": "potter", "tweets": whole_posts(60)} | asked
        return client.post(START, json=body, headers=headers or {})

    return ask


@pytest.fixture
def begun(start):
    """The answer of a training that was begun."""
    answer = start()
    assert answer.status_code == 202, answer.text
    return answer.json()


def test_a_training_begins_queued(start):
    """202 with the address of its status, which is there at once."""
    answer = start()
    body = answer.json()
    assert answer.status_code == 202
    assert (body["success"], body["status"]) == (True, "queued")
    assert answer.headers["location"] == body["statusUrl"]
    assert body["statusUrl"] == f"/api/train-ai/training-status/{body['trainingId']}"


def test_the_status_is_as_documented(client, begun):
    """Six steps in their order, and nothing begun yet."""
    status = client.get(begun["statusUrl"]).json()
    assert set(status) == set(
        "trainingId status progress currentStep totalSteps stepName message steps modelId error createdAt "
        "completedAt".split()
    )
    assert (status["status"], status["progress"], status["totalSteps"]) == ("queued", 0, 6)
    assert [step["name"] for step in status["steps"]] == "prepare voice patterns train evaluate save".split()
    assert set(status["steps"][0]) == set("number name status startedAt completedAt detail".split())


def test_the_status_follows_the_work_and_never_goes_back(client, begun, work):
    """Whatever a worker publishes is what is told."""
    told = []
    for status in work.statuses(begun["trainingId"]):
        work.publish(UUID(begun["trainingId"]), status)
        told.append(client.get(begun["statusUrl"]).json())
    assert [status["progress"] for status in told] == sorted(status["progress"] for status in told)
    assert (told[-1]["status"], told[-1]["progress"], told[-1]["currentStep"]) == ("completed", 100, 6)
    assert UUID(told[-1]["modelId"])


def test_the_same_request_under_a_key_trains_once(start, problem):
    """And another request under it is refused."""
    key = {"Idempotency-Key": '"k1"'}
    first, second = start(key).json(), start(key).json()
    assert first["trainingId"] == second["trainingId"]
    problem(start(key, seed=5), 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"tweets": whole_posts(3)}, 422, "too_few_posts"),
        ({"tweets": [{"id": "1"}]}, 422, "invalid_request"),
        ({"tweets": []}, 422, "invalid_request"),
        ({"tweets": whole_posts(60, likeCount=-1)}, 422, "invalid_request"),
        ({"tweets": whole_posts(60, createdAt="soon")}, 422, "invalid_request"),
        ({"tweets": whole_posts(60, text=5)}, 422, "invalid_request"),
        ({"creatorUsername": "no name"}, 422, "invalid_username"),
        ({"trainer": "dreams", "consent": "own"}, 422, "trainer_unavailable"),
        ({"trainer": "lora"}, 403, "consent_required"),
        ({"trainingSessionId": str(uuid4())}, 404, "unknown_session"),
        ({"trainingSessionId": "nothing"}, 404, "unknown_session"),
        ({"surprise": 1}, 422, "invalid_request"),
        ({"seed": True}, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_trained_on_is_refused(start, problem, asked, status, code):
    """Each with its own code."""
    problem(start(**asked), status, code)


def test_a_creator_who_opted_out_is_not_trained_on(start, client, problem):
    """403, whatever the case of the name."""
    client.put("/api/opt-outs/Potter", json={})
    problem(start(), 403, "creator_opted_out")


def test_posts_of_a_session_are_named_by_their_ids(client, work, ada, problem):
    """An id that was never collected is told; what the session offered is taken."""
    begun = client.post(
        "/api/train-ai/analyze-creator", json={"username": "levelsio"}, headers={"Prefer": "wait=0"}
    ).json()
    session = begun["trainingSessionId"]
    wish = {"creatorUsername": "levelsio", "trainingSessionId": session, "tweets": [{"id": "1"}]}
    problem(client.post(START, json=wish), 409, "wrong_state")
    work.collect(ada[0].workspace_id, UUID(session))
    problem(client.post(START, json=wish), 422, "unknown_tweets")


def test_a_training_is_cancelled_once(client, begun, problem):
    """The answer is the status that came of it; a second time there is nothing to cancel."""
    answer = client.post(f"{begun['statusUrl']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    problem(client.post(f"{begun['statusUrl']}/cancel"), 409, "wrong_state")


def test_a_training_that_ended_badly_is_taken_up_again(client, begun, work, problem):
    """And one that waits is not."""
    url = f"{begun['statusUrl']}/retry"
    problem(client.post(url), 409, "wrong_state")
    work.publish(UUID(begun["trainingId"]), work.broken(begun["trainingId"]))
    assert client.get(begun["statusUrl"]).json()["error"]["code"] == "too_few_posts"
    answer = client.post(url, json={"fromStep": "voice"})
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")


@pytest.mark.parametrize("body", [{"fromStep": "nowhere"}, {"step": "voice"}, [], 5])
def test_a_retry_names_a_step_there_is(client, begun, problem, body):
    """Or none."""
    problem(client.post(f"{begun['statusUrl']}/retry", json=body), 422, "invalid_request")


@pytest.mark.parametrize("path", ["", "/events"])
def test_another_ones_training_is_unknown(stranger, begun, problem, path):
    """As is one that never was."""
    problem(stranger.get(begun["statusUrl"] + path), 404, "unknown_training")
    problem(stranger.get(f"/api/train-ai/training-status/{uuid4()}{path}"), 404, "unknown_training")
    problem(stranger.get(f"/api/train-ai/training-status/x{path}"), 404, "unknown_training")
    problem(stranger.post(begun["statusUrl"] + "/cancel"), 404, "unknown_training")
    problem(stranger.post(begun["statusUrl"] + "/retry"), 404, "unknown_training")


def test_texts_no_database_can_hold_are_made_fit(start, client):
    """NUL characters and half surrogate pairs in posts and names break nothing."""
    tweets = whole_posts(60)
    tweets[0]["text"] = "a \x00 b \ud800 c of a kiln that was fired"
    body = {"creatorUsername": "potter", "tweets": tweets, "modelName": "my \x00 voice"}
    answer = client.post(START, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 202, answer.text


def test_key_that_may_only_read_changes_nothing(client, app, who, begun, problem):
    """It is told so; looking is fine."""
    _, headers = who("carol", scopes=[Scope.READ])
    assert client.get("/api/train-ai/models", headers=headers).status_code == 200
    problem(client.post(START, json={}, headers=headers), 403, "forbidden")
