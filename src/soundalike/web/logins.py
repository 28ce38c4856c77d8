"""A browser's login, from the request to the answer."""

from fastapi import Request, Response

from soundalike.accounts import Accounts, Principal
from soundalike.schemas.accounts import MeBody
from soundalike.web.security import cookie_name, parts_of, set_login


def welcome(request: Request, response: Response, token: str) -> MeBody:
    """Give the browser its login in place of the one it had, and tell who it is."""
    accounts = parts_of(request).accounts
    end_login(request, accounts)
    set_login(request, response, token)
    return describe(accounts, accounts.principal_of_cookie(token))


def end_login(request: Request, accounts: Accounts) -> None:
    """End the login the browser sent, if it sent one."""
    if token := request.cookies.get(cookie_name(request)):
        accounts.logins.sign_out(token)


def describe(accounts: Accounts, who: Principal) -> MeBody:
    """A principal with names."""
    return MeBody.of(who, accounts.users.get(who.user_id), accounts.workspaces.list(who.user_id))
