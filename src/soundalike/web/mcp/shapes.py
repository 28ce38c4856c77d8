"""What the tools are given, and what they answer. Lengths are bounded; unknown arguments are refused."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StrictStr

from soundalike.drafts.form import MOST_CHARACTERS
from soundalike.drafts.order import MOST_BRIEF_CHARACTERS
from soundalike.schemas.models import NearestPostShape
from soundalike.schemas.requests import DraftRequest, Number, Request
from soundalike.schemas.shape import Shape
from soundalike.service.keeping import card_of
from soundalike.service.scoring import TextScore
from soundalike.storage import TrainedModelRecord
from soundalike.storage.columns import storable
from soundalike.training import wording

_MOST_OFFSET: Final = 1_000_000

Voice = Annotated[
    StrictStr,
    Field(
        min_length=1,
        max_length=200,
        description="Whose voice: `@username` (its newest version), a modelId, or a model's name, as list_voices "
        "gives them.",
        examples=["@levelsio"],
    ),
    AfterValidator(storable),
]
Wording = Annotated[StrictStr, Field(min_length=1, max_length=MOST_CHARACTERS), AfterValidator(storable)]
Brief = Annotated[StrictStr, Field(max_length=MOST_BRIEF_CHARACTERS), AfterValidator(storable)]


class ListArguments(Request):
    """Which part of the list."""

    limit: Annotated[int, Field(ge=1, le=50), Number] = Field(20, description="Most voices to list.")
    offset: Annotated[int, Field(ge=0, le=_MOST_OFFSET), Number] = Field(
        0, description="Voices to pass over: `nextOffset` of the answer before."
    )


class WriteArguments(DraftRequest):
    """Whose voice, and what the post is to say."""

    voice: Voice


class ScoreArguments(Request):
    """A text, and the voice it is held against."""

    voice: Voice
    text: Wording = Field(description="The text as it would be posted.", examples=["Shipped on a Friday."])
    brief: Brief | None = Field(
        None,
        description="What the text was to say: names, numbers and dates that stand in it are not flagged.",
    )


class CompareArguments(Request):
    """Two wordings, and whose audience they are held before."""

    a: Wording = Field(description="A text as it would be posted.", examples=["Ship it today."])
    b: Wording = Field(description="Another.", examples=["I think we should ship soon."])
    voice: Voice | None = Field(
        None,
        description="Whose audience is asked: `@username`, a modelId or a name. Without it, people in general.",
    )


class VoiceShape(Shape):
    """A trained voice.

    `voice` is what the other tools take for its newest version, `modelId` for this one. `reportCard` says in words how
    like the creator its drafts were on subjects it had not seen, null where it was not graded. `gapClosed` is the same
    as a figure with its 95 % interval: the share of the way from the language model alone, 0, to the creator's own
    later posts, 1.
    """

    voice: str
    model_id: str
    name: str
    version: int
    language: str | None
    trainer: str | None
    trained_at: datetime
    report_card: str | None
    gap_closed: dict[str, float | int] | None

    @classmethod
    def of(cls, record: TrainedModelRecord) -> "VoiceShape":
        """Shape a kept model."""
        card = card_of(record)
        return cls(
            voice=f"@{record.creator_username}",
            model_id=str(record.id),
            name=record.model_name,
            version=record.version,
            language=(record.voice or {}).get("language"),
            trainer=record.trainer,
            trained_at=record.created_at,
            report_card=wording.card(card) if card else None,
            gap_closed=(record.report or {}).get("gap_closed"),
        )


class VoicesBody(Shape):
    """A page of voices, newest first."""

    voices: list[VoiceShape]
    next_offset: int | None


class FlagShape(Shape):
    """Something to check: it came neither from the brief nor from the creator's posts."""

    kind: Literal["name", "number", "date", "claim"]
    text: str


class VerdictShape(Shape):
    """Whether a text is likelier the creator's than another writer's; null where there is too little text to say."""

    is_creators: bool | None
    sentence: str


class ScoreBody(Shape):
    """A text beside a voice.

    `voiceScore` is its likeness (log-odds of being the creator's), `ceiling` that of the creator's own held-out posts,
    `floor` that of the language model without the voice. `copied` texts would be withheld: they share eight words or
    forty characters in a row with a collected post. `novelty` is 1 minus the largest share of it that one post holds,
    `nearestPost` the post that shares the longest run of words. `winProbability` is its mean chance against the
    creator's recent posts, null where no forecast of theirs proved right; `winNote` says how right it was.
    """

    voice: str
    model_id: str
    version: int
    weighted_length: int
    voice_score: float
    ceiling: float | None
    floor: float | None
    verdict: VerdictShape
    copied: bool
    novelty: float
    nearest_post: NearestPostShape | None
    flags: list[FlagShape]
    broken_rules: list[str]
    win_probability: float | None
    win_note: str

    @classmethod
    def of(cls, record: TrainedModelRecord, found: TextScore, *, win_note: str) -> "ScoreBody":
        """Shape a score, rounded as drafts are."""
        card, overlap, verdict = card_of(record), found.overlap, found.verdict
        post_id, shared = overlap.post_id, overlap.shared_text
        return cls(
            voice=f"@{record.creator_username}",
            model_id=str(record.id),
            version=record.version,
            weighted_length=found.weighted_length,
            voice_score=round(verdict.likeness, 4),
            ceiling=round(card.ceiling.value, 4) if card else None,
            floor=round(card.floor.value, 4) if card else None,
            verdict=VerdictShape(is_creators=verdict.is_creators, sentence=verdict.sentence),
            copied=overlap.copied,
            novelty=round(overlap.novelty, 4),
            nearest_post=NearestPostShape(id=post_id, shared_text=shared) if post_id and shared else None,
            flags=[FlagShape(kind=flag.kind, text=flag.text) for flag in found.flags],
            broken_rules=[rule.sentence for rule in found.broken_rules],
            win_probability=None if found.win_probability is None else round(found.win_probability, 4),
            win_note=win_note,
        )
