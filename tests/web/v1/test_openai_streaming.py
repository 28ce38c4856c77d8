"""How a stream begins, waits, fails and is left, whatever writes."""

import asyncio
import json
import threading

import pytest
from starlette.requests import Request

from soundalike.errors import SettingsError, WriterError
from soundalike.web.v1.streaming import stream

REQUEST = Request(
    {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": [], "state": {}}
)


class Answer:
    """What comes of the work."""

    def chunks(self, *, includes_usage):
        return [{"n": 1, "usage": includes_usage}]


def begin(work, **seconds):
    """A stream of what comes of the work."""
    return stream(work, REQUEST, includes_usage=True, **seconds)


def fail(error):
    """Fail with it."""
    raise error


async def told(response):
    """All that is sent, event by event."""
    return b"".join([part async for part in response.body_iterator]).decode().split("\n\n")[:-1]


def test_what_fails_soon_has_a_status_of_its_own():
    """As nothing was sent yet."""
    with pytest.raises(SettingsError):
        asyncio.run(begin(lambda: fail(SettingsError("No."))))


def test_while_it_is_written_comments_keep_the_connection_open():
    """Then the chunks come, and the end."""
    done = threading.Event()

    def work():
        assert done.wait(20)
        return Answer()

    async def read():
        response = await begin(work, soon_seconds=0, keep_alive_seconds=0.01)
        first = [await anext(response.body_iterator) for _ in range(3)]
        done.set()
        return first, await told(response)

    first, (*comments, chunk, end) = asyncio.run(read())
    assert first == [b": writing\n\n"] * 3
    assert set(comments) <= {": writing"}
    assert (chunk, end) == ('data: {"n":1,"usage":true}', "data: [DONE]")


@pytest.mark.parametrize(
    ("error", "code"),
    [(WriterError("/secret/path is gone"), "writer_unavailable"), (ValueError("x"), "internal_error")],
)
def test_what_fails_late_is_an_event(error, code):
    """With the same body as its status would have had, nothing inner in it, and nothing after it."""
    begun = threading.Event()

    def work():
        assert begun.wait(20)
        raise error

    async def read():
        response = await begin(work, soon_seconds=0)
        begun.set()
        return await told(response)

    *_, last = asyncio.run(read())
    found = json.loads(last.removeprefix("data: "))["error"]
    assert (found["code"], found["type"]) == (code, "server_error")
    assert "secret" not in found["message"]


def test_who_leaves_does_not_stop_the_work():
    """It goes on in its thread, and nobody waits for it."""
    begun, left, done = threading.Event(), threading.Event(), threading.Event()

    def work():
        begun.set()
        assert left.wait(20)
        done.set()
        return Answer()

    async def leave():
        response = await begin(work, soon_seconds=0)
        await anext(response.body_iterator)
        await asyncio.to_thread(begun.wait, 20)
        await response.body_iterator.aclose()
        assert not done.is_set()
        left.set()

    asyncio.run(leave())
    assert done.wait(20)
