"""The tools: what each is for, what it takes and gives, and who may call it. They do what the REST routes do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar

from soundalike.accounts import Scope
from soundalike.errors import SettingsError
from soundalike.schemas.models import CompareBody, DraftsBody
from soundalike.schemas.requests import CompareRequest, Request
from soundalike.schemas.shape import Shape
from soundalike.service.jobs import Caller
from soundalike.service.keeping import prompt_of
from soundalike.service.scoring import score_text
from soundalike.storage import TrainedModelRecord
from soundalike.training import wording
from soundalike.training.comparison import compare
from soundalike.web.api.drafting import compare_wordings
from soundalike.web.api.drafting import write_drafts as write_drafts_of
from soundalike.web.mcp import telling
from soundalike.web.mcp.shapes import (
    CompareArguments,
    ListArguments,
    ScoreArguments,
    ScoreBody,
    VoicesBody,
    VoiceShape,
    WriteArguments,
)
from soundalike.web.parts import Parts

Asked = TypeVar("Asked", bound=Request)
Found = TypeVar("Found", bound=Shape)


@dataclass(frozen=True, slots=True)
class Tool(Generic[Asked, Found]):
    """A tool. `do` may take long and runs in a thread; `tell` puts its answer into words for whoever asked so.

    `keeps` says whether it keeps anything, `is_open` whether what it is given may leave this machine.
    """

    name: str
    title: str
    description: str
    scope: Scope
    asked: type[Asked]
    found: type[Found]
    do: Callable[[Asked, Caller, Parts], Found]
    tell: Callable[[Asked, Found], str]
    doing: str
    keeps: bool = False
    is_open: bool = False

    def run(self, arguments: dict[str, Any], caller: Caller, parts: Parts) -> tuple[str, dict[str, Any]]:
        """The answer in words, and as plain values.

        Raises:
            ValidationError: The arguments are not as documented.
            SoundalikeError: What was asked for cannot be done.
        """
        asked = self.asked.model_validate(arguments)
        found = self.do(asked, caller, parts)
        return self.tell(asked, found), found.as_json()


def list_voices(asked: ListArguments, caller: Caller, parts: Parts) -> VoicesBody:
    """A page of the caller's voices."""
    found = parts.store.list_models(caller.workspace_id, limit=asked.limit + 1, offset=asked.offset)
    more = asked.offset + asked.limit if len(found) > asked.limit else None
    return VoicesBody(voices=[VoiceShape.of(record) for record in found[: asked.limit]], next_offset=more)


def write_draft(asked: WriteArguments, caller: Caller, parts: Parts) -> DraftsBody:
    """Drafts in a voice, as the REST route writes and keeps them."""
    record = parts.store.find_model(caller.workspace_id, asked.voice)
    return write_drafts_of(caller, record.id, asked, parts)


def score_draft(asked: ScoreArguments, caller: Caller, parts: Parts) -> ScoreBody:
    """A text beside a voice."""
    record = parts.store.find_model(caller.workspace_id, asked.voice)
    return parts.studio.judging.run(partial(_score, asked, record, parts))


def _score(asked: ScoreArguments, record: TrainedModelRecord, parts: Parts) -> ScoreBody:
    learned = parts.studio.learned(record)
    found = score_text(asked.text, learned, brief=asked.brief or "", rules=prompt_of(record).rules)
    return ScoreBody.of(record, found, win_note=wording.forecast(record.creator_username, learned.forecaster))


def compare_drafts(asked: CompareArguments, caller: Caller, parts: Parts) -> CompareBody:
    """Two wordings before a creator's audience, or before people in general."""
    if not asked.a.strip() or not asked.b.strip():
        raise SettingsError("One of the texts is empty.", hint="Give both as they would be posted.")
    if asked.voice is None:
        return parts.studio.judging.run(lambda: CompareBody.of(compare(asked.a, asked.b), ""))
    record = parts.store.find_model(caller.workspace_id, asked.voice)
    return compare_wordings(CompareRequest(model_id=str(record.id), a=asked.a, b=asked.b), caller, parts)


TOOLS: Final[dict[str, Tool[Any, Any]]] = {
    tool.name: tool
    for tool in (
        Tool(
            name="list_voices",
            title="List trained voices",
            description=(
                "List the creators' voices that are trained here, newest first. Call this first: the other tools take "
                "a `voice` from it. Each voice has its version, language and report card, which says how like the "
                "creator its drafts proved to be."
            ),
            scope=Scope.READ,
            asked=ListArguments,
            found=VoicesBody,
            do=list_voices,
            tell=lambda _, found: telling.voices(found),
            doing="Reading",
        ),
        Tool(
            name="write_draft",
            title="Write drafts in a voice",
            description=(
                "Write drafts of a post for X in a trained voice, best first. Use it when the user wants a post that "
                "sounds like a creator. Drafts are checked against every collected post, so that none is copied, and "
                "each comes with receipts: likeness beside the creator's own posts, nearest post, names, numbers and "
                "claims to check, chance against recent posts, and a label that says it is AI-made and is to stay with "
                "it. Takes seconds, with the embedded model on a slow machine minutes. Drafts are kept; nothing is "
                "published."
            ),
            scope=Scope.WRITE,
            asked=WriteArguments,
            found=DraftsBody,
            do=write_draft,
            tell=lambda asked, found: telling.drafts(
                found, asked=asked.thread if asked.thread > 1 else asked.count
            ),
            doing="Writing, checking and ranking candidates",
            keeps=True,
            is_open=True,
        ),
        Tool(
            name="score_draft",
            title="Score a text beside a voice",
            description=(
                "Say how like a creator a given text sounds, whether it copies one of their posts, what in it to "
                "check, which rules of the voice it breaks, its chance against their recent posts, and its length as X "
                "counts it. Use it for a text that somebody wrote or changed; drafts of write_draft have all this "
                "already. A verdict on whose text it is takes some 800 characters; a shorter one is told so. Writes "
                "and keeps nothing."
            ),
            scope=Scope.READ,
            asked=ScoreArguments,
            found=ScoreBody,
            do=score_draft,
            tell=lambda _, found: telling.score(found),
            doing="Reading the text",
        ),
        Tool(
            name="compare_drafts",
            title="Compare two wordings",
            description=(
                "Say which of two wordings would get more engagement from a creator's audience, with its probability, "
                "how often such answers proved right, and why; or that there is no clear difference. Use it to choose "
                "between two versions of a post. Without a voice, people in general are asked. Writes and keeps "
                "nothing."
            ),
            scope=Scope.READ,
            asked=CompareArguments,
            found=CompareBody,
            do=compare_drafts,
            tell=lambda _, found: telling.comparison(found),
            doing="Comparing",
        ),
    )
}
"""Every tool by its name."""
