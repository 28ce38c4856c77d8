"""Writes what a chat completion asks for, the way drafts are written everywhere: checked, guarded, ranked."""

import json
import math
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Final
from uuid import uuid4

from soundalike import __version__
from soundalike.drafts.draft import Draft, Drafting
from soundalike.drafts.guard import CopyGuard
from soundalike.drafts.length import weighted_length
from soundalike.errors import UnknownModel
from soundalike.schemas.models import DraftShape
from soundalike.service.feedback import keep_drafts
from soundalike.storage import TrainedModelRecord
from soundalike.storage.voices import VoiceRow
from soundalike.web.parts import Parts
from soundalike.web.problems import Refused
from soundalike.web.v1.answers import AnswerMessage, ChatCompletion, Choice, Outcome, Usage
from soundalike.web.v1.conversation import read_wanted
from soundalike.web.v1.metering import Drawing, Metered
from soundalike.web.v1.requests import ChatRequest

_MODEL: Final = re.compile(r"(?:soundalike/)?@([A-Za-z0-9_]{1,15})(?::([1-9][0-9]{0,8}))?", re.IGNORECASE)
_USUAL_CHARACTERS: Final = 280
_SEEDS: Final = 2**31
_CHARACTERS_A_TOKEN: Final = 3  # of English some four; what runs over is cut back to a whole sentence
_FEWEST_TOKENS: Final = 16


def read_model_name(text: str) -> tuple[str, int | None]:
    """The username and the version, or None for the newest, that a model's name says; `soundalike/` may be left out.

    Raises:
        UnknownModel: It is no such name.
    """
    found = _MODEL.fullmatch(text)
    if found is None:
        raise UnknownModel(
            f"There is no model “{text[:80]}”: models are called soundalike/@username or soundalike/@username:version.",
            hint="GET /v1/models lists those there are.",
        )
    return found[1], int(found[2]) if found[2] else None


def name_of(voice: VoiceRow | TrainedModelRecord, *, versioned: bool = True) -> str:
    """What a model is called here."""
    username = voice.username if isinstance(voice, VoiceRow) else voice.creator_username
    return f"soundalike/@{username}" + f":{voice.version}" * versioned


def write_completion(asked: ChatRequest, record: TrainedModelRecord, parts: Parts) -> ChatCompletion:
    """Write drafts for a conversation, keep them, and answer with those that passed.

    Raises:
        SettingsError, PromptTooLong: The conversation asks for nothing that can be written.
        WriterError: The language model cannot be reached, or failed.
        Refused: No draft passed.
    """
    voice = parts.studio.voice(record)
    is_small = voice.writer.is_small or voice.writer.is_base
    wanted = read_wanted(asked.messages, is_small=is_small, max_chars=asked.max_chars or _USUAL_CHARACTERS)
    most = min(filter(None, (asked.most_tokens, is_small and _tokens_for(wanted.max_chars))), default=None)
    writer = Metered(voice.writer, Drawing(asked.temperature, asked.top_p, most))
    written = replace(voice, writer=writer).draft(
        wanted.brief, n=asked.count, max_chars=wanted.max_chars, seed=_seed(asked)
    )
    drafting = replace(written, drafts=tuple(_stopped(written.drafts, asked.stops, voice.guard)))
    if not drafting.drafts:
        raise _nothing_passed(written)
    return ChatCompletion(
        id=f"chatcmpl-{uuid4().hex}",
        created=int(parts.now().timestamp()),
        model=name_of(record),
        system_fingerprint=_fingerprint(record, writer.name),
        choices=_choices(_kept(drafting, wanted.brief, asked, record, parts)),
        usage=_usage(writer),
        soundalike=_outcome(drafting),
    )


def _tokens_for(max_chars: int) -> int:
    """What a small model may write, which does not heed how long a post is to be, so that it can be cut back."""
    return max(_FEWEST_TOKENS, math.ceil(max_chars / _CHARACTERS_A_TOKEN))


def _seed(asked: ChatRequest) -> int:
    """The seed as drafts take it; without one every answer is another."""
    return secrets.randbelow(_SEEDS) if asked.seed is None else asked.seed % _SEEDS


def _stopped(drafts: Iterable[Draft], stops: Sequence[str], guard: CopyGuard) -> Iterator[Draft]:
    """Drafts cut before the first stop in them; what is left of one has to be something, and nobody's whole post."""
    for draft in drafts:
        ends = [at for stop in stops if (at := draft.text.find(stop)) >= 0]
        text = draft.text[: min(ends)].rstrip() if ends else draft.text
        if not ends:
            yield draft
        elif text and not guard.check(text).copied:
            yield replace(draft, text=text, weighted_length=weighted_length(text))


def _nothing_passed(written: Drafting) -> Refused:
    why = written.reasons or "what was left before a stop sequence"
    return Refused(
        "nothing_passed",
        f"No draft passed the checks. Of {written.tried} candidates were withheld: {why}.",
        hint="Try another seed, say more of what the post is to be about, or allow more tokens or characters.",
    )


def _kept(
    drafting: Drafting, brief: str, asked: ChatRequest, record: TrainedModelRecord, parts: Parts
) -> list[DraftShape]:
    """The drafts with the ids they are kept by, so that it can be said what became of them, unless that is unwanted."""
    if asked.store is False:
        return [DraftShape.of(draft) for draft in drafting.drafts]
    ids = [uuid4() for _ in drafting.drafts]
    keep_drafts(record, drafting, brief, store=parts.store, ids=ids, at=parts.now())
    parts.metrics.count_drafts(len(ids))
    return [DraftShape.of(draft, kept) for draft, kept in zip(drafting.drafts, ids, strict=True)]


def _choices(drafts: Sequence[DraftShape]) -> list[Choice]:
    return [
        Choice(index=at, message=AnswerMessage(content=draft.text), soundalike=draft)
        for at, draft in enumerate(drafts)
    ]


def _usage(writer: Metered) -> Usage:
    return Usage(
        prompt_tokens=writer.prompt_tokens,
        completion_tokens=writer.completion_tokens,
        total_tokens=writer.prompt_tokens + writer.completion_tokens,
        estimated=not writer.is_exact,
    )


def _outcome(drafting: Drafting) -> Outcome:
    withheld = {str(reason): count for reason, count in drafting.withheld.items()}
    return Outcome(tried=drafting.tried, withheld=withheld)


def _fingerprint(record: TrainedModelRecord, writer: str) -> str:
    edits = json.dumps(record.edits, sort_keys=True, default=str)
    told = "\n".join((__version__, writer, str(record.id), record.model_prompt, edits))
    return f"fp_{blake2b(told.encode(), digest_size=5).hexdigest()}"
