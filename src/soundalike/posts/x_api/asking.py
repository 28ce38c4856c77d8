"""Questions to X's own API: asked again where that can help, and answered by JSON or an error of ours."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from soundalike.errors import UpstreamRateLimited, UpstreamUnavailable
from soundalike.posts.api.refusals import drift
from soundalike.posts.x_api.refusals import account_refusal, no_answer, refusal

_LONGEST_WAIT: Final = 60.0  # seconds
_TRIES: Final = 3

Json = dict[str, Any]
Call = Callable[[], object]


class Asker:
    """Asks, and counts the `requests`."""

    def __init__(self, *, now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._now, self._sleep = now, sleep
        self.requests = 0

    def ask(self, call: Call, username: str) -> Json:
        """The answer to a request about an account.

        Raises:
            CreatorError: It says that the account's posts cannot be had.
            UpstreamError: There is none, also after another try where one could help.
        """
        for attempt in range(1, _TRIES):
            try:
                return self._once(call, username)
            except (UpstreamRateLimited, UpstreamUnavailable) as error:
                wait = _wait_after(error, attempt)
                if wait is None:
                    raise
            self._sleep(wait)
        return self._once(call, username)

    def _once(self, call: Call, username: str) -> Json:
        import requests  # noqa: PLC0415 - tweepy's own
        import tweepy  # noqa: PLC0415 - an optional extra

        self.requests += 1
        try:
            body = call()
        except tweepy.HTTPException as error:
            raise _refusal_of(error.response, username, self._now()) from error
        except (requests.RequestException, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise no_answer(error) from error  # tweepy stumbles over bodies that are no object
        if not isinstance(body, dict):
            raise drift("an answer", body)
        if "data" not in body and (refused := account_refusal(body, username)):
            raise refused
        return body


def _refusal_of(response: Any, username: str, now: datetime) -> Exception:  # noqa: ANN401 - of `requests`
    try:
        body = response.json()
    except (ValueError, RecursionError):
        body = None
    reset = response.headers.get("x-rate-limit-reset")
    return account_refusal(body, username) or refusal(response.status_code, body, reset=reset, now=now)


def _wait_after(error: UpstreamRateLimited | UpstreamUnavailable, attempt: int) -> float | None:
    """Seconds after which another try may help; None where it would be too long to wait."""
    if isinstance(error, UpstreamUnavailable):
        return 2.0**attempt
    wait = error.retry_after_seconds
    return None if wait is None or wait > _LONGEST_WAIT else wait + 1
