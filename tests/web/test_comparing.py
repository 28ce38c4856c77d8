"""Two wordings before a creator's audience, over the API: by what a model keeps, whether its posts are kept or not."""

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from soundalike.posts.post import Engagement, Post
from soundalike.storage import TrainedModelRecord
from soundalike.training.learned import FORECASTER
from soundalike.virality.forecast import Forecaster
from soundalike.virality.patterns import find_patterns

COMPARE = "/api/train-ai/compare"
TWO = {"a": "Why does a kiln crack in the winter rain?", "b": "The kiln cracks in the winter rain."}
WORDS = (
    "kiln glaze mug shelf clay wheel apron tea rain bus market stall price note oven brush bucket sponge "
    "morning evening winter window table crack drip handle spout lid plate bowl studio radio cat dog van road"
).split()
DOCUMENTED = {"winner", "probability", "interval", "abstained"}


@pytest.fixture(scope="module")
def posts_until():
    """Posts up to a moment, one every ten hours; questions are met by four times as many."""

    def made(until, count=300):
        chance = random.Random(7)
        for number in range(count):
            text = " ".join(chance.sample(WORDS, 9)).capitalize() + ("?" if number % 3 == 0 else ".")
            likes = int(chance.lognormvariate(6, 0.4) * (4 if number % 3 == 0 else 1))
            at = until - timedelta(hours=10 * (count - number))
            yield Post(str(1_000 + number), text, at, "potter", Engagement(likes=likes))

    return made


@pytest.fixture(scope="module")
def learned(posts_until):
    """What a training on such posts keeps: a useful forecaster as bytes, and patterns."""
    posts = [*posts_until(datetime(2026, 11, 1, tzinfo=UTC))]
    forecaster = Forecaster.fit(posts)
    assert forecaster.is_useful
    return forecaster, [pattern.to_json() for pattern in find_patterns(posts)]


@pytest.fixture
def keep(store, ada, work, learned):
    """Keep a model of the potter; none of the posts is kept, as after retention: `keep(part=b"…")`."""

    def put(part=None):
        forecaster, patterns = learned
        record = TrainedModelRecord(
            id=uuid4(),
            user_id=ada[0].workspace_id,
            creator_username="potter",
            model_name="Potter",
            model_prompt="Write short.",
            training_data={},
            created_at=work.at,
            patterns=patterns,
        )
        parts = {FORECASTER: forecaster.to_bytes() if part is None else part}
        return str(store.save_model(record, parts=parts).id)

    return put


@pytest.fixture
def keep_posts(store, ada, work, posts_until):
    """Keep the potter's posts."""
    posts = [*posts_until(work.at)]
    return lambda: store.save_posts(ada[0].workspace_id, "potter", posts, fetched_at=work.at, source="api")


@pytest.fixture
def ask(client):
    """Compare, and get the body."""

    def asked(**audience):
        answer = client.post(COMPARE, json=TWO | audience)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return asked


def test_a_model_answers_when_its_posts_are_gone(keep, ask, learned):
    """From what it kept: winner, interval, test on later posts, and reasons with posts to click."""
    body = ask(modelId=keep())
    assert set(body) >= DOCUMENTED
    assert (body["winner"], body["abstained"], body["judge"], body["note"]) == ("a", False, "creator", "")
    assert body["interval"][0] <= body["probability"] <= body["interval"][1]
    assert body["accuracy"]["value"] == pytest.approx(learned[0].accuracy.value, abs=1e-4)
    assert body["accuracy"]["pairs"] == learned[0].accuracy.pairs
    assert body["reasons"][0]["favours"] == "a"
    assert {each["id"] for each in body["evidence"]} == {
        post_id for reason in body["reasons"] for post_id in reason["evidence"]
    }
    assert all(each["url"] == f"https://x.com/potter/status/{each['id']}" for each in body["evidence"])
    assert body["evidence"]


def test_a_creator_is_answered_for_by_the_newest_model(keep, ask):
    """However the name is written; both ways round it is the same answer."""
    body = ask(modelId=keep())
    for name in ("potter", "@Potter", "https://x.com/potter"):
        assert ask(username=name) == body
    turned = ask(username="potter", a=TWO["b"], b=TWO["a"])
    assert turned["winner"] == "b"
    assert turned["probability"] == pytest.approx(1 - body["probability"], abs=2e-4)


def test_without_a_model_kept_posts_are_learned_from(ask, keep_posts, store, ada):
    """Where there are enough; once they are deleted nothing is kept of them in memory."""
    keep_posts()
    body = ask(username="potter")
    assert (body["winner"], body["judge"], body["evidence"]) == ("a", "creator", [])
    store.forget_creator(ada[0].workspace_id, "potter")
    assert ask(username="potter")["judge"] == "wording-quick"


def test_a_part_that_cannot_be_read_is_learned_anew(keep, ask, keep_posts):
    """As of a model of an earlier version: from its posts if they are there, else people in general answer."""
    model = keep(b"nonsense")
    assert ask(modelId=model)["judge"] == "wording-quick"
    keep_posts()
    assert ask(modelId=model)["judge"] == "creator"


def test_for_a_creator_nobody_knows_people_in_general_answer(ask):
    """And it is said that they do: no interval, no test, and what it would take to know this audience."""
    body = ask(username="nobody_yet")
    assert (body["judge"], body["interval"], body["accuracy"], body["evidence"]) == (
        "wording-quick",
        None,
        None,
        [],
    )
    assert 0 <= body["probability"] <= 1
    assert "@nobody_yet" in body["note"]
    assert "50 posts" in body["note"]


def test_what_others_have_learned_is_not_used(keep, stranger, problem):
    """Another workspace's model is not there by its id, and does not answer for its creator's name."""
    model = keep()
    problem(stranger.post(COMPARE, json=TWO | {"modelId": model}), 404, "unknown_model")
    assert stranger.post(COMPARE, json=TWO | {"username": "potter"}).json()["judge"] == "wording-quick"


def test_a_model_that_is_deleted_answers_no_more(keep, ask, client, problem):
    """Not from memory either."""
    model = keep()
    assert ask(modelId=model)["judge"] == "creator"
    assert client.delete(f"/api/train-ai/models/{model}").status_code == 204
    problem(client.post(COMPARE, json=TWO | {"modelId": model}), 404, "unknown_model")
    assert ask(username="potter")["judge"] == "wording-quick"


@pytest.mark.parametrize("audience", ["model", "nobody_yet"])
def test_the_same_wording_twice_has_no_winner(keep, ask, audience):
    """One half, abstained, whoever answers."""
    named = {"modelId": keep()} if audience == "model" else {"username": audience}
    body = ask(**named, a="same", b="same ")
    assert (body["winner"], body["probability"], body["abstained"], body["reasons"]) == (None, 0.5, True, [])


@pytest.mark.parametrize("text", ["👩‍🎨", "  ", "ك", "x" * 25_000, "\u202e"])
def test_any_wording_is_answered(keep, ask, text):
    """Whatever it is made of."""
    assert 0 <= ask(modelId=keep(), b=text)["probability"] <= 1


def test_a_model_that_does_not_exist_is_not_found(client, problem):
    """By an id that could be one."""
    problem(client.post(COMPARE, json=TWO | {"modelId": str(uuid4())}), 404, "unknown_model")
    problem(client.post(COMPARE, json=TWO | {"username": "not a name"}), 422, "invalid_username")
