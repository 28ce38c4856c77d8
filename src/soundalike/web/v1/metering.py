"""A language model for one answer: it draws as the request says, and what it reads and writes is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from soundalike.drafts.writer import CUT_OFF, Message, Sampling, Writer
from soundalike.encoder.embedded import find_embedded_model, is_embedded
from soundalike.encoder.gguf import Gguf
from soundalike.encoder.tokens import Tokens
from soundalike.errors import WriterError

_BYTES: Final = 4  # of English, a token
# What SmolLM2's template puts around messages, and in front of those that begin without a system message.
_AROUND: Final = 2  # marks of beginning and end, tokens of their own
_DEFAULT: Final = Message("system", "You are a helpful AI assistant named SmolLM, trained by Hugging Face")


@dataclass(frozen=True, slots=True)
class Drawing:
    """How tokens are drawn, where the caller says so; `max_tokens` only ever lowers the bound of a candidate."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None

    def over(self, sampling: Sampling) -> Sampling:
        """The sampling with what the caller wants of it."""
        return replace(
            sampling,
            temperature=sampling.temperature if self.temperature is None else self.temperature,
            top_p=sampling.top_p if self.top_p is None else self.top_p,
            max_tokens=min(sampling.max_tokens, self.max_tokens or sampling.max_tokens),
        )


class Metered:
    """Passes on to a writer, which stays open, and counts.

    `prompt_tokens` are those of the prompt, voice included, once for every round of candidates; `completion_tokens`
    those of all candidates that were written, also of those that nobody was shown.
    """

    def __init__(self, writer: Writer, drawing: Drawing) -> None:
        self._writer, self._drawing = writer, drawing
        self.prompt_tokens = self.completion_tokens = 0

    @property
    def name(self) -> str:
        """The writer's."""
        return self._writer.name

    @property
    def is_small(self) -> bool:
        """Whether the writer is."""
        return self._writer.is_small

    @property
    def is_base(self) -> bool:
        """Whether the writer is."""
        return self._writer.is_base

    @property
    def is_exact(self) -> bool:
        """Whether the counts are in the writer's own tokens; for every other they are an estimate, in SmolLM2's."""
        return is_embedded(self.name)

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:
        """Write as `Writer.write`, drawn as the caller says."""
        texts = self._writer.write(messages, count=count, sampling=self._drawing.over(sampling))
        self.prompt_tokens += count_prompt(messages)
        self.completion_tokens += sum(map(count_answer, texts))
        return texts

    def close(self) -> None:
        """Nothing: the writer serves others."""


def count_prompt(messages: Sequence[Message]) -> int:
    """How many tokens SmolLM2 reads of a chat, the beginning of its answer included."""
    led = messages if messages and messages[0].role == "system" else [_DEFAULT, *messages]
    read = [f"{message.role}\n{message.content}" for message in led]
    is_continued = bool(messages) and messages[-1].role == "assistant"
    opening = 0 if is_continued else 1 + count_tokens("assistant\n")
    ends = len(led) * (_AROUND + count_tokens("\n")) - is_continued * (1 + count_tokens("\n"))
    return sum(map(count_tokens, read)) + ends + opening


def count_answer(text: str) -> int:
    """How many tokens an answer is; one that was not cut off has an end, which is a token too."""
    return count_tokens(text.removesuffix(CUT_OFF)) + (not text.endswith(CUT_OFF))


def count_tokens(text: str) -> int:
    """The length of a text in SmolLM2's tokens; a quarter of its bytes where that model is not installed."""
    tokens = _tokens()
    return -(-len(text.encode()) // _BYTES) if tokens is None else len(tokens.numbers(text))


@cache
def _tokens() -> Tokens | None:
    try:
        return Tokens(Gguf(find_embedded_model()).facts)
    except WriterError:
        return None
