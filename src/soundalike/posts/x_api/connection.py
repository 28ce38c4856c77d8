"""The connection to X's own API: tweepy's client, made patient, bounded and silent about its key."""

import io
from typing import Any, Final, Protocol, cast

from soundalike.errors import SettingsError

TIMEOUT_SECONDS: Final = 30.0
_LARGEST_REPLY: Final = 8 * 2**20  # bytes; a page of 100 posts with all fields has about 0.3 MB


class Client(Protocol):
    """What is used of `tweepy.Client`, with answers as plain JSON."""

    def get_user(self, **parameters: Any) -> object:  # noqa: ANN401 - whatever the endpoint takes
        """`GET /2/users/by/username/:username`."""

    def get_users_tweets(self, id: str, **parameters: Any) -> object:  # noqa: A002, ANN401 - as tweepy names it
        """`GET /2/users/:id/tweets`."""

    def search_all_tweets(self, query: str, **parameters: Any) -> object:  # noqa: ANN401
        """`GET /2/tweets/search/all`."""


def open_client(token: str) -> Client:
    """Open a tweepy client for a bearer token; nothing is sent yet.

    Raises:
        SettingsError: tweepy is not installed.
    """
    try:
        import tweepy  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise SettingsError(
            "Collecting over X's own API needs tweepy, which is not installed.",
            hint="Install it: pip install soundalike[x]",
        ) from error

    def sign(request: Any) -> Any:  # noqa: ANN401 - a prepared request
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    # Signed by the session and not by tweepy, which writes the headers it makes to its debug log.
    client = tweepy.Client(return_type=dict)
    client.session.auth = sign
    client.session.mount("https://", Bounded(client.session.get_adapter("https://")))
    return cast("Client", client)


class Bounded:
    """An adapter of `requests` that waits no longer than allowed, and reads no more."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - any adapter
        self._inner = inner

    def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401 - as `requests` calls it
        """Send a request and read its reply.

        Raises:
            ValueError: The reply is too large.
        """
        response = self._inner.send(request, **(options | {"timeout": TIMEOUT_SECONDS, "stream": True}))
        body = response.raw.read(_LARGEST_REPLY + 1, decode_content=True)
        if len(body) > _LARGEST_REPLY:
            response.close()
            raise ValueError(f"a reply of more than {_LARGEST_REPLY:,} bytes")
        response.raw = io.BytesIO(body)
        return response

    def close(self) -> None:
        """Close what it holds."""
        self._inner.close()
