"""Drafts that are kept, and decisions about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from soundalike.drafts.draft import Draft
from soundalike.drafts.form import MOST_CHARACTERS
from soundalike.schemas.edits import RuleShape
from soundalike.schemas.models import DraftShape
from soundalike.schemas.requests import Request, Text
from soundalike.schemas.shape import Shape
from soundalike.storage import DraftRecord, DraftStatus
from soundalike.training.edits import KeptRule

MOST_REASON_CHARACTERS: Final = 500

ORDER: Final = "order"
"""Among the kept figures, what was asked for and what came of it beside the drafts: nothing that was measured."""

_NOT_FIGURES: Final = frozenset({"id", "text"})


class KeptDraftShape(Shape):
    """A draft as it is kept, and what became of it.

    `rank` is its place, from 1, in the answer it came with; `figures` what was measured of it then. `editedText` is
    what was made of it, where `status` is `edited`.
    """

    id: str
    model_id: str
    brief: str
    rank: int
    text: str
    status: DraftStatus
    edited_text: str | None
    reason: str | None
    created_at: datetime
    decided_at: datetime | None
    figures: dict[str, Any]

    @classmethod
    def of(cls, record: DraftRecord) -> "KeptDraftShape":
        """Shape a kept draft."""
        return cls(
            id=str(record.id),
            model_id=str(record.model_id),
            brief=record.brief,
            rank=record.rank,
            text=record.text,
            status=record.status,
            edited_text=record.edited_text,
            reason=record.reason,
            created_at=record.created_at,
            decided_at=record.decided_at,
            figures={name: value for name, value in record.figures.items() if name != ORDER},
        )


class KeptDraftsBody(Shape):
    """A page of a model's drafts, the newest answer first and within it the best."""

    drafts: list[KeptDraftShape]
    next_offset: int | None


class DecisionRequest(Request):
    """What became of a draft: `edited` comes with the text that was made of it, the others without."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"status": "edited", "text": "Shipped on a Friday. Nothing broke."},
                {"status": "rejected", "reason": "no hashtags"},
            ],
            "if": {"properties": {"status": {"const": "edited"}}},
            "then": {"required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
            "else": {"properties": {"text": {"type": "null"}}},
        }
    )

    status: Literal["accepted", "edited", "rejected"]
    text: Annotated[Text, Field(max_length=MOST_CHARACTERS)] | None = None
    reason: Annotated[Text, Field(max_length=MOST_REASON_CHARACTERS)] | None = Field(
        None, description="Why. The same rule given as a reason three times, such as “no emoji”, is learned."
    )


class DecisionBody(Shape):
    """The draft as it is kept now, and the rules that this decision taught the voice."""

    draft: KeptDraftShape
    learned: list[RuleShape]

    @classmethod
    def of(cls, record: DraftRecord, learned: Sequence[KeptRule]) -> "DecisionBody":
        """Shape what a decision came to."""
        return cls(draft=KeptDraftShape.of(record), learned=[RuleShape.of(each) for each in learned])


def figures_of(draft: Draft) -> dict[str, Any]:
    """What was measured of a draft, as it is kept."""
    figures = DraftShape.of(draft).as_json()
    return {name: value for name, value in figures.items() if name not in _NOT_FIGURES}
