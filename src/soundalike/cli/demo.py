"""`demo`: the whole way on real posts, with no key and no network service."""

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from soundalike.cli import console, report
from soundalike.cli.collect import Asked, run_collection, show_analysis
from soundalike.cli.demo_posts import SOURCE, USERNAME, demo_posts
from soundalike.cli.train import run_training

_AS_OF = datetime(
    2016, 12, 1, tzinfo=UTC
)  # 84 posts of these six months have 100,000 or more: the gate has work to do
_BRIEF = "jobs and trade"
_ASKED = Asked(
    username=USERNAME,
    source="api",
    path=None,
    months=6,
    as_of=_AS_OF,
    gate=100_000,
    top=20,
    budget=None,
    consent="research",
    yes=True,
)


@click.command()
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("soundalike-report.html"),
    show_default=True,
    help="Where to leave the report.",
)
def demo_command(page: Path) -> None:
    """Run the whole way on real posts, with no key and no network service.

    A local stand-in serves the posts under the real API's contract; everything else is as with a key.
    """
    from soundalike.config import read_settings
    from soundalike.emulator import running
    from soundalike.wiring import LOCAL_USER, open_store, open_writer

    began = time.monotonic()
    out = console.console()
    posts = demo_posts()
    out.print(
        f"[bold]1  Collect[/bold]  @{USERNAME}, six months to {_AS_OF:%-d %B %Y}, over HTTP from a local stand-in"
    )
    out.print(f"   for twitterapi.io that serves {len(posts):,} real posts: {SOURCE}.\n", style="dim")
    with running(posts) as emulator:
        settings = read_settings(twitter_api_base_url=emulator.base_url, twitter_api_key=emulator.key)
        with open_store(settings) as store, open_writer(settings) as writer:
            session_id, analysis = run_collection(_ASKED, settings, store)
            show_analysis(analysis)
            out.print(
                "\n[bold]2  Train[/bold]  on the best 20 and the ordinary posts; grade on posts never seen"
            )
            _, model = run_training(session_id, analysis, store, writer, seed=7)
            report.show_model(model)
            out.print(f"\n[bold]3  Write[/bold]  on “{_BRIEF}”\n")
            drafts = model.write(_BRIEF, n=3)
            report.show_drafts(drafts)
            report.write_page(page, store.find_model(LOCAL_USER, model.id), store, drafts)
    out.print(f"Report: [bold]{page}[/bold]. Took {time.monotonic() - began:.0f} s.")
    out.print(
        "The embedded model carries a voice, not sense; `soundalike doctor` names better ones on this machine."
    )
    out.print(f'Next: soundalike write @{USERNAME} "a subject"')
