"""`serve`: the API and the studio, with a worker beside them."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from soundalike.config import Settings
    from soundalike.web.parts import Parts


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=3000, show_default=True, help="0 takes a free one."
)
@click.option("--no-worker", is_flag=True, help="Leave the jobs to workers that run elsewhere.")
@click.option(
    "--workers-slots",
    "slots",
    type=click.IntRange(1, 64),
    help="Jobs the worker does at once.  [default: SOUNDALIKE_WORKER_SLOTS]",
)
def serve_command(host: str, port: int, no_worker: bool, slots: int | None) -> None:
    """Serve the API and the studio, with a worker inside."""
    from soundalike.config import read_settings
    from soundalike.web.app import create_app
    from soundalike.web.companion import WORKER, Companion
    from soundalike.web.parts import open_parts
    from soundalike.web.server import Server, listen, serve, url_of
    from soundalike.wiring import open_logs, open_store, open_traces

    settings = read_settings()
    _check_open_door(settings, host)
    open_logs(settings)
    with ExitStack() as stack:
        stack.enter_context(open_traces(settings))
        listener = stack.enter_context(listen(host, port))
        store = stack.enter_context(open_store(settings))
        parts = stack.enter_context(open_parts(settings, store))
        _announce(url_of(listener, host), host, settings, parts)
        if not no_worker:
            stack.enter_context(
                Companion(WORKER, settings={"SOUNDALIKE_WORKER_SLOTS": str(slots)} if slots else {})
            )
        serve(Server(create_app(parts), closing=parts.hub.close), listener)
    click.echo("Ended.", err=True)


def _check_open_door(settings: "Settings", host: str) -> None:
    from soundalike.errors import SettingsError
    from soundalike.web.server import is_loopback

    if settings.soundalike_auth == "off" and not is_loopback(host):
        raise SettingsError(
            f"SOUNDALIKE_AUTH is off, and {host} can be reached from other machines.",
            hint="Set SOUNDALIKE_AUTH=on, or listen on 127.0.0.1.",
        )


def _announce(url: str, host: str, settings: "Settings", parts: "Parts") -> None:
    """Say where it is, how to get in, and who writes."""
    click.echo(f"Soundalike is at {url} (API: {url}/openapi.json). Ctrl-C ends it.")
    if link := _sign_in_link(url, host, settings, parts):
        click.echo(f"Sign in once, within 15 minutes: {link}")
    if settings.soundalike_llm == "embedded":
        click.echo(
            "The embedded language model writes, which is tiny: good for trying out, not for publishing. "
            "`soundalike doctor` names others on this machine; SOUNDALIKE_LLM chooses."
        )


def _sign_in_link(url: str, host: str, settings: "Settings", parts: "Parts") -> str | None:
    """A link for whoever starts their own server; where others have accounts, everybody signs in by themselves."""
    from soundalike.web.server import is_loopback
    from soundalike.wiring import LOCAL_USER, local_name

    if settings.soundalike_auth == "off" or not is_loopback(host):
        return None
    if any(user.id != LOCAL_USER for user in parts.accounts.users.list()):
        return None
    return f"{url}/auth/link/{parts.accounts.start_link(LOCAL_USER, local_name())}"
