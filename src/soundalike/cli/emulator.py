"""`emulator`: a local stand-in for twitterapi.io."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from soundalike.emulator import Running


def _list(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from soundalike.emulator import Faults

        click.echo("\n".join(f"{name}={value}" for name, value in Faults().texts().items()))
        ctx.exit()


@click.command()
@click.option(
    "--posts",
    "paths",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="A file of posts, as `import` takes it; may be given more than once. A folder gives all its files.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes a free one."
)
@click.option("--key", default="emulator-key", show_default=True, help="The API key it accepts.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME=VALUE",
    help="Misbehave as the real service can: tier=free, search.dup_rate=0.2, account.NAME=protected, …",
)
@click.option(
    "--list-faults",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="List faults and exit.",
)
def emulator_command(
    paths: tuple[Path, ...], host: str, port: int, key: str, faults: tuple[str, ...]
) -> None:
    """Stand in for twitterapi.io, serving posts from files, faults included."""
    from soundalike.emulator import Faults, serve
    from soundalike.posts.files import read_posts

    files = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    loaded = [read_posts(file) for file in files]
    for fault in (fault for each in loaded for fault in each.faults):
        click.echo(fault, err=True)
    posts = [post for each in loaded for post in each.posts]
    toggles = Faults.parse(faults)
    serve(posts, announce=lambda it: _announce(it, len(posts)), host=host, port=port, faults=toggles, key=key)


def _announce(emulator: "Running", count: int) -> None:
    click.echo(
        f"Serving {count:,} posts as twitterapi.io at {emulator.base_url} (toggles at {emulator.control_url}/faults)."
    )
    click.echo("In another terminal:")
    click.echo(f"  export TWITTER_API_BASE_URL={emulator.base_url} TWITTER_API_KEY={emulator.key}")
    click.echo("  soundalike analyze USERNAME --as-of DATE")
    click.echo("Ctrl-C ends it.")
