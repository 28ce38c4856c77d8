"""A reply that is no answer, as an error that says what to do.

Status, headers and body come in; the parsed body or an error goes out. Texts of the other side are quoted short and
without control characters: they are not ours.
"""

import json
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import isfinite
from typing import Final

from soundalike.errors import (
    CreatorError,
    CreatorNotFound,
    CreatorProtected,
    CreatorUnavailable,
    SchemaDrift,
    UpstreamError,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)

QUOTE_LIMIT: Final = 200
_RAW_LIMIT = 2_000  # bytes of a body without structure that are looked at for a quotation
_KEYS_NAMED = 20
_KEY_LENGTH = 40

_STATEMENTS = ("msg", "message", "detail")  # live replies say `msg` where the documentation says `message`
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_OUT_OF_CREDITS = re.compile(
    r"credits?\b.*\bnot enough|(?:not enough|insufficient)\b.*\bcredit", re.IGNORECASE
)
_TOO_FAST = re.compile(r"rate.?limit|too many requests|\bqps\b", re.IGNORECASE)
_OUTAGE = re.compile(
    r"internal (?:server )?error|service\b.*\bunavailable|temporarily|timed? ?out", re.IGNORECASE
)

# What a text of the service says of an account, the first that fits.
_ACCOUNT_STATES: Final[tuple[tuple[str, type[CreatorError], str, str], ...]] = (
    ("suspend", CreatorUnavailable, "is suspended on X", "Its posts cannot be collected."),
    ("unavailable", CreatorUnavailable, "is not available on X", "Its posts cannot be collected."),
    ("protected", CreatorProtected, "is protected", "Only approved followers see its posts."),
    ("not found", CreatorNotFound, "was not found on X", "Check the spelling; it may be renamed or deleted."),
)


def check_reply(status: int, headers: Mapping[str, str], body: bytes) -> object:
    """Parse a reply's JSON, or say why there is none.

    An HTTP 200 that carries `status: "error"` is refused here where it speaks of credits, speed or an outage; what it
    says of accounts is left to the reader that knows the account.

    Raises:
        UpstreamUnauthorized: The key is missing or wrong (401, 403).
        UpstreamOutOfCredits: The balance is used up (402, or that text).
        UpstreamRateLimited: Too fast (429, or that text).
        UpstreamUnavailable: 5xx, or a body that is no JSON.
        UpstreamError: Any other refusal; asking again will not help.
    """
    succeeded = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = body[:_RAW_LIMIT].decode(errors="replace")
        if succeeded:
            raise _no_json(status, payload) from None
    if not succeeded:
        raise _refusal(status, statement(payload), headers)
    if says_error(payload):
        _refuse_in_band(status, statement(payload), headers)
    return payload


def refuse_account(payload: object, username: str) -> None:
    """Raise what an in-band `status: "error"` says of the account.

    Raises:
        CreatorNotFound, CreatorProtected, CreatorUnavailable: The text names this state.
        UpstreamError: The text names none.
    """
    if says_error(payload):
        raise account_refusal(statement(payload), username)


def account_refusal(said: str, username: str) -> CreatorError | UpstreamError:
    """The account state that a text of the service names, as an error; another error where it names none."""
    name = f"@{username}" if username else "The account"
    for word, kind, state, hint in _ACCOUNT_STATES:
        if word in said.lower():
            return kind(f"{name} {state}.", username=username, hint=hint)
    return UpstreamError(
        f"The tweets API answered with an error{quoted(said)}.", hint="Try again later.", status=HTTPStatus.OK
    )


def drift(what: str, met: object) -> SchemaDrift:
    """An error for a form that nobody has seen; names the keys met, or the type where there are none."""
    keys = (
        tuple(printable(str(key))[:_KEY_LENGTH] for key in [*met][:_KEYS_NAMED])
        if isinstance(met, dict)
        else ()
    )
    found = f"the keys {', '.join(keys)}" if keys else f"{type(met).__name__} without keys"
    return SchemaDrift(
        f"The tweets API sent {what} in an unknown form ({found}).",
        keys=keys,
        hint="Update Soundalike, or report this message.",
    )


def says_error(payload: object) -> bool:
    """Whether a body carries the service's in-band mark of failure."""
    return isinstance(payload, dict) and str(payload.get("status")).lower() == "error"


def statement(payload: object) -> str:
    """What an error body says in words: `msg`, `message` or `detail`, else the text itself, else nothing."""
    if isinstance(payload, dict):
        payload = next((payload[key] for key in _STATEMENTS if payload.get(key)), "")
    return payload if isinstance(payload, str) else json.dumps(payload)[:_RAW_LIMIT]


def printable(text: str) -> str:
    """The text on one line, without control characters and signs that turn or hide it."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def quoted(said: str) -> str:
    """`: “what was said”`, at most 200 characters of it; nothing where nothing was said."""
    text = printable(said)[:QUOTE_LIMIT]
    return f": “{text}”" if text else ""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a `Retry-After` header asks for; a date is read against the reply's own `Date`."""
    named = {name.lower(): value for name, value in headers.items()}
    wish = named.get("retry-after", "")
    try:
        seconds = float(wish)
    except ValueError:
        try:
            seconds = (
                parsedate_to_datetime(wish) - parsedate_to_datetime(named.get("date", ""))
            ).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return None
    return seconds if isfinite(seconds) and seconds >= 0 else None


def _refusal(status: int, said: str, headers: Mapping[str, str]) -> UpstreamError:
    answer = f"HTTP {status}{quoted(said)}"
    key_refused = status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if status == HTTPStatus.PAYMENT_REQUIRED or (key_refused and _OUT_OF_CREDITS.search(said)):
        return _out_of_credits(status)
    if key_refused:
        return UpstreamUnauthorized(
            f"The tweets API refused the key ({answer}).",
            hint="Check TWITTER_API_KEY; keys are made at https://twitterapi.io.",
            status=status,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _too_fast(status, headers)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return _outage(status, said)
    return UpstreamError(
        f"The tweets API refused the request ({answer}).",
        hint="Check TWITTER_API_BASE_URL; if it is right, update Soundalike.",
        status=status,
    )


def _refuse_in_band(status: int, said: str, headers: Mapping[str, str]) -> None:
    if _OUT_OF_CREDITS.search(said):
        raise _out_of_credits(status)
    if _TOO_FAST.search(said):
        raise _too_fast(status, headers)
    if _OUTAGE.search(said):
        raise _outage(status, said)


def _out_of_credits(status: int) -> UpstreamOutOfCredits:
    return UpstreamOutOfCredits(
        "The key of the tweets API has no credits left.",
        hint="Top it up at https://twitterapi.io; 100,000 credits are US$1.",
        status=status,
    )


def _too_fast(status: int, headers: Mapping[str, str]) -> UpstreamRateLimited:
    return UpstreamRateLimited(
        "The tweets API refuses for speed.",
        hint="Wait a minute; if the key is shared, set TWITTER_API_QPS lower.",
        status=status,
        retry_after_seconds=retry_after(headers),
    )


def _outage(status: int, said: str) -> UpstreamUnavailable:
    return UpstreamUnavailable(
        f"The tweets API is in trouble (HTTP {status}{quoted(said)}).", hint="Try again later.", status=status
    )


def _no_json(status: int, text: str) -> UpstreamUnavailable:
    return UpstreamUnavailable(
        f"The tweets API sent something that is no JSON{quoted(text)}.",
        hint="Try again later; if it stays so, check TWITTER_API_BASE_URL.",
        status=status,
    )
