"""The tools over streamable HTTP: one POST a message, no sessions, so that any of several servers can answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from soundalike.accounts import Principal
from soundalike.errors import Forbidden, SoundalikeError, Unauthorized
from soundalike.web import security
from soundalike.web.callers import caller_of
from soundalike.web.limits import MEBIBYTE
from soundalike.web.parts import Parts
from soundalike.web.problems import told

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH: Final = "/mcp"


class McpEndpoint:
    """ASGI, behind everything that requests of the API pass; takes POST alone, from those that hold a key.

    A browser's cookie opens nothing here: who uses the tools is a program. Where keys are not asked for, the server
    answers to this machine alone.
    """

    path: Final = PATH

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer while the block runs."""
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # noqa: PLC0415 - half a second

        from soundalike.web.mcp.server import build_server  # noqa: PLC0415 - which takes the SDK

        server = build_server(self._parts, who=_who, explain=_explain)
        self._manager = StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=MEBIBYTE)
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a message of somebody known.

        Raises:
            Unauthorized: No key came, or one that is no good.
            Forbidden: It comes from a page of another site.
        """
        if self._manager is None:
            raise RuntimeError("The application's lifespan has not begun.")
        scope["route"] = self  # by whose path the log and the figures call it
        request = Request(scope, receive)
        _check_origin(request)
        if self._parts.settings.soundalike_auth == "on" and "authorization" not in request.headers:
            raise Unauthorized("This needs an API key.", hint="Send it as Authorization: Bearer KEY.")
        who = await security.principal(request, None, None)
        caller_of(request, who)
        request.state.principal = who
        await self._manager.handle_request(scope, receive, send)


def _check_origin(request: Request) -> None:
    """Refuse pages of other sites, as the protocol asks for, also where they hold a key."""
    origin = request.headers.get("origin")
    own = request.headers.get("host", "").lower()
    if origin is not None and origin.partition("://")[2].lower() != own:
        raise Forbidden(
            "The request comes from another site.", hint="Call from a program, or from this server."
        )


def _who(context: Any) -> Principal:  # noqa: ANN401 - the SDK's, which is loaded later
    principal: Principal = context.request.state.principal
    return principal


def _explain(error: SoundalikeError) -> str:
    return told(error)[1]
