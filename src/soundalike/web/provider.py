"""An OpenID Connect provider: where it sends a browser to sign in, and whom it vouches for afterwards.

Authorization code with PKCE (RFC 7636), state and nonce; the ID token is checked by the provider's published keys.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from soundalike.accounts import Identity
from soundalike.errors import Unauthorized
from soundalike.web.problems import Refused

_TIMEOUT_SECONDS: Final = 10.0
_KNOWN_FOR: Final = timedelta(hours=1)
_LEEWAY_SECONDS: Final = 60
_ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in: what ties the provider's answer to the browser that asked."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "Attempt":
        """Make one with 256 random bits each."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    def as_dict(self) -> dict[str, str]:
        """The parts by name."""
        return asdict(self)


class Provider:
    """The provider at `issuer`. What it publishes of itself is read once an hour."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str | None, *, now: Callable[[], datetime]
    ) -> None:
        self._issuer, self._client_id, self._client_secret = issuer, client_id, client_secret
        self._now, self._lock = now, Lock()
        self._known: tuple[dict[str, Any], dict[str, Any]] | None = None
        self._known_at = now()

    @property
    def issuer(self) -> str:
        """Its address, which is its name."""
        return self._issuer

    def begin(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where to send the browser.

        Raises:
            Refused: The provider does not answer, or not as it should.
        """
        about, _ = self._read()
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"],
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    def finish(self, attempt: Attempt, code: str, redirect_uri: str) -> Identity:
        """Take the code to the provider, and read whom it vouches for.

        Raises:
            Unauthorized: The code or the ID token is no good.
            Refused: The provider does not answer, or not as it should.
        """
        about, keys = self._read()
        with _explained(), self._client(redirect_uri, about) as client:
            token = client.fetch_token(
                about["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
            claims = self._claims(token, attempt.nonce, about, keys)
            if "email" not in claims and "userinfo_endpoint" in about:
                claims = _joined(claims, client.get(about["userinfo_endpoint"]).raise_for_status().json())
        return _identity(self._issuer, claims)

    def _claims(
        self, token: Mapping[str, Any], nonce: str, about: dict[str, Any], keys: dict[str, Any]
    ) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        told = about.get("id_token_signing_alg_values_supported", ["RS256"])
        allowed = [name for name in _ALGORITHMS if name in told]
        decoded = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=allowed)  # type: ignore[arg-type]
        options = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        expected = {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, options, expected)
        claims.validate(now=int(self._now().timestamp()), leeway=_LEEWAY_SECONDS)
        return dict(claims)

    def _client(self, redirect_uri: str, about: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - untyped
        from authlib.integrations.httpx_client import (  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
            OAuth2Client,
        )

        return OAuth2Client(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method=self._shows_secret(about or {}),
            scope="openid email profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
        )

    def _shows_secret(self, about: Mapping[str, Any]) -> str:
        """How the client proves itself: as the provider wishes, by HTTP Basic if it names no wish."""
        if not self._client_secret:
            return "none"
        wished = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" if "client_secret_basic" in wished else "client_secret_post"

    def _read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the provider publishes of itself, and its keys."""
        with self._lock:
            if self._known is None or not timedelta() <= self._now() - self._known_at < _KNOWN_FOR:
                self._known, self._known_at = self._fetch(), self._now()
            return self._known

    def _fetch(self) -> tuple[dict[str, Any], dict[str, Any]]:
        at = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        with _explained(), httpx2.Client(timeout=_TIMEOUT_SECONDS) as http:
            about = http.get(_trusted(at)).raise_for_status().json()
            if about["issuer"] != self._issuer:
                raise Refused(
                    "provider_unavailable",
                    "The sign-in provider goes by another name.",
                    hint=f"Set SOUNDALIKE_OIDC_ISSUER to {str(about['issuer'])[:_LONGEST]}.",
                )
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _trusted(about[name])
            return about, http.get(about["jwks_uri"]).raise_for_status().json()


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what goes wrong with the provider into what its user can act on; inner texts are not passed on."""
    from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    from joserfc.errors import JoseError  # noqa: PLC0415

    try:
        yield
    except (AuthlibBaseError, JoseError) as error:
        raise Unauthorized("The sign-in provider's word is no good.", hint="Sign in again.") from error
    except (httpx2.HTTPError, LookupError, TypeError, ValueError) as error:
        raise Refused(
            "provider_unavailable",
            "The sign-in provider does not answer as it should.",
            hint="Try again later.",
        ) from error


def _trusted(url: str) -> str:
    """An address that nobody on the way can answer for: TLS, or this machine."""
    read = urlsplit(url)
    if read.scheme != "https" and read.hostname not in _LOOPBACK:
        raise Refused(
            "provider_unavailable",
            "The sign-in provider is not reached over TLS.",
            hint="Use its https address.",
        )
    return url


def _joined(claims: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """The claims with those of the user info, which must be of the same user."""
    if more.get("sub") != claims["sub"]:
        raise Unauthorized("The sign-in provider speaks of two users.", hint="Sign in again.")
    return more | claims


def _identity(issuer: str, claims: Mapping[str, Any]) -> Identity:
    subject, email = str(claims["sub"]), claims.get("email")
    if not 0 < len(subject) <= _LONGEST or len(issuer) > _LONGEST:
        raise Unauthorized("The sign-in provider's word is no good.", hint="Ask whoever runs it.")
    vouched = isinstance(email, str) and claims.get("email_verified") in {True, "true"}
    name = claims.get("name") or claims.get("preferred_username") or ""
    return Identity(issuer, subject, str(email) if vouched else None, str(name))
