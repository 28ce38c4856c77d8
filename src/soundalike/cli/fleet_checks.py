"""What `doctor` looks at where a server and workers share a database."""

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from soundalike.cli.findings import Finding, attempt

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from soundalike.config import Settings
    from soundalike.storage import Store
    from soundalike.storage.fleet import Fleet

_LONG_WAIT_SECONDS: Final = 3_600
_DRIFT_SECONDS: Final = 2.0  # leases and turns go by the database's clock, what is shown by this machine's
_WRONG_CLOCK_SECONDS: Final = 60.0
_SHORT_KEY: Final = 32  # characters


def examine_fleet(settings: "Settings", store: "Store") -> Iterator[Finding]:
    """Look at the database, its clock, the engine, and at who works on what."""
    from soundalike.storage.fleet import read_fleet
    from soundalike.wiring import now

    yield attempt("database", lambda: _database(settings, store))
    if settings.store_url.partition(":")[0] != "sqlite":
        yield attempt("clock", lambda: _clock(store))
    yield attempt("engine", lambda: _engine(settings))
    fleet = read_fleet(store.database, at=now())
    yield _workers(store, fleet)
    yield _queue(fleet)
    if parked := sum(count for (_, status), count in fleet.jobs.items() if status == "parked"):
        yield Finding(
            "parked jobs",
            "note",
            f"{parked} jobs were set aside because they kept killing their worker.",
            "Look for their training_id in the workers' log; then begin them again, or cancel them.",
        )


def examine_settings(settings: "Settings") -> Iterator[Finding]:
    """Look at what a server keeps from others: the folder, the secret key, who is let in, for how long."""
    yield attempt("permissions", lambda: _permissions(settings))
    yield attempt("secret key", lambda: _secret_key(settings))
    yield _auth(settings)
    yield _retention(settings)
    yield from _traces()


def _database(settings: "Settings", store: "Store") -> Finding:
    from sqlalchemy import delete, insert

    from soundalike.storage.tables import throttles
    from soundalike.storage.upgrade import NEWEST
    from soundalike.wiring import LOCAL_USER

    name = f"doctor {uuid4().hex}"
    with store.database.writing() as connection:
        connection.execute(insert(throttles).values(name=name, arrives=0.0))
    with store.database.writing() as connection:
        connection.execute(delete(throttles).where(throttles.c.name == name))
    count = len(store.list_models(LOCAL_USER, limit=200))
    kind = settings.store_url.partition(":")[0]
    return Finding("database", "ok", f"{kind}, up to date (revision {NEWEST}), writable, {count} models")


def _clock(store: "Store") -> Finding:
    from sqlalchemy import func, select

    before = time.time()
    with store.database.reading() as connection:
        there = connection.scalar(select(func.extract("epoch", func.clock_timestamp())))
    apart = float(there or 0.0) - (before + time.time()) / 2
    words = f"this machine's and the database's are {abs(apart):.1f} s apart"
    if abs(apart) <= _DRIFT_SECONDS:
        return Finding("clock", "ok", words)
    return Finding(
        "clock", "bad" if abs(apart) > _WRONG_CLOCK_SECONDS else "note", f"{words}.", "Set both by NTP."
    )


def _engine(settings: "Settings") -> Finding:
    from importlib.metadata import version

    from soundalike.durable import engine_url
    from soundalike.storage.database import read_url

    url = engine_url(read_url(settings.store_url))
    kind = f"DBOS {version('dbos')}"
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return Finding("engine", "ok", f"{kind}; no worker has run here yet")
    known = _count_tables(url)
    return Finding(
        "engine", "ok", f"{kind}, {known} tables" if known else f"{kind}; no worker has run here yet"
    )


def _count_tables(url: "URL") -> int:
    from sqlalchemy import inspect

    from soundalike.storage.database import connect, explained

    connections = connect(url)
    try:
        with explained(url):
            schema = None if url.get_backend_name() == "sqlite" else "soundalike_engine"
            return len(inspect(connections).get_table_names(schema))
    finally:
        connections.dispose()


