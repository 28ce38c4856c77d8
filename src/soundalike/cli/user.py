"""Who may use this server: `user add`, `list`, `disable`, `enable`, `link`, `password`.

Whoever can run this command on the server's database may do everything; it asks for no sign-in.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from soundalike.cli import console
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from uuid import UUID

    from soundalike.accounts import Accounts, User


@click.group()
def user_command() -> None:
    """Add, list, disable users, and let them in with a link."""


@user_command.command("add")
@click.argument("email")
@click.option("--name", default="", help="What to call them.  [default: what stands before the @]")
@click.option("--password-stdin", is_flag=True, help="Read a password from standard input.")
@click.option("--workspace", help="A shared workspace to put them into, by name or id.  [default: their own]")
@click.option(
    "--role",
    type=click.Choice(["owner", "member"]),
    default="member",
    show_default=True,
    help="Their role there.",
)
@as_json
def add(email: str, name: str, password_stdin: bool, workspace: str | None, role: str, as_json: bool) -> None:
    """Add a user with a workspace of their own; without a password, print a link that signs them in once."""
    from soundalike.accounts import Role

    password = _read_password() if password_stdin else None
    with open_accounts() as accounts:
        place = accounts.workspaces.find(workspace) if workspace else None
        user = accounts.users.add(email, name, password=password)
        if place:
            accounts.workspaces.add_member(place[0], user.id, Role(role))
        path = None if password_stdin else _link(accounts, user.id, hours=24)
    if as_json:
        console.print_json(_shape(user) | {"signInPath": path})
        return
    click.echo(f"Added {user.email}{f' to {console.plain(place[1])} as {role}' if place else ''}.")
    if path:
        _show_link(path, "within 24 hours")


@user_command.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List all users, with the workspaces they are in."""
    with open_accounts() as accounts:
        users = [(user, accounts.workspaces.list(user.id)) for user in accounts.users.list()]
    if as_json:
        from soundalike.schemas.accounts import WorkspaceShape

        shapes = [
            _shape(user) | {"workspaces": [WorkspaceShape.of(w).as_json() for w in w_]} for user, w_ in users
        ]
        console.print_json(shapes)
        return
    for user, workspaces in users:
        shared = [f"{console.plain(each.name)} ({each.role})" for each in workspaces if not each.is_personal]
        state = "" if user.is_active else "disabled"
        words = [user.email or "(this machine)", console.plain(user.name), ", ".join(shared), state]
        click.echo("  ".join(word for word in words if word))


@user_command.command("disable")
@click.argument("email")
@as_json
def disable(email: str, as_json: bool) -> None:
    """Keep a user out: signed out everywhere, keys no good. Nothing of theirs is deleted."""
    _set_active(email, active=False, as_json=as_json)


@user_command.command("enable")
@click.argument("email")
@as_json
def enable(email: str, as_json: bool) -> None:
    """Let a disabled user in again."""
    _set_active(email, active=True, as_json=as_json)


@user_command.command("link")
@click.argument("email", required=False)
@as_json
def link(email: str | None, as_json: bool) -> None:
    """Print a link that signs a user in once, within 15 minutes; without EMAIL, you."""
    with open_accounts() as accounts:
        user = find_user(accounts, email)
        path = _link(accounts, user.id, hours=0.25)
    if as_json:
        console.print_json({"userId": str(user.id), "email": user.email, "signInPath": path})
    else:
        _show_link(path, "within 15 minutes")


@user_command.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--local", is_flag=True, help="EMAIL is for the user of this machine, who has none yet.")
@as_json
def password(email: str, password_stdin: bool, local: bool, as_json: bool) -> None:
    """Set a user's password, and sign them out everywhere."""
    text = _read_password() if password_stdin else click.prompt("New password", hide_input=True, err=True)
    with open_accounts() as accounts:
        user = find_user(accounts, None if local else email)
        user = accounts.users.set_password(user.id, text, email=email)
    if as_json:
        console.print_json(_shape(user))
    else:
        click.echo(f"{user.email} has a new password and is signed out everywhere.")


@contextmanager
def open_accounts() -> "Iterator[Accounts]":
    """The accounts of the database that the settings name."""
    from soundalike.accounts import Accounts
    from soundalike.config import read_settings
    from soundalike.wiring import now, open_store

    with open_store(read_settings()) as store:
        yield Accounts(store.database, now=now)


def find_user(accounts: "Accounts", email: str | None) -> "User":
    """The user of an email; without one, the user of this machine."""
    from soundalike.wiring import LOCAL_USER, local_name

    return accounts.users.find(email) if email else accounts.users.ensure_local(LOCAL_USER, local_name())


def _set_active(email: str, *, active: bool, as_json: bool) -> None:
    with open_accounts() as accounts:
        user = accounts.users.set_active(accounts.users.find(email).id, active)
    if as_json:
        console.print_json(_shape(user))
    else:
        click.echo(f"{user.email} is {'let in again' if active else 'kept out'}.")


def _link(accounts: "Accounts", user_id: "UUID", *, hours: float) -> str:
    from datetime import timedelta

    return f"/auth/link/{accounts.logins.make_link(user_id, lasts=timedelta(hours=hours))}"


def _show_link(path: str, when: str) -> None:
    click.echo(f"Once, {when}, this signs them in; put the server's address before it:", err=True)
    click.echo(path)


def _read_password() -> str:
    return sys.stdin.readline(1_000).rstrip("\r\n")


def _shape(user: "User") -> dict[str, object]:
    from soundalike.schemas.accounts import UserShape

    return UserShape.of(user).as_json()
