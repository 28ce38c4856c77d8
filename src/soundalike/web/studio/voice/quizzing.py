"""The blind quiz: which of two texts is the real post, round by round, and what the answers come to."""

import secrets
from contextlib import suppress
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from soundalike.accounts import Principal
from soundalike.errors import TooFewPosts, UnknownQuiz, WrongState
from soundalike.exports.subject import safe_stem
from soundalike.schemas.quizzes import RoundShape, round_of
from soundalike.service.quizzing import LARGEST_SEED, guess, make_quiz, score_of, total_of
from soundalike.storage import QuizRecord, TrainedModelRecord
from soundalike.storage.grounds import read_evidence
from soundalike.training.quiz import ROUNDS, Score, Side
from soundalike.training.wording import post_url
from soundalike.web.api.quizzing import QuizId
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.reading import ModelId
from soundalike.web.studio.language import N_, _, english
from soundalike.web.studio.render import fill, show
from soundalike.web.studio.visitors import Changer, Reader
from soundalike.web.studio.words import figure

router: Final = APIRouter(prefix="/voices/{modelId}/quiz", include_in_schema=False)

_MOST_NAME: Final = 40  # of a creator's name in a picture; on X it has 15 characters


class GuessForm(BaseModel):
    """The text that was taken for the real post of a round."""

    round: int
    real: Side


@router.post("")
def begin_quiz(request: Request, who: Changer, model_id: ModelId, parts: PartsOf) -> Response:
    """Go on with the quiz that was begun last and not ended, else begin one, of texts never shown to them."""
    record = parts.store.get_model(who.workspace_id, model_id)
    try:
        quiz = _begun(record, who, parts) or parts.studio.bench.run(lambda: _make(record, who, parts))
    except TooFewPosts as error:
        return show(
            request,
            "voice/quiz_none.html",
            who,
            here="voices",
            status=422,
            model=record,
            why=english(str(error)),
        )
    return _to(quiz)


@router.get("/{quizId}")
def quiz(request: Request, who: Reader, model_id: ModelId, quiz_id: QuizId, parts: PartsOf) -> Response:
    """The first round that was not guessed; when all were, what came of it."""
    record = parts.store.get_model(who.workspace_id, model_id)
    found = parts.store.quizzes.get(who.workspace_id, model_id, quiz_id, taker=who.user_id)
    rounds = [round_of(found, number) for number in range(1, len(found.rounds) + 1)]
    open_ = next((each for each in rounds if each.guess is None), None)
    values = {
        "model": record,
        "quiz": found,
        "rounds": rounds,
        "posted": _posted(found, rounds, parts),
    }
    if open_ and found.has_texts:
        last = rounds[found.guesses[-1]["round"] - 1] if found.guesses else None
        return show(
            request, "voice/quiz.html", who, here="voices", status=200, open=open_, last=last, **values
        )
    return show(
        request,
        "voice/quiz_result.html",
        who,
        here="voices",
        status=200,
        **values,
        **_result(record, found, parts),
    )


@router.post("/{quizId}")
def guess_round(
    who: Changer, model_id: ModelId, quiz_id: QuizId, parts: PartsOf, asked: Annotated[GuessForm, Form()]
) -> Response:
    """Take a guess; one that comes twice, as from a page gone back to, leaves what was guessed."""
    found = parts.store.quizzes.get(who.workspace_id, model_id, quiz_id, taker=who.user_id)
    with suppress(WrongState):
        guess(found, asked.round, asked.real, store=parts.store, at=parts.now())
    return _to(found)


@router.get("/{quizId}/result.svg")
def picture(request: Request, who: Reader, model_id: ModelId, quiz_id: QuizId, parts: PartsOf) -> Response:
    """The result as a picture to pass on: figures and words, none of the texts."""
    record = parts.store.get_model(who.workspace_id, model_id)
    found = parts.store.quizzes.get(who.workspace_id, model_id, quiz_id, taker=who.user_id)
    if found.completed_at is None:
        raise WrongState(
            "This quiz is not ended: there is no result yet.", hint="Guess the rounds that are left."
        )
    username = "".join(sign for sign in record.creator_username if sign.isprintable())[:_MOST_NAME]
    values = {"username": username, "version": record.version, "at": found.completed_at}
    drawn = fill(request, "voice/quiz_result.svg", **values, **_result(record, found, parts))
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def _begun(record: TrainedModelRecord, who: Principal, parts: Parts) -> QuizRecord | None:
    """Somebody's newest quiz of a voice with rounds to guess."""
    try:
        return parts.store.quizzes.find(record.user_id, record.id, taker=who.user_id)
    except UnknownQuiz:
        return None


def _make(record: TrainedModelRecord, who: Principal, parts: Parts) -> QuizRecord:
    return make_quiz(
        record,
        store=parts.store,
        count=ROUNDS,
        seed=secrets.randbelow(LARGEST_SEED),
        new_id=uuid4(),
        at=parts.now(),
        taker=who.user_id,
    )


def _result(record: TrainedModelRecord, found: QuizRecord, parts: Parts) -> dict[str, object]:
    score, total = score_of(found), total_of(record, parts.store)
    name = safe_stem(record.creator_username, record.version)
    return {
        "score": score,
        "lede": _lede(score),
        "total": total if total and total.of > score.of else None,
        "file_name": f"{name}-quiz.svg",
    }


def _lede(score: Score) -> list[str]:
    """What guessing would get, and whether this is more, in two sentences."""
    if score.finding == "none":
        return [_("Nothing was guessed.")]
    meaning = {
        "chance": N_("With %(of)s rounds, %(told)s cannot be told from guessing."),
        "told": N_("%(told)s of %(of)s is more than luck: these drafts can be told from the posts."),
        "passed": N_("%(told)s of %(of)s is less than luck: the drafts pass for the posts."),
    }[score.finding]
    by_guessing = _("Guessing gets %(half)s.", half=figure(score.of / 2, "g"))
    return [by_guessing, _(meaning, told=score.told, of=score.of)]


def _posted(found: QuizRecord, rounds: list[RoundShape], parts: Parts) -> dict[str, dict[str, object]]:
    """Where the posts of the guessed rounds stand, and when they were written, as far as they are kept."""
    ids = {each.post_id for each in rounds if each.post_id}
    kept = read_evidence(parts.store.database, found.user_id, found.creator_username, ids)
    return {
        post_id: {
            "url": post_url(found.creator_username, post_id),
            "at": kept[post_id].created_at if post_id in kept else None,
        }
        for post_id in ids
    }


def _to(found: QuizRecord) -> Response:
    return RedirectResponse(f"/voices/{found.model_id}/quiz/{found.id}", status_code=303)
