"""A Modelfile (https://docs.ollama.com/modelfile): the voice as a system prompt over a model that Ollama serves.

A text stands between triple quotes, which nothing inside can escape, and Ollama drops what does not print, as the
joiners within emoji: three quotes in a row are written as single ones, odd spaces as plain ones.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from soundalike.drafts.writer import Message, Sampling
from soundalike.exports.adapters import adapter_of_embedded
from soundalike.exports.subject import MAX_CHARS, Options, Subject
from soundalike.exports.voice_file import ADAPTER

BASE: Final = "llama3.2"
"""What is built on where nobody names another: small enough for a laptop, and follows instructions."""

_CHAT: Final = (
    "<|im_start|>system\n{{ if .System }}{{ .System }}{{ else }}You are a helpful AI assistant named SmolLM, "
    "trained by Hugging Face{{ end }}<|im_end|>\n"
    '{{ range .Messages }}{{ if ne .Role "system" }}'
    "<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}{{ end }}"
    "<|im_start|>assistant\n"
)
"""The embedded model's chat as a template of Go: what its own template makes of the same messages."""

_CONTEXT_TOKENS: Final = 8_192  # instructions with twenty posts stay under 4,000; Ollama's default cuts them
_MIN_P: Final = 0.05  # llama.cpp's own, which the embedded engine draws with; Ollama's is 0
_QUOTES = re.compile('"{3,}')
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")


def write(subject: Subject, options: Options) -> bytes:
    """The Modelfile; posts that go along stand as turns of a chat.

    A voice with an adapter is asked as it was trained, and builds on its merged model unless another is named.

    Raises:
        ExportUnavailable: Its adapter is of another model than the embedded one, and none is named.
    """
    if ADAPTER in subject.parts and options.base is None:
        adapter_of_embedded(subject, "ollama")
        return _over_weights(subject)
    told = replace(subject.prompt, posts=())
    lines = [
        *_head(subject),
        f"FROM {options.base or BASE}",
        f"SYSTEM {quoted(told.instructions)}",
        *_drawn(),
        f"PARAMETER num_ctx {_CONTEXT_TOKENS}",
        *(f"MESSAGE {turn.role} {quoted(turn.content)}" for turn in _turns(subject)),
    ]
    return "\n".join([*lines, ""]).encode("utf-8", "replace")


def _over_weights(subject: Subject) -> bytes:
    """A Modelfile over the merged model, with the chat that its base was trained on."""
    name, model = subject.stem, subject.stem.lower()
    lines = [
        _origin(subject),
        f"# It stands beside {name}.gguf, the same voice exported as gguf.",
        f"# Use it: ollama create {model} -f {name}.Modelfile && ollama run {model} 'Write a post about rain, trains.'",
        f"FROM ./{name}.gguf",
        f'TEMPLATE """{_CHAT}"""',
        "PARAMETER stop <|im_end|>",
        *_drawn(),
        f"PARAMETER num_predict {Sampling().max_tokens}",
    ]
    return "\n".join([*lines, ""]).encode()


def _drawn() -> Iterator[str]:
    """How words are drawn: all that llama.cpp and Ollama take differently where nothing is said (api/types.go)."""
    sampling = Sampling()
    drawn = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "min_p": _MIN_P,
        "repeat_penalty": 1.0,
    }
    yield from (f"PARAMETER {name} {value}" for name, value in drawn.items())


def _origin(subject: Subject) -> str:
    return f"# The voice {subject.stem}, made by Soundalike. What it writes is AI-made, and is to be labelled so."


def _head(subject: Subject) -> Iterator[str]:
    name, model = subject.stem, subject.stem.lower()
    yield _origin(subject)
    yield f"# Use it: ollama create {model} -f {name}.Modelfile && ollama run {model} 'Write a post about …'"
    yield "# FROM names the model that writes: any that Ollama has, the larger the better."
    if posts := len(subject.prompt.posts):
        yield f"# Its messages hold {posts} posts of the creator, word for word."


def _turns(subject: Subject) -> list[Message]:
    """Each post as the answer to an order."""
    posts = len(subject.prompt.posts)
    chat = subject.prompt.messages("", manner="turns", max_chars=MAX_CHARS, turns=posts)
    return chat[:-1]


def quoted(text: str) -> str:
    """A text between triple quotes, as Ollama reads it back."""
    plain = _BREAKS.sub("\n", text)
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in plain)
    return f'"""{_QUOTES.sub(lambda found: chr(39) * len(found[0]), spaced)}"""'
