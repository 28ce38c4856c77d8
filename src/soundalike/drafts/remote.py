"""Writes through any endpoint that speaks OpenAI's completions: OpenAI itself, Ollama, LM Studio, vLLM, others.

Models that were taught a chat are asked by chat completions, base models (known by their names) by completions.
"""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from soundalike.drafts.writer import (
    CUT_OFF,
    OLLAMA_URL,
    Message,
    Sampling,
    is_base_by_name,
    is_small_by_name,
)
from soundalike.errors import PromptTooLong, WriterError

if TYPE_CHECKING:
    import openai
    from openai.types.chat.chat_completion import Choice

_TIMEOUT_SECONDS: Final = 180.0  # a large model on a small machine, loading included
_AT_ONCE: Final = 4  # as many as Ollama serves side by side
_MOST_CHOICES: Final = 8
_THINKING_TOKENS: Final = 4_000  # models that reason count their reasoning as written
_OPTIONAL: Final = frozenset({"n", "seed", "temperature", "top_p", "stop", "max_tokens"})
_CHOSEN: Final = frozenset({"temperature", "top_p", "stop"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_TOO_LONG = re.compile(r"context.{0,20}(?:length|size|window)|too many tokens", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d,]*")


class RemoteWriter:
    """A language model behind an address.

    Endpoints differ in what they take: whatever one refuses by name (`n`, `seed`, `temperature`, …) is left out from
    then on, a temperature, a share or stops that one caller chose only where they are the same; and those that answer
    with one text at a time are asked as often as needed.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        api_key: str | None = None,
        name: str | None = None,
        timeout_seconds: float = _TIMEOUT_SECONDS,
    ) -> None:
        self.name = name or model
        self.is_small, self.is_base = is_small_by_name(model), is_base_by_name(model)
        self._model, self._base_url = model, base_url
        self._client = _connect(base_url, api_key, timeout_seconds)
        self._refused: set[tuple[str, str]] = set()

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:
        """Write `count` texts; see `Writer.write`. Seeds are passed on; whether they bind is the endpoint's affair."""
        if sampling.adapter:
            raise WriterError(
                f"{self.name} cannot write with an adapter of another model.",
                hint="Voices trained with --trainer lora are written with by the embedded model.",
            )
        choices: list[Choice] = []
        while len(choices) < count and _refusal("n", 0) not in self._refused:
            wanted = min(_MOST_CHOICES, count - len(choices))
            came = self._ask(messages, sampling, wanted, sampling.seed + len(choices))
            choices += came[:wanted]
            if len(came) < wanted:
                self._refused.add(_refusal("n", 0))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            seeds = range(sampling.seed + len(choices), sampling.seed + count)
            for came in pool.map(lambda seed: self._ask(messages, sampling, 1, seed), seeds):
                choices += came[:1]
        return [_text(choice) for choice in choices]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, messages: Sequence[Message], sampling: Sampling, count: int, seed: int) -> "list[Choice]":
        """Ask once; what the endpoint refuses by name is left out and asked again without."""
        import openai  # noqa: PLC0415 - loaded by now

        while True:
            settings = self._settings(sampling, count, seed)
            try:
                answer = self._create(messages, settings)
            except openai.BadRequestError as error:
                refused = _refused_setting(error, settings)
                if refused is None:
                    raise self._explain(error) from error
                self._refused.add(_refusal(refused, settings[refused]))
            except openai.OpenAIError as error:
                raise self._explain(error) from error
            else:
                return self._read(getattr(answer, "choices", None))  # a page of HTML has none

    def _create(self, messages: Sequence[Message], settings: dict[str, Any]) -> object:
        given: dict[str, Any] = {"model": self._model, "stream": False, **settings}
        if self.is_base:
            return self._client.completions.create(prompt=messages[-1].content, **given)
        chat: Any = [asdict(each) for each in messages]
        return self._client.chat.completions.create(messages=chat, **given)

    def _settings(self, sampling: Sampling, count: int, seed: int) -> dict[str, Any]:
        given: dict[str, Any] = {
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "max_tokens": sampling.max_tokens,
            "stop": list(sampling.stop),
            "n": count,
            "seed": seed,
        }
        if _refusal("max_tokens", 0) in self._refused:
            given["max_completion_tokens"] = sampling.max_tokens + _THINKING_TOKENS
        left_out = {name for name in ("n", "stop") if given[name] in (1, [])}
        return {
            name: value
            for name, value in given.items()
            if name not in left_out and _refusal(name, value) not in self._refused
        }

    def _read(self, choices: "list[Choice] | None") -> "list[Choice]":
        """Take the choices of an answer, whatever it is made of."""
        if not choices or all(_is_unspoken(choice) for choice in choices):
            raise WriterError(
                f"{self.name} answered without a text.",
                hint="If it is a model that reasons first, switch its reasoning off or name another model."
                if choices
                else "Name another model in SOUNDALIKE_LLM.",
            )
        return choices

    def _explain(self, error: "openai.OpenAIError") -> WriterError:
        import openai  # noqa: PLC0415

        if isinstance(error, openai.APIConnectionError):
            return WriterError(
                f"{self.name} cannot be reached at {self._base_url}.", hint=self._how_to_start()
            )
        if not isinstance(error, openai.APIStatusError):
            return WriterError(
                f"{self.name} answered in a form that cannot be read.", hint=self._how_to_get()
            )
        if isinstance(error, openai.BadRequestError) and _TOO_LONG.search(error.message):
            return _too_long(self.name, error.message)
        what, hint = {
            401: ("the key is refused.", "Check OPENAI_API_KEY."),
            403: ("the key may not do this.", "Check OPENAI_API_KEY."),
            404: ("there is no such model.", self._how_to_get()),
            429: ("too many requests, or nothing left to spend.", "Wait, or look at the account."),
        }.get(error.status_code, (f"status {error.status_code}, {error.message[:200]}.", "Try again later."))
        return WriterError(f"{self.name}: {what}", hint=hint)

    def _how_to_start(self) -> str:
        if self._base_url == OLLAMA_URL:
            return "Start it with `ollama serve`."
        return "Check OPENAI_BASE_URL and that the service runs."

    def _how_to_get(self) -> str:
        if self._base_url == OLLAMA_URL:
            return f"Get it with `ollama pull {self._model}`."
        return "Check the model's name, and that OPENAI_BASE_URL ends as the service says (mostly in /v1)."


def _connect(base_url: str, api_key: str | None, timeout_seconds: float) -> "openai.OpenAI":
    import openai  # noqa: PLC0415 - 1.3 s

    # A proxy named in the environment cannot reach a server on this machine.
    through_proxy = urlsplit(base_url).hostname not in _LOOPBACK
    return openai.OpenAI(
        base_url=base_url,
        api_key=api_key or "none",
        timeout=timeout_seconds,
        http_client=openai.DefaultHttpxClient(trust_env=through_proxy),
    )


def _refusal(name: str, value: object) -> tuple[str, str]:
    """What to remember of a refusal: the setting whatever its value, or this value of what a caller may choose."""
    return (name, repr(value) if name in _CHOSEN else "")


def _refused_setting(error: "openai.BadRequestError", settings: dict[str, Any]) -> str | None:
    """Which optional setting a refusal is about: by its `param`, else by a quoted name in its message.

    Several texts at once are what endpoints refuse without saying so.
    """
    if _TOO_LONG.search(error.message):
        return None
    named = {str(error.param), *re.findall(r"[`'\"“](\w+)[`'\"”]", error.message)}
    found = sorted(named & _OPTIONAL & settings.keys())
    return found[0] if found else ("n" if "n" in settings else None)


def _content(choice: "Choice") -> str:
    # Endpoints that are nearly OpenAI's leave things out; what a base model writes is the choice's own text.
    content = getattr(getattr(choice, "message", None), "content", None) or getattr(choice, "text", None)
    return content if isinstance(content, str) else ""


def _is_unspoken(choice: "Choice") -> bool:
    return choice.finish_reason == "length" and not _content(choice)


def _text(choice: "Choice") -> str:
    return _content(choice) + CUT_OFF * (choice.finish_reason == "length")


def _too_long(name: str, message: str) -> PromptTooLong:
    numbers = sorted({int(number.replace(",", "")) for number in _NUMBER.findall(message)}, reverse=True)
    tokens, limit = (*numbers, None, None)[:2] if len(numbers) > 1 else (None, None)
    return PromptTooLong(
        f"The prompt is too long for {name}"
        + (f": {tokens:,} tokens, {limit:,} at most." if tokens and limit else "."),
        tokens=tokens,
        limit=limit,
        hint="Shorten the brief, or use fewer or shorter examples.",
    )
