"""`quiz`: which of two texts is the creator's own post."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

import click

from soundalike.cli import console
from soundalike.cli.models import found_model, model_argument
from soundalike.cli.options import as_json

if TYPE_CHECKING:
    from soundalike.storage import QuizRecord, Store, TrainedModelRecord
    from soundalike.training.quiz import Side

_SHOWN_REASONS = 4


@click.command()
@model_argument
@click.option("--rounds", type=click.IntRange(1, 50), default=10, show_default=True, help="Pairs of texts.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Which pairs.  [default: by chance]")
@click.option("--quiz", "quiz_id", metavar="ID", help="Go on with this quiz instead of beginning one.")
@click.option(
    "--answers",
    type=click.File(encoding="utf-8"),
    help="Guesses from a file (- is the standard input): a or b for each open round of the quiz begun last.",
)
@as_json
def quiz_command(
    model: str, rounds: int, seed: int | None, quiz_id: str | None, answers: TextIO | None, as_json: bool
) -> None:
    """Guess which of two texts is the creator's own post and which a draft.

    MODEL is an id, a name, or @username (its newest model). The posts are held out: nothing was learned from them. The
    drafts are those of the report card, unselected. Guesses are kept with the model; Ctrl-C loses none.

    Without a terminal: --json begins a quiz and prints its texts, --answers FILE sends the guesses.
    """
    if not (as_json or answers or sys.stdin.isatty()):
        raise click.UsageError(
            "This asks on a terminal. In a script, begin a quiz with --json, which prints the texts, and send the "
            "guesses with --answers FILE."
        )
    with found_model(model) as (store, record):
        quiz = _opened(store, record, rounds, seed, quiz_id, has_answers=answers is not None)
        if answers:
            quiz = _take(quiz, answers, store)
        elif not as_json:
            quiz = _ask(quiz, store)
    if as_json:
        from soundalike.schemas.quizzes import QuizBody

        console.print_json(QuizBody.of(quiz).as_json())
    else:
        _show_result(quiz, model)


def _opened(
    store: "Store",
    record: "TrainedModelRecord",
    rounds: int,
    seed: int | None,
    quiz_id: str | None,
    *,
    has_answers: bool,
) -> "QuizRecord":
    import secrets
    from uuid import uuid4

    from soundalike.service.quizzing import LARGEST_SEED, make_quiz
    from soundalike.wiring import now

    if quiz_id is not None or has_answers:
        return store.quizzes.find(record.user_id, record.id, quiz_id)
    chosen = secrets.randbelow(LARGEST_SEED) if seed is None else seed
    return make_quiz(record, store=store, count=rounds, seed=chosen, new_id=uuid4(), at=now())


def _open_rounds(quiz: "QuizRecord") -> list[int]:
    guessed = {each["round"] for each in quiz.guesses}
    return [number for number in range(1, len(quiz.rounds) + 1) if number not in guessed]


def _take(quiz: "QuizRecord", answers: TextIO, store: "Store") -> "QuizRecord":
    """Guess the open rounds in their order."""
    from soundalike.service.quizzing import guess
    from soundalike.wiring import now

    still_open = _open_rounds(quiz)
    letters = list(_letters(answers))
    if len(letters) > len(still_open):
        raise click.ClickException(f"There are {len(letters)} answers for {len(still_open)} open rounds.")
    for number, letter in zip(still_open, letters, strict=False):
        quiz = guess(quiz, number, letter, store=store, at=now())
    return quiz


def _letters(answers: TextIO) -> "Iterator[Side]":
    for letter in "".join(answers.read(10_000).lower().replace(",", " ").split()):
        if letter == "a":
            yield "a"
        elif letter == "b":
            yield "b"
        else:
            raise click.ClickException(
                "The answers have to be letters a and b, apart by spaces, commas or lines."
            )


def _ask(quiz: "QuizRecord", store: "Store") -> "QuizRecord":
    """Ask round by round, until all are guessed or the user stops."""
    from soundalike.service.quizzing import guess
    from soundalike.wiring import now

    click.echo(f"One of two is a post of @{quiz.creator_username}, the other a draft. Which is the post?")
    for number in _open_rounds(quiz):
        _show_round(quiz, number)
        letter = _key()
        if letter is None:
            break
        quiz = guess(quiz, number, letter, store=store, at=now())
        _show_answer(quiz, number, letter)
    return quiz


def _key() -> "Side | None":
    """The letter that is typed; None for q or Ctrl-C."""
    click.echo("a or b? (q stops) ", nl=False)
    while True:
        try:
            key = click.getchar().lower()
        except (KeyboardInterrupt, EOFError):
            key = "q"
        if key in {"q", "\x03", "\x04"}:
            click.echo()
            return None
        if key == "a":
            return "a"
        if key == "b":
            return "b"


def _show_round(quiz: "QuizRecord", number: int) -> None:
    from rich.padding import Padding
    from rich.text import Text

    out, kept = console.console(), quiz.rounds[number - 1]
    out.print(f"\n[bold]Round {number} of {len(quiz.rounds)}[/bold]")
    for side in ("a", "b"):
        out.print(f"\n  [bold]{side}[/bold]")
        out.print(Padding(Text(console.plain(kept[side] or "(deleted)")), (0, 4)))
    out.print()


def _show_answer(quiz: "QuizRecord", number: int, letter: "Side") -> None:
    from soundalike.training.wording import post_url

    kept = quiz.rounds[number - 1]
    is_right = kept["real"] == letter
    click.echo(
        f"{letter}: {'right' if is_right else 'wrong'}, the post is {kept['real']}, "
        f"{post_url(quiz.creator_username, kept['post_id'])}  ({quiz.told} of {quiz.guessed})"
    )


def _show_result(quiz: "QuizRecord", model: str) -> None:
    from soundalike.service.quizzing import score_of

    click.echo(f"\n{score_of(quiz).verdict}")
    if quiz.left_out:
        listed = [f"{count} {reason}" for reason, count in quiz.left_out.items()][:_SHOWN_REASONS]
        click.echo(f"Not fit to be shown, on either side: {', '.join(listed)}.")
    if left := len(_open_rounds(quiz)):
        click.echo(f"Rounds still open: {left}. Go on: soundalike quiz {model} --quiz {str(quiz.id)[:8]}")
