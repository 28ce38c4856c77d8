"""`mcp`: trained voices as tools for a client of the Model Context Protocol."""

import signal
import sys
from typing import Final

import click

_PATIENCE_SECONDS: Final = 600.0  # nobody else waits here, and a small computer writes slowly


@click.command()
def mcp_command() -> None:
    """Give trained voices as tools to a client that speaks MCP, over standard input and output.

    The client starts this command itself; name it in the client's settings. The tools are list_voices, write_draft,
    score_draft and compare_drafts; they work on what is kept on this machine. The log goes to stderr.
    """
    from soundalike.config import read_settings
    from soundalike.web.drafting import Bench
    from soundalike.web.mcp.stdio import serve_stdio
    from soundalike.web.parts import open_parts
    from soundalike.wiring import open_logs, open_store

    settings = read_settings()
    open_logs(settings)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a thread waits for input, which Python would wait for
    if sys.stdin.isatty():
        click.echo("This speaks MCP, to a program. Ctrl-C ends it.", err=True)
    bench = Bench(seconds=_PATIENCE_SECONDS)
    with open_store(settings) as store, open_parts(settings, store, bench=bench) as parts:
        serve_stdio(parts)
