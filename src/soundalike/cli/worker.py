"""`worker`: one more process that does collections and trainings."""

import os
import signal
import sys
import threading
from collections.abc import Callable

import click


@click.command()
@click.option(
    "--lease-seconds",
    type=click.FloatRange(1, 600),
    default=15.0,
    show_default=True,
    help="After so long without a sign of life others take over.",
)
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input is closed.")
def worker_command(*, lease_seconds: float, with_parent: bool) -> None:
    """Do collections and trainings that wait, on this machine or any other.

    As many workers as you like share one PostgreSQL database, or one SQLite file on one machine. One that dies is
    noticed, and its jobs go on where they were.
    """
    from soundalike.config import read_settings
    from soundalike.wiring import open_logs, open_store, open_traces
    from soundalike.worker.assembly import open_worker

    settings = read_settings()
    open_logs(settings)
    with (
        open_traces(settings),
        open_store(settings) as store,
        open_worker(settings, store, lease_seconds=lease_seconds) as worker,
    ):
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: worker.stop())
        if with_parent:
            threading.Thread(target=_stop_with_parent, args=(worker.stop,), daemon=True).start()
        worker.run(ready=lambda: click.echo(f"Worker {worker.name} is ready.", err=True))


def _stop_with_parent(stop: Callable[[], None]) -> None:
    """Whoever started this holds the other end of standard input; it closes however that one ends."""
    while os.read(sys.stdin.fileno(), 1024):  # not through a buffer, which would be locked when Python ends
        pass
    stop()
