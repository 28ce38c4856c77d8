"""Signing in and out, and going to work in another workspace."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from soundalike.errors import InvalidAccount, TooManyAttempts, Unauthorized, UnknownAccount
from soundalike.web import oidc
from soundalike.web.logins import end_login, welcome
from soundalike.web.parts import PartsOf
from soundalike.web.reading import read_id
from soundalike.web.security import address_of, browser_of, drop_login, identify
from soundalike.web.studio.language import english
from soundalike.web.studio.render import parts_of, show_outside
from soundalike.web.studio.visitors import Reader

router: Final = APIRouter(include_in_schema=False)

_Word = Annotated[str, Form(max_length=1_000)]
_LONGEST_PLACE: Final = 500


@router.get("/sign-in")
def sign_in_page(request: Request, next: Annotated[str, Query(max_length=_LONGEST_PLACE)] = "/") -> Response:  # noqa: A002
    """The door; whoever is signed in already is let through."""
    try:
        identify(request)
    except Unauthorized:
        return _door(request, after=_own_page(next))
    return RedirectResponse(_own_page(next), status_code=303)


@router.post("/sign-in")
def sign_in(
    request: Request,
    parts: PartsOf,
    email: _Word,
    password: _Word,
    next: Annotated[str, Form(max_length=_LONGEST_PLACE)] = "/",  # noqa: A002
) -> Response:
    """Let somebody in, or say why not."""
    try:
        token = parts.accounts.logins.sign_in(
            email, password, address=address_of(request), user_agent=browser_of(request)
        )
    except (Unauthorized, InvalidAccount, TooManyAttempts) as error:
        return _door(request, after=_own_page(next), email=email, fault=english(str(error)), status=401)
    response = RedirectResponse(_own_page(next), status_code=303)
    welcome(request, response, token)
    return response


@router.post("/sign-out")
def sign_out(request: Request, parts: PartsOf) -> Response:
    """End the login."""
    response = RedirectResponse("/sign-in", status_code=303)
    end_login(request, parts.accounts)
    drop_login(request, response)
    return response


@router.post("/workspace")
def switch_workspace(
    who: Reader, parts: PartsOf, workspace: Annotated[str, Form(max_length=100)]
) -> Response:
    """Work in another workspace from now on."""
    wanted: UUID = read_id(workspace, UnknownAccount, "workspace")
    parts.accounts.workspaces.switch(who.in_person(), wanted)
    return RedirectResponse("/", status_code=303)


def _door(request: Request, *, after: str, email: str = "", fault: str = "", status: int = 200) -> Response:
    return show_outside(
        request,
        "door/signing_in.html",
        status=status,
        host=request.headers.get("host", ""),
        after=after,
        email=email,
        fault=fault,
        has_provider=oidc.is_configured(parts_of(request).settings),
    )


def _own_page(place: str) -> str:
    """A page of this site, whatever was asked for: to a browser, what begins with two slashes is another site."""
    is_own = place.startswith("/") and place[1:2] not in {"/", "\\"} and place.isprintable()
    return place if is_own else "/"
