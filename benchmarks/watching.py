"""What it costs that people look on: queries and processor time a second of a server while pages watch a session.

    .venv/bin/python benchmarks/watching.py

A server on SQLite without a worker, in a process of its own. Beside it a collection brings a page a second from the
emulator, or a training has news each second, and 1, 10 and 100 streams follow it as the studio's pages do. Printed:
queries a second of the server as SQLAlchemy counts them, the one in 0.3 s that looks for news included; how busy it
keeps one processor; and the fragments a second that reached a page.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from uuid import UUID

import houses  # noqa: F401 - finds what the tests have
import httpx2
from sqlalchemy import event
from tables import show

from soundalike.config import Settings
from soundalike.emulator import running
from soundalike.service.collecting import Order
from soundalike.service.jobs import Caller
from soundalike.service.training import publish
from soundalike.storage import open_store
from soundalike.storage.job_records import JobKey
from soundalike.training.status import Step, TrainingStatus
from soundalike.web.app import create_app
from soundalike.web.parts import Parts, open_parts
from soundalike.web.server import Server, listen, url_of
from soundalike.wiring import LOCAL_USER
from soundalike.worker.steps import Task, Workshop
from writing import made_up_posts

WATCHERS = (1, 10, 100)
SECONDS, LEAD_SECONDS = 10, 3
CREATOR = "ada"


@dataclass(frozen=True)
class Watching:
    """What is watched by how many: queries a second, percent of a processor, fragments a second on each page."""

    watched: str
    pages: int
    queries_a_second: float
    processor_percent: float
    fragments_a_second: float


def main() -> None:
    """Measure collections and trainings, each with ever more who look on."""
    rows = [measure(name, pages) for name in WORKS for pages in WATCHERS]
    show("Pages that watch a session", rows)


def measure(watched: str, pages: int) -> Watching:
    """A session with news each second, and so many who look on."""
    asked, fragments = [0], context.Value("l", 0)
    with world() as (parts, address, settings):
        begin, work = WORKS[watched]
        session_id = begin(parts, address)
        path = f"{address}/sessions/{session_id}/{watched}/live"
        worker = context.Process(target=work, args=(settings.soundalike_data_dir, session_id))
        audience = context.Process(target=look_on, args=(path, pages, fragments))
        worker.start(), audience.start()
        while fragments.value < pages:
            time.sleep(0.1)
        time.sleep(LEAD_SECONDS)
        event.listen(parts.store.database.engine, "before_cursor_execute", partial(count, asked))
        before = (asked[0], time.process_time(), fragments.value, time.perf_counter())
        time.sleep(SECONDS)
        after = (asked[0], time.process_time(), fragments.value, time.perf_counter())
        for process in (audience, worker):
            process.terminate(), process.join()
    queries, busy, told, seconds = (late - early for late, early in zip(after, before, strict=True))
    return Watching(watched, pages, queries / seconds, 100 * busy / seconds, told / seconds / pages)


def count(asked: list[int], _connection: object, _cursor: object, statement: str, *_: object) -> None:
    """Note a query; the beginnings of transactions are none."""
    asked[0] += not statement.startswith("BEGIN")


@contextmanager
def world() -> Iterator[tuple[Parts, str, Settings]]:
    """A server on a database of its own: its parts, its address, its settings."""
    with TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, soundalike_data_dir=Path(folder), soundalike_auth="off")
        with open_store(settings.store_url) as store, open_parts(settings, store) as parts:
            listener = listen("127.0.0.1", 0)
            server = Server(create_app(parts), closing=parts.hub.close)
            thread = Thread(target=server.run, args=([listener],))
            thread.start()
            yield parts, url_of(listener, "127.0.0.1"), settings
            server.should_exit = True
            thread.join()


def begin_collection(parts: Parts, _address: str) -> UUID:
    """Ask for a collection."""
    order = Order(CREATOR, gate="auto", consent="permission")
    return parts.desk.ask_for_collection(order, caller=Caller(LOCAL_USER)).id


def collect(folder: Path, session_id: UUID) -> None:
    """Do what a worker does of it, a page a second."""
    key, posts = JobKey(session_id, "collect"), made_up_posts(540, _now(), username=CREATOR)
    with running(posts) as emulator:
        settings = Settings(
            _env_file=None,
            soundalike_data_dir=folder,
            twitter_api_base_url=emulator.base_url,
            twitter_api_key="emulator-key",
            twitter_api_qps=1,
        )
        with open_store(settings.store_url) as store:
            job = store.jobs.claim(key, run=1, owner="worker", at=_now())
            if job is None:
                raise SystemExit("The collection cannot be begun.")
            Workshop(settings, store, now=_now).do(Task(key, "collect", job.token))


def begin_training(_parts: Parts, address: str) -> UUID:
    """Ask for a training on some posts."""
    posts = made_up_posts(60, _now(), username=CREATOR)
    tweets = [{"id": post.id, "text": post.text, "createdAt": post.created_at.isoformat()} for post in posts]
    wish = {"creatorUsername": CREATOR, "tweets": tweets}
    answer = httpx2.post(f"{address}/api/train-ai/start-training", json=wish).raise_for_status()
    return UUID(answer.json()["trainingId"])


def train(folder: Path, session_id: UUID) -> None:
    """Publish news of it each second, as drafts are written for the report card."""
    settings = Settings(_env_file=None, soundalike_data_dir=folder)
    status = TrainingStatus(str(session_id), _now()).begun(Step.EVALUATE, at=_now())
    with open_store(settings.store_url) as store:
        for number in range(1, 60):
            said = status.within(Step.EVALUATE, number / 60, f"{number} of 60 drafts")
            with store.jobs.changing(JobKey(session_id, "train")) as change:
                publish(change, said, at=_now())
            time.sleep(1)


def look_on(path: str, pages: int, fragments: Any) -> None:  # noqa: ANN401 - a counter that processes share
    """Open the streams and count what comes."""

    async def page(client: httpx2.AsyncClient) -> None:
        async with client.stream("GET", path) as answer:
            async for line in answer.aiter_lines():
                if line == "event: fragment":
                    with fragments.get_lock():
                        fragments.value += 1

    async def all_of_them() -> None:
        limits = httpx2.Limits(max_connections=pages)
        async with (
            httpx2.AsyncClient(limits=limits, timeout=60) as client,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(pages):
                group.create_task(page(client))

    asyncio.run(all_of_them())


def _now() -> datetime:
    return datetime.now(UTC)


context = get_context("spawn")
WORKS = {"collecting": (begin_collection, collect), "training": (begin_training, train)}


if __name__ == "__main__":
    main()
