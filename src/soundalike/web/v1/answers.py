"""What clients of OpenAI's API get: models, and drafts as chat completions, whole or in chunks."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from soundalike.schemas.models import DraftShape

_RECEIPTS: Final = "Soundalike's own: the draft's receipts, as `POST …/drafts` tells them."


class ModelObject(BaseModel):
    """A trained voice as a model."""

    id: str = Field(examples=["soundalike/@levelsio:2"])
    object: Literal["model"] = "model"
    created: int = Field(description="When it was trained, in seconds since 1970.")
    owned_by: Literal["soundalike"] = "soundalike"


class ModelList(BaseModel):
    """The voices of a workspace: each creator's newest active one by name alone, then every version."""

    object: Literal["list"] = "list"
    data: list[ModelObject]


class AnswerMessage(BaseModel):
    """A draft as a message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """One draft; `stop` is its end, or the caller's stop sequence."""

    index: int
    message: AnswerMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None
    soundalike: DraftShape = Field(description=_RECEIPTS)


class Usage(BaseModel):
    """What was read and written: every round's prompt, and all candidates, also those that nobody was shown.

    Counted in SmolLM2's tokens, the embedded model's; for every other language model that is an estimate, and
    `estimated` says so.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    estimated: bool = Field(description="Soundalike's own: whether the counts are an estimate.")


class Outcome(BaseModel):
    """Soundalike's own: how many candidates were written, and why others were withheld."""

    tried: int
    withheld: dict[str, int]


class ChatCompletion(BaseModel):
    """Drafts, best first, as choices."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="Seconds since 1970.")
    model: str = Field(description="The voice that wrote, with its version.")
    system_fingerprint: str = Field(
        description="Of the edited voice, the language model and this program: under one, a seed writes the same."
    )
    choices: list[Choice]
    usage: Usage
    soundalike: Outcome

    def chunks(self, *, includes_usage: bool) -> Iterator[dict[str, Any]]:
        """The same in chunks: of each draft its role, its text and its end; last the usage, if it is wanted."""
        for choice in self.choices:
            steps: tuple[dict[str, str], ...] = (
                {"role": "assistant", "content": ""},
                {"content": choice.message.content},
                {},
            )
            for delta in steps:
                yield self._chunk([_delta(choice, delta)], includes_usage=includes_usage)
        if includes_usage:
            yield self._chunk([], includes_usage=True) | {"usage": self.usage.model_dump()}

    def _chunk(self, choices: Sequence[dict[str, Any]], *, includes_usage: bool) -> dict[str, Any]:
        head = {name: getattr(self, name) for name in ("id", "created", "model", "system_fingerprint")}
        usage = {"usage": None} if includes_usage else {}
        return head | {"object": "chat.completion.chunk", "choices": list(choices)} | usage


def _delta(choice: Choice, delta: dict[str, str]) -> dict[str, Any]:
    """A part of a draft; the one that ends it has its receipts."""
    found: dict[str, Any] = {"index": choice.index, "delta": delta, "logprobs": None, "finish_reason": None}
    return found if delta else found | {"finish_reason": "stop", "soundalike": choice.soundalike.as_json()}
