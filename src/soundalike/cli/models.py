"""Trained models: `models`, `show`, `delete`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundalike.cli import console, report
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from soundalike.storage import Store, TrainedModelRecord

model_argument = click.argument("model")


@contextmanager
def found_model(text: str) -> "Iterator[tuple[Store, TrainedModelRecord]]":
    """Open the store and the model that `text` means: an id, a name, or @username."""
    from soundalike.config import read_settings
    from soundalike.wiring import LOCAL_USER, open_store

    with open_store(read_settings()) as store:
        yield store, store.find_model(LOCAL_USER, text)


@click.command()
@as_json
def models_command(as_json: bool) -> None:
    """List the trained models, newest first."""
    from soundalike.config import read_settings
    from soundalike.schemas.models import ModelShape
    from soundalike.wiring import LOCAL_USER, open_store

    with open_store(read_settings()) as store:
        records = store.list_models(LOCAL_USER, limit=200)
    if as_json:
        console.print_json([ModelShape.of(record).as_json() for record in records])
    elif records:
        _show_table(records)
    else:
        click.echo("No model is trained yet. Start with: soundalike demo, or: soundalike train USERNAME")


@click.command()
@model_argument
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the report page here."
)
@click.option("--prompt", "prompt_only", is_flag=True, help="Print the prompt only.")
@as_json
def show_command(model: str, page: Path | None, prompt_only: bool, as_json: bool) -> None:
    """Show a model: voice, patterns, best hours, report card.

    MODEL is an id, a name, or @username (its newest model).
    """
    from soundalike.schemas.models import ModelBody
    from soundalike.service.keeping import forecaster_of
    from soundalike.service.quizzing import total_of

    with found_model(model) as (store, record):
        if page:
            report.write_page(page, record, store)
            click.echo(f"Report: {page}", err=True)
        if as_json:
            console.print_json(ModelBody.of(record, quiz=total_of(record, store)).as_json())
        elif prompt_only:
            click.echo(record.model_prompt)
        elif not page:
            report.show_record(record, forecaster_of(record, store))
            if quiz := total_of(record, store):
                click.echo(f"\nBlind quiz: {quiz.verdict}")


@click.command()
@model_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def delete_command(model: str, yes: bool, as_json: bool) -> None:
    """Delete a model for good.

    MODEL is an id, a name, or @username (its newest model).
    """
    with found_model(model) as (store, record):
        named = f"{record.model_name} v{record.version} of @{record.creator_username}"
        if not yes:
            click.confirm(f"Delete {named} for good?", abort=True, err=True)
        store.delete_model(record.user_id, record.id)
    if as_json:
        console.print_json({"deleted": str(record.id)})
    else:
        click.echo(f"Deleted {named}.")


def _show_table(records: "list[TrainedModelRecord]") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("id", "creator", "name", "version", "trainer", "gap closed", "trained"):
        table.add_column(name, justify="right" if name in {"version", "gap closed"} else "left")
    for record in records:
        gap = (record.report or {}).get("gap_closed")
        table.add_row(
            str(record.id)[:8],
            f"@{record.creator_username}",
            console.plain(record.model_name),
            f"v{record.version}",
            record.trainer or "",
            f"{gap['value']:.0%} {gap['low']:.0%}–{gap['high']:.0%}" if gap else "–",
            f"{record.created_at:%-d %b %Y %H:%M}",
        )
    console.console().print(table)
