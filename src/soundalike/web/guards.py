"""What every request and answer passes, whatever the route: pure ASGI, nothing is read of bodies."""

import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from soundalike.errors import Forbidden
from soundalike.web.problems import Refused, respond
from soundalike.web.security import COOKIES

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES: Final = frozenset({"same-origin", "none"})
_LOCAL_HOST: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_NEVER_KEPT: Final = ("/api/", "/auth/", "/v1/", "/mcp")

_POLICY: Final = (
    "default-src 'self'; img-src 'self' data: https://pbs.twimg.com https://abs.twimg.com; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it browsers send `Origin: null` from our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds the headers that keep a browser from being used against its user; an answer's own count first."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and the answer back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers(scope).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOriginOnly:
    """Refuses requests that another site makes a browser send (CSRF).

    What changes things has to come from a page of this host, as the browser says in Sec-Fetch-Site or, an older one or
    one without TLS, in Origin. A request with an API key is nobody's browser; neither is one without cookie that names
    no origin. Where keys are not asked for (`SOUNDALIKE_AUTH=off`), one proves nothing.
    """

    def __init__(self, app: ASGIApp, *, asks_for_keys: bool = True) -> None:
        self._app, self._asks_for_keys = app, asks_for_keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it is our own pages' or nobody's browser's."""
        if scope["type"] == "http" and scope["method"] not in _SAFE and not self._may(Headers(scope=scope)):
            error = Forbidden(
                "The request comes from another site.", hint="Use the studio's own pages, or an API key."
            )
            await respond(scope, error)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _may(self, headers: Headers) -> bool:
        if self._asks_for_keys and "authorization" in headers:
            return True
        if site := headers.get("sec-fetch-site"):
            return site in _OWN_SITES
        if origin := headers.get("origin"):
            return origin.partition("://")[2].lower() == headers.get("host", "").lower() != ""
        return not _has_login(headers)


class LocalHostsOnly:
    """Refuses what is not addressed to this machine by name, so that no site can pass for it by its DNS.

    For a server that listens to this machine alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it names this machine."""
        if scope["type"] == "http" and not is_local(Headers(scope=scope).getlist("host")):
            error = Refused(
                "wrong_host", "This server answers to localhost only.", hint="Open it as http://localhost."
            )
            await respond(scope, error)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def is_local(hosts: list[str]) -> bool:
    """Whether the one Host header names this machine."""
    return len(hosts) == 1 and bool(_LOCAL_HOST.fullmatch(hosts[0]))


def _has_login(headers: Headers) -> bool:
    return any(name in cookie_parser(line) for line in headers.getlist("cookie") for name in COOKIES)


def _headers(scope: Scope) -> dict[str, str]:
    headers = dict(_HEADERS)
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if scope["path"].startswith(_NEVER_KEPT):
        headers["Cache-Control"] = "no-store"
    return headers
