"""`backup` and `restore`: all that is kept, in one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from soundalike import __version__
from soundalike.cli import console
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from soundalike.storage.packing import Manifest

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--yes", is_flag=True, help="Replace FILE if it exists.")
@as_json
def backup_command(file: Path, yes: bool, as_json: bool) -> None:
    """Back up everything kept in a SQLite database, while it is used.

    FILE holds posts, models, hashed passwords and the secret key: keep it where only you can read it. For PostgreSQL
    the command line of pg_dump is shown instead.
    """
    from soundalike.config import read_settings
    from soundalike.storage.backup import back_up, place_of
    from soundalike.wiring import now

    settings = read_settings()
    place = place_of(settings.store_url, settings.soundalike_data_dir, action="backup", file=file)
    manifest = back_up(place, file, at=now(), version=__version__, replace=yes)
    if as_json:
        console.print_json({"file": str(file), **_told(manifest)})
    else:
        megabytes = file.stat().st_size / 2**20
        click.echo(f"Backed up {sum(manifest.rows.values()):,} rows to {file}, {megabytes:,.1f} MB.")


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--yes", is_flag=True, help="Replace the database there is; it stays beside as .before-restore."
)
@as_json
def restore_command(file: Path, yes: bool, as_json: bool) -> None:
    """Restore a backup of a SQLite database, and queue again what ran when it was made.

    Stop the server and the workers first.
    """
    from soundalike.config import read_settings
    from soundalike.storage.backup import place_of
    from soundalike.storage.restore import restore

    settings = read_settings()
    place = place_of(settings.store_url, settings.soundalike_data_dir, action="restore", file=file)
    done = restore(place, file, replace=yes)
    if as_json:
        facts = {
            "database": str(place.database),
            "requeued": done.requeued,
            "aside": list(map(str, done.aside)),
        }
        console.print_json({**_told(done.manifest), **facts})
        return
    rows = sum(done.manifest.rows.values())
    click.echo(f"Restored {rows:,} rows of {done.manifest.made_at:%Y-%m-%d %H:%M} UTC to {place.database}.")
    if done.requeued:
        click.echo(f"{done.requeued} jobs wait to be done again.")
    for path in done.aside:
        click.echo(f"What was there before: {path}")


def _told(manifest: "Manifest") -> dict[str, Any]:
    told = manifest.to_json()
    return {
        "version": told["version"],
        "revision": told["revision"],
        "madeAt": told["made_at"],
        "rows": told["rows"],
        "members": told["members"],
    }
