"""A template for Simon Willison's `llm` (https://llm.datasette.io/en/stable/templates.html), in YAML.

What stands in it is filled by Python's `string.Template`, so every dollar sign of ours is written twice. The text of a
post must not become a key: `llm` runs what stands under `functions`.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from soundalike.drafts.writer import Sampling
from soundalike.exports.subject import MAX_CHARS, Options, Subject

_UNSAFE = re.compile(
    "[^\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]|[\u2028\u2029]"
)
_INPUT: Final = "$input"


def write(subject: Subject, _options: Options) -> bytes:
    """The template; `llm -t FILE "a subject"` writes a post."""
    system, request = subject.prompt.messages(_INPUT, manner="instructions", max_chars=MAX_CHARS)
    asked = request.content.replace("$", "$$").replace(f"${_INPUT}", _INPUT)
    lines = [
        *_head(subject),
        *_text("system", system.content.replace("$", "$$")),
        *_text("prompt", asked.replace(f"{MAX_CHARS} characters", "$max_chars characters")),
        "defaults:",
        f"  max_chars: '{MAX_CHARS}'",
        "options:",
        f"  temperature: {Sampling().temperature}",
    ]
    return "\n".join([*lines, ""]).encode()


def _head(subject: Subject) -> Iterator[str]:
    name = subject.stem
    yield f"# The voice {name}, made by Soundalike. What it writes is AI-made, and is to be labelled so."
    yield f'# Use it: llm -t {name}.yaml "a subject" -p max_chars 280'
    if posts := len(subject.prompt.posts):
        yield f"# It holds {posts} posts of the creator, word for word."


def _text(key: str, text: str) -> Iterator[str]:
    """A text under a key: as it stands where YAML keeps it so, else in quotes with its odd characters escaped."""
    lines = text.split("\n")
    if not (lines[0] and lines[-1]) or any(line != line.strip() or _UNSAFE.search(line) for line in lines):
        yield f"{key}: {quoted(text)}"
        return
    yield f"{key}: |-"
    yield from (f"  {line}".rstrip() for line in lines)


def quoted(text: str) -> str:
    """A text in double quotes as YAML 1.1 and 1.2 read it; half a surrogate pair becomes U+FFFD."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(whole, ensure_ascii=False))
