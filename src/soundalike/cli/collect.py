"""Collecting posts: `analyze`, `estimate`."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import click

from soundalike.cli import console
from soundalike.cli.options import Moment, as_json, collecting
from soundalike.cli.sources import ask_before_paying, in_words, open_source
from soundalike.errors import CreatorOptedOut

if TYPE_CHECKING:
    from rich.table import Table

    from soundalike.config import Settings
    from soundalike.storage import Store
    from soundalike.training.analysis import Analysis

_OTHER_COLUMNS = 44  # columns of the terminal that the figures beside a post take
_LEAST_SHOWN = 24  # of a post, however narrow the terminal


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user typed after `analyze` or `train`."""

    username: str
    source: str | None
    path: Path | None
    months: int
    as_of: datetime | None
    gate: int | Literal["auto"]
    top: int
    budget: int | None
    consent: str | None
    ordinary: int | None = None
    max_age_hours: int = 24
    yes: bool = False


@click.command()
@collecting
@as_json
def analyze_command(as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - click's own call
    """Collect a creator's posts and find the viral ones.

    USERNAME is a name on X, an @name or a profile link.
    """
    from soundalike.config import read_settings
    from soundalike.schemas.collecting import AnalysisBody
    from soundalike.wiring import open_store

    settings = read_settings()
    with open_store(settings) as store:
        session_id, analysis = run_collection(Asked(**asked), settings, store)
    if as_json:
        console.print_json(AnalysisBody.of(analysis, session_id=str(session_id)).as_json())
    else:
        show_analysis(analysis)


@click.command()
@click.argument("username")
@click.option(
    "--months", type=click.IntRange(1, 120), default=6, show_default=True, help="Length of the window."
)
@click.option("--as-of", type=Moment(), help="End of the window, not part of it.  [default: now]")
@click.option(
    "--budget", type=click.IntRange(0), help="Most credits to spend.  [default: TWITTER_API_BUDGET_CREDITS]"
)
@as_json
def estimate_command(
    username: str, *, months: int, as_of: datetime | None, budget: int | None, as_json: bool
) -> None:
    """Say what collecting a creator would cost, before paying.

    Looks at the profile only, which costs 18 credits.
    """
    from soundalike.config import read_settings
    from soundalike.posts.api.planning import Wish
    from soundalike.posts.post import Window
    from soundalike.schemas.collecting import EstimateBody
    from soundalike.wiring import now, open_api, open_store

    settings = read_settings()
    with open_store(settings) as store, open_api(settings, store, budget_credits=budget) as api:
        creator = api.fetch_creator(username)
        found = api.estimate(creator, Wish(Window.months_before(as_of or now(), months)))
    if as_json:
        console.print_json(EstimateBody.of(creator, found).as_json())
    else:
        click.echo(f"@{creator.username}, {months} months: {in_words(found)}")


def run_collection(asked: Asked, settings: "Settings", store: "Store") -> tuple[UUID, "Analysis"]:
    """Collect and analyse what was asked, showing its price and its progress."""
    from soundalike.accounts import Accounts
    from soundalike.posts.post import read_username
    from soundalike.service.collecting import Order, collect
    from soundalike.wiring import LOCAL_USER, now

    username = read_username(asked.username)
    if Accounts(store.database, now=now).opt_outs.has(LOCAL_USER, username):
        raise CreatorOptedOut.of(username)
    order = Order(
        username=asked.username,
        as_of=asked.as_of,
        source=asked.source or ("file" if asked.path else "api"),
        months=asked.months,
        gate=asked.gate,
        top=asked.top,
        ordinary=asked.ordinary,
        consent=asked.consent,
    )

    return collect(
        order,
        partial(open_source, order.source, asked, settings, store),
        store=store,
        user_id=LOCAL_USER,
        now=now,
        confirm=ask_before_paying(asked),
    )


def show_analysis(analysis: "Analysis") -> None:
    """Print an analysis for people: how many passed, the posts, what was set aside, what to know."""
    out = console.console()
    window, selection = analysis.collection.window, analysis.selection
    out.print(
        f"[bold]@{analysis.creator.username}[/bold]  {window.start:%-d %b %Y} to {window.end:%-d %b %Y}: "
        f"{len(analysis.posts):,} posts collected, {len(analysis.collection.kept):,} usable, "
        f"median engagement {analysis.median_engagement:,.0f}."
    )
    out.print(selection.sentence)
    if selection.posts:
        out.print(_table(analysis, out.width))
    if analysis.collection.set_aside:
        aside = ", ".join(
            f"{count:,} {reason.value.replace('_', ' ')}"
            for reason, count in analysis.collection.set_aside.items()
        )
        out.print(f"Set aside: {aside}.", style="dim")
    taken = analysis.collecting
    if taken.coverage:
        out.print(taken.coverage.sentence, style="dim")
    if taken.kept_before:
        out.print(f"{taken.kept_before:,} of them were here already and cost nothing.", style="dim")
    if taken.requests:
        out.print(
            f"{taken.requests} requests, {taken.credits:,} credits (US${taken.usd:.4f}), {taken.seconds:.1f} s; "
            f"ended: {taken.stop_reason.replace('_', ' ')}.",
            style="dim",
        )
    for warning in analysis.warnings:
        out.print(f"Note: {_escaped(warning)}")


def _table(analysis: "Analysis", width: int) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("#", "score", "engagement", "lift", "date", "post"):
        table.add_column(name, justify="left" if name in {"date", "post"} else "right")
    for number, scored in enumerate(analysis.selection.posts, start=1):
        text = Text(" ".join(console.plain(scored.post.text).split()))
        text.truncate(max(width - _OTHER_COLUMNS, _LEAST_SHOWN), overflow="ellipsis")
        figures = (f"{scored.viral_score:.0f}", f"{scored.engagement:,}", f"×{scored.lift:.1f}")
        table.add_row(str(number), *figures, f"{scored.post.created_at:%-d %b %Y}", text)
    return table


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
