"""Writing in a trained voice, and telling which of two wordings would win."""

from functools import partial
from typing import Final

from fastapi import APIRouter, Depends

from soundalike.errors import UnknownModel
from soundalike.posts.post import Post, read_username
from soundalike.schemas.models import CompareBody, DraftsBody
from soundalike.schemas.requests import CompareRequest, DraftRequest
from soundalike.service.jobs import Caller
from soundalike.web.callers import Reader, Writer
from soundalike.web.comparing import Jury
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.problems import problems
from soundalike.web.reading import ModelId, json_only, read_id

router: Final = APIRouter(prefix="/api/train-ai", tags=["Drafting"])

_BENCH: Final = ("drafting_busy", "drafting_timeout")


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
    ),
)
def write_drafts(caller: Writer, model_id: ModelId, asked: DraftRequest, parts: PartsOf) -> DraftsBody:
    """Best first, each with its receipts; fewer where not enough candidates pass the checks."""
    record = parts.store.get_model(caller.workspace_id, model_id)

    def write() -> DraftsBody:
        drafting = parts.studio.voice(record).draft(
            asked.brief,
            n=asked.count,
            max_chars=asked.max_chars,
            continue_from=asked.continue_from,
            seed=asked.seed,
        )
        parts.metrics.count_drafts(len(drafting.drafts))
        return DraftsBody.of(drafting)

    return parts.studio.bench.run(write)


@router.post(
    "/compare",
    summary="Tell which of two wordings this audience would take up more",
    response_model=CompareBody,
    dependencies=[Depends(json_only)],
    responses=problems("unknown_model", "invalid_username", "too_few_posts", *_BENCH, body=True),
)
def compare_wordings(asked: CompareRequest, caller: Reader, parts: PartsOf) -> CompareBody:
    """Learned from the creator's kept posts. Names no winner where that cannot be told from chance."""
    username = _audience(asked, caller, parts)
    posts = parts.store.load_posts(caller.workspace_id, username)
    newest = max((post.created_at for post in posts), default=None)
    key = (caller.workspace_id, username.lower(), len(posts), newest)
    jury = parts.studio.bench.run(partial(parts.juries.get, key, partial(_fit, posts)))
    return jury.compare(asked.a, asked.b)


def _audience(asked: CompareRequest, caller: Caller, parts: Parts) -> str:
    if asked.username is not None:
        return read_username(asked.username)
    model_id = read_id(asked.model_id or "", UnknownModel, "model")
    return parts.store.get_model(caller.workspace_id, model_id).creator_username


def _fit(posts: list[Post]) -> Jury:
    return Jury.fit(posts)
