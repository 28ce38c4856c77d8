"""Finds language models that already run on this machine, for `doctor`: asks loopback ports only, briefly."""

import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import httpx2

PORTS: Final[Mapping[int, str]] = MappingProxyType(
    {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}
)
"""Where local servers listen unless told otherwise."""

_TIMEOUT_SECONDS: Final = 0.5
_MOST_BYTES: Final = 1_000_000
_MOST_MODELS: Final = 50
_NAME = re.compile(r"[\w./:@+ -]{1,200}")
_WRITES_NOTHING = re.compile(r"embed|rerank|whisper", re.IGNORECASE)
_OURS: Final = "soundalike/"  # `soundalike serve` lists its voices on the same kind of endpoint


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model that answers on this machine, and the settings that use it, as lines of `.env`."""

    server: str
    model: str
    settings: str


def find_local_models(
    ports: Mapping[int, str] = PORTS, *, timeout_seconds: float = _TIMEOUT_SECONDS
) -> list[LocalModel]:
    """List what the usual local servers offer; those that do not answer in time are passed over."""
    with (
        httpx2.Client(timeout=timeout_seconds, trust_env=False, follow_redirects=False) as http,
        ThreadPoolExecutor(max(1, len(ports))) as pool,
    ):
        found = pool.map(lambda port: list(_models_at(http, port, ports[port])), ports)
        return [model for models in found for model in models]


def _models_at(http: httpx2.Client, port: int, server: str) -> Iterator[LocalModel]:
    url = f"http://127.0.0.1:{port}/v1"
    for name in _names(_listing(http, f"{url}/models"))[:_MOST_MODELS]:
        settings = (
            f"SOUNDALIKE_LLM=ollama:{name}"
            if server == "Ollama"
            else f"SOUNDALIKE_LLM=openai:{name}\nOPENAI_BASE_URL={url}"
        )
        yield LocalModel(server, name, settings)


def _listing(http: httpx2.Client, url: str) -> Any:  # noqa: ANN401 - whatever listens there
    try:
        with http.stream("GET", url) as answer:
            body = b""
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > _MOST_BYTES:
                    return None
            return json.loads(body) if answer.is_success else None
    except (httpx2.HTTPError, ValueError):
        return None


def _names(listing: Any) -> list[str]:  # noqa: ANN401
    rows = listing.get("data") if isinstance(listing, dict) else None
    ids = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [
        name
        for name in ids
        if isinstance(name, str)
        and _NAME.fullmatch(name)
        and not _WRITES_NOTHING.search(name)
        and not name.startswith(_OURS)
    ]
