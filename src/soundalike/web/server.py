"""Serving the application: where it listens, and how it ends."""

import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from soundalike.errors import SettingsError
from soundalike.telemetry.logs import UVICORN

_GRACE_SECONDS: Final = 5
_KEEP_ALIVE_SECONDS: Final = 30
_MOST_HEAD_BYTES: Final = 65_536
_BACKLOG: Final = 2048
_ENDING: Final = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """Ends event streams and waiting at once, gives other requests five seconds, then goes."""

    def __init__(self, app: ASGIApp, *, closing: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="on",
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                h11_max_incomplete_event_size=_MOST_HEAD_BYTES,
                **UVICORN,
            )
        )
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wake everybody who waits for news, then end as uvicorn does."""
        self._closing()
        await super().shutdown(sockets)


def serve(server: Server, listener: socket.socket) -> None:
    """Serve until a signal ends it; the caller goes on, to end what else there is."""
    with _signals_end_here():
        server.run([listener])


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on, even before anybody answers them; port 0 takes a free one.

    Raises:
        SettingsError: The port is taken, or there is no such address here.
    """
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
        # With its protocol named: only then does asyncio switch off the delay before small packets.
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        if listener:
            listener.close()
        raise SettingsError(
            f"The server cannot listen on {host}, port {port}: {error.strerror or error}.",
            hint="Choose another --port, or 0 for any free one.",
        ) from error
    return listener


def url_of(listener: socket.socket, host: str) -> str:
    """Where a browser on this machine finds it."""
    port = listener.getsockname()[1]
    shown = "127.0.0.1" if host in {"", "0.0.0.0"} else "[::1]" if host == "::" else host  # noqa: S104 - shown only
    return f"http://{f'[{shown}]' if shown.count(':') > 1 and not shown.startswith('[') else shown}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@contextmanager
def _signals_end_here() -> Iterator[None]:
    """Uvicorn raises the signal that ended it once more; here it has done its work."""
    before = {number: signal.signal(number, lambda *_: None) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
