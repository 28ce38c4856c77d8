"""All sessions: where each is, what it brought and cost; the way to it, and the end of it."""

from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from soundalike.schemas.sessions import status_of
from soundalike.storage import TrainingSession
from soundalike.storage.job_records import Job
from soundalike.storage.progress import Brought, read_brought, read_versions
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.reading import SessionId
from soundalike.web.studio.collecting.page import stop_of
from soundalike.web.studio.collecting.stops import Stop
from soundalike.web.studio.language import _
from soundalike.web.studio.render import show
from soundalike.web.studio.visitors import Changer, Reader, caller

router: Final = APIRouter(include_in_schema=False)

LISTED: Final = 50
_STEPS: Final = 6
_MOST_OFFSET: Final = 1_000_000
_FILES: Final = frozenset({"file", "archive"})


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A line of the list: a session, the job that is at it, what its requests brought, the version it became."""

    session: TrainingSession
    job: Job | None
    brought: Brought | None
    version: int | None

    @property
    def place(self) -> str:
        """Where it is, as `place_of` says."""
        return place_of(self.session)

    @property
    def is_waiting(self) -> bool:
        """Whether nobody is at it yet."""
        return self.job is not None and self.job.status == "queued"

    @property
    def step(self) -> int:
        """Which of the six steps of its training is under way."""
        ended = [step for step in self.session.steps if step.get("status") == "completed"]
        return min(len(ended) + 1, _STEPS)

    @property
    def stop(self) -> Stop:
        """Why it stands still."""
        if self.place == "stopped":
            return stop_of(self.session)
        return Stop(self.session.error_code or "internal_error", self.session.error_message or "")

    @property
    def posts(self) -> int | None:
        """How many posts were collected, where that is known."""
        stats = self.session.stats or {}
        found = stats.get("collected") or (self.brought.posts if self.brought else None)
        return int(found) if found else None

    @property
    def is_from_file(self) -> bool:
        """Whether nothing was bought for it."""
        return self.session.settings.get("source") in _FILES


def place_of(session: TrainingSession) -> str:
    """Where a session is: `collecting`, `stopped`, `review`, `training`, `halted` or `trained`."""
    if session.model_id:
        return "trained"
    if not session.event_number and not session.steps:
        return {"collecting": "collecting", "failed": "stopped"}.get(status_of(session), "review")
    return "halted" if session.status in {"failed", "cancelled"} else "training"


@router.get("/sessions")
def list_sessions(
    request: Request, who: Reader, parts: PartsOf, offset: Annotated[int, Query(ge=0, le=_MOST_OFFSET)] = 0
) -> Response:
    """A page of the workspace's sessions, newest first."""
    found = parts.store.list_sessions(who.workspace_id, limit=LISTED + 1, offset=offset)
    return show(
        request,
        "collecting/sessions.html",
        who,
        here="sessions",
        rows=_rows(parts, who.workspace_id, found[:LISTED]),
        offset=offset,
        listed=LISTED,
        has_more=len(found) > LISTED,
    )


@router.get("/sessions/{trainingSessionId}")
def find_session(who: Reader, session_id: SessionId, parts: PartsOf) -> Response:
    """Go to where the session is."""
    return RedirectResponse(_way_to(parts.store.get_session(who.workspace_id, session_id)), status_code=303)


@router.get("/sessions/{trainingSessionId}/delete")
def delete_page(request: Request, who: Reader, session_id: SessionId, parts: PartsOf) -> Response:
    """Say what is deleted, and ask for the name."""
    session = parts.store.get_session(who.workspace_id, session_id)
    return show(request, "collecting/delete.html", who, here="sessions", session=session, typed="", fault="")


@router.post("/sessions/{trainingSessionId}/delete")
def delete(
    request: Request,
    who: Changer,
    session_id: SessionId,
    parts: PartsOf,
    username: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Delete it, if it was named."""
    session = parts.store.get_session(who.workspace_id, session_id)
    if username.strip().removeprefix("@").lower() != session.creator_username.lower():
        fault = _("This is not @%(name)s. Nothing was deleted.", name=session.creator_username)
        values = {"session": session, "typed": username, "fault": fault}
        return show(request, "collecting/delete.html", who, here="sessions", status=422, **values)
    parts.desk.purge(session_id, caller=caller(request, who))
    parts.let_go()
    return RedirectResponse("/sessions", status_code=303)


def _rows(parts: Parts, workspace_id: UUID, sessions: list[TrainingSession]) -> list[SessionRow]:
    database = parts.store.database
    brought = read_brought(database, workspace_id, [session.id for session in sessions])
    model_ids = [session.model_id for session in sessions if session.model_id]
    versions = read_versions(database, workspace_id, model_ids)
    jobs = {job.session_id: job for job in parts.store.jobs.list_open(workspace_id)}
    return [
        SessionRow(
            session,
            jobs.get(session.id),
            brought.get(session.id),
            versions.get(session.model_id) if session.model_id else None,
        )
        for session in sessions
    ]


def _way_to(session: TrainingSession) -> str:
    room = {"collecting": "collecting", "stopped": "collecting", "review": "review"}
    if session.model_id:
        return f"/voices/{session.model_id}"
    return f"/sessions/{session.id}/{room.get(place_of(session), 'training')}"
