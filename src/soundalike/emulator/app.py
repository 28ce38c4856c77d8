"""The stand-in itself: the gate every request passes, the endpoints behind it, and both as a web application."""

import asyncio
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from soundalike.emulator.catalogue import Catalogue
from soundalike.emulator.dice import Dice
from soundalike.emulator.endpoints import ENDPOINTS, BadParameterError, Desk, Find, Reply
from soundalike.emulator.faults import Faults
from soundalike.emulator.meter import FLOOR_PRICE, Meter
from soundalike.emulator.search import find_posts
from soundalike.posts.post import Post

_LOG_LENGTH: Final = 10_000  # requests remembered
_QUERIES_REMEMBERED: Final = 64
_FREE_PATH: Final = "/oapi/my/info"  # answers even where nothing is left to pay with
_HTML: Final = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"
_NO_KEY: Final = "API key required. Please include x-api-key in your request header."
_TOO_FAST: Final = {
    "free": "For free-tier users, the QPS limit is one request every 5 seconds.",
    "paid20": "QPS limit reached.",
    "balance_ladder": "QPS limit reached.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it was met: received `at` (Unix seconds), charged `credits`, answered with these `posts` (ids)."""

    at: float
    method: str
    path: str
    params: Mapping[str, str]
    status: int
    credits: int
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes on the wire, and how long it is held back, at most until the client has gone."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    held_seconds: float = 0.0
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _World:
    """Everything the toggles shape, replaced as a whole when they change."""

    faults: Faults
    catalogue: Catalogue
    dice: Dice
    meter: Meter
    find: Find


class Emulator:
    """Answers requests as the service would; knows nothing of sockets.

    One thread answers; any other may read the log and set the toggles meanwhile.
    """

    def __init__(
        self, posts: Sequence[Post], *, faults: Faults, key: str, clock: Callable[[], float]
    ) -> None:
        self.key = key
        self._posts = posts
        self._clock = clock
        self._log: list[Asked] = []
        self.faults = faults

    @property
    def faults(self) -> Faults:
        """The toggles. Setting them starts the account anew: balance, rate, and what chance has yet to bring."""
        return self._world.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        catalogue = Catalogue.of(self._posts, faults.accounts)
        find = lru_cache(_QUERIES_REMEMBERED)(
            partial(find_posts, catalogue, index_starts=faults.search.index_starts)
        )
        self._world = _World(faults, catalogue, Dice(faults.seed), Meter(faults), find)

    @property
    def requests(self) -> tuple[Asked, ...]:
        """What was asked so far, the latest last."""
        return tuple(self._log)

    def answer(self, method: str, path: str, params: Mapping[str, str], key: str | None) -> Answer:
        """Answer one request, charge it and log it."""
        world, now = self._world, self._clock()
        reply = _wrong_key(key, self.key) or _over_limit(world, path, now)
        answer, credits_ = (_answer(reply), 0) if reply else _behind_gate(world, method, path, params, now)
        if credits_:
            world.meter.charge(credits_, now)
        self._log.append(Asked(now, method, path, params, answer.status, credits_, answer.posts))
        del self._log[:-_LOG_LENGTH]
        latency = world.faults.server.latency_ms / 1000
        return replace(answer, held_seconds=max(answer.held_seconds, latency))


def build_app(emulator: Emulator, stopping: asyncio.Event) -> ASGIApp:
    """The emulator as a web application; requests held back are let go when `stopping` is set."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        key = request.headers.get("x-api-key")
        answer = emulator.answer(request.method, request.url.path, dict(request.query_params), key)
        if answer.held_seconds:
            await _hold(answer.held_seconds, receive, stopping)
        response = Response(answer.body, answer.status, dict(answer.headers), answer.media_type)
        await response(scope, receive, send)

    return app


async def _hold(seconds: float, receive: Receive, stopping: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(stopping.wait())]
    _, pending = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in pending:
        wait.cancel()


async def _gone(receive: Receive) -> bool:
    while (await receive())["type"] != "http.disconnect":
        pass
    return True


def _wrong_key(key: str | None, right: str) -> Reply | None:
    if not key:
        return Reply(403, {"error": "Forbidden", "message": _NO_KEY, "code": -1})
    return Reply(401, {"error": "Unauthorized", "message": "API key is invalid"}) if key != right else None


def _over_limit(world: _World, path: str, now: float) -> Reply | None:
    """What the gate says to the right key: no credits, then too fast."""
    if path != _FREE_PATH and sum(world.meter.balance(now)) <= 0:
        body = {"error": "Unauthorized", "message": "Credits is not enough.Please recharge"}
        return Reply(world.faults.credits.status, body)
    wait = world.meter.admit(now)
    if not wait:
        return None
    headers = {"Retry-After": str(math.ceil(wait))} if world.faults.retry_after == "present" else {}
    return Reply(
        429, {"error": "Too Many Requests", "message": _TOO_FAST[world.faults.tier]}, headers=headers
    )


def _behind_gate(
    world: _World, method: str, path: str, params: Mapping[str, str], now: float
) -> tuple[Answer, int]:
    """The answer and its price; trouble with the server comes before the endpoint has been asked."""
    failure_price = FLOOR_PRICE if world.faults.credits.bill_failures else 0
    if trouble := _trouble(world):
        return trouble, failure_price
    reply = _endpoint_reply(world, method, path, params, now)
    answer = _answer(reply)
    if world.dice.strikes("server.cut_json", world.faults.server.cut_json):
        answer = replace(answer, body=answer.body[: len(answer.body) // 2])
    return answer, failure_price if reply.failed else reply.credits


def _trouble(world: _World) -> Answer | None:
    server = world.faults.server
    struck = {
        "error_500": world.dice.strikes("server.error_500", server.error_500),
        "html_502": world.dice.strikes("server.html_502", server.html_502),
        "timeout": world.dice.strikes("server.timeout", server.timeout),
    }
    return next((_TROUBLES[name] for name, strikes in struck.items() if strikes), None)


def _endpoint_reply(world: _World, method: str, path: str, params: Mapping[str, str], now: float) -> Reply:
    endpoint = ENDPOINTS.get(path)
    if endpoint is None:
        return Reply(404, {"detail": "Not Found"}, failed=True)
    if method != "GET":
        return Reply(405, {"detail": "Method Not Allowed"}, failed=True)
    desk = Desk(world.catalogue, world.faults, world.dice, world.find, world.meter.balance(now), now)
    try:
        return endpoint(desk, params)
    except BadParameterError as error:
        return Reply(400, {"detail": str(error)}, failed=True)


def _answer(reply: Reply) -> Answer:
    return Answer(reply.status, _bytes(reply.body), headers=reply.headers, posts=reply.posts)


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


_TROUBLES: Final = {
    "error_500": Answer(500, _bytes({"message": "internal error"})),
    "html_502": Answer(502, _HTML.format("502 Bad Gateway").encode(), "text/html"),
    "timeout": Answer(504, _HTML.format("504 Gateway Time-out").encode(), "text/html", held_seconds=math.inf),
}
