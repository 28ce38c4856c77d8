"""Who is asking: dependencies that give a `Principal`, from an API key or from a browser's cookie.

Handlers name what they need: `reader` and `changer` for the work itself, `person` for what no key may do, `owner` for
what only an owner of the workspace may do, in person. Each raises Unauthorized or Forbidden. `principal` alone asks the
database, so it alone has a thread.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Protocol

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.security import APIKeyCookie, HTTPBearer

from soundalike.accounts import Accounts, Principal, Scope
from soundalike.config import Settings
from soundalike.errors import Unauthorized
from soundalike.wiring import LOCAL_USER, local_name

COOKIE: Final = "soundalike"
SECURE_COOKIE: Final = "__Host-soundalike"  # browsers take it over TLS only, and for this host alone
COOKIES: Final = (COOKIE, SECURE_COOKIE)
_COOKIE_SECONDS: Final = (
    400 * 24 * 3600
)  # the longest browsers keep one; the server knows when the login ends

_BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="apiKey", description="An API key: `Authorization: Bearer sa_…`."
)
_COOKIE: Final = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="browser",
    description="The cookie of a signed-in browser (`__Host-soundalike` over TLS).",
)


class Parts(Protocol):
    """What of `app.state.parts` is needed here."""

    @property
    def accounts(self) -> Accounts:
        """Users, keys and the rest."""

    @property
    def settings(self) -> Settings:
        """The server's settings."""

    @property
    def now(self) -> Callable[[], datetime]:
        """Gives the present moment, UTC."""


def parts_of(request: Request) -> Parts:
    """The parts the application was made of."""
    parts: Parts = request.app.state.parts
    return parts


async def accounts_of(request: Request) -> Accounts:
    """The accounts of the application that got the request."""
    return parts_of(request).accounts


AccountsOf = Annotated[Accounts, Depends(accounts_of)]


async def principal(
    request: Request,
    _bearer: Annotated[object, Depends(_BEARER)],
    _cookie: Annotated[object, Depends(_COOKIE)],
) -> Principal:
    """Whoever is asking; a key counts before a cookie. A thread is taken only where the database has to be asked.

    Raises:
        Unauthorized: Nobody known.
    """
    parts, given = parts_of(request), request.headers.get("authorization")
    if given is not None and parts.settings.soundalike_auth == "on":
        at_hand = parts.accounts.key_at_hand(_bearer_token(given))
        if at_hand:
            return at_hand
    return await run_in_threadpool(identify, request)


def identify(request: Request) -> Principal:
    """Whoever sent the request, outside of FastAPI's dependencies.

    Raises:
        Unauthorized: Nobody known.
    """
    parts = parts_of(request)
    if parts.settings.soundalike_auth == "off":
        return parts.accounts.local_principal(LOCAL_USER, local_name)
    if (given := request.headers.get("authorization")) is not None:
        return parts.accounts.principal_of_key(_bearer_token(given))
    return parts.accounts.principal_of_cookie(request.cookies.get(cookie_name(request), ""))


async def reader(who: Annotated[Principal, Depends(principal)]) -> Principal:
    """Somebody who may look."""
    return who.with_scope(Scope.READ)


async def changer(who: Annotated[Principal, Depends(principal)]) -> Principal:
    """Somebody who may change things and spend credits."""
    return who.with_scope(Scope.WRITE)


async def person(who: Annotated[Principal, Depends(principal)]) -> Principal:
    """Somebody in person, not a key."""
    return who.in_person()


async def owner(who: Annotated[Principal, Depends(person)]) -> Principal:
    """An owner of the workspace, in person."""
    return who.as_owner()


Reader = Annotated[Principal, Depends(reader)]
Changer = Annotated[Principal, Depends(changer)]
Person = Annotated[Principal, Depends(person)]
Owner = Annotated[Principal, Depends(owner)]


def cookie_name(request: Request) -> str:
    """The name of the login cookie; what came without TLS never passes for what came with it."""
    return SECURE_COOKIE if request.url.scheme == "https" else COOKIE


def set_login(request: Request, response: Response, token: str) -> None:
    """Give the browser its login."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=_COOKIE_SECONDS,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def drop_login(request: Request, response: Response) -> None:
    """Take the browser's login back."""
    response.delete_cookie(
        cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )


def address_of(request: Request) -> str | None:
    """Where the request comes from; behind a proxy, uvicorn's `forwarded_allow_ips` says whom to believe."""
    return request.client.host if request.client else None


def browser_of(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")


def _bearer_token(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized("This server takes API keys only.", hint="Send Authorization: Bearer KEY.")
    return token.strip()
