"""Trained models: listed, shown, deleted, given away."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from soundalike.schemas.models import ModelBody, ModelsBody, ModelShape
from soundalike.service.quizzing import total_of
from soundalike.storage import TrainedModelRecord
from soundalike.web.callers import Reader, Writer
from soundalike.web.links import lead
from soundalike.web.parts import PartsOf
from soundalike.web.problems import Refused, problems
from soundalike.web.reading import ModelId, PageOf

router: Final = APIRouter(prefix="/api/train-ai/models", tags=["Models"])

FORMATS: Final = ("prompt", "llm", "ollama", "characterfile", "peft", "gguf")

_FILE: Final[dict[int, dict[str, Any]]] = {
    200: {"description": "The model as a file.", "content": {"text/plain": {"schema": {"type": "string"}}}}
}

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


@router.get(
    "/{modelId}/export",
    summary="Give a model away",
    response_class=Response,
    responses=problems("unknown_model", "export_unavailable", "invalid_request", also=_FILE),
)
def export_model(
    caller: Reader,
    model_id: ModelId,
    parts: PartsOf,
    kind: Annotated[str, Query(alias="format", json_schema_extra={"enum": list(FORMATS)})] = "prompt",
) -> Response:
    """As a prompt for any chat, or in another form where the model has it."""
    record = parts.store.get_model(caller.workspace_id, model_id)
    export = _EXPORTS.get(kind)
    if export is None:
        raise Refused(
            "export_unavailable",
            f"This model cannot be exported as {kind}." if kind in FORMATS else "There is no such format.",
            hint=f"What it can be exported as: {', '.join(_EXPORTS)}.",
        )
    return export(record)


def _prompt(record: TrainedModelRecord) -> Response:
    name = f"{record.creator_username}-v{record.version}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(record.model_prompt + "\n", media_type="text/plain", headers=headers)


_EXPORTS: Final[Mapping[str, Callable[[TrainedModelRecord], Response]]] = {"prompt": _prompt}
