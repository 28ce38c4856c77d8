"""Settings to real parts: the only place that picks concrete classes."""

import getpass
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from soundalike import __version__
from soundalike.config import Settings
from soundalike.errors import SettingsError

if TYPE_CHECKING:
    from soundalike.drafts.writer import Writer
    from soundalike.exports.signing import Signer
    from soundalike.posts.api.client import TweetsApi
    from soundalike.posts.api.pacing import Pace
    from soundalike.posts.gathering import PostSource
    from soundalike.posts.post import Post
    from soundalike.posts.x_api.source import XApiSource
    from soundalike.storage import Store, TrainingSession
    from soundalike.storage.spending import Check, Fingerprint

LOCAL_USER: UUID = uuid5(NAMESPACE_URL, "soundalike:local-user")
"""Whoever uses the command on this machine."""

_PROOF_HOLDS: Final = timedelta(hours=1)  # of a key's rate, by its balance; asking again costs a turn


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def local_name() -> str:
    """What this machine calls its user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number
        return "local user"


def open_logs(settings: Settings) -> None:
    """Send logs where the settings say, without what the settings keep secret."""
    from soundalike.telemetry.logs import set_up_logs  # noqa: PLC0415

    set_up_logs(style=settings.soundalike_log, level=settings.soundalike_log_level, secrets=settings.secrets)


@contextmanager
def open_traces(settings: Settings) -> Iterator[None]:
    """While the block runs, send traces where OpenTelemetry's variables say, if they say so."""
    from soundalike.telemetry.traces import set_up_traces  # noqa: PLC0415

    tracing = set_up_traces(os.environ, version=__version__, secrets=settings.secrets)
    try:
        yield
    finally:
        if tracing:
            tracing.stop()


@contextmanager
def open_store(settings: Settings) -> Iterator["Store"]:
    """Open the database the settings name, its tables up to date."""
    from soundalike.storage import open_store as opened  # noqa: PLC0415 - half a second

    with opened(settings.store_url) as store:
        yield store


def open_signer(settings: Settings) -> "Signer":
    """Whoever signs voice files: a key that comes of the installation's secret, made on first use."""
    from soundalike.accounts.secret import load_secret  # noqa: PLC0415
    from soundalike.exports.signing import Signer  # noqa: PLC0415

    given = settings.soundalike_secret_key
    return Signer(load_secret(settings.soundalike_data_dir, given.get_secret_value() if given else None))


@contextmanager
def open_api(
    settings: Settings,
    store: "Store",
    *,
    session_id: UUID | None = None,
    budget_credits: int | None = None,
    user_id: UUID = LOCAL_USER,
) -> Iterator["TweetsApi"]:
    """Open the tweets API for one collection, at the pace its key allows and within the ceilings.

    Raises:
        SettingsError: There is no key.
    """
    from soundalike.posts.api.client import TweetsApi, open_http  # noqa: PLC0415
    from soundalike.storage import fingerprint  # noqa: PLC0415

    key = _api_key(settings)
    mark = fingerprint(key, stand_in_at=settings.stand_in)
    pace = store.pace(f"tweets api {mark}")
    books = store.books(
        user_id,
        session_id,
        key=mark,
        budget_credits=settings.twitter_api_budget_credits if budget_credits is None else budget_credits,
        monthly_credits=settings.twitter_api_monthly_credits,
        now=now,
    )
    with open_http(settings.twitter_api_base_url) as http:
        api = TweetsApi(http, key=key, pace=pace, books=books)
        _set_pace(settings, store, api, pace, mark)
        yield api


@contextmanager
def open_posts(
    settings: Settings, store: "Store", session: "TrainingSession", *, most_credits: int | None = None
) -> Iterator["PostSource"]:
    """Open the tweets API as the source of a session's posts; `most_credits` can only lower the settings' ceiling.

    Raises:
        SettingsError: There is no key.
    """
    from soundalike.posts.gathering import ApiSource  # noqa: PLC0415

    ceiling = settings.twitter_api_budget_credits
    budget = ceiling if most_credits is None else min(most_credits, ceiling)
    with open_api(
        settings, store, session_id=session.id, budget_credits=budget, user_id=session.user_id
    ) as api:
        yield ApiSource(api)


