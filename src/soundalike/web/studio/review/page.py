"""The review of a collection: which of the posts that outran the usual are learned from."""

import math
from functools import partial
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from soundalike.errors import (
    ConsentRequired,
    CreatorOptedOut,
    SoundalikeError,
    TooFewPosts,
    TooManyJobs,
    TrainerUnavailable,
    UnknownPosts,
)
from soundalike.service.jobs import TrainingWish
from soundalike.service.reviewing import Review, with_gate
from soundalike.service.training import check_trainer
from soundalike.storage import TrainingSession
from soundalike.storage.columns import storable
from soundalike.virality.score import Gate
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.problems import told
from soundalike.web.reading import SessionId
from soundalike.web.studio.language import english
from soundalike.web.studio.render import show
from soundalike.web.studio.review.view import FIXED_GATE, SHOWN, SORTS, Asked, ReviewView, view_of
from soundalike.web.studio.visitors import Changer, Reader, caller

router: Final = APIRouter(include_in_schema=False)

_Word = Annotated[str, Query(max_length=40)]
_FormWord = Annotated[str, Form(max_length=200)]
_Ids = Annotated[list[str], Query(max_length=1_000)]
_MOST_TIMES: Final = 1e6
_FIELDS: Final[dict[type[SoundalikeError], str]] = {
    ConsentRequired: "consent",
    TrainerUnavailable: "trainer",
    TooFewPosts: "tweets",
    UnknownPosts: "tweets",
}


@router.get("/sessions/{trainingSessionId}/review")
def review_page(
    *,
    request: Request,
    who: Reader,
    parts: PartsOf,
    session_id: SessionId,
    tweets: _Ids = [],  # noqa: B006 - FastAPI copies it
    picked: _Word = "",
    sort: _Word = "",
    show: _Word = "",
    select: _Word = "",
    at_least: Annotated[str, Query(alias="atLeast", max_length=40)] = "",
    trainer: _Word = "",
    consent: _Word = "",
    name: Annotated[str, Query(alias="modelName", max_length=200)] = "",
) -> Response:
    """The posts offered, sorted and filtered as asked, with what is selected and how it is to be trained."""
    session = parts.store.get_session(who.workspace_id, session_id)
    if session.stats is None or session.posts_collected is None:
        return RedirectResponse(f"/sessions/{session.id}", status_code=303)
    asked = Asked(
        sort=sort if sort in SORTS else "lift",
        show=show if show in SHOWN else "all",
        select=select,
        at_least=_times(at_least),
        chosen=tuple(tweets) if picked or tweets else None,
    )
    wish = {"trainer": trainer, "consent": consent, "name": name[:100]}
    return _page(request, who, view_of(session, review_of(session, parts), asked), wish)


@router.post("/sessions/{trainingSessionId}/review")
def change_gate(
    who: Changer, parts: PartsOf, session_id: SessionId, gate: Annotated[str, Form(max_length=20)]
) -> Response:
    """Ask the same posts with another gate; nothing is bought, as all of them are here."""
    session = parts.store.get_session(who.workspace_id, session_id)
    wanted: Gate = FIXED_GATE if gate == str(FIXED_GATE) else "auto"
    asked = with_gate(session, wanted, store=parts.store, new_id=uuid4(), now=parts.now())
    return RedirectResponse(f"/sessions/{asked.id}/review", status_code=303)


@router.post("/sessions/{trainingSessionId}/training")
def start_training(
    *,
    request: Request,
    who: Changer,
    parts: PartsOf,
    session_id: SessionId,
    tweets: Annotated[list[str], Form(max_length=1_000)] = [],  # noqa: B006 - FastAPI copies it
    trainer: _FormWord = "prompt",
    consent: _FormWord = "",
    name: Annotated[str, Form(alias="modelName", max_length=200)] = "",
) -> Response:
    """Train on the posts selected; where that cannot be, the page again with what is in the way."""
    session = parts.store.get_session(who.workspace_id, session_id)
    offered = {row["id"] for row in session.posts_collected or ()}
    wish = TrainingWish(
        username=session.creator_username,
        post_ids=tuple(dict.fromkeys(each for each in tweets if each in offered)),
        session_id=session.id,
        trainer=trainer,
        name=storable(name.strip()[:100]) or None,
        consent=consent if consent in {"own", "permission", "research"} else None,
    )
    try:
        begun = parts.desk.ask_for_training(wish, caller=caller(request, who))
    except (
        ConsentRequired,
        TrainerUnavailable,
        TooFewPosts,
        UnknownPosts,
        CreatorOptedOut,
        TooManyJobs,
    ) as error:
        field = _FIELDS.get(type(error), "other")
        view = _view_again(session, wish, parts, {field: english(str(error))})
        wished = {"trainer": wish.trainer, "consent": wish.consent or "", "name": wish.name or ""}
        return _page(
            request, who, view, wished, status=422 if field in _FIELDS.values() else told(error)[0].status
        )
    return RedirectResponse(f"/sessions/{begun.id}/training", status_code=303)


def review_of(session: TrainingSession, parts: Parts) -> Review | None:
    """The review of a session, made once for whoever looks at it in these minutes; None if no post is kept any more."""
    if "asOf" not in session.settings:
        return None
    count = parts.store.count_posts(session.user_id, session.creator_username)
    if not count:
        return None
    key = (session.user_id, session.id, session.updated_at, count)
    return parts.reviews.get(key, partial(Review.of, session, parts.store))


def _view_again(
    session: TrainingSession, wish: TrainingWish, parts: Parts, faults: dict[str, str]
) -> ReviewView:
    return view_of(session, review_of(session, parts), Asked(chosen=wish.post_ids), faults)


def _page(
    request: Request, who: Reader, view: ReviewView, wish: dict[str, str], *, status: int = 200
) -> Response:
    settings = view.session.settings
    return show(
        request,
        "review/page.html",
        who,
        here="ask",
        status=status,
        view=view,
        session=view.session,
        sorts=SORTS,
        shows=SHOWN,
        trainer=wish.get("trainer") or settings.get("trainer") or "prompt",
        consent=wish.get("consent") or settings.get("consent") or "",
        name=wish.get("name") or "",
        no_adapter=_why_no_adapter(),
    )


def _why_no_adapter() -> str:
    """Why no adapter can be trained on this server; empty if it can."""
    try:
        check_trainer("lora", "own")
    except TrainerUnavailable as error:
        return english(str(error))
    return ""


def _times(text: str) -> float:
    """How many times the usual; five where nothing sensible was said."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return 5.0
    return min(value, _MOST_TIMES) if math.isfinite(value) and value > 0 else 5.0
