"""A base model's tokens: of plain text, and of the chat in which it is asked for a post."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final, Protocol

from soundalike.drafts.writer import Message
from soundalike.encoder.tokens import Tokens

_WORDS: Final = "A post about rain."
_CONTROL: Final = 3  # the type of a token that steers the model


class Vocabulary(Protocol):
    """How a base model reads.

    `begins` stands before a text that answers nothing, `ends` after whatever the model wrote.
    """

    @property
    def begins(self) -> int:
        """The token before a plain text."""

    @property
    def ends(self) -> int:
        """The token after an answer."""

    def read(self, text: str) -> tuple[int, ...]:
        """The tokens of a text, in which nothing steers the model."""

    def ask(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The tokens of a chat up to where the model answers."""


class GgufVocabulary:
    """The vocabulary and the chat template that a GGUF file states."""

    def __init__(self, facts: dict[str, Any]) -> None:
        names, kinds = facts["tokenizer.ggml.tokens"], facts["tokenizer.ggml.token_type"]
        self._marks = {
            name: at for at, (name, kind) in enumerate(zip(names, kinds, strict=True)) if kind == _CONTROL
        }
        self._mark = re.compile("|".join(map(re.escape, self._marks)))
        self._tokens = Tokens(facts)
        self._template: str = facts["tokenizer.chat_template"]
        self.begins: int = facts.get("tokenizer.ggml.unknown_token_id", 0)  # <|endoftext|>, between texts
        self.ends: int = facts["tokenizer.ggml.eos_token_id"]

    def read(self, text: str) -> tuple[int, ...]:
        """The tokens of a text, in which nothing steers the model."""
        return tuple(self._tokens.numbers(text).tolist())

    def ask(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The tokens of a chat up to where the model answers; marks are those of the template."""
        chat = _fill(self._template, messages)
        numbers: list[int] = []
        at = 0
        for mark in self._mark.finditer(chat):
            numbers += [*self.read(chat[at : mark.start()]), self._marks[mark[0]]]
            at = mark.end()
        return (*numbers, *self.read(chat[at:]))


class HuggingFaceVocabulary:
    """A tokenizer of `transformers`; one without a chat template is asked in plain lines."""

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - the library has no types
        if tokenizer.eos_token_id is None:
            raise ValueError("its tokenizer names no token that ends a text")
        if not tokenizer.decode(tokenizer.encode(_WORDS, add_special_tokens=False)).strip():
            raise ValueError(
                "its tokenizer knows no words"
            )  # one of nothing is made where its file is missing
        self._tokenizer = tokenizer
        self.ends: int = tokenizer.eos_token_id
        self.begins: int = self.ends if tokenizer.bos_token_id is None else tokenizer.bos_token_id

    def read(self, text: str) -> tuple[int, ...]:
        """The tokens of a text, in which nothing steers the model."""
        return tuple(self._tokenizer.encode(text, add_special_tokens=False, split_special_tokens=True))

    @property
    def has_no_chat(self) -> bool:
        """Whether its model was taught no chat, as far as it says."""
        return self._tokenizer.chat_template is None

    def tell(self, tokens: Sequence[int]) -> str:
        """The text of tokens, without marks that steer the model."""
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=True)
        return text

    def ask(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """The tokens of a chat up to where the model answers."""
        if self.has_no_chat:
            return (self.begins, *self.read("".join(f"{message.content}\n\n" for message in messages)))
        is_begun = messages[-1].role == "assistant"
        chat = self._tokenizer.apply_chat_template(
            [asdict(message) for message in messages],
            tokenize=False,
            add_generation_prompt=not is_begun,
            continue_final_message=is_begun,
        )
        return tuple(self._tokenizer.encode(chat, add_special_tokens=False))


def _fill(template: str, messages: Sequence[Message]) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - a model file may hold any template

    compiled = ImmutableSandboxedEnvironment().from_string(template)
    return compiled.render(messages=[asdict(message) for message in messages], add_generation_prompt=True)
