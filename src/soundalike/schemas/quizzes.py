"""Blind quizzes: what is asked, what is shown before a guess, and what after it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from soundalike.schemas.requests import Number, Request, Seed
from soundalike.schemas.shape import Shape
from soundalike.storage import QuizRecord
from soundalike.training.quiz import MOST_ROUNDS, ROUNDS, Score, Side, score


class QuizRequest(Request):
    """How many rounds, and which: the same model and seed give the same rounds, as long as none was shown before."""

    rounds: Annotated[int, Number] = Field(
        ROUNDS,
        description="Pairs of texts; fewer come where there are not enough.",
        json_schema_extra={"minimum": 1, "maximum": MOST_ROUNDS},
    )
    seed: Seed | None = Field(None, description="By chance by default.")


class GuessRequest(Request):
    """Which text of a round is real."""

    round: Annotated[int, Number] = Field(
        description="From 1.", examples=[1], json_schema_extra={"minimum": 1}
    )
    guess: Side = Field(description="The text taken for the real post.")


class QuizResult(Shape):
    """How many of how many rounds were told right.

    `share` with its 95 % Wilson interval; `p` is the exact probability of a result as far from one half by guessing.
    """

    told: int
    of: int
    share: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: str

    @classmethod
    def of_score(cls, found: Score) -> "QuizResult":
        """Shape a score."""
        figures = {name: _rounded(getattr(found, name)) for name in ("share", "low", "high", "p")}
        return cls(told=found.told, of=found.of, **figures, verdict=found.verdict)


class RoundShape(Shape):
    """Two texts, one real; `real`, `right` and `postId` are told once it is guessed.

    `a` and `b` are null when the posts they came from are deleted.
    """

    round: int
    a: str | None
    b: str | None
    guess: Side | None
    real: Side | None
    right: bool | None
    post_id: str | None


class QuizBody(Shape):
    """A quiz, as far as it was guessed. `leftOut` counts the texts that were not fit to be shown, by the reason.

    `seed` is told when it is complete.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "quizId": "5d1b6a0e-8f0e-4f5a-9f6e-2f9d7c1b6a0e",
                    "modelId": "7d1b6a0e-8f0e-4f5a-9f6e-2f9d7c1b6a0e",
                    "username": "levelsio",
                    "rounds": [
                        {
                            "round": 1,
                            "a": "Ship it today.",
                            "b": "Shipping daily is a habit.",
                            "guess": "a",
                            "real": "a",
                            "right": True,
                            "postId": "1849283746152938475",
                        }
                    ],
                    "result": {
                        "told": 1,
                        "of": 1,
                        "share": 1.0,
                        "low": 0.2065,
                        "high": 1.0,
                        "p": 1.0,
                        "verdict": "You told 1 of 1 (100%; 21%–100%, p = 1): that it was guessing cannot be ruled out.",
                    },
                    "leftOut": {"draft: unfinished": 7},
                    "seed": 4,
                    "createdAt": "2026-11-22T12:30:15Z",
                    "completedAt": "2026-11-22T12:31:40Z",
                }
            ]
        }
    )

    quiz_id: str
    model_id: str
    username: str
    rounds: list[RoundShape]
    result: QuizResult
    left_out: dict[str, int]
    seed: int | None
    created_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, quiz: QuizRecord) -> "QuizBody":
        """Shape a quiz without what is to be guessed still."""
        return cls(
            quiz_id=str(quiz.id),
            model_id=str(quiz.model_id),
            username=quiz.creator_username,
            rounds=[round_of(quiz, number) for number in range(1, len(quiz.rounds) + 1)],
            result=QuizResult.of_score(score(quiz.told, quiz.guessed)),
            left_out=quiz.left_out,
            seed=quiz.seed if quiz.completed_at else None,
            created_at=quiz.created_at,
            completed_at=quiz.completed_at,
        )


class GuessBody(Shape):
    """Whether a guess was right, and the result so far."""

    round: RoundShape
    result: QuizResult
    is_complete: bool

    @classmethod
    def of(cls, quiz: QuizRecord, number: int) -> "GuessBody":
        """Shape what a guess on round `number` led to."""
        return cls(
            round=round_of(quiz, number),
            result=QuizResult.of_score(score(quiz.told, quiz.guessed)),
            is_complete=quiz.completed_at is not None,
        )


def round_of(quiz: QuizRecord, number: int) -> RoundShape:
    """A round, its answer only if it was guessed."""
    kept = quiz.rounds[number - 1]
    guess = next((each["guess"] for each in quiz.guesses if each["round"] == number), None)
    answer: dict[str, Any] = dict.fromkeys(("real", "right", "post_id"))
    if guess:
        answer = {"real": kept["real"], "right": kept["real"] == guess, "post_id": kept["post_id"]}
    return RoundShape(round=number, a=kept["a"], b=kept["b"], guess=guess, **answer)


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
