"""What clients of OpenAI's API send to have a draft written.

What cannot be honoured is refused unless it asks for nothing (`errors.UNSUPPORTED`), as are parameters nobody knows; a
null is no wish. What is about OpenAI's business rather than the text is ignored, as by other servers, and said to be.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from soundalike.drafts.draft import MOST_DRAFTS
from soundalike.drafts.form import MOST_CHARACTERS
from soundalike.schemas.requests import Number, Text
from soundalike.storage.columns import storable

MOST_MESSAGES: Final = 500
MOST_STOPS: Final = 16
_LONGEST_STOP: Final = 200
_LARGEST: Final = 2**31 - 1
_IGNORED: Final = "Ignored."

_PART: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"type": {"type": "string", "const": "text"}, "text": {"type": "string"}},
    "required": ["type", "text"],
}
_CONTENT: Final[dict[str, Any]] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": _PART}, {"type": "null"}],
    "description": "Text, or parts of kind `text`, which stand each on a line.",
}


def _content(value: Any) -> str:  # noqa: ANN401 - any JSON
    """The text of a message's content, whichever way it is given."""
    if value is None:
        return ""
    if isinstance(value, str):
        return storable(value)
    if not isinstance(value, list):
        raise ValueError("Input should be text or a list of parts")  # noqa: TRY004 - what pydantic turns into a refusal
    return "\n".join(filter(None, map(_part, value)))


def _part(part: Any) -> str:  # noqa: ANN401
    match part:
        case {"type": "text", "text": str(text)}:
            return storable(text)
        case {"type": "refusal", "refusal": str()}:  # what an assistant did not say
            return ""
        case {"type": str(kind)} if kind != "text":
            raise ValueError(f"A voice reads text only, and this part is of kind {kind[:40]}")
    raise ValueError('Parts should be as {"type": "text", "text": "…"}')


Content = Annotated[str, BeforeValidator(_content), WithJsonSchema(_CONTENT)]
Whole = Annotated[int, Field(ge=1, le=_LARGEST), Number]
Nothing = Annotated[list[Any], Field(max_length=0)]
Zero = Annotated[float, Field(ge=0, le=0), Number]
Ignored = Annotated[Any, Field(description=_IGNORED)]
Stop = Annotated[Text, Field(min_length=1, max_length=_LONGEST_STOP)]


class Exact(BaseModel):
    """Base of what is sent: unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")


class ChatMessage(Exact):
    """A turn of the conversation, as it was sent or came back before."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Content = ""
    name: Ignored = None
    refusal: Ignored = None
    annotations: Ignored = None
    audio: None = None
    function_call: None = None
    tool_calls: Nothing | None = None


class StreamOptions(Exact):
    """How to stream."""

    include_usage: StrictBool | None = Field(None, description="Tell the usage in a last chunk.")
    include_obfuscation: Ignored = None


class PlainText(Exact):
    """The one format of answers."""

    type: Literal["text"]


class ChatRequest(Exact):
    """What to write, and how."""

    model: Annotated[Text, Field(min_length=1, max_length=200)] = Field(
        description="`soundalike/@username`, the newest active version, or `soundalike/@username:version`.",
        examples=["soundalike/@levelsio"],
    )
    messages: list[ChatMessage] = Field(
        min_length=1,
        max_length=MOST_MESSAGES,
        description="The last one, a user's, says what the post is to be about, or what the last draft lacks. "
        "What `system` and `developer` say is part of the brief, where the language model follows briefs.",
    )
    n: Annotated[int, Field(ge=1, le=MOST_DRAFTS), Number] | None = Field(
        None,
        description="How many drafts, best first; fewer come where not enough candidates pass the checks.",
    )
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Field(ge=0, le=2), Number] | None = Field(
        None, description="0.8 unless given. At 0 all candidates of a draft are the same."
    )
    top_p: Annotated[float, Field(gt=0, le=1), Number] | None = Field(None, description="0.95 unless given.")
    seed: Annotated[int, Field(ge=-(2**63), le=2**63 - 1), Number] | None = Field(
        None, description="The same seed gives the same drafts, as far as the language model heeds it."
    )
    stop: Stop | Annotated[list[Stop], Field(max_length=MOST_STOPS)] | None = Field(
        None, description="A draft is cut before the first of these that stands in it."
    )
    max_tokens: Whole | None = Field(None, description="As max_completion_tokens; the smaller one counts.")
    max_completion_tokens: Whole | None = Field(
        None,
        description="Bounds each candidate, which is then cut back to its last whole sentence. See max_chars.",
    )
    store: StrictBool | None = Field(
        None, description="False: the drafts are not kept, and cannot be accepted, edited or rejected."
    )
    max_chars: Annotated[int, Field(ge=1, le=MOST_CHARACTERS), Number] | None = Field(
        None, description="Soundalike's own: the longest a draft may be, as X counts; 280 unless given."
    )

    tools: Nothing | None = None
    functions: Nothing | None = None
    tool_choice: Literal["none", "auto"] | None = None
    function_call: Literal["none", "auto"] | None = None
    response_format: PlainText | None = None
    logprobs: Literal[False] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=0), Number] | None = None
    logit_bias: Annotated[dict[str, Any], Field(max_length=0)] | None = None
    frequency_penalty: Zero | None = None
    presence_penalty: Zero | None = None
    modalities: Annotated[list[Literal["text"]], Field(min_length=1, max_length=1)] | None = None
    audio: None = None
    prediction: None = None
    web_search_options: None = None
    moderation: None = None
    verbosity: Literal["medium"] | None = None

    user: Ignored = None
    safety_identifier: Ignored = None
    prompt_cache_key: Ignored = None
    prompt_cache_retention: Ignored = None
    prompt_cache_options: Ignored = None
    metadata: Ignored = None
    service_tier: Ignored = None
    reasoning_effort: Ignored = None
    parallel_tool_calls: Ignored = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "model": "soundalike/@levelsio",
                    "messages": [{"role": "user", "content": "why I ship on a Friday"}],
                    "seed": 7,
                }
            ]
        }
    )

    @property
    def count(self) -> int:
        """How many drafts."""
        return self.n or 1

    @property
    def stops(self) -> tuple[str, ...]:
        """The texts before which a draft is cut."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())

    @property
    def most_tokens(self) -> int | None:
        """The bound on each candidate, if there is one."""
        return min((each for each in (self.max_tokens, self.max_completion_tokens) if each), default=None)

    @property
    def includes_usage(self) -> bool:
        """Whether a stream is to tell the usage."""
        return bool(self.stream_options and self.stream_options.include_usage)
