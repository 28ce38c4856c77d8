"""Whether this server can do its work, part by part, and what to do where it cannot. Names no path and no host."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from soundalike.config import Settings
from soundalike.encoder.embedded import find_embedded_model
from soundalike.errors import SoundalikeError
from soundalike.schemas.shape import Shape
from soundalike.storage import Store

_DOCTOR: Final = "Run `soundalike doctor` on the server."


class Health(StrEnum):
    """How a part is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class PartHealth(Shape):
    """One part: how it is, and what to do about it."""

    status: Health
    detail: str
    remedy: str | None = None


class ReadyBody(Shape):
    """The answer of /readyz; `down` means that no work can be done."""

    status: Health
    parts: dict[str, PartHealth]


def look(settings: Settings, store: Store) -> ReadyBody:
    """Look at every part; costs two queries and no word of the language model."""
    parts = {
        "database": _attempt(lambda: _database(store), Health.DOWN, "The database cannot be used."),
        "workers": _attempt(
            lambda: _workers(store), Health.DEGRADED, "Nobody knows which workers are alive."
        ),
        "writer": _attempt(lambda: _writer(settings), Health.DEGRADED, "The language model is missing."),
    }
    states = {part.status for part in parts.values()}
    worst = next(state for state in (Health.DOWN, Health.DEGRADED, Health.OK) if state in states)
    return ReadyBody(status=worst, parts=parts)


UNKNOWN: Final = ReadyBody(
    status=Health.DOWN,
    parts={
        "database": PartHealth(
            status=Health.DOWN, detail="The database does not answer in time.", remedy=_DOCTOR
        )
    },
)
"""How things stand where looking takes too long."""


def _attempt(examine: Callable[[], PartHealth], fault: Health, words: str) -> PartHealth:
    try:
        return examine()
    except (SoundalikeError, OSError):
        return PartHealth(status=fault, detail=words, remedy=_DOCTOR)


def _database(store: Store) -> PartHealth:
    store.jobs.marks(())
    return PartHealth(status=Health.OK, detail="It answers.")


def _workers(store: Store) -> PartHealth:
    alive = sum(silent <= worker.lease_seconds for worker, silent in store.leases.list_workers())
    if alive:
        return PartHealth(status=Health.OK, detail=f"{alive} alive.")
    return PartHealth(
        status=Health.DEGRADED,
        detail="No worker is alive: collections and trainings wait.",
        remedy="Run `soundalike worker`, or `soundalike serve` without --no-worker.",
    )


def _writer(settings: Settings) -> PartHealth:
    kind, _, rest = settings.soundalike_llm.strip().partition(":")
    if kind == "embedded":
        find_embedded_model()
        return PartHealth(status=Health.OK, detail="The embedded model is there; it is tiny, for trying out.")
    if kind == "gguf" and not Path(rest).expanduser().is_file():
        return PartHealth(status=Health.DEGRADED, detail="The model file is missing.", remedy=_DOCTOR)
    return PartHealth(status=Health.OK, detail="It is named in the settings; it is asked when there is work.")
