"""The studio's own files: styles, scripts, pictures. An address changes with the content, so it is kept for good.

A script imports another by its name; it is sent with the address in place of the name, and so changes with what it
imports. Only `embed.js` is asked for by its bare name, in pages of other sites, and each time again.
"""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

router: Final = APIRouter(include_in_schema=False)

FOLDER: Final = Path(__file__).with_name("static")
_KEPT: Final = "public, max-age=31536000, immutable"
_ASKED_AGAIN: Final = "no-cache"
_DIGITS: Final = 12
_IMPORTED: Final = re.compile(rb'(?<= from "\./)[a-z]+\.js(?=";)')


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent."""

    content: bytes
    packed: bytes
    media_type: str
    digest: str


@cache
def files() -> dict[str, StaticFile]:
    """All of them by name; read once."""
    return {path.name: _read(path.name) for path in FOLDER.iterdir() if path.is_file()}


def address_of(name: str) -> str:
    """Where a file is, as it is now."""
    return f"/static/{name}?v={_read(name).digest}"


@router.get("/static/{name}")
async def static(name: str, request: Request) -> Response:
    """One of the files."""
    file = files().get(name)
    if file is None:
        raise HTTPException(404)
    is_packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {
        "Cache-Control": _KEPT if request.query_params.get("v") == file.digest else _ASKED_AGAIN,
        "ETag": f'"{file.digest}"',
        "Vary": "Accept-Encoding",
        # Panels on other sites take them too, and a copy that one of our own pages had kept has to say so already.
        "Access-Control-Allow-Origin": "*",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    return Response(file.packed if is_packed else file.content, headers=headers, media_type=file.media_type)


@cache
def _read(name: str) -> StaticFile:
    content = (FOLDER / name).read_bytes()
    if name.endswith(".js"):
        content = _IMPORTED.sub(
            lambda found: address_of(found[0].decode()).rpartition("/")[2].encode(), content
        )
    return StaticFile(
        content,
        gzip.compress(content, mtime=0),
        guess_type(name)[0] or "application/octet-stream",
        sha256(content).hexdigest()[:_DIGITS],
    )
