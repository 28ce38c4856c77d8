"""What becomes of drafts, and what follows from it for the voice: decisions kept, rules learned, the profile edited."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from soundalike.drafts.draft import Drafting
from soundalike.drafts.form import MOST_CHARACTERS, Unfit
from soundalike.drafts.order import MOST_BRIEF_CHARACTERS
from soundalike.errors import SettingsError
from soundalike.schemas.drafts import MOST_REASON_CHARACTERS, ORDER, figures_of
from soundalike.service.keeping import edits_of, voice_of, with_edits
from soundalike.storage import DraftRecord, DraftStatus, Store, TrainedModelRecord
from soundalike.storage.columns import storable
from soundalike.storage.drafts import ModelChange
from soundalike.training.edits import KeptRule, Wish
from soundalike.training.lessons import MOST_DECISIONS, Decision, Lesson, learn_rules
from soundalike.training.preferences import Preference, read_preferences

MOST_PAIRED: Final = 5_000
"""Drafts of a model, those decided on last, that preferences are read from."""

_PAGE: Final = 200


def keep_drafts(
    record: TrainedModelRecord,
    drafting: Drafting,
    brief: str,
    *,
    store: Store,
    ids: Sequence[UUID],
    at: datetime,
    order: Mapping[str, Any] | None = None,
) -> tuple[DraftRecord, ...]:
    """Keep the drafts that a model returned under these ids, in their order, so that they can be decided on.

    `order` is what was asked for, kept to show the answer again as it came.

    Raises:
        UnknownModel: The model was deleted while it wrote.
    """
    noted = (
        {ORDER: {**order, "tried": drafting.tried, "withheld": _named(drafting.withheld)}} if order else {}
    )
    written = tuple(
        DraftRecord(
            id=draft_id,
            user_id=record.user_id,
            model_id=record.id,
            creator_username=record.creator_username,
            brief=brief[:MOST_BRIEF_CHARACTERS],
            rank=rank,
            text=draft.text,
            figures=figures_of(draft) | noted,
            created_at=at,
        )
        for rank, (draft_id, draft) in enumerate(zip(ids, drafting.drafts, strict=True), start=1)
    )
    store.drafts.keep(record, written)
    return written


def decide(
    store: Store,
    user_id: UUID,
    draft_id: UUID,
    status: DraftStatus,
    *,
    text: str | None = None,
    reason: str | None = None,
    at: datetime,
    who: UUID | None = None,
) -> tuple[DraftRecord, tuple[KeptRule, ...]]:
    """Accept, edit or reject a draft, and learn from all decisions about the creator's drafts so far.

    An edit that changes nothing accepts the draft. Deciding again takes the place of the decision before. Returns the
    draft and the rules that this decision taught.

    Raises:
        UnknownDraft: The user has none of this id.
        SettingsError: An edit comes without its text, another decision with one, or something is too long.
    """
    draft = store.drafts.get(user_id, draft_id)
    status, text = _read_decision(draft, status, text)
    reason = _read_reason(reason)
    with store.drafts.editing(user_id, draft.model_id) as change:
        decided = change.decide(draft_id, status, edited_text=text, reason=reason, at=at, by=who)
        so_far = change.decided(MOST_DECISIONS)
    lessons = learn_rules([_decision(each) for each in so_far])  # takes a while, so between transactions
    published = [(each.decided_at or at, text) for each in so_far if (text := _final(each)) is not None]
    with store.drafts.editing(user_id, draft.model_id) as change:
        return decided, _take_in(change, lessons, published, at)


def change_voice(
    store: Store, user_id: UUID, model_id: UUID, wish: Wish, *, at: datetime, who: UUID | None = None
) -> TrainedModelRecord:
    """Change what a voice shows and what its drafts keep to; nothing is changed where any part of it cannot be.

    Raises:
        UnknownModel: The user has none of this id, or it was not trained by Soundalike.
        SettingsError: The voice has no such trait, favourite or rule, or the rules cannot be kept together.
    """
    with store.drafts.editing(user_id, model_id) as change:
        found = edits_of(change.record)
        edits = found.changed(wish, voice_of(change.record), at=at, who=str(who) if who else None)
        if edits == found:
            return change.record
        edited = with_edits(change.record, edits)
        return change.keep(edits.to_json(), edited.model_prompt)


def preferences_of(store: Store, user_id: UUID, model_id: UUID) -> Iterator[Preference]:
    """Which of two texts the user preferred, from the latest 5,000 decisions on a model's drafts.

    Raises:
        UnknownModel: The user has none of this id.
    """
    record = store.get_model(user_id, model_id)
    decided: list[DraftRecord] = []
    for offset in range(0, MOST_PAIRED, _PAGE):
        decided += (page := store.drafts.decided(user_id, record.id, limit=_PAGE, offset=offset))
        if len(page) < _PAGE:
            break
    return read_preferences(map(_decision, decided))


def _named(withheld: Mapping[Unfit, int]) -> dict[str, int]:
    return {str(reason): count for reason, count in withheld.items()}


def _read_decision(
    draft: DraftRecord, status: DraftStatus, text: str | None
) -> tuple[DraftStatus, str | None]:
    if (text is not None) is not (status == "edited"):
        raise SettingsError(
            "An edit comes with its text, and no other decision does.",
            hint="Send status edited with text; or accepted or rejected without.",
        )
    if text is None:
        return status, None
    text = storable(text).strip()
    if not text or len(text) > MOST_CHARACTERS:
        raise SettingsError(
            f"The text has {len(text):,} characters; an edited draft has 1 to {MOST_CHARACTERS:,}.",
            hint="Reject the draft if nothing of it is to stay.",
        )
    return ("accepted", None) if text == draft.text.strip() else ("edited", text)


def _read_reason(reason: str | None) -> str | None:
    reason = (reason or "").strip()
    if len(reason) > MOST_REASON_CHARACTERS:
        raise SettingsError(
            f"The reason has {len(reason):,} characters; {MOST_REASON_CHARACTERS} are the most.",
            hint="Say it in a sentence.",
        )
    return reason or None


def _take_in(
    change: ModelChange, lessons: Sequence[Lesson], published: Sequence[tuple[datetime, str]], at: datetime
) -> tuple[KeptRule, ...]:
    """Let the voice take in what the decisions teach; returns the rules that are new."""
    found = edits_of(change.record)
    edits = found.taught(lessons, published, at=at)
    if edits == found:
        return ()
    change.keep(edits.to_json(), with_edits(change.record, edits).model_prompt)
    known = {each.rule for each in found.rules}
    return tuple(each for each in edits.rules if each.rule not in known)


def _decision(draft: DraftRecord) -> Decision:
    return Decision(str(draft.id), draft.brief, draft.text, _final(draft), draft.reason)


def _final(draft: DraftRecord) -> str | None:
    """What the user let stand; None of a rejected draft."""
    if draft.status == "rejected":
        return None
    return draft.text if draft.edited_text is None else draft.edited_text
