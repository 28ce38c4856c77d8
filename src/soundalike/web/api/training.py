"""Training: begun, watched, stopped, taken up again."""

import json
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Body, Depends, Header, Request, Response
from fastapi.sse import EventSourceResponse

from soundalike.errors import UnknownSession
from soundalike.posts.post import read_username
from soundalike.schemas.requests import RetryRequest, TrainRequest
from soundalike.schemas.training import StatusBody, TrainingStartedBody
from soundalike.service.jobs import LOW, NORMAL, TrainingWish
from soundalike.storage.job_records import TrainingEvent
from soundalike.web.callers import Reader, Writer
from soundalike.web.events import EventStream, is_ended
from soundalike.web.links import lead
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.problems import problems
from soundalike.web.reading import IdempotencyKey, TrainingId, idempotency, json_only, read_id

router: Final = APIRouter(prefix="/api/train-ai", tags=["Training"])

_OF_TRAINING: Final = lead(
    "getTrainingStatus", "streamTrainingStatus", "cancelTraining", "retryTraining", trainingId="/trainingId"
)
_OF_STATUS: Final = {200: {"links": lead("getModel", "writeDrafts", modelId="/modelId")}}
_STREAMED: Final[dict[int, dict[str, Any]]] = {
    200: {
        "description": "The status at every change: `id` is the event's number, `event` is `status`, `data` the JSON "
        "of training-status. Ends after the last status.",
        "content": {"text/event-stream": {"schema": {}}},
    },
    204: {"description": "It has ended, and you have seen its last status."},
}
_MOST_EVENTS: Final = 2**31 - 1


@router.post(
    "/start-training",
    summary="Train a voice on reviewed posts",
    status_code=202,
    response_model=TrainingStartedBody,
    dependencies=[Depends(json_only)],
    responses=problems(
        "invalid_username",
        "unknown_session",
        "unknown_tweets",
        "too_few_posts",
        "trainer_unavailable",
        "consent_required",
        "creator_opted_out",
        "too_many_jobs",
        "wrong_state",
        "idempotency_key_reused",
        body=True,
        also={202: {"description": "Queued.", "links": _OF_TRAINING}},
    ),
)
def start_training(
    *,
    request: Request,
    response: Response,
    asked: TrainRequest,
    caller: Writer,
    parts: PartsOf,
    key: IdempotencyKey,
) -> TrainingStartedBody:
    """With `trainingSessionId`, `tweets` name posts of that session; without, they are whole posts, taken as given."""
    begun = parts.desk.ask_for_training(
        _wish(asked), caller=caller, idempotency=idempotency(request, asked, key)
    )
    url = f"/api/train-ai/training-status/{begun.id}"
    response.headers["Location"] = url
    return TrainingStartedBody(training_id=str(begun.id), status_url=url)


@router.get(
    "/training-status/{trainingId}",
    summary="Say how far a training is",
    response_model=StatusBody,
    responses=problems("unknown_training", also=_OF_STATUS),
)
def get_training_status(caller: Reader, training_id: TrainingId, parts: PartsOf) -> Response:
    """Six steps, and how far each of them is. `progress` never goes back."""
    return _status(parts.store.jobs.read_status(caller.workspace_id, training_id))


@router.get(
    "/training-status/{trainingId}/events",
    summary="Watch a training",
    response_class=Response,
    responses=problems("unknown_training", "invalid_request", "too_many_streams", also=_STREAMED),
)
async def stream_training_status(
    caller: Reader,
    training_id: TrainingId,
    parts: PartsOf,
    last_event_id: Annotated[
        int,
        Header(ge=0, le=_MOST_EVENTS, description="The last event you have seen; those after it are sent."),
    ] = 0,
) -> Response:
    """Every status the training has had, then each new one, from `Last-Event-ID` on; none is missed."""
    jobs, whose = parts.store.jobs, caller.workspace_id
    status = await to_thread.run_sync(jobs.read_status, whose, training_id)
    read = partial(_events_after, parts, whose, training_id)
    if last_event_id and is_ended(status) and not await to_thread.run_sync(read, last_event_id):
        return Response(status_code=204)  # a browser asks for ever otherwise
    stream = EventStream(parts.hub, training_id, read, after=last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(stream.chunks(), headers=headers)


@router.post(
    "/training-status/{trainingId}/cancel",
    summary="Stop a training",
    response_model=StatusBody,
    responses=problems("unknown_training", "wrong_state"),
)
def cancel_training(caller: Writer, training_id: TrainingId, parts: PartsOf) -> Response:
    """Answers with the status that comes of it; what was done so far is kept for another try."""
    parts.desk.cancel(training_id, caller=caller)
    return _status(parts.store.jobs.read_status(caller.workspace_id, training_id))


@router.post(
    "/training-status/{trainingId}/retry",
    summary="Take up a training again",
    status_code=202,
    response_model=StatusBody,
    dependencies=[Depends(json_only)],
    responses=problems("unknown_training", "wrong_state", "too_many_jobs", body=True),
)
def retry_training(
    caller: Writer,
    training_id: TrainingId,
    parts: PartsOf,
    asked: Annotated[RetryRequest | None, Body()] = None,
) -> Response:
    """After it failed or was stopped; steps that ended well are not done again unless `fromStep` says so."""
    parts.desk.retry(training_id, caller=caller, from_step=asked.from_step if asked else None)
    return _status(parts.store.jobs.read_status(caller.workspace_id, training_id), 202)


def _events_after(parts: Parts, workspace_id: UUID, training_id: UUID, number: int) -> list[TrainingEvent]:
    return parts.store.jobs.read_events(workspace_id, training_id, after=number)


def _wish(asked: TrainRequest) -> TrainingWish:
    username = read_username(asked.creator_username)
    session_id = (
        None
        if asked.training_session_id is None
        else read_id(asked.training_session_id, UnknownSession, "training session")
    )
    return TrainingWish(
        username=username,
        post_ids=tuple(dict.fromkeys(tweet.id for tweet in asked.tweets)),
        posts=() if session_id else tuple({t.id: t.post(username) for t in asked.tweets}.values()),
        session_id=session_id,
        trainer=asked.trainer,
        name=asked.model_name,
        consent=asked.consent,
        seed=asked.seed,
        priority=LOW if asked.priority == "low" else NORMAL,
    )


def _status(body: dict[str, Any], status_code: int = 200) -> Response:
    """The status as it was published: reading it again field by field would cost more than the query."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status_code, media_type="application/json")
