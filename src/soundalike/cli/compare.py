"""`compare`: which of two wordings would be taken up more."""

from typing import TYPE_CHECKING

import click

from soundalike.cli import console
from soundalike.cli.models import found_model
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from soundalike.training.comparison import Comparison
    from soundalike.virality.wording import Depth


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--model", help="Whose audience: an id, a name, or @username.  [default: people in general]")
@click.option(
    "--depth",
    type=click.Choice(["quick", "full"]),
    default="quick",
    show_default=True,
    help="How people in general are asked: by the words alone, or read by the embedded language model as well.",
)
@as_json
def compare_command(a: str, b: str, model: str | None, depth: "Depth", as_json: bool) -> None:
    """Tell which of two wordings would be taken up more, how sure that is, and why.

    A and B are two texts as they would be posted. With --model the forecaster of that creator's audience answers, where
    it proved right on later posts; else people in general do.
    """
    from soundalike.schemas.models import CompareBody

    _check("first", a)
    _check("second", b)
    username, found = _compare(a, b, model, depth)
    if as_json:
        console.print_json(CompareBody.of(found, username).as_json())
    else:
        _show(a, b, found, username)


def _check(which: str, text: str) -> None:
    from soundalike.errors import SettingsError

    if not text.strip():
        raise SettingsError(f"The {which} text is empty.", hint="Give both as they would be posted.")


def _compare(a: str, b: str, model: str | None, depth: "Depth") -> "tuple[str, Comparison]":
    """The answer, and whose posts its evidence is."""
    from soundalike.service.keeping import forecaster_of, patterns_of
    from soundalike.training.comparison import compare
    from soundalike.training.learned import fit_forecaster

    if model is None:
        return "", compare(a, b, depth=depth)
    with found_model(model) as (store, record):
        username = record.creator_username
        forecaster = forecaster_of(record, store)
        if forecaster is None:  # a model of an earlier version: what is left of its posts may do
            forecaster = fit_forecaster(store.load_posts(record.user_id, username))
        patterns = patterns_of(record)
    return username, compare(a, b, forecaster=forecaster, patterns=patterns, depth=depth, creator=username)


def _show(a: str, b: str, found: "Comparison", username: str) -> None:
    from rich.text import Text

    from soundalike.training import wording

    out = console.console()
    for name, text in (("A", a), ("B", b)):
        out.print(Text(f"{name}  ", style="bold") + Text(console.plain(text)))
    out.print()
    out.print(Text(wording.verdict(found), style="bold"))
    if found.reasons:
        out.print()
    for reason in found.reasons:
        out.print(Text(f"  for {reason.favours.upper()}  {console.plain(reason.sentence)}"))
        for post_id in reason.evidence:
            out.print(Text(f"         {wording.post_url(username, post_id)}", style="dim"))
    out.print()
    for line in wording.judged(found, username):
        out.print(Text(line, style="dim"))
