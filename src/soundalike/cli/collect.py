"""Collecting posts: `analyze`, `estimate`, `import`."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import click

from soundalike.cli import console
from soundalike.cli.options import as_json, collecting
from soundalike.errors import SettingsError

if TYPE_CHECKING:
    from rich.table import Table

    from soundalike.config import Settings
    from soundalike.posts.api.harvest import PageReport
    from soundalike.posts.gathering import PostSource
    from soundalike.posts.post import Post, Window
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


@click.command()
@collecting
@as_json
def analyze_command(as_json: bool, **asked: Any) -> None:  # noqa: ANN401 - click's own call
    """Collect a creator's posts and find the viral ones.

    USERNAME is a name on X, an @name or a profile link.
    """
    from soundalike.config import read_settings
    from soundalike.schemas import AnalysisBody
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
@click.option(
    "--budget", type=click.IntRange(0), help="Most credits to spend.  [default: TWITTER_API_BUDGET_CREDITS]"
)
@as_json
def estimate_command(username: str, months: int, budget: int | None, as_json: bool) -> None:
    """Say what collecting a creator would cost, before paying.

    Looks at the profile only, which costs 18 credits.
    """
    from soundalike.config import read_settings
    from soundalike.posts.post import Window
    from soundalike.wiring import now, open_api

    settings = read_settings()
    with open_api(settings) as api:
        creator = api.fetch_creator(username)
        window = Window.months_before(now(), months)
        budget = settings.twitter_api_budget_credits if budget is None else budget
        found = api.estimate(creator, window, budget_credits=budget)
    if as_json:
        console.print_json(
            {
                "username": creator.username,
                "posts": [found.posts_low, found.posts_high],
                "credits": [found.credits_low, found.credits_high],
                "usd": found.usd,
                "seconds": found.seconds,
                "budgetCredits": budget,
            }
        )
        return
    click.echo(f"@{creator.username}: {found.posts_low:,} to {found.posts_high:,} posts in {months} months.")
    click.echo(f"At most {found.credits_high:,} credits (US${found.usd:.2f}), about {found.seconds:,.0f} s.")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@as_json
def import_command(path: Path, as_json: bool) -> None:
    """Take in posts from a file or an X archive, to train on later.

    PATH is a JSON lines file, a CSV file, or an X archive (folder or zip).
    """
    from soundalike.config import read_settings
    from soundalike.posts.files import read_posts
    from soundalike.wiring import LOCAL_USER, now, open_store

    loaded = read_posts(path)
    by_author: dict[str, list[Any]] = {}
    for post in loaded.posts:
        by_author.setdefault(post.username, []).append(post)
    with open_store(read_settings()) as store:
        for username, posts in by_author.items():
            store.save_posts(LOCAL_USER, username, posts, fetched_at=now(), source="file")
    for fault in loaded.faults:
        click.echo(fault, err=True)
    if as_json:
        counts = {username: len(posts) for username, posts in by_author.items()}
        console.print_json({"imported": counts, "faults": list(loaded.faults)})
        return
    for username, posts in by_author.items():
        click.echo(f"@{console.plain(username)}: {len(posts):,} posts.")


def run_collection(asked: Asked, settings: "Settings", store: "Store") -> tuple[UUID, "Analysis"]:
    """Collect and analyse what was asked, showing progress."""
    from soundalike.posts.post import Window
    from soundalike.service.collecting import Order, collect
    from soundalike.wiring import LOCAL_USER, now

    as_of = asked.as_of or now()
    order = Order(
        username=asked.username,
        as_of=as_of,
        source=asked.source or ("file" if asked.path else "api"),
        months=asked.months,
        gate=asked.gate,
        top=asked.top,
        consent=asked.consent,
    )
    window = Window.months_before(order.as_of, order.months)
    with _open_source(order.source, asked, window, settings, store) as source:
        return collect(order, source, store=store, user_id=LOCAL_USER, now=now)


@contextmanager
def _open_source(
    kind: str, asked: Asked, window: "Window", settings: "Settings", store: "Store"
) -> Iterator["PostSource"]:
    from soundalike.posts.gathering import ApiSource, FileSource

    if kind != "api":
        yield FileSource(_read_file(asked.path) if asked.path else _imported(asked.username, store))
        return
    from soundalike.wiring import open_api

    budget = settings.twitter_api_budget_credits if asked.budget is None else asked.budget
    with open_api(settings) as api, console.progress(f"Collecting @{asked.username}") as tell:
        yield ApiSource(api, budget_credits=budget, on_page=_page_teller(tell, window))


def _page_teller(tell: console.Tell, window: "Window") -> "Callable[[PageReport], None]":
    """Tell how much of the window is covered, which runs from its end backwards, with the bill so far."""
    from soundalike.posts.api.pricing import CREDITS_PER_USD

    began, covered = time.monotonic(), 0.0

    def on_page(report: "PageReport") -> None:
        nonlocal covered
        oldest = min((post.created_at for post in report.posts), default=window.end)
        covered = min(max(covered, (window.end - oldest) / (window.end - window.start)), 1.0)
        rate = report.collected / max(time.monotonic() - began, 1e-3)
        bill = (
            f"{report.requests} pages, {report.credits:,} credits, US${report.credits / CREDITS_PER_USD:.4f}"
        )
        tell(round(100 * covered), f"of the window: {report.collected:,} posts, {rate:.0f}/s; {bill}")

    return on_page


def _read_file(path: Path) -> "list[Post]":
    from soundalike.posts.files import read_posts

    loaded = read_posts(path)
    for fault in loaded.faults:
        click.echo(fault, err=True)
    return list(loaded.posts)


def _imported(username: str, store: "Store") -> "list[Post]":
    """What `import` took in of the creator, or an earlier collection brought."""
    from soundalike.posts.post import read_username
    from soundalike.wiring import LOCAL_USER

    posts = store.load_posts(LOCAL_USER, read_username(username))
    if not posts:
        raise SettingsError(
            f"No file was named, and no posts of @{read_username(username)} are kept here.",
            hint="Add --file PATH (JSON lines, CSV, or X archive), or take them in first: soundalike import PATH",
        )
    return posts


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
