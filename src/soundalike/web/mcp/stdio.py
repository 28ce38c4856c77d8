"""The tools over standard input and output, for a client on this machine."""

import anyio
from mcp.server.stdio import stdio_server

from soundalike.accounts import Principal
from soundalike.web.mcp.server import build_server
from soundalike.web.parts import Parts
from soundalike.wiring import LOCAL_USER


def serve_stdio(parts: Parts) -> None:
    """Serve until standard input ends. What else is printed meanwhile goes to stderr."""
    server = build_server(parts, who=lambda _: Principal.local(LOCAL_USER), explain=str)

    async def serve() -> None:
        async with stdio_server() as (asked, told):
            await server.run(asked, told, server.create_initialization_options())

    anyio.run(serve)
