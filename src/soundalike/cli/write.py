"""`write`: drafts in a trained voice."""

from typing import TYPE_CHECKING

import click

from soundalike.cli import console, report
from soundalike.cli.models import found_model, model_argument
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from soundalike.drafts.draft import Drafting


@click.command()
@model_argument
@click.argument("brief")
@click.option(
    "-n", "count", type=click.IntRange(1, 50), default=5, show_default=True, help="How many drafts."
)
@click.option(
    "--max-chars", type=click.IntRange(1, 25_000), default=280, show_default=True, help="As X counts them."
)
@click.option("--continue-from", metavar="TEXT", help="Begin every draft with this.")
@click.option(
    "--thread",
    type=click.IntRange(1, 25),
    default=1,
    show_default=True,
    help="Posts of a thread, in their order.",
)
@click.option("--seed", type=int, help="The same seed gives the same drafts.  [default: the model's]")
@as_json
def write_command(
    model: str,
    brief: str,
    count: int,
    max_chars: int,
    continue_from: str | None,
    thread: int,
    seed: int | None,
    as_json: bool,
) -> None:
    """Write drafts in a trained voice, best first, each with its receipts.

    MODEL is an id, a name, or @username (its newest model). BRIEF says what the post is about. Drafts are kept: say by
    the id beside each what became of it (`soundalike drafts`), and the voice learns from it.
    """
    from uuid import uuid4

    from soundalike.config import read_settings
    from soundalike.schemas.models import DraftsBody
    from soundalike.service.feedback import keep_drafts
    from soundalike.service.keeping import load_model
    from soundalike.voice.background_file import shipped_background
    from soundalike.wiring import now, open_writer, writer_spec

    settings = read_settings()
    with (
        found_model(model) as (store, record),
        open_writer(settings, writer_spec(settings, record.trainer, record.base_model)) as writer,
    ):
        voice = load_model(record, store=store, writer=writer, background=shipped_background())
        drafting = voice.draft(
            brief, n=count, max_chars=max_chars, continue_from=continue_from, seed=seed, thread=thread
        )
        ids = [uuid4() for _ in drafting.drafts]
        keep_drafts(record, drafting, brief, store=store, ids=ids, at=now())
    if as_json:
        console.print_json(DraftsBody.of(drafting, ids).as_json())
    else:
        _show(drafting, ids, thread if thread > 1 else count)


def _show(drafting: "Drafting", ids: "Sequence[UUID]", count: int) -> None:
    report.show_drafts(drafting.drafts, [str(each)[:8] for each in ids])
    out = console.console()
    if drafting.drafts:
        out.print(f"[dim]{drafting.drafts[0].label}[/dim]")
    if len(drafting.drafts) < count:
        out.print(
            f"{len(drafting.drafts)} of {count} drafts passed the checks. Try another --seed, or say more in the brief."
        )
    if drafting.withheld:
        out.print(f"{drafting.tried} candidates; withheld: {drafting.reasons}.", style="dim")
