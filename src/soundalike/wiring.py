"""Settings to real parts: the only place that picks concrete classes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from soundalike.config import Settings
from soundalike.errors import SettingsError

if TYPE_CHECKING:
    from soundalike.drafts.writer import Writer
    from soundalike.posts.api.client import TweetsApi
    from soundalike.storage import Store

LOCAL_USER: UUID = uuid5(NAMESPACE_URL, "soundalike:local-user")
"""Whoever uses the command on this machine."""


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


@contextmanager
def open_store(settings: Settings) -> Iterator["Store"]:
    """Open the database the settings name, its tables up to date."""
    from soundalike.storage import open_store as opened  # noqa: PLC0415 - half a second

    with opened(settings.store_url) as store:
        yield store


@contextmanager
def open_api(settings: Settings) -> Iterator["TweetsApi"]:
    """Open the tweets API at the pace its key allows.

    Raises:
        SettingsError: There is no key.
    """
    from soundalike.posts.api.client import TweetsApi, open_http  # noqa: PLC0415
    from soundalike.posts.api.pacing import CAREFUL_SECONDS, LocalPace  # noqa: PLC0415

    if settings.twitter_api_key is None:
        raise SettingsError(
            "Collecting needs a key of twitterapi.io, and TWITTER_API_KEY is not set.",
            hint="Get one at https://twitterapi.io and put it into .env; or read a file (--source file --file PATH), "
            "an X archive (--source archive), or try all of it with `soundalike demo`.",
        )
    qps = settings.twitter_api_qps
    pace = LocalPace(CAREFUL_SECONDS if qps == "auto" else 1 / qps)
    with open_http(settings.twitter_api_base_url) as http:
        api = TweetsApi(http, key=settings.twitter_api_key.get_secret_value(), pace=pace)
        if qps == "auto":
            api.prove_pace()
        yield api


@contextmanager
def open_writer(settings: Settings) -> Iterator["Writer"]:
    """Open the language model the settings name."""
    from soundalike.drafts.writer import open_writer as opened  # noqa: PLC0415

    key = settings.openai_api_key
    writer = opened(
        settings.soundalike_llm,
        data_dir=settings.soundalike_data_dir,
        openai_base_url=settings.openai_base_url,
        openai_api_key=key.get_secret_value() if key else None,
    )
    try:
        yield writer
    finally:
        writer.close()
