"""API keys: `key create`, `list`, `revoke`."""

from typing import TYPE_CHECKING

import click

from soundalike.cli import console
from soundalike.cli.options import as_json
from soundalike.cli.user import find_user, open_accounts

if TYPE_CHECKING:
    from soundalike.accounts import Accounts, ApiKey, Principal


@click.group()
def key_command() -> None:
    """Make, list and revoke API keys."""


@key_command.command("create")
@click.option("--user", "email", help="Whose key.  [default: yours]")
@click.option("--workspace", help="For which workspace, by name or id.  [default: the user's own]")
@click.option("--name", default="command line", show_default=True, help="What to call it.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["read", "write"]),
    multiple=True,
    default=["read", "write"],
    show_default=True,
    help="What it may do; repeat for both.",
)
@click.option("--expires-days", type=click.IntRange(1, 3650), help="Days it is good for.  [default: no end]")
@click.option("--quiet", is_flag=True, help="Print the key and nothing else.")
@as_json
def create(
    email: str | None,
    workspace: str | None,
    name: str,
    scopes: tuple[str, ...],
    expires_days: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Make a key. It is shown only now."""
    from datetime import timedelta

    from soundalike.accounts import Scope
    from soundalike.wiring import now

    expires_at = now() + timedelta(days=expires_days) if expires_days else None
    with open_accounts() as accounts:
        holder = _holder(accounts, email, workspace)
        kept, text = accounts.keys.create(holder, name=name, scopes=map(Scope, scopes), expires_at=expires_at)
    if as_json:
        from soundalike.schemas.accounts import NewKeyBody

        console.print_json(NewKeyBody.made(kept, text).as_json())
        return
    if not quiet:
        click.echo("Keep this key; it is shown only now. Send it as Authorization: Bearer KEY.", err=True)
    click.echo(text)


@key_command.command("list")
@click.option("--user", "email", help="Whose workspace.  [default: yours]")
@click.option("--workspace", help="Of which workspace, by name or id.  [default: the user's own]")
@as_json
def list_(email: str | None, workspace: str | None, as_json: bool) -> None:
    """List the keys of a workspace, newest first."""
    with open_accounts() as accounts:
        keys = accounts.keys.list(_holder(accounts, email, workspace))
    if as_json:
        from soundalike.schemas.accounts import KeyShape

        console.print_json([KeyShape.of(key).as_json() for key in keys])
        return
    if not keys:
        click.echo("There are no keys. `soundalike key create` makes one.")
    for key in keys:
        click.echo(_line(key))


@key_command.command("revoke")
@click.argument("key_id", metavar="ID")
@as_json
def revoke(key_id: str, as_json: bool) -> None:
    """End a key, within five seconds everywhere. ID is what `key list` shows, or the beginning of a key."""
    from soundalike.accounts import Principal

    with open_accounts() as accounts:
        key = accounts.find_key(key_id.removeprefix("sa_").partition("_")[0])
        accounts.keys.revoke(Principal.local(key.user_id, key.workspace_id), key.id)
    if as_json:
        console.print_json({"id": key.id, "revoked": True})
    else:
        click.echo(f"Revoked {key.starts_with} ({console.plain(key.name)}).")


def _holder(accounts: "Accounts", email: str | None, workspace: str | None) -> "Principal":
    """The user at work in the workspace."""
    from soundalike.accounts import Principal

    user = find_user(accounts, email)
    return Principal.local(user.id, accounts.workspaces.find(workspace)[0] if workspace else None)


def _line(key: "ApiKey") -> str:
    scopes = "+".join(sorted(key.scopes))
    end = f"until {key.expires_at:%-d %b %Y}" if key.expires_at else "no end"
    used = f"used {key.last_used_at:%-d %b %Y %H:%M}" if key.last_used_at else "never used"
    return "  ".join([key.id, console.plain(key.name), scopes, end, used])
