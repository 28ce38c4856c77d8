"""Trained models given away, and voices of other installations taken in."""

from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from soundalike.exports import FORMATS, MOST_EXAMPLES, Options
from soundalike.exports.voice_file import MEDIA_TYPE
from soundalike.schemas.models import ImportedBody
from soundalike.service.exporting import export_model as export
from soundalike.service.importing import import_voice as take_in
from soundalike.web.callers import Reader, Writer
from soundalike.web.parts import PartsOf
from soundalike.web.problems import Refused, problems
from soundalike.web.reading import ModelId

router: Final = APIRouter(prefix="/api/train-ai/models", tags=["Models"])

IMPORT_PATH: Final = router.prefix
_ANY_FILE: Final = "application/octet-stream"
_BINARY: Final = {"type": "string", "format": "binary"}
_GIVEN: Final[dict[int, dict[str, Any]]] = {
    200: {
        "description": "The model as a file.",
        "headers": {
            "Soundalike-Posts": {
                "description": "How many of the creator's posts the file holds, word for word.",
                "schema": {"type": "integer", "minimum": 0},
            },
            "Content-Disposition": {"description": "The name of the file.", "schema": {"type": "string"}},
        },
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "application/yaml": {"schema": {}},
            "application/json": {"schema": {"type": "object"}},
            MEDIA_TYPE: {"schema": _BINARY},
            "application/zip": {"schema": _BINARY},
            _ANY_FILE: {"schema": _BINARY},
        },
    }
}
_BASE: Final = r"^[\w.:/@~+-]{1,200}$"
_SIGNER: Final = r"^[0-9a-fA-F]{4}(?:[ :-]?[0-9a-fA-F]{4}){7}$"


class _Asked(NamedTuple):
    examples: int
    base: str | None


async def _asked(
    examples: Annotated[
        int, Query(ge=0, le=MOST_EXAMPLES, description="How many of the creator's posts are to be in it.")
    ] = 0,
    base: Annotated[
        str | None,
        Query(pattern=_BASE, description="For `ollama`: the model to build on, `llama3.2` by default."),
    ] = None,
) -> _Asked:
    return _Asked(examples, base)


Asked = Annotated[_Asked, Depends(_asked)]


@router.get(
    "/{modelId}/export",
    summary="Give a model away",
    response_class=Response,
    responses=problems(
        "unknown_model", "export_unavailable", "invalid_settings", "invalid_request", also=_GIVEN
    ),
)
def export_model(
    caller: Reader,
    model_id: ModelId,
    parts: PartsOf,
    asked: Asked,
    kind: Annotated[
        str,
        Query(
            alias="format",
            description="In which form. `peft` and `gguf` take an adapter, which a prompt does not have.",
            json_schema_extra={"enum": list(FORMATS)},
        ),
    ] = "prompt",
) -> Response:
    """To any chat, another tool, or another installation. No post goes along unless `examples` asks for it."""
    record = parts.store.get_model(caller.workspace_id, model_id)
    made = export(record, parts.store, kind, Options(parts.signer(), *asked))
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "Soundalike-Posts": str(made.posts),
    }
    return Response(made.content, media_type=made.media_type, headers=headers)


async def _voice_file(request: Request) -> bytes:
    """The body, which has to be said to be a voice file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {MEDIA_TYPE, _ANY_FILE, "application/zip"}:
        raise Refused(
            "unsupported_media_type",
            "The body must be a voice file.",
            hint=f"Send it with Content-Type: {MEDIA_TYPE}.",
        )
    return await request.body()


@router.post(
    "",
    summary="Take in a voice that another installation exported",
    status_code=201,
    response_model=ImportedBody,
    responses=problems(
        "unreadable_voice",
        "creator_opted_out",
        "consent_required",
        "invalid_settings",
        "invalid_request",
        body=True,
    ),
    # The voice file's own type is taken too; generated clients know this one.
    openapi_extra={"requestBody": {"required": True, "content": {_ANY_FILE: {"schema": _BINARY}}}},
)
def import_voice(
    caller: Writer,
    parts: PartsOf,
    content: Annotated[bytes, Depends(_voice_file)],
    signer: Annotated[
        str | None,
        Query(
            pattern=_SIGNER,
            description="The fingerprint of the key that has to have signed it; any by default.",
        ),
    ] = None,
) -> ImportedBody:
    """It becomes the creator's next version here; the same file twice is one voice. `notes` say who signed it."""
    imported = take_in(
        content,
        store=parts.store,
        workspace_id=caller.workspace_id,
        own_signer=parts.signer().fingerprint,
        is_opted_out=parts.accounts.opt_outs.has,
        at=parts.now(),
        signer=signer,
    )
    return ImportedBody.of_import(
        imported.record, signer=imported.signer, posts=imported.posts, notes=imported.notes
    )
