"""Who writes: messages in, texts out, and the settings that name a language model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, Protocol

from soundalike.encoder.embedded import find_embedded_model
from soundalike.errors import SettingsError

Role = Literal["system", "user", "assistant"]

Manner = Literal["turns", "instructions", "text"]
"""How a model is asked: shown examples as turns of a chat, told instructions, or given a text to go on with."""

HUB_URL: Final = "https://huggingface.co"
OPENAI_URL: Final = "https://api.openai.com/v1"
OLLAMA_URL: Final = "http://127.0.0.1:11434/v1"

CUT_OFF: Final = " […]"
"""Stands at the end of a text that ran into `Sampling.max_tokens`."""

_FORMS: Final = (
    "Use `embedded`, `gguf:PATH`, `hf:OWNER/REPO:FILE`, `hf:FOLDER`, `ollama:MODEL`, or `openai:MODEL` with "
    "OPENAI_BASE_URL and OPENAI_API_KEY."
)
_PART = r"(?!\.)[A-Za-z0-9._-]{1,96}"  # as the hub allows; no leading dot, so no path leaves its folder
_HUB_FILE = re.compile(rf"({_PART}/{_PART}):((?:{_PART}/)*{_PART}\.gguf)")
_SIZE_IN_NAME = re.compile(r"(?<![\d.a-z])(\d+(?:\.\d+)?)([mb])(?![a-z])", re.IGNORECASE)
_SMALL_BILLIONS: Final = 1.0
_BASE_IN_NAME = re.compile(r"(?<![a-z])(?:base|pretrained|pt|text)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class AdapterFile:
    """An adapter as a GGUF file's `content`, made for one model; the same `digest` is the same adapter."""

    digest: str
    content: bytes = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next word is drawn. `max_tokens` bounds each text; `stop` are strings that end it.

    `like` are texts whose words a model that can be leant on is to prefer, and `subject` what it is to write about;
    others do without. `adapter` is what to write with, made for this very model.
    """

    temperature: float = 0.8
    top_p: float = 0.95
    max_tokens: int = 80
    seed: int = 0
    stop: tuple[str, ...] = ()
    like: tuple[str, ...] = field(default=(), repr=False)
    subject: str = ""
    adapter: AdapterFile | None = None


class Writer(Protocol):
    """A language model.

    `name` says which, for labels. A small one imitates turns and follows no instructions; a base model was taught no
    chat at all, and goes on with the text it is given.
    """

    @property
    def name(self) -> str:
        """Model and where it runs, as `ollama:llama3.2`."""

    @property
    def is_small(self) -> bool:
        """Whether it is better shown examples than told rules."""

    @property
    def is_base(self) -> bool:
        """Whether it only goes on with a text."""

    def write(self, messages: Sequence[Message], *, count: int, sampling: Sampling) -> list[str]:
        """Write `count` texts; text `i` is drawn with seed `sampling.seed + i`.

        A last message of the assistant is continued; its text may be repeated at the head of what comes back. A base
        model goes on with the last message, whatever came before. A text that ran into `max_tokens` ends with CUT_OFF.

        Raises:
            PromptTooLong: The messages do not fit.
            WriterError: The model cannot be reached, or failed, or can take no adapter.
        """

    def close(self) -> None:
        """Let go of memory and connections; nothing can be written afterwards."""


def open_writer(
    spec: str,
    *,
    data_dir: Path,
    openai_base_url: str | None = None,
    openai_api_key: str | None = None,
    hub_url: str = HUB_URL,
) -> Writer:
    """Open the language model that the setting SOUNDALIKE_LLM names; a model of the hub is fetched first, once.

    Raises:
        SettingsError: `spec` has none of the known forms, or a needed key is missing.
        WriterError: The model file is missing, cannot be fetched, or is no model.
    """
    kind, _, rest = spec.strip().partition(":")
    if kind == "embedded" and not rest:
        return _open_embedded()
    if kind == "gguf" and rest:
        return _open_file(Path(rest).expanduser())
    if kind == "hf" and (named := _HUB_FILE.fullmatch(rest)):
        return _open_from_hub(named[1], named[2], folder=data_dir / "models", hub_url=hub_url)
    if kind in {"ollama", "openai"} and rest.strip():
        return _open_remote(kind, rest.strip(), base_url=openai_base_url, api_key=openai_api_key)
    raise SettingsError(f"SOUNDALIKE_LLM is “{spec[:80]}”, which names no language model.", hint=_FORMS)


def folder_in(spec: str) -> Path | None:
    """The folder that `hf:FOLDER` names: a path with a slash at its beginning, a dot or a tilde."""
    kind, _, rest = spec.strip().partition(":")
    return Path(rest).expanduser() if kind == "hf" and rest[:1] in {"/", ".", "~"} else None


def is_small_by_name(model: str) -> bool:
    """Whether a model's name states fewer than a billion parameters, as `smollm2:135m` or `qwen2.5:0.5b` do."""
    sizes = [float(number) / (1000 if unit in "mM" else 1) for number, unit in _SIZE_IN_NAME.findall(model)]
    return bool(sizes) and max(sizes) < _SMALL_BILLIONS


def is_base_by_name(model: str) -> bool:
    """Whether a model's name says that it was taught no chat: `qwen2.5-7b-base`, `llama3:text`, `gemma-2b-pt`."""
    return _BASE_IN_NAME.search(model) is not None


def manner_of(writer: Writer) -> Manner:
    """How this model is asked for a post."""
    if writer.is_base:
        return "text"
    return "turns" if writer.is_small else "instructions"


# Engines and clients take up to a second to import: each is loaded by the spec that names it.


def _open_embedded() -> Writer:
    from soundalike.drafts.leaning import embedded_leaning  # noqa: PLC0415
    from soundalike.drafts.llama import LlamaWriter  # noqa: PLC0415

    return LlamaWriter(find_embedded_model(), leaning=embedded_leaning())


def _open_file(path: Path) -> Writer:
    from soundalike.drafts.llama import LlamaWriter  # noqa: PLC0415

    return LlamaWriter(path)


def _open_from_hub(repository: str, file: str, *, folder: Path, hub_url: str) -> Writer:
    from soundalike.drafts.hub import fetch_model  # noqa: PLC0415

    return _open_file(fetch_model(repository, file, folder=folder, hub_url=hub_url))


def _open_remote(kind: str, model: str, *, base_url: str | None, api_key: str | None) -> Writer:
    from soundalike.drafts.remote import RemoteWriter  # noqa: PLC0415

    if kind == "ollama":
        return RemoteWriter(model, base_url=OLLAMA_URL, name=f"ollama:{model}")
    if base_url is None and api_key is None:
        raise SettingsError(
            f"openai:{model} needs a key, and OPENAI_API_KEY is not set.",
            hint="Set it in .env; or set OPENAI_BASE_URL to a server that needs none.",
        )
    return RemoteWriter(model, base_url=base_url or OPENAI_URL, api_key=api_key, name=f"openai:{model}")
