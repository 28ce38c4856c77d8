"""The forms a voice can be given away in, one row each: add a form by adding a row."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from soundalike.drafts.prompt import SHOWN
from soundalike.errors import ExportUnavailable
from soundalike.exports import adapters, characterfile, llm, ollama, plain
from soundalike.exports.subject import MOST_EXAMPLES, IsQuote, Options, Subject
from soundalike.exports.voice_file import MEDIA_TYPE, write_voice_file

Write = Callable[[Subject, Options], bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """A form: what it is, its media type, how its file's name ends and begins, who writes it.

    `most_examples` is how many posts it can hold; `is_signed` says that the installation's key signs it.
    """

    title: str
    media_type: str
    ending: str
    write: Write
    most_examples: int = SHOWN
    beginning: str = ""
    is_signed: bool = False

    def file_name(self, subject: Subject) -> str:
        """The name of the file: safe on every system, and in a header."""
        return f"{self.beginning}{subject.stem}{self.ending}"


FORMATS: Final[Mapping[str, Format]] = {
    "prompt": Format("a prompt for any chat", "text/plain", ".txt", plain.write),
    "llm": Format("a template for Simon Willison's llm", "application/yaml", ".yaml", llm.write),
    "ollama": Format("a Modelfile for Ollama", "text/plain", ".Modelfile", ollama.write),
    "characterfile": Format(
        "a character of elizaOS", "application/json", ".character.json", characterfile.write
    ),
    "soundalike": Format(
        "the whole voice, for another installation",
        MEDIA_TYPE,
        ".soundalike",
        lambda subject, options: write_voice_file(subject, options.signer),
        most_examples=MOST_EXAMPLES,
        beginning="@",
        is_signed=True,
    ),
    "peft": Format("an adapter for Hugging Face", "application/zip", ".peft.zip", adapters.write_peft),
    "gguf": Format("a model for llama.cpp", "application/octet-stream", ".gguf", adapters.write_gguf),
}


@dataclass(frozen=True, slots=True)
class Made:
    """An export: the file, how many of the creator's posts it holds word for word, and what there is to say of it."""

    file_name: str
    media_type: str
    content: bytes
    posts: int
    notes: tuple[str, ...]


def form_of(kind: str) -> Format:
    """The form called `kind`.

    Raises:
        ExportUnavailable: There is none.
    """
    if kind not in FORMATS:
        raise ExportUnavailable("There is no such format.", hint=f"There are: {', '.join(FORMATS)}.")
    return FORMATS[kind]


def make(subject: Subject, kind: str, options: Options, *, is_quote: IsQuote) -> Made:
    """Give a voice away in the form called `kind`.

    Raises:
        ExportUnavailable: There is no such form, or the voice does not have it.
    """
    form = form_of(kind)
    chosen = subject.with_examples(min(options.examples, form.most_examples))
    given, left_out = chosen.without_quotes(is_quote)
    posts = len(given.prompt.posts)
    return Made(
        file_name=form.file_name(subject),
        media_type=form.media_type,
        content=form.write(given, options),
        posts=posts,
        notes=tuple(_notes(subject, posts, left_out, options.signer.fingerprint if form.is_signed else "")),
    )


def _notes(subject: Subject, posts: int, left_out: int, signer: str) -> Iterator[str]:
    whose = f"of @{subject.username}"
    if posts:
        yield f"It holds {posts} posts {whose}, word for word: pass it on only to whom you may show them."
    else:
        yield f"No post {whose} is in it."
    if left_out:
        yield f"{left_out} sentences that quote posts were left out."
    if signer:
        yield f"Signed by {signer}: the key of this installation, for whoever imports it to compare."
