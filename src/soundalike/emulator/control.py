"""The control route, on a port of its own since the real service has none: read and set the toggles, read the log.

`GET /faults` gives every toggle as text by name; `PUT /faults` takes such an object, and what it does not name goes
back to the live behaviour. `GET /requests` lists what was asked, `GET /requests?since=` only from that Unix second on.
"""

import json
from dataclasses import asdict
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from soundalike.emulator.app import Emulator
from soundalike.emulator.faults import Faults
from soundalike.errors import SettingsError, SoundalikeError

_MAX_BODY: Final = 100_000  # bytes; every toggle and a thousand accounts fit


def build_control(emulator: Emulator) -> Starlette:
    """The control route as a web application."""

    async def read(_: Request) -> JSONResponse:
        return JSONResponse(emulator.faults.texts())

    async def put(request: Request) -> JSONResponse:
        try:
            emulator.faults = _faults_of(await _body(request))
        except SoundalikeError as error:
            return JSONResponse({"detail": str(error)}, status_code=400)
        return await read(request)

    async def log(request: Request) -> JSONResponse:
        try:
            since = float(request.query_params.get("since", 0))
        except ValueError:
            return JSONResponse({"detail": "since is no number of Unix seconds."}, status_code=400)
        return JSONResponse([asdict(asked) for asked in emulator.requests if asked.at >= since])

    return Starlette(
        routes=[
            Route("/faults", read, methods=["GET"]),
            Route("/faults", put, methods=["PUT"]),
            Route("/requests", log, methods=["GET"]),
        ]
    )


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_BODY:
            raise SettingsError(f"The toggles take more than {_MAX_BODY:,} bytes.")
    return body


def _faults_of(body: bytes) -> Faults:
    try:
        toggles = json.loads(body)
    except (ValueError, RecursionError):
        toggles = None
    if not isinstance(toggles, dict):
        raise SettingsError(
            "The toggles cannot be read.", hint='Send a JSON object such as {"tier": "free"}.'
        )
    return Faults.parse(f"{name}={value}" for name, value in toggles.items())
