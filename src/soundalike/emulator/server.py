"""The stand-in on the network: two ports on this machine, one for the service and one for its control route."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import uvicorn
from anyio.abc import TaskStatus
from anyio.from_thread import start_blocking_portal
from starlette.types import ASGIApp

from soundalike.emulator.app import Asked, Emulator, build_app
from soundalike.emulator.control import build_control
from soundalike.emulator.faults import Faults
from soundalike.errors import SettingsError
from soundalike.posts.post import Post

DEFAULT_KEY = "emulator-key"
_MAX_HEAD_BYTES = 16_384  # a hundred ids and a query fit several times


@dataclass(frozen=True, slots=True)
class Running:
    """A running stand-in: where it is and what it was asked."""

    base_url: str
    control_url: str
    emulator: Emulator

    @property
    def key(self) -> str:
        """The only key it accepts."""
        return self.emulator.key

    @property
    def requests(self) -> tuple[Asked, ...]:
        """What was asked so far, the latest last."""
        return self.emulator.requests

    def set_faults(self, faults: Faults) -> None:
        """Change the toggles; balance, rate and chance start anew."""
        self.emulator.faults = faults


@contextmanager
def running(
    posts: Sequence[Post],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    control_port: int = 0,
    faults: Faults | None = None,
    key: str = DEFAULT_KEY,
    clock: Callable[[], float] = time.time,
) -> Iterator[Running]:
    """Serve `posts` in the background while the block runs; port 0 takes a free one. `clock` gives Unix seconds.

    Raises:
        InvalidUsername: A post names an author who cannot exist on X.
        SettingsError: A port is taken.
    """
    emulator = Emulator(posts, faults=faults or Faults(), key=key, clock=clock)
    with (
        _listening(host, port) as service,
        _listening(host, control_port) as control,
        start_blocking_portal() as portal,
    ):
        done, stop = portal.start_task(_serve_both, emulator, service, control)
        try:
            yield Running(_url(service), _url(control), emulator)
        finally:
            portal.call(stop.set)
            done.result()


def serve(
    posts: Sequence[Post],
    *,
    announce: Callable[[Running], None],
    host: str = "127.0.0.1",
    port: int = 0,
    control_port: int = 0,
    faults: Faults | None = None,
    key: str = DEFAULT_KEY,
) -> None:
    """Serve `posts` until interrupted; `announce` is told where, once requests are answered.

    Raises:
        InvalidUsername: A post names an author who cannot exist on X.
        SettingsError: A port is taken.
    """
    with running(posts, host=host, port=port, control_port=control_port, faults=faults, key=key) as emulator:
        announce(emulator)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


async def _serve_both(
    emulator: Emulator,
    service: socket.socket,
    control: socket.socket,
    *,
    task_status: TaskStatus[asyncio.Event],
) -> None:
    stop = asyncio.Event()
    servers = [_server(build_app(emulator, stop)), _server(build_control(emulator))]
    serving = [
        asyncio.create_task(s.serve([sock])) for s, sock in zip(servers, (service, control), strict=True)
    ]
    task_status.started(stop)
    await stop.wait()
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*serving)


def _server(app: ASGIApp) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
        )
    )


def _listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on, even before anybody answers them."""
    # Named as TCP, unlike socket.create_server's: only then does asyncio switch off the delay before small packets,
    # which costs 40 ms a reply.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"The emulator cannot listen on {host}:{port}: {error.strerror or error}.",
            hint="Choose another port, or 0 for any free one.",
        ) from error
    return listener


def _url(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"http://{host}:{port}"
