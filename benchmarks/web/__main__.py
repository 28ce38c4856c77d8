"""The status route: requests a second and the slowest in a hundred, beside a bare route; and with 500 streams open.

`python benchmarks/web`. Needs `wrk` (Debian: apt-get install wrk). Server, load and database share the machine.
"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx2

from soundalike.accounts import Accounts
from soundalike.schemas.training import StatusBody
from soundalike.storage import Store, TrainingSession, open_store
from soundalike.storage.job_records import Job, Limits
from soundalike.training.status import Step, TrainingStatus
from soundalike.wiring import LOCAL_USER

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "fleet"))

ROUNDS, SECONDS, CONNECTIONS = 3, 8, 32
STREAMS = 500


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: requests a second, and the time within which 99 in 100 were answered, in milliseconds."""

    per_second: float
    p99: float


def main() -> None:
    """Measure both databases."""
    from databases import database  # noqa: PLC0415 - of the fleet's benchmark

    print(
        f"{CONNECTIONS} connections, {ROUNDS} rounds of {SECONDS} s in turn, best of each; one server process\n"
    )
    print(f"{'database':<12}{'route':<10}{'a second':>9}{'p99 ms':>8}{'of bare':>9}")
    for kind in ("sqlite", "postgresql"):
        with database(kind) as url, tempfile.TemporaryDirectory() as folder, open_store(url) as store:
            _compare(kind, url, Path(folder), store)


def _compare(kind: str, url: str, folder: Path, store: Store) -> None:
    training = completed(store)
    key = key_of(store)
    with serving(url, folder) as ours, bare(url) as theirs:
        status = (f"{ours}/api/train-ai/training-status/{training}", key)
        row = (f"{theirs}/trainings/{training}", None)
        wrk(*status, seconds=2), wrk(*row, seconds=2)
        rounds = [(wrk(*row), wrk(*status)) for _ in range(ROUNDS)]
        plain = max((each for each, _ in rounds), key=lambda load: load.per_second)
        full = max((each for _, each in rounds), key=lambda load: load.per_second)
        print(f"{kind:<12}{'bare':<10}{plain.per_second:>9.0f}{plain.p99:>8.1f}")
        print(
            f"{kind:<12}{'status':<10}{full.per_second:>9.0f}{full.p99:>8.1f}{full.per_second / plain.per_second:>9.0%}"
        )
        waiting = queued(store)
        middle, slow, told = asyncio.run(with_streams(ours, key, waiting, training))
        print(
            f"{kind:<12}{STREAMS} streams open, 50 requests a second: status p50 {middle:.1f} ms, p99 {slow:.1f} ms; "
            f"a change reached all within {told:.2f} s\n",
            flush=True,
        )


async def with_streams(base: str, key: str, waiting: str, training: str) -> tuple[float, float, float]:
    """Open the streams, ask for statuses at a steady pace, then change what is streamed; milliseconds and seconds."""
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx2.Limits(max_connections=STREAMS + 10)
    async with httpx2.AsyncClient(base_url=base, headers=headers, limits=limits, timeout=60) as client:
        path = f"/api/train-ai/training-status/{waiting}/events"
        got: list[float] = []
        opened = asyncio.Semaphore(0)

        async def listen() -> None:
            async with client.stream("GET", path) as answer:
                async for line in answer.aiter_lines():
                    if line == "id: 1":
                        opened.release()
                    elif line == "id: 2":
                        got.append(time.perf_counter())
                        return

        async with asyncio.TaskGroup() as group:
            for _ in range(STREAMS):
                group.create_task(listen())
            for _ in range(STREAMS):
                await opened.acquire()
            times = [await _timed(client, training) for _ in range(500)]
            changed = time.perf_counter()
            await client.post(f"/api/train-ai/training-status/{waiting}/cancel")
        times.sort()
        return times[len(times) // 2], times[int(0.99 * len(times))], max(got) - changed


async def _timed(client: httpx2.AsyncClient, training: str) -> float:
    began = time.perf_counter()
    answer = await client.get(f"/api/train-ai/training-status/{training}")
    took = time.perf_counter() - began
    answer.raise_for_status()
    await asyncio.sleep(max(0.0, 0.02 - took))
    return 1000 * took


def wrk(url: str, key: str | None, *, seconds: int = SECONDS) -> Load:
    """Load a route."""
    header = ["-H", f"Authorization: Bearer {key}"] if key else []
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *header, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} was refused:\n{said}")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    factor = {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]
    return Load(float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), factor * float(number))  # type: ignore[index]


@contextmanager
def serving(url: str, folder: Path) -> Iterator[str]:
    """Our server, without a worker."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "SOUNDALIKE_DATA_DIR": str(folder),
        "SOUNDALIKE_LOG": "json",
    }
    port = free_port()
    command = [sys.executable, "-m", "soundalike", "serve", "--no-worker", "--port", str(port)]
    with (
        (folder / "log").open("w") as log,
        running(command, environment, log, f"http://127.0.0.1:{port}/healthz"),
    ):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def bare(url: str) -> Iterator[str]:
    """The bare route."""
    port = free_port()
    command = [sys.executable, str(HERE / "bare.py"), url, str(port)]
    with running(command, dict(os.environ), None, f"http://127.0.0.1:{port}/openapi.json"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(command: list[str], environment: dict[str, str], log: object, ready: str) -> Iterator[None]:
    """A server while the block runs."""
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen(command, env=environment, stdout=log, stderr=log))  # type: ignore[call-overload]
        stack.callback(process.terminate)
        for _ in range(300):
            try:
                httpx2.get(ready)
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        yield


def completed(store: Store) -> str:
    """A training that has ended, with all it has to say."""
    training = uuid4()
    status = TrainingStatus(str(training), _now())
    for step in Step:
        status = status.begun(step, at=_now()).done(
            step, f"what {step.value} found, in some words", at=_now()
        )
    _submit(store, training, status.completed(str(uuid4()), at=_now()))
    return str(training)


def queued(store: Store) -> str:
    """A training that waits."""
    training = uuid4()
    _submit(store, training, TrainingStatus(str(training), _now()))
    return str(training)


def _submit(store: Store, training: object, status: TrainingStatus) -> None:
    session = TrainingSession(training, LOCAL_USER, "nobody", _now(), status=status.state.value)  # type: ignore[arg-type]
    steps = StatusBody.of(status).as_json()
    store.jobs.submit(
        Job(session.id, "train", LOCAL_USER, session.created_at),
        limits=Limits(),
        new_session=session,
        changes={"progress": status.progress, "steps": steps["steps"]},
        status=steps,
    )


def key_of(store: Store) -> str:
    """A key of the local user's."""
    accounts = Accounts(store.database, now=_now)
    return accounts.keys.create(accounts.local_principal(LOCAL_USER, lambda: "You"), name="benchmark")[1]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
