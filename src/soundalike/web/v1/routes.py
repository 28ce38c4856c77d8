"""Trained voices for whatever speaks OpenAI's API: the models there are, and chat completions."""

from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse

from soundalike.storage import TrainedModelRecord
from soundalike.storage.voices import VoiceRow, find_voice, list_voices
from soundalike.web.callers import Reader, Writer
from soundalike.web.links import lead_with_body
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.reading import json_only
from soundalike.web.v1.answers import ChatCompletion, ModelList, ModelObject
from soundalike.web.v1.errors import failures
from soundalike.web.v1.requests import ChatRequest
from soundalike.web.v1.streaming import stream
from soundalike.web.v1.writing import name_of, read_model_name, write_completion

router: Final = APIRouter(prefix="/v1", tags=["OpenAI"])

_LISTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"links": lead_with_body("createChatCompletion", model="/data/0/id")}
}
_COMPLETED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The drafts; as events where `stream` is true: chunks, then `[DONE]`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/models", summary="List the voices as models", responses=_LISTED | failures())
def list_voice_models(caller: Reader, parts: PartsOf) -> ModelList:
    """Each creator's newest active model by the creator's name alone, then every version; newest first."""
    voices = list_voices(parts.store.database, caller.workspace_id)
    newest: dict[str, VoiceRow] = {}
    for voice in voices:
        if voice.is_active:
            newest.setdefault(voice.username.lower(), voice)
    named = [_model(voice, versioned=False) for voice in newest.values()]
    return ModelList(data=[*named, *(_model(voice) for voice in voices)])


@router.get("/models/{model:path}", summary="Show a voice as a model", responses=failures("unknown_model"))
def get_voice_model(
    caller: Reader,
    parts: PartsOf,
    model: Annotated[str, Path(examples=["soundalike/@levelsio"], description="As /v1/models has it.")],
) -> ModelObject:
    """By its name, with a version or without."""
    username, version = read_model_name(model)
    voice = find_voice(parts.store.database, caller.workspace_id, username, version)
    return _model(voice, versioned=version is not None)


@router.post(
    "/chat/completions",
    summary="Write drafts in a trained voice, as chat completions",
    response_model=ChatCompletion,
    dependencies=[Depends(json_only)],
    responses=_COMPLETED
    | failures(
        "unknown_model",
        "nothing_passed",
        "invalid_settings",
        "prompt_too_long",
        "writer_unavailable",
        "not_configured",
        "drafting_busy",
        "drafting_timeout",
        body=True,
    ),
)
async def create_chat_completion(
    caller: Writer, asked: ChatRequest, parts: PartsOf, request: Request
) -> Response:
    """What comes is a draft that passed every check, or an error: never a text that nobody checked, streamed or not.

    The post is to be about what the last message says, or what it wants changed about the draft before it. Choices are
    drafts, best first, fewer than `n` where not enough candidates pass; where none does, the error `content_filter`
    says why. They are kept like drafts that `POST …/drafts` wrote, unless `store` is false.
    """
    record = await to_thread.run_sync(_record, asked.model, caller.workspace_id, parts)
    work = partial(parts.studio.bench.run, partial(write_completion, asked, record, parts))
    if asked.stream:
        return await stream(work, request, includes_usage=asked.includes_usage)
    answer = await to_thread.run_sync(work, abandon_on_cancel=True)
    return JSONResponse(answer.model_dump(mode="json"))


def _record(model: str, workspace_id: UUID, parts: Parts) -> TrainedModelRecord:
    username, version = read_model_name(model)
    voice = find_voice(parts.store.database, workspace_id, username, version)
    return parts.store.get_model(workspace_id, voice.id)


def _model(voice: VoiceRow, *, versioned: bool = True) -> ModelObject:
    return ModelObject(id=name_of(voice, versioned=versioned), created=int(voice.created_at.timestamp()))
