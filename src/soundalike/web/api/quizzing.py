"""Blind quizzes: which of two texts is the real post."""

import secrets
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path

from soundalike.errors import UnknownQuiz
from soundalike.schemas.quizzes import GuessBody, GuessRequest, QuizBody, QuizRequest
from soundalike.service.quizzing import LARGEST_SEED, guess, make_quiz
from soundalike.web.callers import Reader, Writer
from soundalike.web.links import lead
from soundalike.web.parts import PartsOf
from soundalike.web.problems import problems
from soundalike.web.reading import ModelId, json_only, read_id

router: Final = APIRouter(prefix="/api/train-ai/models/{modelId}/quizzes", tags=["Models"])

_MADE: Final = {201: {"links": lead("getQuiz", "guessRound", modelId="/modelId", quizId="/quizId")}}


async def _quiz_id(
    quiz_id: Annotated[str, Path(alias="quizId", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return read_id(quiz_id, UnknownQuiz, "quiz")


QuizId = Annotated[UUID, Depends(_quiz_id)]


@router.post(
    "",
    summary="Begin a blind quiz of a model",
    status_code=201,
    response_model=QuizBody,
    dependencies=[Depends(json_only)],
    responses=problems(
        "unknown_model",
        "invalid_settings",
        "too_few_posts",
        "drafting_busy",
        "drafting_timeout",
        body=True,
        also=_MADE,
    ),
)
def create_quiz(caller: Writer, model_id: ModelId, asked: QuizRequest, parts: PartsOf) -> QuizBody:
    """Rounds of two texts: a held-out post and a draft of the report card, neither shown to the caller before."""
    record = parts.store.get_model(caller.workspace_id, model_id)
    seed = secrets.randbelow(LARGEST_SEED) if asked.seed is None else asked.seed

    def make() -> QuizBody:
        made = make_quiz(
            record,
            store=parts.store,
            count=asked.rounds,
            seed=seed,
            new_id=uuid4(),
            at=parts.now(),
            taker=caller.user_id,
        )
        return QuizBody.of(made)

    return parts.studio.bench.run(make)


@router.get(
    "/{quizId}",
    summary="Show a quiz",
    response_model=QuizBody,
    responses=problems("unknown_model", "unknown_quiz"),
)
def get_quiz(caller: Reader, model_id: ModelId, quiz_id: QuizId, parts: PartsOf) -> QuizBody:
    """Its rounds, with the answers of those that were guessed."""
    return QuizBody.of(parts.store.quizzes.get(caller.workspace_id, model_id, quiz_id, taker=caller.user_id))


@router.post(
    "/{quizId}/guesses",
    summary="Guess which text of a round is real",
    response_model=GuessBody,
    dependencies=[Depends(json_only)],
    responses=problems("unknown_model", "unknown_quiz", "wrong_state", "invalid_settings", body=True),
)
def guess_round(
    caller: Writer, model_id: ModelId, quiz_id: QuizId, asked: GuessRequest, parts: PartsOf
) -> GuessBody:
    """Once a round: the answer says whether it was right."""
    quiz = parts.store.quizzes.get(caller.workspace_id, model_id, quiz_id, taker=caller.user_id)
    guessed = guess(quiz, asked.round, asked.guess, store=parts.store, at=parts.now())
    return GuessBody.of(guessed, asked.round)
