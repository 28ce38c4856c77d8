"""Signing in and out, and one's own user: passwords, browsers that are signed in, workspaces."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from soundalike.errors import Forbidden, UnknownAccount
from soundalike.schemas.accounts import (
    EndedBody,
    LoginShape,
    MeBody,
    PasswordRequest,
    SignInRequest,
    WorkspaceChangeRequest,
    WorkspaceRequest,
    WorkspaceShape,
)
from soundalike.web import members
from soundalike.web.links import lead
from soundalike.web.logins import describe, end_login, welcome
from soundalike.web.problems import problems
from soundalike.web.reading import read_id
from soundalike.web.security import (
    AccountsOf,
    Owner,
    Person,
    Reader,
    address_of,
    browser_of,
    drop_login,
    set_login,
)

router = APIRouter(tags=["accounts"])
router.include_router(members.router)

_LinkToken = Annotated[str, Path(description="The token of a sign-in link.")]
_LoginId = Annotated[str, Path(alias="loginId", description="The id of a login.")]


async def _workspace_id(
    workspace_id: Annotated[str, Path(alias="id", json_schema_extra={"format": "uuid"})],
) -> UUID:
    return read_id(workspace_id, UnknownAccount, "workspace")


_WorkspaceId = Annotated[UUID, Depends(_workspace_id)]

_MADE: Final = {201: {"links": lead("switchWorkspace", id="/id")}}
_LISTED: Final = {200: {"links": lead("endOneLogin", loginId="/0/id")}}


@router.post(
    "/api/auth/sign-in",
    summary="Sign in with a password",
    response_description="Who is signed in; the cookie comes with it.",
    responses=problems("unauthorized", "too_many_attempts", "invalid_account", signed_in=False, body=True),
)
def sign_in(asked: SignInRequest, request: Request, response: Response, accounts: AccountsOf) -> MeBody:
    """Give a browser its login: a cookie that no script can read. Attempts are counted by email and by address."""
    token = accounts.logins.sign_in(
        asked.email, asked.password, address=address_of(request), user_agent=browser_of(request)
    )
    return welcome(request, response, token)


@router.post(
    "/api/auth/sign-out",
    status_code=204,
    summary="Sign this browser out",
    responses=problems(signed_in=False),
)
def sign_out(request: Request, response: Response, accounts: AccountsOf) -> None:
    """End the login and take the cookie back. A browser that is not signed in is none the worse."""
    end_login(request, accounts)
    drop_login(request, response)


@router.get(
    "/auth/link/{token}",
    status_code=303,
    response_class=RedirectResponse,
    summary="Sign in with a link",
    responses=problems("unauthorized", "forbidden", signed_in=False),
)
def use_link(token: _LinkToken, request: Request, accounts: AccountsOf) -> RedirectResponse:
    """Sign in with a link that works once, such as the one a new server prints, and go to the studio."""
    if "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", "")):
        raise Forbidden("A sign-in link is not fetched ahead.", hint="Open it.")
    response = RedirectResponse("/", status_code=303)
    login = accounts.logins.use_link(token, user_agent=browser_of(request))
    end_login(request, accounts)
    set_login(request, response, login)
    return response


@router.get("/api/auth/me", summary="Say who is asking", responses=problems())
def me(who: Reader, accounts: AccountsOf) -> MeBody:
    """Tell the user, the workspace they are at work in, and the others they are in."""
    return describe(accounts, who)


@router.post(
    "/api/auth/password",
    status_code=204,
    summary="Change your password",
    responses=problems("account_conflict", "invalid_account", body=True),
)
def change_password(asked: PasswordRequest, who: Person, request: Request, accounts: AccountsOf) -> None:
    """Set a new password; it takes the old one, if there is one. Other browsers are signed out."""
    accounts.logins.change_password(
        who,
        old=asked.old_password or "",
        new=asked.new_password,
        email=asked.email,
        address=address_of(request),
    )


@router.get(
    "/api/auth/logins", summary="List the browsers that are signed in", responses=problems(also=_LISTED)
)
def list_logins(who: Person, accounts: AccountsOf) -> list[LoginShape]:
    """List where you are signed in, last seen first."""
    return [LoginShape.of(login) for login in accounts.logins.list(who)]


@router.delete("/api/auth/logins", summary="Sign all other browsers out", responses=problems())
def end_other_logins(who: Person, accounts: AccountsOf) -> EndedBody:
    """End all of your logins but the present one; unused sign-in links are void too."""
    return EndedBody(ended=accounts.logins.revoke_others(who))


@router.delete(
    "/api/auth/logins/{loginId}",  # noqa: FAST003 - read by a dependency
    status_code=204,
    summary="Sign one browser out",
    responses=problems("unknown_account"),
)
def end_one_login(login_id: _LoginId, who: Person, accounts: AccountsOf) -> None:
    """End one of your logins."""
    accounts.logins.revoke(who, login_id)


@router.get("/api/workspaces", summary="List your workspaces", responses=problems())
def list_workspaces(who: Reader, accounts: AccountsOf) -> list[WorkspaceShape]:
    """List the workspaces you are in, the personal one first."""
    return [WorkspaceShape.of(workspace) for workspace in accounts.workspaces.list(who.user_id)]


@router.post(
    "/api/workspaces",
    status_code=201,
    summary="Make a workspace",
    responses=problems("account_conflict", "invalid_account", body=True, also=_MADE),
)
def create_workspace(asked: WorkspaceRequest, who: Person, accounts: AccountsOf) -> WorkspaceShape:
    """Make a workspace that you own; switch to it to work there."""
    return WorkspaceShape.of(accounts.workspaces.create(who, asked.name))


@router.post(
    "/api/workspaces/{id}/switch",  # noqa: FAST003 - read by a dependency
    summary="Work in another workspace",
    responses=problems("unknown_account"),
)
def switch_workspace(workspace_id: _WorkspaceId, who: Person, accounts: AccountsOf) -> WorkspaceShape:
    """Let this browser work in another of your workspaces from now on."""
    return WorkspaceShape.of(accounts.workspaces.switch(who, workspace_id))


@router.patch(
    "/api/workspace",
    summary="Change the workspace",
    responses=problems("invalid_account", body=True),
)
def change_workspace(asked: WorkspaceChangeRequest, who: Owner, accounts: AccountsOf) -> WorkspaceShape:
    """Rename the present workspace, or say how long collected posts live there. Owners only."""
    changes = {name: getattr(asked, name) for name in asked.model_fields_set}
    if changes.get("name", "") is None:
        del changes["name"]
    return WorkspaceShape.of(accounts.workspaces.change(who, **changes))
