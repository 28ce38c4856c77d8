"""`train`: from a username to a graded model."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from soundalike.cli import console, report
from soundalike.cli.collect import Asked, run_collection, show_analysis
from soundalike.cli.options import as_json, collecting

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from soundalike.drafts.writer import Writer
    from soundalike.storage import Store
    from soundalike.training.analysis import Analysis
    from soundalike.training.model import TrainedModel, Trainer
    from soundalike.training.status import TrainingStatus


@click.command()
@collecting
@click.option("--trainer", type=click.Choice(["prompt", "lora"]), default="prompt", show_default=True)
@click.option("--name", help="What to call the model.  [default: USERNAME and the window's end]")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="The same seed gives the same report card."
)
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write the report page here."
)
@as_json
def train_command(
    *,
    trainer: "Trainer",
    name: str | None,
    seed: int,
    page: Path | None,
    as_json: bool,
    **asked: Any,  # noqa: ANN401
) -> None:
    """Train a model of a creator's voice, and grade it on posts it never saw.

    USERNAME is a name on X, an @name or a profile link.
    """
    from soundalike.config import read_settings
    from soundalike.schemas.training import StatusBody
    from soundalike.service.training import check_trainer
    from soundalike.wiring import (
        LOCAL_USER,
        base_folder,
        open_store,
        open_writer,
        scratch_folder,
        writer_spec,
    )

    settings = read_settings()
    check_trainer(trainer, asked["consent"])
    with open_store(settings) as store:
        session_id, analysis = run_collection(Asked(**asked), settings, store)
        if not as_json:
            show_analysis(analysis)
        selected = None if asked["yes"] or as_json else _ask(analysis)
        with open_writer(settings, writer_spec(settings, trainer)) as writer:
            status, model = run_training(
                session_id,
                analysis,
                store,
                writer,
                selected=selected,
                name=name,
                seed=seed,
                trainer=trainer,
                scratch=scratch_folder(settings),
                base=base_folder(settings),
            )
        if page:
            report.write_page(page, store.find_model(LOCAL_USER, model.id), store)
    if as_json:
        console.print_json(StatusBody.of(status).as_json())
    else:
        _show(model, page)


def run_training(
    session_id: "UUID",
    analysis: "Analysis",
    store: "Store",
    writer: "Writer",
    *,
    selected: "list[str] | None" = None,
    name: str | None = None,
    seed: int = 0,
    trainer: "Trainer" = "prompt",
    scratch: "Path | None" = None,
    base: "Path | None" = None,
) -> "tuple[TrainingStatus, TrainedModel]":
    """Train on an analysis, showing the six steps."""
    from soundalike.service.training import train
    from soundalike.voice.background_file import shipped_background
    from soundalike.wiring import LOCAL_USER, now

    with console.progress("Training") as tell:
        return train(
            session_id,
            analysis,
            selected_ids=selected,
            name=name,
            seed=seed,
            trainer=trainer,
            scratch=scratch,
            base=base,
            store=store,
            user_id=LOCAL_USER,
            writer=writer,
            background=shipped_background(),
            now=now,
            publish=_step_teller(tell),
        )


def _ask(analysis: "Analysis") -> "list[str] | None":
    """Let the user drop posts by their numbers; everything is kept where nobody is there to ask."""
    offered = [scored.post.id for scored in analysis.selection.posts]
    if not offered or not sys.stdin.isatty():
        return None
    answer = click.prompt(
        f"Train on these {len(offered)}? Enter for all, numbers to leave out (3 7 12), q to stop",
        default="",
        show_default=False,
        err=True,
    )
    if answer.strip().lower() in {"q", "quit", "n", "no"}:
        raise click.Abort
    dropped = {int(number) for number in answer.replace(",", " ").split() if number.isdecimal()}
    return [post_id for number, post_id in enumerate(offered, start=1) if number not in dropped]


def _step_teller(tell: console.Tell) -> "Callable[[TrainingStatus], None]":
    def show(status: "TrainingStatus") -> None:
        step = status.current
        if step:
            tell(status.progress, f"{step.step.number}/6 {step.step.value}  {console.plain(step.detail)}")

    return show


def _show(model: "TrainedModel", page: Path | None) -> None:
    out = console.console()
    report.show_model(model)
    out.print(f"\nKept as [bold]@{model.username}[/bold] v{model.version} ({model.id[:8]}).")
    if page:
        out.print(f"Report: {page}")
    out.print(f'Next: soundalike write @{model.username} "a subject"')