def _workers(store: "Store", fleet: "Fleet") -> Finding:
    alive = [worker for worker, silent in store.leases.list_workers() if silent <= worker.lease_seconds]
    if alive:
        named = ", ".join(f"process {worker.pid} on {worker.host}" for worker in alive[:3])
        more = f" and {len(alive) - 3} more" if len(alive) > 3 else ""  # noqa: PLR2004
        return Finding("workers", "ok", f"{len(alive)} alive: {named}{more}")
    if waiting := sum(count for (_, status), count in fleet.jobs.items() if status in {"queued", "running"}):
        return Finding(
            "workers", "bad", f"{waiting} jobs wait, and no worker is alive.", "Run `soundalike worker`."
        )
    return Finding("workers", "ok", "none is alive, and nothing waits for one")


def _queue(fleet: "Fleet") -> Finding:
    waiting = sum(count for (_, status), count in fleet.jobs.items() if status == "queued")
    running = sum(count for (_, status), count in fleet.jobs.items() if status == "running")
    oldest = max(fleet.queue_age_seconds.values(), default=0.0)
    words = f"{waiting} jobs wait, {running} run"
    if oldest <= _LONG_WAIT_SECONDS:
        return Finding("queue", "ok", words)
    return Finding(
        "queue",
        "note",
        f"{words}; the first has waited {oldest / 3600:,.1f} h.",
        "Run more workers, or raise SOUNDALIKE_WORKER_SLOTS.",
    )


def _permissions(settings: "Settings") -> Finding:
    folder = settings.soundalike_data_dir
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        words = f"other users of this machine may look into {folder} (mode {mode:o})."
        return Finding("permissions", "note", words, f"chmod 700 {folder}")
    return Finding("permissions", "ok", "the data folder is this user's alone")


def _secret_key(settings: "Settings") -> Finding:
    from soundalike.storage.packing import SECRET_KEY

    if settings.soundalike_secret_key is not None:
        if len(settings.soundalike_secret_key.get_secret_value()) < _SHORT_KEY:
            words = f"SOUNDALIKE_SECRET_KEY is shorter than {_SHORT_KEY} characters."
            return Finding("secret key", "bad", words, "Make one: openssl rand -hex 32")
        return Finding("secret key", "ok", "set by SOUNDALIKE_SECRET_KEY")
    path = settings.soundalike_data_dir / SECRET_KEY
    if not path.exists():
        return Finding("secret key", "ok", "not needed yet; the first server makes one")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        words = f"other users of this machine may read {path}."
        return Finding(
            "secret key", "bad", words, f"chmod 600 {path}, and sign everybody out by deleting it."
        )
    return Finding("secret key", "ok", "in the data folder, this user's alone")


def _auth(settings: "Settings") -> Finding:
    if settings.soundalike_auth == "on":
        return Finding("sign-in", "ok", "the server asks who is there")
    words = "the server lets in everybody on this machine (SOUNDALIKE_AUTH=off)."
    return Finding("sign-in", "note", words, "Set SOUNDALIKE_AUTH=on where others use this machine.")


def _retention(settings: "Settings") -> Finding:
    days = settings.soundalike_retention_days
    if days:
        return Finding("retention", "ok", f"collected posts are deleted after {days} days")
    words = "collected posts are kept until somebody deletes them (SOUNDALIKE_RETENTION_DAYS=0)."
    return Finding("retention", "note", words, "X's terms ask for deletion of what is deleted there.")


def _traces() -> Iterator[Finding]:
    from soundalike.telemetry.traces import MISSING, is_installed, is_wanted

    if is_wanted(os.environ):
        happened, _, remedy = MISSING.partition(" Install")
        there = is_installed()
        yield (
            Finding("traces", "ok", "sent by OpenTelemetry")
            if there
            else Finding("traces", "bad", happened, f"Install{remedy}")
        )
