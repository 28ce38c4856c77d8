"""Settings: every variable, its unit and its default. Read at the doors (command, API); inside travel plain values."""

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from soundalike.errors import SettingsError


def _blank_is_none(value: Any) -> Any:  # noqa: ANN401 - whatever the environment holds
    return None if isinstance(value, str) and not value.strip() else value


_Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_none)]
_Text = Annotated[str | None, BeforeValidator(_blank_is_none)]


def _origins(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, str):
        return value
    origins = tuple(each.strip().rstrip("/") for each in value.split(",") if each.strip())
    if wrong := next((each for each in origins if not _ORIGIN.fullmatch(each)), None):
        raise ValueError(f"“{wrong}” is no site; write https://host or http://localhost:PORT")
    return origins


_ORIGIN = re.compile(r"https?://[\w.-]+(:\d{1,5})?", re.ASCII)
_Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]


class Settings(BaseSettings):
    """What the environment and `.env` say. Names are the variables' names in lower case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    twitter_api_key: _Secret = None
    """Key of twitterapi.io; without it only files, archives and the emulator can be read."""
    twitter_api_base_url: str = "https://api.twitterapi.io"
    twitter_api_qps: Literal["auto"] | Annotated[float, Field(gt=0, le=1000)] = "auto"
    """Requests a second the key may send; `auto` starts at one per 5.5 s and speeds up once proven."""
    twitter_api_budget_credits: Annotated[int, Field(ge=0)] = 50_000
    """Hard ceiling of one collection, in credits (100,000 are US$1)."""
    twitter_api_monthly_credits: Annotated[int, Field(ge=0)] = 1_000_000
    """Hard ceiling of a calendar month (UTC), over all collections of a user."""
    x_bearer_token: _Secret = None
    """Bearer token of X's own API, for `--source x`; needs the extra `soundalike[x]`."""
    x_api_max_posts: Annotated[int, Field(ge=10)] = 2_000
    """Most posts to read over X's own API in one collection; X bills each."""
    database_url: _Text = None
    """`sqlite:///…` or `postgresql://…`; by default a file in the data folder."""
    soundalike_data_dir: Path = Field(default_factory=lambda: user_data_path("soundalike", appauthor=False))
    """Everything Soundalike keeps: the database, fetched models, reports."""
    soundalike_llm: str = "embedded"
    """Who writes: `embedded`, `gguf:PATH`, `hf:OWNER/REPO:FILE`, `hf:FOLDER`, `ollama:MODEL` or `openai:MODEL`."""
    soundalike_base: Annotated[str, Field(min_length=1)] = "embedded"
    """What adapters are trained on, and write with: `embedded`, or the folder of a causal model of Hugging Face."""
    openai_base_url: _Text = None
    openai_api_key: _Secret = None
    soundalike_retention_days: Annotated[int, Field(ge=0, le=36_500)] = 30
    """Days that collected posts are kept after they were fetched last; with 0 they are kept until deleted by hand."""
    soundalike_auth: Literal["on", "off"] = "on"
    """Whether the server asks who is there; `off` only where nobody but this machine reaches it."""
    soundalike_secret_key: _Secret = None
    """Signs what a browser keeps for a moment; made on first start in the data folder where none is set."""
    soundalike_oidc_issuer: _Text = None
    """Address of an OpenID Connect provider to sign in with; needs the extra `soundalike[oidc]`."""
    soundalike_oidc_client_id: _Text = None
    soundalike_oidc_client_secret: _Secret = None
    soundalike_embed_origins: _Origins = ()
    """Other sites, as `https://host`, whose pages may show `<soundalike-panel>`; several with commas between."""

    soundalike_log: Literal["auto", "json", "text"] = "auto"
    """How `serve` and `worker` write their log; `auto` is text on a terminal, JSON lines elsewhere."""
    soundalike_log_level: Literal["debug", "info", "warning", "error"] = "info"
    soundalike_jobs_running: Annotated[int, Field(ge=1, le=1000)] = 4
    """Collections, and trainings, of one workspace that run at once in the whole fleet."""
    soundalike_jobs_queued: Annotated[int, Field(ge=1)] = 20
    """Collections, and trainings, of one workspace that may wait or run."""
    soundalike_jobs_daily: Annotated[int, Field(ge=1)] = 200
    """Collections, and trainings, that one workspace may begin within 24 hours."""
    soundalike_worker_slots: Annotated[int, Field(ge=1, le=100)] = 2
    """Trainings that each worker does at once."""

    @cached_property
    def stand_in(self) -> str | None:
        """The service's address where it is on this machine: then it is a stand-in, and bills nobody."""
        host = urlsplit(self.twitter_api_base_url).hostname or ""
        return self.twitter_api_base_url if host == "localhost" or host.startswith("127.") else None

    @property
    def secrets(self) -> list[str]:
        """Every value that no log may show."""
        values = [getattr(self, name) for name in type(self).model_fields]
        hidden = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        password = urlsplit(self.database_url or "").password
        return [*hidden, password] if password else hidden

    @cached_property
    def store_url(self) -> str:
        """Where the database is."""
        return self.database_url or f"sqlite:///{self.soundalike_data_dir / 'soundalike.sqlite3'}"


def read_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - as pydantic takes them
    """Read the settings; `overrides` beat the environment.

    Raises:
        SettingsError: A variable holds something it cannot mean; all such variables are named.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        faults = [
            f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors(include_input=False)
        ]
        raise SettingsError(
            f"Settings make no sense. {'; '.join(faults)}.",
            hint="Correct them in the environment or in .env.",
        ) from None
