"""Trained models: listed, shown, deleted."""

from typing import Final

from fastapi import APIRouter, Response

from soundalike.schemas.models import ModelBody, ModelsBody, ModelShape
from soundalike.service.quizzing import total_of
from soundalike.web.callers import Reader, Writer
from soundalike.web.links import lead
from soundalike.web.parts import PartsOf
from soundalike.web.problems import problems
from soundalike.web.reading import ModelId, PageOf

router: Final = APIRouter(prefix="/api/train-ai/models", tags=["Models"])

_LISTED: Final = {
    200: {"links": lead("getModel", "exportModel", "writeDrafts", "deleteModel", modelId="/models/0/modelId")}
}


@router.get(
    "",
    summary="List trained models, newest first",
    response_model=ModelsBody,
    responses=problems("invalid_request", also=_LISTED),
)
def list_models(caller: Reader, parts: PartsOf, page: PageOf) -> ModelsBody:
    """A page of the models of this workspace."""
    found = parts.store.list_models(caller.workspace_id, limit=page.limit + 1, offset=page.offset)
    return ModelsBody(
        models=[ModelShape.of(record) for record in found[: page.limit]],
        next_offset=page.next_offset(len(found)),
    )


@router.get(
    "/{modelId}",
    summary="Show a model",
    response_model=ModelBody,
    responses=problems("unknown_model"),
)
def get_model(caller: Reader, model_id: ModelId, parts: PartsOf) -> ModelBody:
    """Voice, patterns, prompt, report card, the result of its blind quizzes, and provenance."""
    record = parts.store.get_model(caller.workspace_id, model_id)
    return ModelBody.of(record, quiz=total_of(record, parts.store))


@router.delete(
    "/{modelId}",
    summary="Delete a model",
    status_code=204,
    response_class=Response,
    responses=problems("unknown_model"),
)
def delete_model(caller: Writer, model_id: ModelId, parts: PartsOf) -> None:
    """For good."""
    parts.store.delete_model(caller.workspace_id, model_id)
    parts.let_go()
