"""Drafts that are kept: `drafts list`, `accept`, `edit`, `reject`, `pairs`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundalike.cli import console
from soundalike.cli.models import found_model, model_argument
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from soundalike.storage import DraftRecord, DraftStatus
    from soundalike.training.edits import KeptRule

_draft_argument = click.argument("draft", metavar="ID")
_reason = click.option("--reason", metavar="TEXT", help="Why; the same rule given three times is learned.")


@click.group()
def drafts_command() -> None:
    """List the drafts that were written, and say what became of them.

    The voice learns from it: what repeated edits show, beyond what chance edits would, becomes a rule.
    """


@drafts_command.command("list")
@model_argument
@click.option(
    "--status",
    type=click.Choice(["written", "accepted", "edited", "rejected"]),
    help="Only those of which this became.",
)
@click.option("-n", "count", type=click.IntRange(1, 200), default=20, show_default=True, help="How many.")
@as_json
def list_(model: str, status: "DraftStatus | None", count: int, as_json: bool) -> None:
    """List the drafts of a model, newest first.

    MODEL is an id, a name, or @username (its newest model).
    """
    from soundalike.schemas.drafts import KeptDraftShape

    with found_model(model) as (store, record):
        found = store.drafts.page(record.user_id, record.id, status=status, limit=count)
    if as_json:
        console.print_json([KeptDraftShape.of(draft).as_json() for draft in found])
    elif not found:
        click.echo("There are no such drafts. Write some with: soundalike write MODEL BRIEF")
    for draft in () if as_json else found:
        _show(draft)


@drafts_command.command("accept")
@_draft_argument
@_reason
@as_json
def accept(draft: str, reason: str | None, as_json: bool) -> None:
    """Accept a draft as it is. ID is what `write` printed beside it."""
    _decide(draft, "accepted", reason=reason, as_json=as_json)


@drafts_command.command("edit")
@_draft_argument
@click.argument("text")
@_reason
@as_json
def edit(draft: str, text: str, reason: str | None, as_json: bool) -> None:
    """Keep what you made of a draft: TEXT, or - to read it from standard input."""
    made = sys.stdin.read() if text == "-" else text
    _decide(draft, "edited", text=made, reason=reason, as_json=as_json)


@drafts_command.command("reject")
@_draft_argument
@_reason
@as_json
def reject(draft: str, reason: str | None, as_json: bool) -> None:
    """Reject a draft."""
    _decide(draft, "rejected", reason=reason, as_json=as_json)


@drafts_command.command("pairs")
@model_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def pairs(model: str, file: Path) -> None:
    """Write which of two texts you preferred as JSON lines, for a preference trainer (TRL's DPO format).

    MODEL is an id, a name, or @username (its newest model). FILE may be - for the terminal.
    """
    from soundalike.service.feedback import preferences_of

    with found_model(model) as (store, record):
        lines = [pair.to_line() for pair in preferences_of(store, record.user_id, record.id)]
    with click.open_file(str(file), "w", encoding="utf-8") as out:
        out.writelines(lines)
    click.echo(f"{len(lines)} pairs.", err=True)


def _decide(
    named: str,
    status: "DraftStatus",
    *,
    text: str | None = None,
    reason: str | None,
    as_json: bool,
) -> None:
    from soundalike.config import read_settings
    from soundalike.schemas.drafts import DecisionBody
    from soundalike.service.feedback import decide
    from soundalike.wiring import LOCAL_USER, now, open_store

    with open_store(read_settings()) as store:
        found = store.drafts.find(LOCAL_USER, named)
        draft, learned = decide(
            store, LOCAL_USER, found.id, status, text=text, reason=reason, at=now(), who=LOCAL_USER
        )
    if as_json:
        console.print_json(DecisionBody.of(draft, learned).as_json())
        return
    click.echo(f"{draft.status.capitalize()} {str(draft.id)[:8]}.")
    _show_learned(learned, draft.creator_username)


def _show_learned(rules: "Sequence[KeptRule]", username: str) -> None:
    """Print rules that were just learned, and how to remove one."""
    for kept in rules:
        click.echo(f"Learned: {console.plain(kept.told)}")
        click.echo(
            f"  Not what you want? soundalike edit @{username} --drop {console.plain(kept.rule.key)!r}",
            err=True,
        )


def _show(draft: "DraftRecord") -> None:
    from rich.text import Text

    out = console.console()
    facts = [str(draft.id)[:8], draft.status, f"{draft.created_at:%-d %b %Y %H:%M}"]
    facts.append(f"on “{console.plain(' '.join(draft.brief.split()))[:60]}”")
    if draft.reason:
        facts.append(f"because: {console.plain(draft.reason)}")
    out.print(Text(console.plain(draft.text), style=console.ACCENT))
    if draft.edited_text is not None:
        out.print(Text(f"→ {console.plain(draft.edited_text)}"))
    out.print(Text("   " + " · ".join(facts) + "\n", style="dim"))
