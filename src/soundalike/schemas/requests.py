"""What clients send. Unknown fields are refused and numbers are numbers; ids that cannot be one are unknown ids.

Posts to train on are the exception: further fields in them are left alone, so that what analyze-creator answered, or
what the tweets API gave, can be sent as it is.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    WithJsonSchema,
    model_validator,
)

from soundalike.drafts.order import MOST_BRIEF_CHARACTERS
from soundalike.drafts.thread import MOST_POSTS
from soundalike.posts.post import USERNAME_PATTERN, Engagement, Post
from soundalike.posts.rows import read_text, read_time
from soundalike.schemas.shape import Shape
from soundalike.storage.columns import storable
from soundalike.training.analysis import TOP

MOST_TWEETS: Final = 10_000
_LARGEST_COUNT: Final = 2**53 - 1  # what every client's JSON can carry
_X_BEGAN: Final = datetime(2006, 3, 21, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def _number(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """A whole number, be it written 5 or 5.0; no truth value, no text."""
    if isinstance(value, bool | str):
        raise ValueError("Input should be a number")  # noqa: TRY004 - what pydantic turns into a refusal
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: Any) -> Any:  # noqa: ANN401
    """A moment from text alone; without a zone UTC is meant."""
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) > 40:  # noqa: PLR2004 - longer than any time
        raise ValueError("Input should be a date or a time, such as 2026-10-31 or 2026-10-31T18:00:00Z")
    try:
        return read_time(value)
    except (ValueError, OverflowError):
        raise ValueError(
            "Input should be a date or a time, such as 2026-10-31 or 2026-10-31T18:00:00Z"
        ) from None


def _in_time(moment: datetime) -> datetime:
    if not _X_BEGAN <= moment < _LATEST:
        raise ValueError("Input should be between 21 March 2006 and the year 2100")
    return moment


def _post_text(value: Any) -> Any:  # noqa: ANN401
    try:
        return read_text(value)
    except (TypeError, ValueError):
        raise ValueError("Input should be the text of a post") from None


Text = Annotated[StrictStr, AfterValidator(storable)]
Username = Annotated[
    Text,
    Field(
        description="A name on X, an @name or a profile link.",
        examples=["levelsio"],
        json_schema_extra={
            "pattern": USERNAME_PATTERN
        },  # what is none has a code of its own, so it is read later
    ),
]
Number = BeforeValidator(_number)
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    AfterValidator(_in_time),
    WithJsonSchema({"anyOf": [{"type": "string", "format": each} for each in ("date-time", "date")]}),
]
Count = Annotated[int, Field(ge=0, le=_LARGEST_COUNT), Number]
PostId = Annotated[StrictStr, Field(pattern=r"^[0-9]{1,19}$")]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1), Number]
Consent = Literal["own", "permission", "research"]
Gate = Literal["auto"] | Annotated[int, Field(ge=0, le=_LARGEST_COUNT), Number]


class Request(Shape):
    """Base of all bodies that are sent here."""

    model_config = ConfigDict(extra="forbid")


def given(*names: str) -> dict[str, Any]:
    """A condition of JSON Schema: these fields are there, and not null."""
    return {"if": {"required": [*names], "properties": {name: {"not": {"type": "null"}} for name in names}}}


class AnalyzeRequest(Request):
    """Whose posts to collect, of which window, and what counts as viral."""

    username: Username
    months: Annotated[int, Field(ge=1, le=120), Number] = Field(6, description="Length of the window.")
    min_engagement: Gate = Field(
        100_000,
        description="Likes, reposts, replies and quotes a viral post has; `auto` goes by the creator's own usual.",
    )
    top: Annotated[int, Field(ge=1, le=100), Number] = Field(TOP, description="Viral posts to offer at most.")
    as_of: Moment | None = Field(None, description="End of the window, not part of it. Now by default.")
    consent: Consent | None = Field(None, description="On whose word the posts are used.")
    ordinary: Annotated[int, Field(ge=40, le=1_000_000), Number] | None = Field(
        None, description="Buy every post above the gate, but only this many others, the latest."
    )
    budget_credits: Annotated[int, Field(ge=0, le=1_000_000_000), Number] | None = Field(
        None, description="Most credits to spend; never more than the server allows. 100,000 are US$1."
    )

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "levelsio", "months": 6, "minEngagement": "auto"}]}
    )


class EstimateRequest(Request):
    """What a collection would cost."""

    username: Username
    months: Annotated[int, Field(ge=1, le=120), Number] = 6


class TweetRequest(Shape):
    """A post to train on: only its id where a session has it, whole otherwise. Further fields are left alone."""

    model_config = ConfigDict(extra="ignore")

    id: PostId
    text: Annotated[str, BeforeValidator(_post_text)] | None = None
    created_at: Moment | None = None
    like_count: Count | None = None
    retweet_count: Count | None = None
    reply_count: Count | None = None
    quote_count: Count | None = None
    view_count: Count | None = None
    bookmark_count: Count | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it can be learned from as it is."""
        return self.text is not None and self.created_at is not None

    def post(self, username: str) -> Post:
        """The post; `text` and `created_at` have to be there."""
        if self.text is None or self.created_at is None:
            raise ValueError(f"the post {self.id} lacks its text or its time")
        counts = Engagement(
            self.like_count,
            self.retweet_count,
            self.reply_count,
            self.quote_count,
            self.view_count,
            self.bookmark_count,
        )
        is_reply = self.text.startswith("@")
        return Post(self.id, self.text, self.created_at, username, counts, is_reply=is_reply)


