"""An answer as server-sent events, in OpenAI's shape.

Nothing is sent of a draft before all of it is written, checked and ranked: a stream of tokens as they are drawn would
show copies and unfinished texts that no check has seen. Until then comments keep the connection open. What fails soon
is answered with its status; what fails later, as an event with an error, after which nothing comes.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Final

from anyio import to_thread
from fastapi import Request
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event

from soundalike.errors import SoundalikeError
from soundalike.telemetry.logs import get_log
from soundalike.web.problems import handle, respond
from soundalike.web.v1.answers import ChatCompletion

_SOON_SECONDS: Final = 10.0
_KEEP_ALIVE_SECONDS: Final = 15.0
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_DONE: Final = format_sse_event(data_str="[DONE]")


async def stream(
    work: Callable[[], ChatCompletion],
    request: Request,
    *,
    includes_usage: bool,
    soon_seconds: float = _SOON_SECONDS,
    keep_alive_seconds: float = _KEEP_ALIVE_SECONDS,
) -> StreamingResponse:
    """Do the work in a thread, and answer with what comes of it, chunk by chunk.

    A client that leaves does not stop it: what it writes is kept as drafts, as when it was not streamed.
    """
    begun = asyncio.create_task(to_thread.run_sync(work, abandon_on_cancel=True))
    try:
        await asyncio.wait({begun}, timeout=soon_seconds)
    except asyncio.CancelledError:
        begun.cancel()
        raise
    if begun.done():
        begun.result()  # raises what went wrong
    events = _events(begun, request, includes_usage=includes_usage, keep_alive_seconds=keep_alive_seconds)
    return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)


async def _events(
    begun: "asyncio.Task[ChatCompletion]",
    request: Request,
    *,
    includes_usage: bool,
    keep_alive_seconds: float,
) -> AsyncIterator[bytes]:
    try:
        while not begun.done():
            yield format_sse_event(comment="writing")
            await asyncio.wait({begun}, timeout=keep_alive_seconds)
        answer = begun.result()
    except Exception as error:  # noqa: BLE001 - told to the client, whatever it is
        yield await _failure(error, request)
        return
    finally:
        begun.cancel()
    for chunk in answer.chunks(includes_usage=includes_usage):
        yield format_sse_event(data_str=json.dumps(chunk, ensure_ascii=False, separators=(",", ":")))
    yield _DONE


async def _failure(error: Exception, request: Request) -> bytes:
    if isinstance(error, SoundalikeError):
        response = await handle(request, error)
    else:
        get_log("soundalike.web").error("failed inside", exc_info=error)
        response = respond(request.scope, error)
    return format_sse_event(data_str=bytes(response.body).decode())
