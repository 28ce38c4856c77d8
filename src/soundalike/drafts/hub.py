"""Fetches a model file from the Hugging Face hub: once, resumed where it broke off, and checked.

The hub answers HEAD …/resolve/main/FILE with a redirect whose headers state size (`X-Linked-Size`) and sha256
(`X-Linked-Etag`) of what lies behind it (huggingface.co/docs/hub/api).
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx2

from soundalike.errors import WriterError

_TIMEOUT_SECONDS: Final = 30.0
_REDIRECTS: Final = 5
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")

Report = Callable[[int, int], None]
"""Told the bytes on disk and the bytes of the whole."""


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the hub says a file is."""

    size: int
    sha256: str


def fetch_model(
    repository: str, file: str, *, folder: Path, hub_url: str, on_progress: Report | None = None
) -> Path:
    """Fetch `file` of `repository` (`OWNER/REPO`) into `folder`, unless it is there; answers where it lies.

    Raises:
        WriterError: The hub does not have it or cannot be reached, the disk refuses, or what came is not what the
            hub says it is. What arrived before a break is kept, and the next call goes on from there.
    """
    target = folder / repository.replace("/", "--") / file
    if target.is_file():
        return target
    address = f"{hub_url.rstrip('/')}/{repository}/resolve/main/{quote(file)}"
    with _explained(f"{repository}:{file}"), httpx2.Client(timeout=_TIMEOUT_SECONDS) as http:
        target.parent.mkdir(parents=True, exist_ok=True)
        stated = _ask_about(http, address)
        part = target.with_name(f"{target.name}.{stated.sha256[:12]}.part")
        _receive(http, address, part, stated.size, on_progress)
        _check(part, stated)
        part.replace(target)
    return target


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except httpx2.HTTPStatusError as error:
        status = error.response.status_code
        raise WriterError(
            f"The hub answered {status} for {what}.",
            hint="Check the name, and that the repository is public."
            if status in {401, 403, 404}
            else "Try again later; what arrived is kept.",
        ) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise WriterError(
            f"{what} could not be fetched: {type(error).__name__}.",
            hint="Check the connection and run it again; it goes on where it broke off.",
        ) from error
    except OSError as error:
        raise WriterError(
            f"{what} could not be stored: {error.strerror}.", hint="Make room, or set SOUNDALIKE_DATA_DIR."
        ) from error


def _ask_about(http: httpx2.Client, address: str) -> _Stated:
    """Ask for size and sha256; a renamed repository first sends on to its new name, without them."""
    answer = http.head(address)
    for _ in range(_REDIRECTS):
        if "x-linked-etag" in answer.headers or not answer.has_redirect_location:
            break
        answer = http.head(answer.url.join(answer.headers["location"]))
    if not answer.has_redirect_location:
        answer.raise_for_status()
    size = str(answer.headers.get("x-linked-size") or answer.headers.get("content-length"))
    sha256 = str(answer.headers.get("x-linked-etag") or answer.headers.get("etag")).strip('"')
    if not size.isdecimal() or not _SHA256.fullmatch(sha256):
        raise WriterError(
            "The hub does not state size and sha256 of the file, so it cannot be checked.",
            hint="Fetch it by hand and use gguf:PATH.",
        )
    return _Stated(int(size), sha256)


def _receive(http: httpx2.Client, address: str, part: Path, size: int, on_progress: Report | None) -> None:
    """Append what is missing to `part`; a server that does not resume is heard from the beginning."""
    have = part.stat().st_size if part.exists() else 0
    if have >= size:
        return
    with _following(http, address, {"Range": f"bytes={have}-", "Accept-Encoding": "identity"}) as answer:
        answer.raise_for_status()
        resumed = _CONTENT_RANGE.fullmatch(answer.headers.get("content-range", ""))
        goes_on = answer.status_code == httpx2.codes.PARTIAL_CONTENT and resumed and int(resumed[1]) == have
        with part.open("ab" if goes_on else "wb") as sink:
            for chunk in answer.iter_raw():
                sink.write(chunk[: max(0, size + 1 - sink.tell())])  # one byte too many fails the check
                if on_progress:
                    on_progress(sink.tell(), size)
            sink.flush()
            os.fsync(sink.fileno())


@contextmanager
def _following(http: httpx2.Client, address: str, headers: dict[str, str]) -> Iterator[httpx2.Response]:
    """Follow redirects, but never from https to http."""
    url = httpx2.URL(address)
    for _ in range(_REDIRECTS):
        with http.stream("GET", url, headers=headers) as answer:
            if not answer.has_redirect_location:
                yield answer
                return
            onward = url.join(answer.headers["location"])
        if url.scheme == "https" and onward.scheme != "https":
            raise httpx2.UnsupportedProtocol("redirected from https to http")
        url = onward
    raise httpx2.TooManyRedirects("redirected too often")


def _check(part: Path, stated: _Stated) -> None:
    size = part.stat().st_size
    if size < stated.size:
        raise WriterError(
            f"The connection broke after {size:,} of {stated.size:,} bytes.",
            hint="Run it again; it goes on where it broke off.",
        )
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if size != stated.size or found != stated.sha256:
        part.unlink()
        raise WriterError(
            "The fetched file is not what the hub says it is; it was thrown away.",
            hint="Run it again, or fetch it by hand and use gguf:PATH.",
        )
