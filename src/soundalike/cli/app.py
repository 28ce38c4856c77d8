"""The command itself: which commands there are, and what becomes of an error.

A command's module is imported when the command is used, so `--help` needs none of them.
"""

import os
import signal
import sys
from importlib import import_module
from typing import Final

import click

from soundalike import __version__
from soundalike.errors import SoundalikeError

# Name: the module it lives in, and the line `--help` shows.
COMMANDS: Final = {
    "demo": ("demo", "Run the whole way on real posts, with no key and no network service."),
    "analyze": ("collect", "Collect a creator's posts and find the viral ones."),
    "train": ("train", "Train a model of a creator's voice, and grade it on posts it never saw."),
    "write": ("write", "Write drafts in a trained voice, best first, each with its receipts."),
    "drafts": ("drafts", "List the drafts that were written, and say what became of them."),
    "edit": (
        "edit",
        "Make a voice yours: rules that every draft keeps, traits and favourites that have no say.",
    ),
    "compare": ("compare", "Tell which of two wordings would be taken up more, how sure that is, and why."),
    "quiz": ("quiz", "Guess which of two texts is the creator's own post and which a draft."),
    "models": ("models", "List the trained models, newest first."),
    "show": ("models", "Show a model: voice, patterns, best hours, report card."),
    "export": ("exporting", "Give a model away: to any chat, another tool, or another installation."),
    "delete": ("models", "Delete a model for good."),
    "forget": ("forget", "Delete everything kept of a creator: posts, training sessions, models, drafts."),
    "import": (
        "importing",
        "Take in posts from a file or an X archive, to train on later, or a voice from another installation.",
    ),
    "estimate": ("collect", "Say what collecting a creator would cost, before paying."),
    "ledger": ("ledger", "Show what was spent on what, and hold it against the service's balance."),
    "serve": ("serve", "Serve the API and the studio, with a worker inside."),
    "worker": ("worker", "Do collections and trainings that wait, on this machine or any other."),
    "mcp": (
        "mcp",
        "Give trained voices as tools to a client that speaks MCP, over standard input and output.",
    ),
    "emulator": ("emulator", "Stand in for twitterapi.io, serving posts from files, faults included."),
    "backup": ("backup", "Back up everything kept in a SQLite database, while it is used."),
    "restore": (
        "backup",
        "Restore a backup of a SQLite database, and queue again what ran when it was made.",
    ),
    "user": ("user", "Add, list, disable users, and let them in with a link."),
    "key": ("key", "Make, list and revoke API keys."),
    "doctor": ("doctor", "Check this installation and say what to mend."),
}


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click gives it
        """The commands, in the order a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click gives it
        """Import the command that was asked for."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"soundalike.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click gives it
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="soundalike %(version)s")
def cli() -> None:
    """Train an AI from a creator: collect their posts, find what went viral, learn the voice, grade it, write."""


def run(command: click.Command, arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 failed with a reason, 2 wrong usage."""
    try:
        result = command.main(arguments, prog_name="soundalike", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SoundalikeError as error:
        return _failed(error.message, error.hint)
    except (KeyboardInterrupt, click.Abort):
        return _failed("Stopped.", "What was collected is kept; nothing is left half done.")
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # or Python complains once more on exit
        return 128 + signal.SIGPIPE
    return result if isinstance(result, int) else 0


def _failed(message: str, hint: str) -> int:
    click.echo(f"{click.style('Failed:', fg='red', bold=True)} {message}", err=True)
    if hint:
        click.echo(hint, err=True)
    return 1
