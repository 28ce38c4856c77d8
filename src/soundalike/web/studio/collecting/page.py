"""A collection at work: pages, posts and money as they come; how to stop it, go on with it, or take what is there."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Any, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from fastapi.sse import format_sse_event

from soundalike.accounts import Principal
from soundalike.errors import UnknownSession
from soundalike.schemas.sessions import error_of, status_of
from soundalike.service.collecting import order_of
from soundalike.storage import TrainingSession
from soundalike.web.hub import Hub
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.reading import SessionId
from soundalike.web.studio.collecting.progress import Progress, look_again, read_progress
from soundalike.web.studio.collecting.stops import Stop
from soundalike.web.studio.render import fill, show
from soundalike.web.studio.visitors import Changer, Reader, caller

router: Final = APIRouter(prefix="/sessions/{trainingSessionId}/collecting", include_in_schema=False)

_LOOK_SECONDS: Final = 1.0
_TELL_SECONDS: Final = 5  # at the latest, as time passes in any case
_LONGEST: Final = 600  # looks; then the browser comes back by itself


@router.get("")
def collecting_page(request: Request, who: Reader, session_id: SessionId, parts: PartsOf) -> Response:
    """How far it is; where it broke off, why, and what is kept."""
    session = parts.store.get_session(who.workspace_id, session_id)
    if status_of(session) == "collected":
        return RedirectResponse(f"/sessions/{session_id}/review", status_code=303)
    progress = read_progress(parts, session)
    values: dict[str, Any] = {"session": session, "progress": progress, "stand_in": parts.settings.stand_in}
    if status_of(session) == "failed":
        return show(request, "collecting/stopped.html", who, here="ask", stop=stop_of(session), **values)
    return show(request, "collecting/page.html", who, here="ask", **values)


@router.get("/live")
async def live(request: Request, who: Reader, session_id: SessionId, parts: PartsOf) -> Response:
    """The same as fragments, whenever there is news."""
    await to_thread.run_sync(parts.store.get_session, who.workspace_id, session_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    news = _news(request, parts, who, session_id)
    return StreamingResponse(news, headers=headers, media_type="text/event-stream")


@router.post("/cancel")
def cancel(request: Request, who: Changer, session_id: SessionId, parts: PartsOf) -> Response:
    """Stop; what came is kept."""
    parts.desk.cancel_collection(session_id, caller=caller(request, who))
    return RedirectResponse(f"/sessions/{session_id}/collecting", status_code=303)


@router.post("/go-on")
def go_on(request: Request, who: Changer, session_id: SessionId, parts: PartsOf) -> Response:
    """Ask for the same again, which goes on where it broke off."""
    session = parts.store.get_session(who.workspace_id, session_id)
    begun = parts.desk.ask_for_collection(order_of(session), caller=caller(request, who))
    return RedirectResponse(f"/sessions/{begun.id}/collecting", status_code=303)


@router.post("/settle")
def settle(request: Request, who: Changer, session_id: SessionId, parts: PartsOf) -> Response:
    """Go on to the review with what is there."""
    parts.desk.settle_collection(session_id, caller=caller(request, who))
    return RedirectResponse(f"/sessions/{session_id}/review", status_code=303)


def stop_of(session: TrainingSession) -> Stop:
    """Why a collection broke off."""
    fault = error_of(session)
    return Stop(fault.code, fault.message) if fault else Stop("internal_error", "")


async def _news(request: Request, parts: Parts, who: Principal, session_id: UUID) -> AsyncIterator[bytes]:
    """Fragments, until the collection ends, the server goes down, or the stream has lived long enough."""
    yield format_sse_event(retry=2_000)
    told: tuple[object, ...] | None = None
    silent = 0
    async with aclosing(_looks(parts, who, session_id)) as looks:
        async for progress in looks:
            if progress is None or progress.phase == "ended":
                yield format_sse_event(data_str=_after(progress, session_id), event="leave")
                return
            silent += 1
            if progress.mark != told or silent >= _TELL_SECONDS:
                told, silent = progress.mark, 0
                text = await to_thread.run_sync(partial(_fragment, request, parts, progress))
                yield format_sse_event(data_str=text, event="fragment")
            else:
                yield format_sse_event(comment="waiting")


async def _looks(parts: Parts, who: Principal, session_id: UUID) -> AsyncGenerator[Progress | None]:
    """How the collection stands, each second and at once when it ends; None once the session is deleted."""
    hub: Hub = parts.hub
    async with hub.watching(session_id) as watch:
        await watch.wait(None, _LOOK_SECONDS)
        for _ in range(_LONGEST):
            mark = watch.mark  # noted before reading: what comes in between wakes at once
            look = partial(_look, parts, who, session_id)
            yield await watch.share("collecting", look, seconds=_LOOK_SECONDS / 2)
            if hub.is_closed:
                return
            await watch.wait(mark, _LOOK_SECONDS)


def _look(parts: Parts, who: Principal, session_id: UUID, before: Progress | None) -> Progress | None:
    try:
        if before and before.creator:
            return look_again(parts, before)
        return read_progress(parts, parts.store.get_session(who.workspace_id, session_id))
    except UnknownSession:
        return None


def _fragment(request: Request, parts: Parts, progress: Progress) -> str:
    return fill(request, "collecting/progress.html", progress=progress, stand_in=parts.settings.stand_in)


def _after(progress: Progress | None, session_id: UUID) -> str:
    """Where to go once it has ended."""
    if progress is None:
        return "/sessions"
    is_collected = status_of(progress.session) == "collected"
    return f"/sessions/{session_id}/{'review' if is_collected else 'collecting'}"
