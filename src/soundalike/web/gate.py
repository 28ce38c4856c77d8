"""What goes wrong inside becomes a problem for the client, and a traceback in the log under the request's id."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundalike.telemetry.logs import get_log
from soundalike.web.problems import respond


class Gate:
    """Pure ASGI, between what observes requests and what answers them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def noting(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            if has_begun:  # the client has to see that the answer broke off
                raise
            get_log("soundalike.web").error("failed inside", exc_info=error)
            await respond(scope, error)(scope, receive, send)
