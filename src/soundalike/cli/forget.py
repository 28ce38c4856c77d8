"""`forget`: everything that is kept of a creator, deleted."""

import click

from soundalike.cli import console
from soundalike.cli.options import as_json


@click.command()
@click.argument("username")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def forget_command(username: str, yes: bool, as_json: bool) -> None:
    """Delete everything kept of a creator: posts, training sessions, models, drafts.

    USERNAME is a name on X, an @name or a profile link. What was spent stays in the ledger, which names no creator.
    """
    from soundalike.config import read_settings
    from soundalike.posts.post import read_username
    from soundalike.wiring import LOCAL_USER, open_store

    name = read_username(username)
    with open_store(read_settings()) as store:
        if not yes:
            held = store.count_posts(LOCAL_USER, name)
            question = f"Delete all that is kept of @{name} for good, {held:,} posts among it?"
            click.confirm(question, abort=True, err=True)
        gone = store.forget_creator(LOCAL_USER, name)
    if as_json:
        console.print_json(
            {
                "username": name,
                "models": gone.models,
                "sessions": gone.trainings,
                "posts": gone.posts,
                "drafts": gone.drafts,
            }
        )
    else:
        click.echo(
            f"Forgot @{name}: {gone.posts:,} posts, {gone.trainings} training sessions, {gone.models} models, "
            f"{gone.drafts} drafts."
        )
