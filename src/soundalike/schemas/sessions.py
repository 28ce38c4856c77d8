"""Training sessions as they are kept: the answer of analyze-creator at any time, before there is a result too."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from soundalike.posts.post import Window
from soundalike.schemas.collecting import ViralPostShape, WindowShape
from soundalike.schemas.shape import Shape
from soundalike.schemas.training import ErrorShape
from soundalike.storage import TrainingSession

SessionStatus = Literal["collecting", "collected", "failed"]


class SessionCreatorShape(Shape):
    """The account; what is not known before its profile was looked up is null."""

    id: str | None = None
    username: str
    display_name: str | None = None
    followers: int | None = None
    posts_count: int | None = None
    profile_image_url: str | None = None


class SessionStatsShape(Shape):
    """What collecting took and gave; until it has ended only `collected` and `window` are known."""

    collected: int
    kept: int | None = None
    set_aside: dict[str, int] | None = None
    viral: int | None = None
    window: WindowShape | None = None
    median_engagement: float | None = None
    requests: int | None = None
    credits: int | None = None
    usd: float | None = None
    seconds: float | None = None
    stop_reason: str | None = None
    kept_before: int | None = None
    expected: int | None = None
    coverage: float | None = None
    unread: list[WindowShape] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)


class SessionShape(Shape):
    """A training session in a list."""

    training_session_id: str
    username: str
    status: SessionStatus
    status_url: str
    viral: int | None
    model_id: str | None
    error: ErrorShape | None
    created_at: datetime

    @classmethod
    def of(cls, session: TrainingSession) -> "SessionShape":
        """Shape a kept session."""
        return cls(
            training_session_id=str(session.id),
            username=session.creator_username,
            status=status_of(session),
            status_url=url_of(session),
            viral=(session.stats or {}).get("viral"),
            model_id=str(session.model_id) if session.model_id else None,
            error=error_of(session),
            created_at=session.created_at,
        )


class SessionBody(Shape):
    """The answer of analyze-creator, and of its session at any later time."""

    success: bool
    training_session_id: str
    status: SessionStatus
    status_url: str
    creator: SessionCreatorShape
    tweets: list[ViralPostShape] = Field(description="The viral posts, best first.")
    stats: SessionStatsShape
    error: ErrorShape | None = Field(description="Why it failed. What was collected before is kept.")
    created_at: datetime

    @classmethod
    def of(cls, session: TrainingSession, *, collected: int) -> "SessionBody":
        """Shape a kept session; `collected` posts are there by now."""
        status = status_of(session)
        return cls(
            success=status != "failed",
            training_session_id=str(session.id),
            status=status,
            status_url=url_of(session),
            creator=SessionCreatorShape.model_validate(
                session.creator or {"username": session.creator_username}
            ),
            tweets=[ViralPostShape.model_validate(post) for post in session.posts_collected or ()],
            stats=SessionStatsShape.model_validate(
                {"collected": collected, "window": _window(session)} | (session.stats or {})
            ),
            error=error_of(session),
            created_at=session.created_at,
        )


class SessionsBody(Shape):
    """A page of training sessions, newest first."""

    sessions: list[SessionShape]
    next_offset: int | None = Field(description="Where the next page begins; null on the last.")


class ForgottenBody(Shape):
    """What was deleted of a creator."""

    success: Literal[True] = True
    username: str
    models: int
    sessions: int
    posts: int
    drafts: int


def status_of(session: TrainingSession) -> SessionStatus:
    """How its collection stands: a training that follows changes nothing about that."""
    if session.stats is not None or session.event_number or session.steps:
        return "collected"
    return "failed" if session.status in {"failed", "cancelled"} else "collecting"


def error_of(session: TrainingSession) -> ErrorShape | None:
    """Why its collection failed; a training's failure is told with the training."""
    if status_of(session) != "failed":
        return None
    code = session.error_code or ("cancelled" if session.status == "cancelled" else "internal_error")
    return ErrorShape(code=code, message=session.error_message or "Something went wrong inside.")


def _window(session: TrainingSession) -> WindowShape | None:
    """What is being collected, where that was asked for."""
    settings = session.settings
    if "asOf" not in settings or "months" not in settings:
        return None
    window = Window.months_before(datetime.fromisoformat(settings["asOf"]), settings["months"])
    return WindowShape(start=window.start, end=window.end)


def url_of(session: TrainingSession) -> str:
    """Where the session is found."""
    return f"/api/train-ai/sessions/{session.id}"


def example() -> dict[str, Any]:
    """What an answer looks like."""
    return {
        "success": True,
        "trainingSessionId": "0f0e2a52-6c1d-4f5e-9c9e-0a6a3a1f6f10",
        "status": "collected",
        "statusUrl": "/api/train-ai/sessions/0f0e2a52-6c1d-4f5e-9c9e-0a6a3a1f6f10",
        "creator": {
            "id": "1577241403",
            "username": "levelsio",
            "displayName": "@levelsio",
            "followers": 730000,
            "postsCount": 98000,
            "profileImageUrl": "https://pbs.twimg.com/profile_images/1/levels.jpg",
        },
        "tweets": [
            {
                "id": "1849283746152938475",
                "text": "ship it",
                "createdAt": "2026-10-24T03:25:00Z",
                "url": "https://x.com/levelsio/status/1849283746152938475",
                "likeCount": 150_000,
                "retweetCount": 9_000,
                "replyCount": 800,
                "quoteCount": 200,
                "viewCount": None,
                "bookmarkCount": None,
                "engagement": 160_000,
                "viralScore": 91.5,
                "reach": 0.9,
                "resonance": 0.01,
                "lift": 8.1,
            }
        ],
        "stats": {
            "collected": 412,
            "kept": 301,
            "setAside": {"reply": 111},
            "viral": 1,
            "window": {"start": "2026-05-22T12:00:00Z", "end": "2026-11-22T12:00:00Z"},
            "medianEngagement": 512.0,
            "requests": 22,
            "credits": 6_195,
            "usd": 0.06195,
            "seconds": 118.2,
            "stopReason": "complete",
            "keptBefore": 0,
            "expected": 420,
            "coverage": 0.981,
            "unread": [],
            "warnings": [],
        },
        "error": None,
        "createdAt": "2026-11-22T12:00:00Z",
    }
