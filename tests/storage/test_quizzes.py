"""Quizzes that are kept: whose they are, what was guessed, and when their texts go; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from soundalike.errors import TooFewPosts, UnknownModel, UnknownQuiz
from soundalike.posts.post import Post
from soundalike.service.retention import purge
from soundalike.storage import QuizRecord

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
NOW = datetime(2026, 11, 22, 12, 30, 15, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def model(store, new_model):
    """A kept model of Alice's, and two posts."""
    posts = [Post(str(number), f"post {number}", NOW - 90 * DAY, "LevelsIO") for number in (1, 2)]
    for post, fetched in zip(posts, (NOW - 20 * DAY, NOW - 5 * DAY), strict=True):
        store.save_posts(ALICE, "LevelsIO", [post], fetched_at=fetched, source="file")
    return store.save_model(new_model())


@pytest.fixture
def made(store):
    """Keep quizzes of a model: `made(model, at=NOW)`."""

    def keep(model, at=NOW, **changes):
        rounds = [
            {"a": f"post {n}", "b": f"draft {n} 🚀", "real": "a", "post_id": str(n), "draft": n}
            for n in (1, 2)
        ]
        quiz = QuizRecord(
            id=uuid4(),
            user_id=model.user_id,
            model_id=model.id,
            creator_username=model.creator_username,
            seed=2**31 - 1,
            rounds=rounds,
            left_out={"draft: copied": 1},
            created_at=at,
        )
        store.quizzes.keep(model, replace(quiz, **changes))
        return replace(quiz, **changes)

    return keep


def answer(store, quiz, *letters):
    """Guess the first rounds."""
    guesses = [{"round": number, "guess": letter} for number, letter in enumerate(letters, start=1)]
    with store.quizzes.guessing(ALICE, quiz.model_id, quiz.id) as change:
        return change.keep(guesses, told=letters.count("a"), completed_at=NOW if len(letters) > 1 else None)


def test_a_quiz_comes_back_as_it_was_kept(store, model, made):
    """By its id or the beginning of it, to its owner and by its model."""
    quiz = made(model)
    assert store.quizzes.get(ALICE, model.id, quiz.id) == quiz
    assert store.quizzes.find(ALICE, model.id, str(quiz.id)[:8]) == quiz
    for user, model_id, quiz_id in (
        (BOB, model.id, quiz.id),
        (ALICE, uuid4(), quiz.id),
        (ALICE, model.id, uuid4()),
    ):
        with pytest.raises(UnknownQuiz):
            store.quizzes.get(user, model_id, quiz_id)
    for text in ("", "nothing", "ffffff"):
        with pytest.raises(UnknownQuiz):
            store.quizzes.find(ALICE, model.id, text)


def test_guesses_are_kept_and_summed_over_all_quizzes(store, model, made):
    """The total needs no text and no JSON."""
    first, second = made(model), made(model, at=NOW + DAY)
    done = answer(store, first, "a", "b")
    assert (done.told, done.guessed, done.completed_at, done.guesses[1]) == (
        1,
        2,
        NOW,
        {"round": 2, "guess": "b"},
    )
    assert store.quizzes.find(ALICE, model.id) == second
    answer(store, second, "a")
    assert store.quizzes.totals(ALICE, model.id) == (2, 3)
    assert store.quizzes.totals(BOB, model.id) == (0, 0)
    assert len(store.quizzes.rounds_of(ALICE, model.id)) == 4


def test_a_quiz_goes_with_its_model_and_its_creator(store, model, made, new_model):
    """Nothing of it is left."""
    quiz = made(model)
    store.delete_model(ALICE, model.id)
    with pytest.raises(UnknownQuiz):
        store.quizzes.get(ALICE, model.id, quiz.id)
    with pytest.raises(UnknownModel):
        made(model)
    other = store.save_model(new_model())
    quiz = made(other)
    store.forget_creator(ALICE, "levelsio")
    with pytest.raises(UnknownQuiz):
        store.quizzes.get(ALICE, other.id, quiz.id)


def test_texts_go_when_the_first_of_their_posts_goes(store, model, made):
    """However new the quiz is; what was guessed stays, and so does what must not be shown again."""
    quiz = answer(store, made(model), "a")
    assert purge(store, days=21, now=NOW).quizzes == 0
    assert purge(store, days=19, now=NOW).quizzes == 1
    left = store.quizzes.get(ALICE, model.id, quiz.id)
    assert (left.has_texts, left.told, left.guessed) == (False, 1, 1)
    assert [(each["a"], each["b"], each["post_id"], each["draft"]) for each in left.rounds] == [
        (None, None, "1", 1), (None, None, "2", 2),
    ]  # fmt: skip
    assert purge(store, days=19, now=NOW).quizzes == 0
    with pytest.raises(UnknownQuiz):
        store.quizzes.find(ALICE, model.id)


def test_a_quiz_of_posts_that_are_gone_is_not_kept(store, model, made):
    """They were deleted while it was made."""
    with pytest.raises(TooFewPosts):
        made(model, rounds=[{"a": "x", "b": "y", "real": "a", "post_id": "9", "draft": 1}])
