"""How large a body may be: refused by its stated length, and where it states none, as soon as too much has come."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundalike.web.problems import Refused, respond

MEBIBYTE: Final = 2**20
_USUAL_BYTES: Final = MEBIBYTE
_TOO_LARGE: Final = 413


class BodyLimit:
    """Pure ASGI. `larger` says which paths take more than 1 MiB, and how much."""

    def __init__(self, app: ASGIApp, larger: Mapping[str, int]) -> None:
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._larger.get(scope["path"], _USUAL_BYTES)
        if _stated_bytes(scope) > most:
            await respond(scope, _refusal(most))(scope, receive, send)
            return
        taken = 0

        async def receive_limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:  # FastAPI passes on this kind of error only
                raise HTTPException(_TOO_LARGE)
            return message

        await self._app(scope, receive_limited, send)


def _stated_bytes(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0  # noqa: PLR2004 - the server refuses others


def _refusal(most: int) -> Refused:
    return Refused(
        "payload_too_large", f"The body has more than {most // MEBIBYTE} MiB.", hint="Send less at once."
    )
