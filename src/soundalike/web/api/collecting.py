"""Collecting: analyze-creator, its sessions, what it would cost, and forgetting a creator."""

from functools import partial
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Request, Response

from soundalike.posts.post import read_username
from soundalike.schemas.collecting import EstimateBody
from soundalike.schemas.requests import AnalyzeRequest, EstimateRequest
from soundalike.schemas.sessions import (
    ForgottenBody,
    SessionBody,
    SessionsBody,
    SessionShape,
    error_of,
    status_of,
)
from soundalike.service.collecting import Order
from soundalike.service.jobs import Caller
from soundalike.storage import TrainingSession
from soundalike.web.callers import Reader, Writer
from soundalike.web.links import lead, lead_with_body
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.problems import answer_code, problems
from soundalike.web.reading import CreatorName, IdempotencyKey, PageOf, SessionId, idempotency, json_only
from soundalike.web.waiting import Patience, collected

router: Final = APIRouter(prefix="/api/train-ai", tags=["Collecting"])

_UPSTREAM: Final = (
    "invalid_username",
    "creator_not_found",
    "creator_protected",
    "creator_unavailable",
    "upstream_unauthorized",
    "upstream_out_of_credits",
    "upstream_rate_limited",
    "upstream_unavailable",
    "schema_drift",
    "budget_exceeded",
    "not_configured",
)
_OF_SESSION: Final = lead(
    "getSession", "deleteSession", trainingSessionId="/trainingSessionId"
) | lead_with_body(
    "startTraining",
    creatorUsername="/creator/username",
    trainingSessionId="/trainingSessionId",
    tweets="/tweets",
)
_ANSWERS: Final[dict[int, dict[str, Any]]] = {
    200: {"description": "Collected.", "links": _OF_SESSION},
    202: {
        "model": SessionBody,
        "description": "Still collecting; ask at `statusUrl`, or with `Prefer: wait=N`.",
        "links": _OF_SESSION,
    },
}
_LISTED: Final = {200: {"links": lead("getSession", trainingSessionId="/sessions/0/trainingSessionId")}}
_ASK_AGAIN_SECONDS: Final = 5


@router.post(
    "/analyze-creator",
    summary="Collect a creator's posts and find the viral ones",
    response_model=SessionBody,
    dependencies=[Depends(json_only)],
    responses=problems(
        *_UPSTREAM,
        "creator_opted_out",
        "too_many_jobs",
        "collection_running",
        "idempotency_key_reused",
        "too_many_streams",
        "cancelled",
        body=True,
        also=_ANSWERS,
    ),
)
async def analyze_creator(
    *,
    request: Request,
    response: Response,
    asked: AnalyzeRequest,
    caller: Writer,
    parts: PartsOf,
    key: IdempotencyKey,
    prefer: Annotated[
        str | None,
        Header(description="`wait=N`: wait up to N seconds for the result, 60 at most; 30 by default."),
    ] = None,
) -> SessionBody | Response:
    """Answers once everything is collected, or after the time to wait with what there is; the work goes on.

    Calling again while a collection runs joins it, and after a failure goes on from where it broke off.
    """
    patience = Patience.read(prefer)
    ask = partial(
        parts.desk.ask_for_collection,
        _order(asked),
        caller=caller,
        budget=_budget(asked, parts),
        idempotency=idempotency(request, asked, key),
    )
    begun = await to_thread.run_sync(ask)
    read = partial(parts.store.get_session, caller.workspace_id, begun.id)
    session = await collected(begun.id, read, parts.hub, patience.seconds)
    if patience.applied:
        response.headers["Preference-Applied"] = patience.applied
    if fault := error_of(session):
        return answer_code(request.scope, _code_of(fault.code), fault.message)
    if status_of(session) == "collecting":
        response.status_code = 202
        response.headers["Retry-After"] = str(_ASK_AGAIN_SECONDS)
    body = await to_thread.run_sync(_body, parts, caller, session)
    response.headers["Location"] = body.status_url
    return body


@router.post(
    "/estimate",
    summary="Say what collecting a creator would cost",
    response_model=EstimateBody,
    dependencies=[Depends(json_only)],
    responses=problems(*_UPSTREAM, "drafting_busy", "drafting_timeout", body=True),
)
def estimate_collection(asked: EstimateRequest, caller: Writer, parts: PartsOf) -> EstimateBody:
    """Looks at the profile only, which costs 18 credits."""
    return parts.pricing.estimate(caller.workspace_id, read_username(asked.username), asked.months)


@router.get(
    "/sessions",
    summary="List training sessions, newest first",
    response_model=SessionsBody,
    responses=problems("invalid_request", also=_LISTED),
)
def list_sessions(caller: Reader, parts: PartsOf, page: PageOf) -> SessionsBody:
    """A page of the sessions of this workspace."""
    found = parts.store.list_sessions(caller.workspace_id, limit=page.limit + 1, offset=page.offset)
    return SessionsBody(
        sessions=[SessionShape.of(session) for session in found[: page.limit]],
        next_offset=page.next_offset(len(found)),
    )


@router.get(
    "/sessions/{trainingSessionId}",
    summary="Show a training session",
    response_model=SessionBody,
    responses=problems("unknown_session", also={200: {"links": _OF_SESSION}}),
)
def get_session(caller: Reader, session_id: SessionId, parts: PartsOf) -> SessionBody:
    """How the collection stands, and its result once there is one."""
    return _body(parts, caller, parts.store.get_session(caller.workspace_id, session_id))


@router.delete(
    "/sessions/{trainingSessionId}",
    summary="Delete a training session",
    status_code=204,
    response_class=Response,
    responses=problems("unknown_session"),
)
def delete_session(caller: Writer, session_id: SessionId, parts: PartsOf) -> None:
    """Stops what runs for it and deletes it, with the creator's posts if no other session is left; models stay."""
    parts.desk.purge(session_id, caller=caller)
    parts.let_go()


@router.delete(
    "/creators/{username}",
    summary="Forget a creator",
    response_model=ForgottenBody,
    responses=problems("invalid_username"),
)
def forget_creator(caller: Writer, name: CreatorName, parts: PartsOf) -> ForgottenBody:
    """Deletes all that is kept of a creator: posts, sessions, models, drafts. Doing it again deletes nothing more."""
    gone = parts.desk.forget(name, caller=caller)
    parts.let_go()
    return ForgottenBody(
        username=name, models=gone.models, sessions=gone.trainings, posts=gone.posts, drafts=gone.drafts
    )


def _order(asked: AnalyzeRequest) -> Order:
    return Order(
        username=read_username(asked.username),
        as_of=asked.as_of,
        months=asked.months,
        gate=asked.min_engagement,
        top=asked.top,
        ordinary=asked.ordinary,
        consent=asked.consent,
    )


def _budget(asked: AnalyzeRequest, parts: Parts) -> int | None:
    """The ceiling asked for; never above the server's own."""
    ceiling = parts.settings.twitter_api_budget_credits
    return None if asked.budget_credits is None else min(asked.budget_credits, ceiling)


def _body(parts: Parts, caller: Caller, session: TrainingSession) -> SessionBody:
    known = session.stats is not None
    collected_so_far = 0 if known else parts.store.count_posts(caller.workspace_id, session.creator_username)
    return SessionBody.of(session, collected=collected_so_far)


def _code_of(kept: str) -> str:
    """What a collection failed with; settings that make no sense are the server's, not the client's."""
    return "not_configured" if kept == "invalid_settings" else kept