def _api_key(settings: Settings) -> str:
    if settings.twitter_api_key is None:
        raise SettingsError(
            "Collecting needs a key of twitterapi.io, and TWITTER_API_KEY is not set.",
            hint="Get one at https://twitterapi.io and put it into .env; or read a file (--source file --file PATH), "
            "an X archive (--source archive), or try all of it with `soundalike demo`.",
        )
    return settings.twitter_api_key.get_secret_value()


def _set_pace(
    settings: Settings, store: "Store", api: "TweetsApi", pace: "Pace", mark: "Fingerprint"
) -> None:
    """Go by the rate the settings state, or by the one that the key's balance proves."""
    from soundalike.posts.api.pacing import spacing_of  # noqa: PLC0415

    if settings.twitter_api_qps != "auto":
        pace.prove(spacing_of(settings.twitter_api_qps))
    elif not store.has_balance_since(mark, now() - _PROOF_HOLDS):
        store.note_balance(mark, api.prove_pace(), at=now())


def open_x(settings: Settings, *, on_posts: "Callable[[Sequence[Post]], None]") -> "XApiSource":
    """Open X's own API; `on_posts` is given each page's posts.

    Raises:
        SettingsError: There is no token, or tweepy is not installed.
    """
    from soundalike.posts.x_api.connection import open_client  # noqa: PLC0415
    from soundalike.posts.x_api.source import XApiSource  # noqa: PLC0415

    if settings.x_bearer_token is None:
        raise SettingsError(
            "Collecting over X's own API needs a bearer token, and X_BEARER_TOKEN is not set.",
            hint="Make an app at https://developer.x.com and put its token into .env; or use --source api.",
        )
    client = open_client(settings.x_bearer_token.get_secret_value())
    return XApiSource(client, most_posts=settings.x_api_max_posts, on_posts=on_posts)


def check_balance(settings: Settings, store: "Store") -> "list[Check]":
    """Fetch the key's balance and hold the books against it; the latest check comes last.

    Raises:
        SettingsError: There is no key.
        UpstreamError: The service gave no answer.
    """
    from soundalike.storage import fingerprint  # noqa: PLC0415

    mark = fingerprint(_api_key(settings), stand_in_at=settings.stand_in)
    with open_api(settings, store) as api:
        store.note_balance(mark, api.fetch_balance(), at=now())
    return store.reconcile(mark)


def scratch_folder(settings: Settings) -> Path:
    """Where trainings that take minutes leave what they have so far."""
    return settings.soundalike_data_dir / "checkpoints"


def base_folder(settings: Settings) -> Path | None:
    """The folder of the model that adapters are trained on; None for the embedded one."""
    base = settings.soundalike_base
    return None if base == "embedded" else Path(base).expanduser().resolve()


def writer_spec(settings: Settings, trainer: str | None, base_model: str | None = None) -> str:
    """Who writes with a model of this trainer: with an adapter the model that it was made for.

    `base_model` is what that was called, where the adapter is trained already: one of the embedded model's is written
    with by that, whatever others are trained on by now.
    """
    if trainer != "lora":
        return settings.soundalike_llm
    folder = base_folder(settings)
    return f"hf:{folder}" if folder and base_model in {None, folder.name} else "embedded"


@contextmanager
def open_writer(settings: Settings, spec: str | None = None) -> Iterator["Writer"]:
    """Open the language model the settings name, or another one."""
    writer = _open_writer(settings, spec or settings.soundalike_llm)
    try:
        yield writer
    finally:
        writer.close()


def _open_writer(settings: Settings, spec: str) -> "Writer":
    from soundalike.drafts.writer import folder_in  # noqa: PLC0415
    from soundalike.drafts.writer import open_writer as opened  # noqa: PLC0415

    if folder := folder_in(spec):
        from soundalike.finetune.folder import FolderWriter  # noqa: PLC0415 - loads torch

        return FolderWriter(folder)
    key = settings.openai_api_key
    return opened(
        spec,
        data_dir=settings.soundalike_data_dir,
        openai_base_url=settings.openai_base_url,
        openai_api_key=key.get_secret_value() if key else None,
    )
