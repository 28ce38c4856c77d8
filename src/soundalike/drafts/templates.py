"""Fills the prompt templates. What is put into one is data: cleaned always, escaped where it stands between tags."""

import re
import unicodedata
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jinja2 import Environment

# What chat templates and tokenizers give a meaning: <|im_start|>, <｜User｜>, <s>, </post>, [INST], <<SYS>>
_CONTROL_TOKEN = re.compile(
    r"<<?/?[|｜]?[a-z][\w/▁:-]{0,40}[|｜]?>>?|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\]", re.IGNORECASE
)
_ROLE = re.compile(
    r"^\s*(?:#+\s*)?(?:system|user|assistant|human|developer)\s*:", re.IGNORECASE | re.MULTILINE
)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_KEPT: Final = {"\n", "\u200c", "\u200d", *map(chr, range(0xE0020, 0xE0080))}  # joiners, and what makes flags
_FLAG_OR_TAG = re.compile(
    "(🏴[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)|[\U000e0000-\U000e007f]"
)  # outside of flags a text can be spelled in such letters that a model reads and nobody sees
_MANY_BREAKS = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Take out of a text what is not for readers: control and bidi characters, chat tokens, tags, names of roles."""
    text = unicodedata.normalize("NFC", text.replace("\t", " "))
    text = "".join(char for char in text if char in _KEPT or unicodedata.category(char) not in _INVISIBLE)
    text = _FLAG_OR_TAG.sub(lambda found: found[1] or "", text)
    while (stripped := _CONTROL_TOKEN.sub("", text)) != text:  # what is left may close up to a new one
        text = stripped
    return _MANY_BREAKS.sub("\n\n", _ROLE.sub("", text)).strip()


def fill(template: str, *, fenced: bool = True, **values: object) -> str:
    """Fill the template of this name; `fenced` escapes `<`, `>` and `&` of every value.

    Raises:
        jinja2.UndefinedError: The template asks for a value that is not given.
    """
    return _environment(fenced=fenced).get_template(f"{template}.jinja").render(**values).strip()


@cache
def _environment(*, fenced: bool) -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    def as_data(value: object) -> object:
        if not isinstance(value, str):
            return value
        return escape(clean(value), quote=False) if fenced else clean(value)

    return Environment(  # noqa: S701 - these are prompts, not pages; `finalize` escapes what needs it
        loader=PackageLoader("soundalike.drafts", "prompts"),
        undefined=StrictUndefined,
        finalize=as_data,
        trim_blocks=True,
        lstrip_blocks=True,
    )
