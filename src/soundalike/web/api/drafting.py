"""Writing in a trained voice, and telling which of two wordings would win."""

from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import uuid4

from fastapi import APIRouter, Depends

from soundalike.errors import UnknownModel
from soundalike.posts.post import read_username
from soundalike.schemas.models import CompareBody, DraftsBody
from soundalike.schemas.requests import CompareRequest, DraftRequest
from soundalike.service.feedback import keep_drafts
from soundalike.service.jobs import Caller
from soundalike.service.keeping import forecaster_of, patterns_of
from soundalike.storage import TrainedModelRecord
from soundalike.training.comparison import Comparison, compare
from soundalike.training.learned import fit_forecaster
from soundalike.virality.forecast import Forecaster
from soundalike.virality.patterns import Pattern
from soundalike.web.callers import Reader, Writer
from soundalike.web.links import lead
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.problems import problems
from soundalike.web.reading import ModelId, json_only, read_id

router: Final = APIRouter(prefix="/api/train-ai", tags=["Drafting"])

_BENCH: Final = ("drafting_busy", "drafting_timeout")
_WRITTEN: Final = {200: {"links": lead("decideOnDraft", draftId="/drafts/0/id")}}


@router.post(
    "/models/{modelId}/drafts",
    summary="Write drafts in a trained voice",
    response_model=DraftsBody,
    dependencies=[Depends(json_only)],
    responses=problems(
        "unknown_model",
        "invalid_settings",
        "prompt_too_long",
        "writer_unavailable",
        "not_configured",
        *_BENCH,
        body=True,
        also=_WRITTEN,
    ),
)
def write_drafts(caller: Writer, model_id: ModelId, asked: DraftRequest, parts: PartsOf) -> DraftsBody:
    """Best first, each with its receipts, or the posts of a thread; fewer where not enough candidates pass the checks.

    They are kept: say by their ids what became of them, and the voice learns from it.
    """
    record = parts.store.get_model(caller.workspace_id, model_id)

    def write() -> DraftsBody:
        drafting = parts.studio.voice(record).draft(
            asked.brief,
            n=asked.count,
            max_chars=asked.max_chars,
            continue_from=asked.continue_from,
            seed=asked.seed,
            thread=asked.thread,
        )
        ids = [uuid4() for _ in drafting.drafts]
        order = asked.as_json()
        keep_drafts(
            record, drafting, order.pop("brief"), store=parts.store, ids=ids, at=parts.now(), order=order
        )
        parts.metrics.count_drafts(len(ids))
        return DraftsBody.of(drafting, ids)

    return parts.studio.bench.run(write)


@router.post(
    "/compare",
    summary="Tell which of two wordings this audience would take up more",
    response_model=CompareBody,
    dependencies=[Depends(json_only)],
    responses=problems("unknown_model", "invalid_username", *_BENCH, body=True),
)
def compare_wordings(asked: CompareRequest, caller: Reader, parts: PartsOf) -> CompareBody:
    """By what the creator's newest model has learned, kept posts or not; without one, by the posts that are kept.

    Where nothing can be learned of this audience, people in general are asked: `judge` and `note` say so. Names no
    winner where the judge abstains.
    """
    username, found = judge_wordings(asked, caller, parts)
    return CompareBody.of(found, username)


def judge_wordings(asked: CompareRequest, caller: Caller, parts: Parts) -> tuple[str, Comparison]:
    """Whose audience was meant, and which wording it would take up more.

    Raises:
        UnknownModel, InvalidUsername: Nobody's audience was named.
        Refused: Too many are judged already.
    """
    username, record = _audience(asked, caller, parts)

    def answer() -> Comparison:
        forecaster, patterns = _learned(username, record, caller, parts)
        return compare(asked.a, asked.b, forecaster=forecaster, patterns=patterns, creator=username)

    return username, parts.studio.judging.run(answer)


def _audience(asked: CompareRequest, caller: Caller, parts: Parts) -> tuple[str, TrainedModelRecord | None]:
    """Whose audience is meant, and the model that knows it best: the one that was named, or the creator's newest."""
    store, workspace = parts.store, caller.workspace_id
    if asked.username is None:
        found = store.get_model(workspace, read_id(asked.model_id or "", UnknownModel, "model"))
        return found.creator_username, found
    username = read_username(asked.username)
    try:
        found = store.find_model(workspace, f"@{username}")
    except UnknownModel:
        return username, None
    is_theirs = found.creator_username.lower() == username.lower()  # any model can be called “@name”
    return (found.creator_username, found) if is_theirs else (username, None)


def _learned(
    username: str, record: TrainedModelRecord | None, caller: Caller, parts: Parts
) -> tuple[Forecaster | None, Sequence[Pattern]]:
    """The forecaster kept with the model, and its patterns; where there is none, one learned from the kept posts."""
    workspace, store = caller.workspace_id, parts.store
    if record is not None:
        read = partial(forecaster_of, record, store)
        kept = parts.forecasters.get((workspace, record.id, record.version), read)
        if kept is not None:
            return kept, patterns_of(record)
    posts = store.load_posts(workspace, username)
    newest = max((post.created_at for post in posts), default=None)
    key = (workspace, username.lower(), len(posts), newest)
    return parts.forecasters.get(key, partial(fit_forecaster, posts)), ()
