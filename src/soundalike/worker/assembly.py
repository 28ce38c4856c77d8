"""Settings to a worker with all its parts."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from soundalike.config import Settings
from soundalike.durable import Engine, Queue, engine_url
from soundalike.service.retention import purge
from soundalike.storage import Store
from soundalike.storage.database import read_url
from soundalike.storage.retention import Purged
from soundalike.wiring import now
from soundalike.worker.bench import Bench
from soundalike.worker.child import Doer, open_workshop
from soundalike.worker.worker import JobWorker, new_name

_COLLECTIONS: Final = 4
"""Collections a worker does at once: they wait for the network."""

_HOUR: Final = 3600.0
_KEPT_BY_THE_ENGINE: Final = timedelta(days=1)

_log: Final = logging.getLogger(__name__)


@contextmanager
def open_worker(
    settings: Settings,
    store: Store,
    *,
    lease_seconds: float = 15.0,
    open_doer: Callable[[], Doer] = open_workshop,
) -> Iterator[JobWorker]:
    """A worker for the database the settings name; `open_doer` runs in its children and does the steps."""
    name = new_name()
    queues = (
        Queue("collect", per_worker=_COLLECTIONS, per_tenant=settings.soundalike_jobs_running),
        Queue(
            "train", per_worker=settings.soundalike_worker_slots, per_tenant=settings.soundalike_jobs_running
        ),
    )
    engine = Engine(engine_url(read_url(settings.store_url)), executor=name, queues=queues)
    bench = Bench(open_doer)
    worker = JobWorker(
        name,
        store=store,
        engine=engine,
        bench=bench,
        now=now,
        lease_seconds=lease_seconds,
        housekeeping=_hourly(settings, store, engine),
    )
    try:
        yield worker
    finally:
        bench.close()


def _hourly(settings: Settings, store: Store, engine: Engine) -> Callable[[], None]:
    """Once an hour, and soon after the start: delete what is too old, in our tables and the engine's."""
    due = time.monotonic()

    def housekeeping() -> None:
        nonlocal due
        if time.monotonic() < due:
            return
        due = time.monotonic() + _HOUR
        purged = purge(store, days=settings.soundalike_retention_days, now=now())
        ended = engine.purge(now() - _KEPT_BY_THE_ENGINE)
        if purged != Purged() or ended:
            _log.info("retention: %s; %s runs of the engine", purged, ended)

    return housekeeping
