"""What was spent: `ledger`."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from soundalike.cli import console
from soundalike.cli.options import Moment, as_json
from soundalike.errors import SoundalikeError

if TYPE_CHECKING:
    from rich.table import Table

    from soundalike.config import Settings
    from soundalike.storage import Store
    from soundalike.storage.spending import Check, Ledger


@click.command()
@click.option("--since", type=Moment(), help="Leave out what was spent before.")
@as_json
def ledger_command(since: datetime | None, as_json: bool) -> None:
    """Show what was spent on what, and hold it against the service's balance.

    The balance is fetched where a key is set, which is free. Charges show in it up to a minute late.
    """
    from soundalike.config import read_settings
    from soundalike.schemas.spending import LedgerBody
    from soundalike.wiring import LOCAL_USER, open_store

    settings = read_settings()
    with open_store(settings) as store:
        checks = _checks(settings, store)
        ledger = store.ledger(LOCAL_USER, since=since)
    if as_json:
        body = LedgerBody.of(ledger, checks, monthly_credits=settings.twitter_api_monthly_credits)
        console.print_json(body.as_json())
    else:
        _show(ledger, checks, settings.twitter_api_monthly_credits)


def _checks(settings: "Settings", store: "Store") -> "list[Check]":
    """The books against the balance; none where the service cannot be asked, which is said."""
    from soundalike.wiring import check_balance

    if settings.twitter_api_key is None:
        return []
    try:
        return check_balance(settings, store)
    except SoundalikeError as error:
        click.echo(f"The balance could not be fetched: {error.message}", err=True)
        return []


def _show(ledger: "Ledger", checks: "list[Check]", ceiling: int) -> None:
    out = console.console()
    if not ledger.sessions:
        out.print("Nothing was asked of the tweets API yet.")
        return
    out.print(_table(ledger))
    for month in ledger.months[:12]:
        out.print(
            f"{month.year}-{month.month:02}: {month.credits:,} of {ceiling:,} credits (US${_usd(month.credits)}), "
            f"{month.requests:,} requests, {month.posts:,} posts."
        )
    for check in checks[-1:]:
        out.print(_in_words(check), style="dim")


def _table(ledger: "Ledger") -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("last", "creator", "requests", "posts", "credits", "US$", "notes"):
        table.add_column(name, justify="left" if name in {"last", "creator", "notes"} else "right")
    for spent in ledger.sessions:
        table.add_row(
            f"{spent.last_at:%-d %b %Y %H:%M}",
            f"@{console.plain(spent.username)}" if spent.username else "–",
            f"{spent.requests:,}",
            f"{spent.posts:,}",
            f"{spent.credits:,}",
            _usd(spent.credits),
            _notes(spent.is_stand_in, spent.open_requests, spent.outcomes),
        )
    return table


def _notes(is_stand_in: bool, open_requests: int, outcomes: "dict[str, int]") -> str:
    failed = [f"{count} {outcome}" for outcome, count in outcomes.items() if outcome != "ok"]
    unanswered = [f"{open_requests} never answered for"] if open_requests else []
    return ", ".join((["a stand-in, nothing was billed"] if is_stand_in else []) + unanswered + failed)


def _in_words(check: "Check") -> str:
    span = f"From {check.start.at:%-d %b %H:%M} to {check.end.at:%-d %b %H:%M} UTC"
    if check.difference is None:
        return f"{span} the key was topped up; {check.booked:,} credits were booked."
    return (
        f"{span} the service's balance fell by {check.fell:,} credits; {check.booked:,} were booked "
        f"({check.difference:+,})."
    )


def _usd(credits_: int) -> str:
    from soundalike.posts.api.pricing import CREDITS_PER_USD

    return f"{credits_ / CREDITS_PER_USD:.4f}"
