"""What the terminal shows: words and tables for people, JSON for programs, progress for those who wait."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

Tell = Callable[[int, str], None]
"""Told how far work is, 0 to 100, with a remark."""

ACCENT = "#c2347a"
"""Marks what the model does or wrote; ink is what the creator did."""


def console() -> "Console":
    """The terminal people read; colours only where there is one."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


def notes() -> "Console":
    """The stream for progress and remarks, so that results can be piped."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON
    """Print a value as JSON for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def plain(text: str) -> str:
    """Text from outside, safe to print: control characters could move the cursor or retitle the window."""
    return "".join(sign for sign in text if sign == "\n" or sign.isprintable() or sign in "\u200d\ufe0f")


@contextmanager
def progress(title: str) -> Iterator[Tell]:
    """Show work under way; a live bar with elapsed and remaining time on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield _plain_lines(title)
        return
    with _live_bar() as bar:
        task = bar.add_task(title, total=100, remark="")
        yield lambda percent, remark: bar.update(task, completed=percent, remark=remark)


def _live_bar() -> "Progress":
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24, complete_style=ACCENT, finished_style=ACCENT),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[remark]}", style="dim"),
        console=notes(),
        transient=True,
    )


def _plain_lines(title: str) -> Tell:
    """One line each tenth of the way."""
    shown = -1

    def tell(percent: int, remark: str) -> None:
        nonlocal shown
        if percent // 10 > shown:
            shown = percent // 10
            click.echo(f"{title}: {percent} % {remark}".rstrip(), err=True)

    return tell