class TrainRequest(Request):
    """What to train on: posts of a session by their ids, or whole posts."""

    creator_username: Username
    tweets: list[TweetRequest] = Field(min_length=1, max_length=MOST_TWEETS)
    training_session_id: Text | None = Field(
        None, description="The session the posts were collected in; without it they have to be whole."
    )
    trainer: Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_-]{0,19}$")] = Field(
        "prompt", examples=["prompt"]
    )
    model_name: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    consent: Consent | None = Field(
        None, description="On whose word the posts are used; kept with the model."
    )
    seed: Seed = Field(0, description="The same posts, settings and seed give the same model.")
    priority: Literal["normal", "low"] = Field(
        "normal", description="Low ones of a workspace wait for its others."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "creatorUsername": "levelsio",
                    "trainingSessionId": "0f0e2a52-6c1d-4f5e-9c9e-0a6a3a1f6f10",
                    "tweets": [{"id": "1849283746152938475"}, {"id": "1851239847561029384"}],
                    "consent": "research",
                }
            ]
        }
        | given("trainingSessionId")
        | {"else": {"properties": {"tweets": {"items": given("text", "createdAt")["if"]}}}}
    )

    @model_validator(mode="after")
    def _whole_without_session(self) -> "TrainRequest":
        if self.training_session_id is None and not all(tweet.is_whole for tweet in self.tweets):
            raise ValueError("Without trainingSessionId every post needs its text and createdAt")
        return self


class RetryRequest(Request):
    """From which step on a training is done again; the step that failed by default."""

    from_step: Literal["prepare", "voice", "patterns", "train", "evaluate", "save"] | None = None


class DraftRequest(Request):
    """What a draft is to be about."""

    brief: Text = Field(
        description="What the post must say.",
        examples=["why I ship daily"],
        json_schema_extra={"minLength": 1, "maxLength": MOST_BRIEF_CHARACTERS},
    )
    count: Annotated[int, Number] = Field(
        3, description="How many drafts.", json_schema_extra={"minimum": 1, "maximum": 50}
    )
    max_chars: Annotated[int, Number] = Field(
        280, description="As X counts them.", json_schema_extra={"minimum": 1, "maximum": 25_000}
    )
    continue_from: Text | None = Field(None, description="Begin every draft with this.")
    seed: Seed | None = Field(
        None, description="The same seed gives the same drafts; the model's by default."
    )
    thread: Annotated[int, Number] = Field(
        1,
        description="Over 1: the posts of one thread in their order, whatever `count` says.",
        json_schema_extra={"minimum": 1, "maximum": MOST_POSTS},
    )


class CompareRequest(Request):
    """Two wordings, and whose audience they are held before: a creator's, or that of a model's creator."""

    model_config = ConfigDict(
        json_schema_extra=given("username")
        | {"then": {"properties": {"modelId": {"type": "null"}}}, "else": given("modelId")["if"]}
    )

    username: Username | None = None
    model_id: Text | None = None
    a: Annotated[Text, Field(min_length=1, max_length=25_000)] = Field(examples=["Ship it today."])
    b: Annotated[Text, Field(min_length=1, max_length=25_000)] = Field(
        examples=["I think we should ship soon."]
    )

    @model_validator(mode="after")
    def _one_audience(self) -> "CompareRequest":
        if (self.username is None) == (self.model_id is None):
            raise ValueError("Give either username or modelId")
        return self
