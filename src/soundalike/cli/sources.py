"""Where the posts of a collection come from: bought, read from a file, or taken in before; with what it tells."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import click

from soundalike.cli import console
from soundalike.errors import SettingsError

if TYPE_CHECKING:
    from soundalike.cli.collect import Asked
    from soundalike.config import Settings
    from soundalike.posts.api.estimate import Estimate
    from soundalike.posts.api.harvest import PageReport
    from soundalike.posts.gathering import PostSource
    from soundalike.posts.post import Creator, Post
    from soundalike.storage import Store

_MINUTES_FROM: Final = 180  # seconds


@contextmanager
def open_source(
    kind: str, asked: "Asked", settings: "Settings", store: "Store", session_id: UUID
) -> Iterator["PostSource"]:
    """Open what `--source` names."""
    if kind == "api":
        with _bought(asked, settings, store, session_id) as source:
            yield source
    elif kind == "x":
        yield _bought_from_x(asked, settings, store)
    else:
        from soundalike.posts.gathering import FileSource

        yield FileSource(_read_file(asked) if asked.path else _imported(asked.username, store))


def ask_before_paying(asked: "Asked") -> "Callable[[Creator, Estimate], None]":
    """Tell the price; ask before paying where somebody is there to answer."""

    def confirm(creator: "Creator", estimate: "Estimate") -> None:
        click.echo(f"@{console.plain(creator.username)}: {in_words(estimate)}", err=True)
        if estimate.posts_high:
            _ask(asked)

    return confirm


def in_words(estimate: "Estimate") -> str:
    """What a collection will bring and cost."""
    kept = f"{estimate.posts_kept:,} posts are here already; " if estimate.posts_kept else ""
    if not estimate.posts_high:
        return f"{kept}nothing has to be bought."
    return (
        f"{kept}about {estimate.posts_low:,} posts for {_price(estimate.credits_low)} in "
        f"{_span(estimate.likely_seconds)}; at most {estimate.posts_high:,} for {_price(estimate.credits_high)} in "
        f"{_span(estimate.seconds)}."
    )


def _ask(asked: "Asked") -> None:
    if not asked.yes and sys.stdin.isatty() and sys.stderr.isatty():
        click.confirm("Go on?", default=True, abort=True, err=True)


def _price(credits_: int) -> str:
    from soundalike.posts.api.pricing import CREDITS_PER_USD

    return f"{credits_:,} credits (US${credits_ / CREDITS_PER_USD:.2f})"


def _span(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < _MINUTES_FROM else f"{seconds / 60:,.0f} min"


@contextmanager
def _bought(asked: "Asked", settings: "Settings", store: "Store", session_id: UUID) -> Iterator["PostSource"]:
    from soundalike.posts.gathering import ApiSource
    from soundalike.wiring import open_api

    with (
        open_api(settings, store, session_id=session_id, budget_credits=asked.budget) as api,
        _page_teller(f"Collecting @{asked.username}") as on_page,
    ):
        yield ApiSource(api, max_age=timedelta(hours=asked.max_age_hours), on_page=on_page)


@contextmanager
def _page_teller(title: str) -> "Iterator[Callable[[PageReport], None]]":
    """Tell how much of the window is read, with the bill so far; the bar appears with the first page."""
    from soundalike.posts.api.pricing import CREDITS_PER_USD

    began = time.monotonic()
    with ExitStack() as bar:
        tell: console.Tell | None = None

        def on_page(report: "PageReport") -> None:
            nonlocal tell
            tell = tell or bar.enter_context(console.progress(title))
            rate = report.collected / max(time.monotonic() - began, 1e-3)
            dollars = report.credits / CREDITS_PER_USD
            bill = f"{report.requests} requests, {report.credits:,} credits, US${dollars:.4f}"
            tell(
                round(100 * report.share), f"of the window: {report.collected:,} posts, {rate:.0f}/s; {bill}"
            )

        yield on_page


def _bought_from_x(asked: "Asked", settings: "Settings", store: "Store") -> "PostSource":
    """Posts from X itself, put away page by page."""
    from soundalike.wiring import LOCAL_USER, now, open_x

    def keep(posts: "list[Post]") -> None:
        store.save_posts(LOCAL_USER, posts[0].username, posts, fetched_at=now(), source="x")

    most = settings.x_api_max_posts
    source = open_x(settings, on_posts=lambda posts: keep(list(posts)) if posts else None)
    click.echo(f"X bills every post by its own price list; at most {most:,} are read.", err=True)
    _ask(asked)
    return source


def _read_file(asked: "Asked") -> "list[Post]":
    from soundalike.posts.files import read_posts
    from soundalike.posts.post import read_username

    loaded = read_posts(asked.path or Path(), username=read_username(asked.username))
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
            hint="Add --file PATH (JSON lines, JSON, CSV, or X archive), or take them in first: soundalike import PATH",
        )
    return posts
