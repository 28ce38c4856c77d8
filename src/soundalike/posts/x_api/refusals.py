"""What X's own API says when it gives no posts, as an error that says what to do.

Problems come with any status, 200 included, as one object or as a list; what they are stands in `type` and `title`.
Texts of the other side are quoted short and without control characters.
"""

from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from soundalike.errors import (
    CreatorError,
    CreatorNotFound,
    CreatorProtected,
    CreatorUnavailable,
    UpstreamError,
    UpstreamOutOfCredits,
    UpstreamRateLimited,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from soundalike.posts.api.refusals import quoted

_CONSOLE: Final = "https://console.x.com"

# What a problem says of an account, the first that fits.
_ACCOUNT_STATES: Final[tuple[tuple[str, type[CreatorError], str, str], ...]] = (
    ("suspend", CreatorUnavailable, "is suspended on X", "Its posts cannot be collected."),
    (
        "not-authorized-for-resource",
        CreatorProtected,
        "is protected",
        "Only approved followers see its posts.",
    ),
    ("not authorized to see", CreatorProtected, "is protected", "Only approved followers see its posts."),
    (
        "resource-not-found",
        CreatorNotFound,
        "was not found on X",
        "Check the spelling; it may be gone or renamed.",
    ),
    (
        "could not find user",
        CreatorNotFound,
        "was not found on X",
        "Check the spelling; it may be gone or renamed.",
    ),
)
_NO_CREDITS: Final = (
    "creditsdepleted",
    "credits-depleted",
    "usagecapexceeded",
    "usage-capped",
    "usage-cap-exceeded",
)


def account_refusal(body: object, username: str) -> CreatorError | None:
    """What a reply says of the account asked for, as an error; None where it says nothing of it."""
    for problem in _problems(body):
        said = _words(problem).lower()
        for word, kind, state, hint in _ACCOUNT_STATES:
            if word in said:
                return kind(f"@{username} {state}.", username=username, hint=hint)
    return None


def refusal(status: int, body: object, *, reset: str | None, now: datetime) -> UpstreamError:
    """What a refused request comes to; `reset` is when the service says it can be asked again, in Unix seconds."""
    said = " ".join(map(_words, _problems(body)))
    if status == HTTPStatus.PAYMENT_REQUIRED or any(word in said.lower() for word in _NO_CREDITS):
        return UpstreamOutOfCredits(
            "X refuses: the app's credits, or its cap of posts, are used up.",
            hint=f"Look at {_CONSOLE}.",
            status=status,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return UpstreamRateLimited(
            "X refuses for speed.",
            hint="Wait a quarter of an hour.",
            status=status,
            retry_after_seconds=_seconds_until(reset, now),
        )
    answer = f"HTTP {status}{quoted(_detail(body))}"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return UpstreamUnauthorized(
            f"X refused the token ({answer}).",
            hint=f"Check X_BEARER_TOKEN, and at {_CONSOLE} that its app may read posts.",
            status=status,
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UpstreamUnavailable(f"X is in trouble ({answer}).", hint="Try again later.", status=status)
    return UpstreamError(f"X refused the request ({answer}).", hint="Update Soundalike.", status=status)


def no_answer(error: Exception) -> UpstreamUnavailable:
    """What it comes to that X cannot be reached, or sends something that is no answer."""
    return UpstreamUnavailable(
        f"X cannot be reached, or sends no answer{quoted(str(error))}.",
        hint="Check the connection, or try again later.",
    )


def _problems(body: object) -> Iterator[dict[str, Any]]:
    """The problems a body states: itself, and those it lists."""
    if isinstance(body, dict):
        yield body
        listed = body.get("errors")
        yield from (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()


def _words(problem: dict[str, Any]) -> str:
    return " ".join(str(problem[key]) for key in ("type", "title", "detail", "reason") if key in problem)


def _detail(body: object) -> str:
    return next((str(one["detail"]) for one in _problems(body) if one.get("detail")), "")


def _seconds_until(reset: str | None, now: datetime) -> float | None:
    return max(0.0, int(reset) - now.timestamp()) if reset and reset.isascii() and reset.isdigit() else None
