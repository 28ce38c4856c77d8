"""Giving voices away and taking them in: `export`, and what `import` does with a voice file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundalike.cli import console
from soundalike.cli.models import found_model, model_argument
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from soundalike.exports import Made

_KINDS = ("prompt", "llm", "ollama", "characterfile", "soundalike", "peft", "gguf")
"""As in `soundalike.exports.FORMATS`, which takes half a second to load."""


@click.command()
@model_argument
@click.option("--format", "kind", type=click.Choice(_KINDS), default="prompt", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file.  [default: the terminal; for soundalike, peft and gguf, a file named after the voice]",
)
@click.option(
    "--with-examples",
    "examples",
    type=click.IntRange(0, 200),
    default=0,
    metavar="N",
    help="Put this many of the creator's posts in.  [default: none]",
)
@click.option("--base", metavar="NAME", help="For ollama: the model to build on.  [default: llama3.2]")
@as_json
def export_command(
    model: str, kind: str, output: Path | None, examples: int, base: str | None, as_json: bool
) -> None:
    """Give a model away: to any chat, another tool, or another installation.

    MODEL is an id, a name, or @username (its newest model). No post of the creator's goes along unless you ask for it.
    """
    from soundalike.config import read_settings
    from soundalike.exports import Options
    from soundalike.service.exporting import export_model
    from soundalike.wiring import open_signer

    options = Options(open_signer(read_settings()), examples, base)
    with found_model(model) as (store, record):
        made = export_model(record, store, kind, options)
    _give(made, kind, output or (Path(made.file_name) if kind in _BINARY else None), as_json=as_json)


_BINARY = frozenset({"soundalike", "peft", "gguf"})


def _give(made: "Made", kind: str, output: Path | None, *, as_json: bool) -> None:
    if output is not None:
        _write(output, made.content)
    text = None if output is not None else made.content.decode()
    if as_json:
        told = {"format": kind, "fileName": made.file_name, "posts": made.posts, "notes": [*made.notes]}
        console.print_json(told | ({"path": str(output)} if text is None else {"content": text}))
        return
    click.echo(f"Export: {output}" if text is None else text, err=text is None, nl=text is None)
    for note in made.notes:
        click.echo(note, err=True)


def _write(path: Path, content: bytes) -> None:
    from soundalike.errors import SettingsError

    try:
        path.write_bytes(content)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written ({error.strerror}).", hint="Name another file with -o."
        ) from error


def import_voice_file(path: Path, *, signer: str | None, as_json: bool) -> None:
    """Keep the voice in a file, and say whose it is and who signed it."""
    from soundalike.accounts import Accounts
    from soundalike.config import read_settings
    from soundalike.service.importing import import_voice
    from soundalike.wiring import LOCAL_USER, now, open_signer, open_store

    settings = read_settings()
    content = _read(path)
    with open_store(settings) as store:
        imported = import_voice(
            content,
            store=store,
            workspace_id=LOCAL_USER,
            own_signer=open_signer(settings).fingerprint,
            is_opted_out=Accounts(store.database, now=now).opt_outs.has,
            at=now(),
            signer=signer,
        )
    record = imported.record
    if as_json:
        told = {"modelId": str(record.id), "username": record.creator_username, "version": record.version}
        console.print_json(
            told | {"signer": imported.signer, "posts": imported.posts, "notes": [*imported.notes]}
        )
        return
    named = f"@{record.creator_username} v{record.version}: {console.plain(record.model_name)}"
    click.echo(f"{named}, {record.id}")
    for note in imported.notes:
        click.echo(console.plain(note))


def _read(path: Path) -> bytes:
    from soundalike.errors import VoiceFileError
    from soundalike.exports.voice_file import MOST_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)  # what is longer is refused
    except OSError as error:
        raise VoiceFileError(
            f"{console.plain(str(path))} cannot be read ({error.strerror}).", hint="Check the path."
        ) from error
