"""A training as it goes on: watched, cancelled, taken up again, from whatever step is wanted."""

from contextlib import suppress
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, format_sse_event

from soundalike.errors import WrongState
from soundalike.storage.job_records import TrainingEvent
from soundalike.training.status import Step
from soundalike.web.events import EventStream
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.reading import SessionId
from soundalike.web.studio.language import spoken
from soundalike.web.studio.render import fill, parts_of, show
from soundalike.web.studio.training.view import NAMES, TITLES, TrainingView, view_of
from soundalike.web.studio.visitors import Changer, Reader, caller

router: Final = APIRouter(prefix="/sessions/{trainingSessionId}/training", include_in_schema=False)


@router.get("")
def training_page(request: Request, who: Reader, session_id: SessionId, parts: PartsOf) -> Response:
    """The six steps as they stand; a session without a training is reviewed first."""
    session = parts.store.get_session(who.workspace_id, session_id)
    if not session.event_number:
        return RedirectResponse(f"/sessions/{session_id}/review", status_code=303)
    view = _look(parts, who.workspace_id, session_id)
    return show(request, "training/page.html", who, here="ask", view=view, titles=TITLES, names=NAMES)


@router.get("/live")
async def live(request: Request, who: Reader, session_id: SessionId, parts: PartsOf) -> Response:
    """The steps as a fragment of the page: at once, and again at every change until the training ends."""
    await to_thread.run_sync(parts.store.get_session, who.workspace_id, session_id)
    read = partial(_news, request, who.workspace_id, session_id)
    shared = f"training page, {spoken().tag}"
    stream = EventStream(parts.hub, session_id, read, shape=_as_fragment, shared=shared)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(stream.chunks(), headers=headers)


@router.post("/cancel")
def cancel(request: Request, who: Changer, session_id: SessionId, parts: PartsOf) -> Response:
    """Stop; what finished steps made is kept. One that has just ended is shown as it ended."""
    with suppress(WrongState):
        parts.desk.cancel(session_id, caller=caller(request, who))
    return _back(session_id)


@router.post("/retry")
def retry(
    request: Request,
    who: Changer,
    session_id: SessionId,
    parts: PartsOf,
    from_step: Annotated[str, Form(alias="fromStep", max_length=20)] = "",
) -> Response:
    """Go on where it stopped, or from a step; one that is under way again already is shown as it goes."""
    first = from_step if from_step in set(Step) else None
    with suppress(WrongState):
        parts.desk.retry(session_id, caller=caller(request, who), from_step=first)
    return _back(session_id)


def _look(parts: Parts, workspace_id: UUID, session_id: UUID) -> TrainingView:
    session = parts.store.get_session(workspace_id, session_id)
    return view_of(parts, session, parts.store.jobs.read_events(workspace_id, session_id))


def _news(request: Request, workspace_id: UUID, session_id: UUID, after: int) -> list[TrainingEvent]:
    """The present state as one event, if there is anything new: of several changes the last is what counts."""
    parts = parts_of(request)
    events = parts.store.jobs.read_events(workspace_id, session_id)
    if not events or events[-1].number <= after:
        return []
    view = view_of(parts, parts.store.get_session(workspace_id, session_id), events)
    text = fill(request, "training/view.html", view=view, titles=TITLES, names=NAMES)
    return [TrainingEvent(events[-1].number, {"status": view.state, "text": text})]


def _as_fragment(event: TrainingEvent) -> bytes:
    return format_sse_event(data_str=event.body["text"], event="fragment", id=str(event.number))


def _back(session_id: UUID) -> Response:
    return RedirectResponse(f"/sessions/{session_id}/training", status_code=303)
