"""Options that several commands share."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any, Literal

import click

Command = Callable[..., Any]


class Moment(click.ParamType[datetime]):
    """A date or a moment; without a zone UTC is meant, a bare date is its first second."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """Read it, or say how dates are written."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is no date; write 2026-10-31 or 2026-10-31T18:00:00Z.", param, ctx)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class GateType(click.ParamType[int | Literal["auto"]]):
    """The engagement from which a post counts as viral: a number, or `auto`."""

    name = "number|auto"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click gives it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int | Literal["auto"]:
        """Read it, thousands separators allowed."""
        if value == "auto":
            return "auto"
        digits = str(value).replace(",", "").replace("_", "")
        if not digits.isdecimal():
            self.fail(f"“{value}” is neither a number nor auto.", param, ctx)
        return int(digits)


def as_json(command: Command) -> Command:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def collecting(command: Command) -> Command:
    """Whose posts, from where, of which window."""
    options = [
        click.argument("username"),
        click.option(
            "--source",
            type=click.Choice(["api", "archive", "file", "x"]),
            help="Where the posts come from; x is X's own API.  [default: api; file with --file]",
        ),
        click.option(
            "--file",
            "path",
            type=click.Path(path_type=Path),
            help="Posts as JSON lines, JSON, CSV, or X archive.",
        ),
        click.option(
            "--months",
            type=click.IntRange(1, 120),
            default=6,
            show_default=True,
            help="Length of the window.",
        ),
        click.option("--as-of", type=Moment(), help="End of the window, not part of it.  [default: now]"),
        click.option(
            "--min-engagement",
            "gate",
            type=GateType(),
            default=100_000,
            show_default=True,
            help="Likes, reposts, replies and quotes a viral post has; auto goes by the creator's own usual.",
        ),
        click.option(
            "--top", type=click.IntRange(1, 100), default=20, show_default=True, help="Posts to offer."
        ),
        click.option(
            "--budget",
            type=click.IntRange(0),
            help="Most credits to spend.  [default: TWITTER_API_BUDGET_CREDITS]",
        ),
        click.option(
            "--ordinary",
            type=click.IntRange(40),
            help="Buy every post above the gate, but only this many others, the latest.",
        ),
        click.option(
            "--max-age",
            "max_age_hours",
            type=click.IntRange(0),
            default=24,
            show_default=True,
            help="Hours after which counts that were not final are bought anew.",
        ),
        click.option(
            "--consent",
            type=click.Choice(["own", "permission", "research"]),
            help="On whose word the posts are used; kept with the model.",
        ),
        click.option("--yes", is_flag=True, help="Go on without asking."),
    ]
    return reduce(lambda wrapped, option: option(wrapped), reversed(options), command)
