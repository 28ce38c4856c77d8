"""Signing in with an OpenID Connect provider; the routes are there where the settings name one (`soundalike[oidc]`)."""

import hmac
from datetime import timedelta
from importlib.util import find_spec
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from soundalike.accounts import Principal
from soundalike.accounts.secret import load_secret, seal, unseal
from soundalike.config import Settings
from soundalike.errors import Unauthorized
from soundalike.web.logins import end_login
from soundalike.web.problems import Refused, problems
from soundalike.web.provider import Attempt, Provider
from soundalike.web.security import browser_of, cookie_name, identify, parts_of, set_login

router = APIRouter(tags=["accounts"])

_LASTS: Final = timedelta(minutes=10)
_PURPOSE: Final = "sign-in with a provider"

_Answer = Annotated[str, Query(max_length=4_000)]


@router.get(
    "/auth/oidc/start",
    status_code=303,
    response_class=RedirectResponse,
    summary="Sign in with the provider",
    responses=problems("not_configured", "provider_unavailable", signed_in=False),
)
def start_at_provider(request: Request) -> RedirectResponse:
    """Go to the provider. From a page of this site, whoever is signed in connects the provider to their user."""
    attempt = Attempt.new()
    response = RedirectResponse(provider_of(request).begin(attempt, _callback(request)), status_code=303)
    current = _current(request) if request.headers.get("sec-fetch-site") == "same-origin" else None
    _remember(request, response, attempt, current)
    return response


@router.get(
    "/auth/oidc/callback",
    status_code=303,
    response_class=RedirectResponse,
    summary="Come back from the provider",
    responses=problems(
        "not_configured",
        "provider_unavailable",
        "unauthorized",
        "forbidden",
        "account_conflict",
        "invalid_request",
        signed_in=False,
    ),
)
def back_from_provider(
    request: Request, state: _Answer = "", code: _Answer = "", error: _Answer = "", iss: _Answer = ""
) -> RedirectResponse:
    """Sign in whom the provider vouches for, and go to the studio.

    A verified email of a user, or of an open invitation, is that user; anybody else needs an invitation first.
    """
    provider = provider_of(request)
    attempt, current = _recall(request, state)
    if error or not code or (iss and iss != provider.issuer):
        raise Unauthorized(
            "The sign-in provider did not let you in.", hint="Try again, or ask whoever runs it."
        )
    identity = provider.finish(attempt, code, _callback(request))
    token = parts_of(request).accounts.identities.sign_in(
        identity, current=current, user_agent=browser_of(request)
    )
    response = RedirectResponse("/", status_code=303)
    end_login(request, parts_of(request).accounts)
    set_login(request, response, token)
    response.delete_cookie(_cookie(request), path="/", secure=request.url.scheme == "https", httponly=True)
    return response


def is_configured(settings: Settings) -> bool:
    """Whether the settings name a provider."""
    return bool(settings.soundalike_oidc_issuer and settings.soundalike_oidc_client_id)


def provider_of(request: Request) -> Provider:
    """The provider that the settings name, one for the application.

    Raises:
        Refused: They name none, or what it takes is not installed.
    """
    settings = parts_of(request).settings
    if not settings.soundalike_oidc_issuer or not settings.soundalike_oidc_client_id:
        raise Refused("not_configured", "No sign-in provider is set up.", hint="Set SOUNDALIKE_OIDC_ISSUER.")
    if find_spec("authlib") is None:
        raise Refused("not_configured", "Signing in with a provider takes an extra.", hint="soundalike[oidc]")
    state = request.app.state
    if getattr(state, "oidc_provider", None) is None:
        secret = settings.soundalike_oidc_client_secret
        state.oidc_provider = Provider(
            settings.soundalike_oidc_issuer,
            settings.soundalike_oidc_client_id,
            secret.get_secret_value() if secret else None,
            now=parts_of(request).now,
        )
    provider: Provider = state.oidc_provider
    return provider


def _callback(request: Request) -> str:
    return str(request.url_for("back_from_provider"))


def _cookie(request: Request) -> str:
    return f"{cookie_name(request)}-provider"


def _remember(request: Request, response: Response, attempt: Attempt, current: Principal | None) -> None:
    """Tie the attempt to this browser by a signed cookie; whoever is to be connected is named by their login."""
    until = parts_of(request).now() + _LASTS
    values = attempt.as_dict() | {"login": current.proof if current else ""}
    response.set_cookie(
        _cookie(request),
        seal(_secret(request), values, purpose=_PURPOSE, until=until),
        max_age=int(_LASTS.total_seconds()),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _recall(request: Request, state: str) -> tuple[Attempt, Principal | None]:
    """The attempt this browser began under that state, and whoever was to be connected.

    Raises:
        Unauthorized: It began none, or too long ago, or has signed out meanwhile.
    """
    kept = request.cookies.get(_cookie(request), "")
    values = unseal(_secret(request), kept, purpose=_PURPOSE, at=parts_of(request).now())
    if values is None or not hmac.compare_digest(values["state"].encode(), state.encode("utf-8", "replace")):
        raise Unauthorized("This browser did not begin to sign in, or too long ago.", hint="Sign in again.")
    login = values.pop("login")
    current = _current(request) if login else None
    if login and (current is None or current.proof != login):
        raise Unauthorized("This browser signed out meanwhile.", hint="Sign in again.")
    return Attempt(**values), current


def _current(request: Request) -> Principal | None:
    """Whoever is signed in in this browser."""
    try:
        who = identify(request)
    except Unauthorized:
        return None
    return who if who.via == "browser" else None


def _secret(request: Request) -> bytes:
    settings = parts_of(request).settings
    given = settings.soundalike_secret_key
    return load_secret(settings.soundalike_data_dir, given.get_secret_value() if given else None)
