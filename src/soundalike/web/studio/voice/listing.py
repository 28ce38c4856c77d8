"""The voices of the workspace: the newest of each creator, and how near its drafts come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from soundalike.accounts import Principal
from soundalike.exports.voice_file import MOST_BYTES
from soundalike.storage import TrainedModelRecord
from soundalike.training.card import ReportCard
from soundalike.training.pools import Measure
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.studio.render import show
from soundalike.web.studio.visitors import Reader

router: Final = APIRouter(include_in_schema=False)

_LISTED: Final = 500


@dataclass(frozen=True, slots=True)
class VoiceRow:
    """A line of the list. `gap` is None where nothing was graded, or there was too little text for a verdict."""

    id: UUID
    username: str
    name: str
    version: int
    trainer: str
    consent: str | None
    is_graded: bool
    gap: Measure | None
    trained_at: datetime

    @classmethod
    def of(cls, model: TrainedModelRecord) -> "VoiceRow":
        """The line of a model."""
        provenance = model.provenance or {}
        return cls(
            id=model.id,
            username=model.creator_username,
            name=model.model_name,
            version=model.version,
            trainer=model.trainer or "prompt",
            consent=provenance.get("consent"),
            is_graded=model.report is not None,
            gap=ReportCard.from_json(model.report).gap_closed if model.report else None,
            trained_at=model.created_at,
        )


@router.get("/voices")
def list_voices(request: Request, who: Reader, parts: PartsOf) -> Response:
    """The newest version of every creator's voice, the one trained last first."""
    return show_voices(request, who, parts)


def show_voices(
    request: Request,
    who: Principal,
    parts: Parts,
    *,
    status: int = 200,
    signer: str = "",
    in_file: str = "",
    in_signer: str = "",
) -> Response:
    """The list, and the form that imports one; `in_file` and `in_signer` say what is wrong with what was sent."""
    newest: dict[str, VoiceRow] = {}
    for model in parts.store.list_models(who.workspace_id, limit=_LISTED):
        newest.setdefault(model.creator_username.lower(), VoiceRow.of(model))
    return show(
        request,
        "voice/listing.html",
        who,
        here="voices",
        status=status,
        voices=list(newest.values()),
        most=MOST_BYTES,
        signer=signer,
        in_file=in_file,
        in_signer=in_signer,
    )
