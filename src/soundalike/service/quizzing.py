"""Blind quizzes of a kept model: made of its held-out posts and the drafts it was graded by, answered, summed up."""

from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from soundalike.drafts.form import Form, read_form
from soundalike.drafts.guard import CopyGuard
from soundalike.errors import SettingsError, TooFewPosts, WrongState
from soundalike.posts.text import own_text
from soundalike.service.keeping import Posts, posts_of
from soundalike.storage import QuizRecord, Store, TrainedModelRecord
from soundalike.training.learned import LearnedFromBytes
from soundalike.training.quiz import MOST_ROUNDS, Score, Side, build_quiz, score

LARGEST_SEED: Final = 2**31 - 1


def make_quiz(
    record: TrainedModelRecord,
    *,
    store: Store,
    count: int,
    seed: int,
    new_id: UUID,
    at: datetime,
    taker: UUID | None = None,
) -> QuizRecord:
    """Make a quiz and keep it; its texts were in no earlier quiz that `taker` was shown of the model.

    Raises:
        SettingsError: The number of rounds is out of range.
        TooFewPosts: The model was never graded, its held-out posts are deleted, or all fit texts were shown already.
        UnknownModel: The row was not made by training here, or is deleted meanwhile.
    """
    if not 1 <= count <= MOST_ROUNDS:
        raise SettingsError(f"The number of rounds is {count:,}.", hint=f"Choose 1 to {MOST_ROUNDS}.")
    posts, drafts = posts_of(record, store), (record.report or {}).get("texts", ())
    if not (drafts and posts.held_out):
        raise TooFewPosts(
            "This model was not graded, or its held-out posts were deleted: there is nothing to tell apart.",
            found=len(posts.held_out),
            needed=1,
            hint=f"Train it again: soundalike train {record.creator_username}",
        )
    form, guard = _checks(record, posts, store)
    shown = store.quizzes.rounds_of(record.user_id, record.id, taker=taker)
    made = build_quiz(
        posts.held_out,
        drafts,
        form=form,
        guard=guard,
        seed=seed,
        count=count,
        shown_posts={each["post_id"] for each in shown},
        shown_drafts={each["draft"] for each in shown},
    )
    quiz = QuizRecord(
        id=new_id,
        user_id=record.user_id,
        model_id=record.id,
        creator_username=record.creator_username,
        seed=seed,
        rounds=[asdict(each) for each in made.rounds],
        left_out=dict(made.left_out),
        created_at=at,
        taken_by=taker,
    )
    store.quizzes.keep(record, quiz)
    return quiz


def guess(quiz: QuizRecord, number: int, side: Side, *, store: Store, at: datetime) -> QuizRecord:
    """Take a guess on round `number`, from 1, and keep it.

    Raises:
        SettingsError: There is no such round.
        WrongState: The round was guessed already, or its texts are deleted.
        UnknownQuiz: The quiz was deleted meanwhile.
    """
    with store.quizzes.guessing(quiz.user_id, quiz.model_id, quiz.id) as change:
        found = change.record
        _check_open(found, number)
        guesses = [*found.guesses, {"round": number, "guess": side}]
        told = sum(found.rounds[each["round"] - 1]["real"] == each["guess"] for each in guesses)
        is_complete = len(guesses) == len(found.rounds)
        return change.keep(guesses, told=told, completed_at=at if is_complete else None)


def guess_of(quiz: QuizRecord, number: int) -> Side | None:
    """What was guessed on round `number`, if anything was."""
    return next((each["guess"] for each in quiz.guesses if each["round"] == number), None)


def score_of(quiz: QuizRecord) -> Score:
    """How good the guesses of a quiz were."""
    return score(quiz.told, quiz.guessed)


def total_of(record: TrainedModelRecord, store: Store) -> Score | None:
    """How good all guesses about a model were; None where there are none."""
    total = score(*store.quizzes.totals(record.user_id, record.id))
    return total if total.of else None


def _check_open(quiz: QuizRecord, number: int) -> None:
    if not 1 <= number <= len(quiz.rounds):
        raise SettingsError(
            f"There is no round {number:,} in this quiz.", hint=f"Its rounds are 1 to {len(quiz.rounds)}."
        )
    if guess_of(quiz, number):
        raise WrongState(f"Round {number} was guessed already.", hint="Guess one that was not.")
    if not quiz.has_texts:
        raise WrongState(
            "The texts of this quiz were deleted with the posts they came from.", hint="Begin a new quiz."
        )


def _checks(record: TrainedModelRecord, posts: Posts, store: Store) -> tuple[Form, CopyGuard]:
    """What the creator's form is, and what no draft may copy: as kept with the model, or from the posts left."""
    if parts := store.load_parts(record.user_id, record.id):
        learned = LearnedFromBytes(parts)
        return learned.form, learned.guard
    return read_form([own_text(post) for post in posts.seen]), CopyGuard(posts.collected)
