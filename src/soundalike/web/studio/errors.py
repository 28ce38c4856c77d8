"""What goes wrong, as a page: what happened, what to do, and below it what whoever runs the server needs."""

import json
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundalike.errors import SoundalikeError
from soundalike.web.problems import MEDIA_TYPE
from soundalike.web.security import identify
from soundalike.web.studio.render import show, show_outside

_PROGRAMS: Final = (
    *("/api/", "/v1/", "/mcp", "/auth/oidc/callback", "/problems/", "/static/"),
    *("/healthz", "/readyz", "/metrics", "/openapi"),
)
_UNAUTHORIZED: Final = 401
_PASSED_ON: Final = ("retry-after", "allow")


class ErrorPages:
    """Pure ASGI: a problem document, wherever it was made, becomes a page for a browser that asked for one.

    Whoever is not signed in is led to where they can.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back unless it is a problem."""
        if scope["type"] != "http" or not _wants_a_page(request := Request(scope)):
            await self._app(scope, receive, send)
            return
        headers: Headers | None = None
        body = b""

        async def send_unless_problem(message: Message) -> None:
            nonlocal headers, body
            if message["type"] == "http.response.start":
                found = Headers(raw=message["headers"])
                headers = found if found.get("content-type") == MEDIA_TYPE else None
            if headers is None:
                await send(message)
            else:
                body += message.get("body", b"")

        await self._app(scope, receive, send_unless_problem)
        if headers is not None:
            page = await _page(request, json.loads(body), headers)
            await page(scope, receive, send)


async def _page(request: Request, problem: dict[str, Any], headers: Headers) -> Response:
    if problem["status"] == _UNAUTHORIZED and "authorization" not in request.headers:
        return RedirectResponse(f"/sign-in?next={quote(_asked_for(request))}", status_code=303)
    page = await run_in_threadpool(_told, request, problem)
    for name in _PASSED_ON:
        if name in headers:
            page.headers[name] = headers[name]
    return page


def _told(request: Request, problem: dict[str, Any]) -> Response:
    values: dict[str, Any] = {"problem": problem, "back": _back(request)}
    try:
        return show(request, "frame/fault.html", identify(request), status=problem["status"], **values)
    except SoundalikeError:  # nobody is signed in, or the database is what failed
        return show_outside(request, "frame/fault.html", status=problem["status"], **values)


def _wants_a_page(request: Request) -> bool:
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(_PROGRAMS)


def _asked_for(request: Request) -> str:
    """The page to go to once signed in; what was sent in a form is lost, so its page is where it came from."""
    return request.url.path if request.method == "GET" else _back(request)


def _back(request: Request) -> str:
    """The page of this site that led here, else the first one."""
    came = urlsplit(request.headers.get("referer", ""))
    is_ours = came.netloc == request.headers.get("host") and came.path.startswith("/")
    return came.path if is_ours and came.path != request.url.path else "/"
