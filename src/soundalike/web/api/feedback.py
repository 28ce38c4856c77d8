"""What became of drafts, what the voice learned from it, and what its user changes about it."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from soundalike.errors import UnknownDraft
from soundalike.schemas.drafts import DecisionBody, DecisionRequest, KeptDraftsBody, KeptDraftShape
from soundalike.schemas.edits import EditVoiceRequest
from soundalike.schemas.models import ModelBody
from soundalike.service.feedback import change_voice, decide, preferences_of
from soundalike.service.quizzing import total_of
from soundalike.storage import DraftStatus
from soundalike.web.callers import Reader, Writer
from soundalike.web.links import lead
from soundalike.web.parts import PartsOf
from soundalike.web.problems import problems
from soundalike.web.reading import ModelId, PageOf, json_only, read_id

router: Final = APIRouter(prefix="/api/train-ai", tags=["Drafting"])

LINES: Final = "application/x-ndjson"

_LISTED: Final = {200: {"links": lead("decideOnDraft", draftId="/drafts/0/id")}}
_PAIRS: Final[dict[int, dict[str, Any]]] = {
    200: {
        "description": "A line of JSON a pair: prompt, chosen, rejected.",
        "content": {
            LINES: {
                "schema": {"type": "string"},
                "example": '{"prompt": "shipping on a Friday", "chosen": "Shipped it.", "rejected": "Ship it! 🚀"}\n',
            }
        },
    }
}


async def _draft_id(
    draft_id: Annotated[str, Path(alias="draftId", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return read_id(draft_id, UnknownDraft, "draft")


DraftId = Annotated[UUID, Depends(_draft_id)]


@router.get(
    "/models/{modelId}/drafts",
    summary="List a model's drafts, newest first",
    response_model=KeptDraftsBody,
    responses=problems("unknown_model", "invalid_request", also=_LISTED),
)
def list_drafts(
    caller: Reader,
    model_id: ModelId,
    parts: PartsOf,
    page: PageOf,
    status: Annotated[DraftStatus | None, Query(description="Only those of which this became.")] = None,
) -> KeptDraftsBody:
    """Every draft that was returned, within an answer the best first, and what became of it.

    Drafts that nobody decided on are deleted with their age, as collected posts are.
    """
    record = parts.store.get_model(caller.workspace_id, model_id)
    found = parts.store.drafts.page(
        caller.workspace_id, record.id, status=status, limit=page.limit + 1, offset=page.offset
    )
    return KeptDraftsBody(
        drafts=[KeptDraftShape.of(draft) for draft in found[: page.limit]],
        next_offset=page.next_offset(len(found)),
    )


@router.post(
    "/drafts/{draftId}/decision",
    summary="Accept, edit or reject a draft",
    response_model=DecisionBody,
    dependencies=[Depends(json_only)],
    responses=problems("unknown_draft", "invalid_settings", body=True),
)
def decide_on_draft(
    caller: Writer, draft_id: DraftId, asked: DecisionRequest, parts: PartsOf
) -> DecisionBody:
    """The draft is kept with what became of it; deciding again takes the place of the decision before.

    What repeated edits show, beyond what chance edits would, becomes a rule of the voice: `learned` has what is new.
    """
    draft, learned = decide(
        parts.store,
        caller.workspace_id,
        draft_id,
        asked.status,
        text=asked.text,
        reason=asked.reason,
        at=parts.now(),
        who=caller.user_id,
    )
    return DecisionBody.of(draft, learned)


@router.get(
    "/models/{modelId}/preferences",
    summary="Give the user's preferences away",
    response_class=Response,
    responses=problems("unknown_model", also=_PAIRS),
)
def export_preferences(caller: Reader, model_id: ModelId, parts: PartsOf) -> Response:
    """Which of two texts was preferred for a brief, for training: edited to draft, kept drafts to rejected ones.

    In the explicit-prompt form of TRL's DPO trainer, from the latest 5,000 decisions.
    """
    pairs = preferences_of(parts.store, caller.workspace_id, model_id)
    headers = {"Content-Disposition": 'attachment; filename="preferences.jsonl"'}
    return Response("".join(pair.to_line() for pair in pairs), media_type=LINES, headers=headers)


@router.patch(
    "/models/{modelId}/voice",
    summary="Change what a voice shows and what its drafts keep to",
    response_model=ModelBody,
    dependencies=[Depends(json_only)],
    responses=problems("unknown_model", "invalid_settings", body=True),
)
def edit_voice(caller: Writer, model_id: ModelId, asked: EditVoiceRequest, parts: PartsOf) -> ModelBody:
    """Traits and favourites hidden or shown again, rules added or removed, all of it or nothing; at once in force.

    A later version of the creator's voice begins with the same edits.
    """
    record = change_voice(
        parts.store, caller.workspace_id, model_id, asked.wish(), at=parts.now(), who=caller.user_id
    )
    return ModelBody.of(record, quiz=total_of(record, parts.store))
