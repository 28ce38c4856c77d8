"""Taking in posts that somebody else collected, or a voice that somebody else trained: `import`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from soundalike.cli import console
from soundalike.cli.options import as_json
from soundalike.errors import PostsError

if TYPE_CHECKING:
    from soundalike.posts.faults import Faults, Found
    from soundalike.posts.post import Post
    from soundalike.storage import Store

_VOICE: Final = (
    b"mimetypeapplication/vnd.soundalike"  # at the beginning of a voice file: loading its reader takes time
)
_BATCH: Final = 1_000  # posts saved in one transaction
_SHOWN: Final = 20  # authors named


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--username", default="", help="Whose posts they are, where the file does not say.")
@click.option("--signer", help="Of a voice file: the fingerprint of the key that has to have signed it.")
@as_json
def import_command(path: Path, username: str, signer: str | None, as_json: bool) -> None:
    """Take in posts from a file or an X archive, to train on later, or a voice from another installation.

    PATH is an X archive (folder or zip), or a JSON lines, JSON or CSV file: of Soundalike, of twscrape, of X's API v2,
    of twitterapi.io, or a table with columns such as id, text and created_at; or a voice file, NAME.soundalike.
    """
    from soundalike.cli.exporting import import_voice_file

    if signer or _is_voice(path):
        import_voice_file(path, signer=signer, as_json=as_json)
    else:
        _import_posts(path, username, as_json=as_json)


def _is_voice(path: Path) -> bool:
    """Whether a file is called a voice, or begins like one."""
    if path.suffix.lower() == ".soundalike":
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _VOICE in file.read(100)


def _import_posts(path: Path, username: str, *, as_json: bool) -> None:
    from soundalike.config import read_settings
    from soundalike.posts.faults import Faults
    from soundalike.posts.files import stream_posts
    from soundalike.posts.post import read_username
    from soundalike.wiring import now, open_store

    owner = read_username(username) if username else ""
    faults, imported = Faults(), _Imported()
    with (
        open_store(read_settings()) as store,
        console.progress(f"Reading {console.plain(path.name)}") as tell,
    ):

        def on_share(share: float) -> None:
            tell(round(100 * share), f"{imported.total:,} posts")

        found = stream_posts(path, username=owner, on_share=on_share)
        _save(_posts(found, faults, path), store, imported, at=now())
    for fault in faults.sentences:
        click.echo(fault, err=True)
    if as_json:
        console.print_json({"imported": imported.by_author, "faults": list(faults.sentences)})
    else:
        _show(imported.by_author)


class _Imported:
    """How many posts of whom were saved; letter case makes no other author."""

    def __init__(self) -> None:
        self._spelled: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self.total = 0

    def add(self, username: str, posts: int) -> None:
        spelled = self._spelled.setdefault(username.lower(), username)
        self._counts[spelled] = self._counts.get(spelled, 0) + posts
        self.total += posts

    @property
    def by_author(self) -> dict[str, int]:
        """The authors, those with most posts first."""
        return dict(sorted(self._counts.items(), key=lambda item: -item[1]))


def _posts(found: "Iterable[Found]", faults: "Faults", path: Path) -> "Iterator[Post]":
    """The posts among what was found; faults are put aside.

    Raises:
        PostsError: A post has no author.
    """
    from soundalike.posts.faults import Fault

    for one in found:
        if isinstance(one, Fault):
            faults.add(one)
        elif not one.username:
            raise PostsError(
                f"{path} does not say whose posts these are.",
                path=str(path),
                hint="Name the creator: --username NAME",
            )
        else:
            yield one


def _save(posts: "Iterator[Post]", store: "Store", imported: _Imported, *, at: datetime) -> None:
    """Save the posts batch by batch, so that neither memory nor a transaction grows with the file."""
    from soundalike.wiring import LOCAL_USER

    while batch := list(islice(posts, _BATCH)):
        by_author: dict[str, list[Post]] = {}
        for post in batch:
            by_author.setdefault(post.username, []).append(post)
        for username, own in by_author.items():
            store.save_posts(LOCAL_USER, username, own, fetched_at=at, source="file")
            imported.add(username, len(own))


def _show(by_author: dict[str, int]) -> None:
    for username, count in islice(by_author.items(), _SHOWN):
        click.echo(f"@{username}: {count:,} posts.")
    if (others := len(by_author) - _SHOWN) > 0:
        click.echo(f"{others:,} other authors: {sum(islice(by_author.values(), _SHOWN, None)):,} posts.")
