"""Coming into a workspace by an invitation: as a new user with a password, or as the one who is signed in."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from soundalike.accounts import Principal
from soundalike.accounts.records import Invitation
from soundalike.errors import AccountConflict, AccountError, InvalidAccount, TooManyAttempts, Unauthorized
from soundalike.web.logins import welcome
from soundalike.web.parts import PartsOf
from soundalike.web.problems import told
from soundalike.web.security import address_of, browser_of, identify
from soundalike.web.studio.language import english
from soundalike.web.studio.render import show_outside

router: Final = APIRouter(include_in_schema=False)

_Token = Annotated[str, Path(max_length=100)]
_Word = Annotated[str, Form(max_length=1_000)]


@router.get("/join/{token}")
def join_page(request: Request, parts: PartsOf, token: _Token) -> Response:
    """Say who invites whom to what, and how to come."""
    return _door(request, token, parts.accounts.invitations.look(token), _visitor(request))


@router.post("/join/{token}")
def join(request: Request, parts: PartsOf, token: _Token, name: _Word = "", password: _Word = "") -> Response:
    """Come in; what is wrong with a name or a password is said beside it."""
    invitations, visitor = parts.accounts.invitations, _visitor(request)
    invitation, response = invitations.look(token), RedirectResponse("/", status_code=303)
    try:
        if visitor:
            joined = invitations.join(visitor, token)
            parts.accounts.workspaces.switch(visitor, joined.id)
            return response
        login = invitations.accept(
            token, name=name, password=password, address=address_of(request), user_agent=browser_of(request)
        )
    except (InvalidAccount, AccountConflict, TooManyAttempts) as error:
        return _door(request, token, invitation, visitor, name=name, error=error)
    welcome(request, response, login)
    return response


def _visitor(request: Request) -> Principal | None:
    """Whose browser is signed in already."""
    try:
        who = identify(request)
    except Unauthorized:
        return None
    return who if who.via == "browser" else None


def _door(
    request: Request,
    token: str,
    invitation: Invitation,
    visitor: Principal | None,
    *,
    name: str = "",
    error: AccountError | None = None,
) -> Response:
    kind, fault = told(error) if error else (None, "")
    return show_outside(
        request,
        "door/joining.html",
        status=kind.status if kind else 200,
        token=token,
        invitation=invitation,
        is_signed_in=visitor is not None,
        name=name,
        fault=english(fault),
    )
