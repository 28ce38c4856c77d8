"""A pace that all processes and machines on one database share, such as that of one API key."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Double, Select, cast, extract, func, null, select, update

from soundalike.posts.api.pacing import CAREFUL_SECONDS, Rate, wait_until
from soundalike.storage.database import Database, insert_into
from soundalike.storage.tables import rate_limits

_FIELDS: Final = [rate_limits.c[field.name] for field in fields(Rate)]


class SharedPace:
    """A pace kept in one row under `name`. Threads, processes and machines may share it.

    Whoever uses the name first sets `spacing`; later it is changed by `prove` and `slow_down` alone. Turns go by one
    clock: the server's own on PostgreSQL, so that the machines' clocks need not agree, this machine's time of day on
    SQLite. A `clock` that is given is taken for both.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        *,
        spacing: float = CAREFUL_SECONDS,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        on_server = database.engine.dialect.name == "postgresql"
        self._database, self._name, self._first = database, name, Rate(spacing, spacing)
        self._clock = clock or (time.monotonic if on_server else time.time)
        self._sleep = sleep
        self._row = _row(name, on_server=on_server, server_clock=on_server and clock is None)
        self._update = update(rate_limits).where(rate_limits.c.name == name)

    @property
    def seconds_between(self) -> float:
        """The present spacing."""
        with self._database.reading() as connection:
            spacing = connection.scalar(select(rate_limits.c.spacing).where(rate_limits.c.name == self._name))
        return self._first.spacing if spacing is None else spacing

    def wait_turn(self) -> None:
        """Return when the next request may leave."""
        turn = self._change(Rate.take_turn)
        wait_until(turn, clock=self._clock, sleep=self._sleep, on_late=self._tell)

    def slow_down(self, seconds: float) -> None:
        """Let no turn come within `seconds` from now, and space turns wider until calm has returned."""
        self._change(lambda rate, now: (rate.slow_down(now, seconds), now))

    def prove(self, spacing: float) -> None:
        """Go by a spacing that the key's balance proves, or its owner states."""
        self._change(lambda rate, now: (rate.prove(spacing), now))

    def delay(self, late_seconds: float) -> None:
        """Move later turns on after a request that arrived late, by so much."""
        self._change(lambda rate, now: (rate.delay(late_seconds), now))

    def _tell(self, late_seconds: float) -> None:
        """Move later turns on after one that was taken late; telling the others makes it later still."""
        began = self._clock()
        self._change(lambda rate, now: (rate.delay(late_seconds + self._clock() - began), now))

    def _change(self, change: Callable[[Rate, float], tuple[Rate, float]]) -> float:
        """Change the rate while nobody else does; returns the moment that comes with it, on this process's clock."""
        with self._database.writing() as connection:
            now, _, *values = self._read(connection)
            here = self._clock()
            now = here if now is None else now
            rate, moment = change(Rate(*values), now)
            connection.execute(self._update, _values(rate, now))
        return moment + (here - now)

    def _read(self, connection: Connection) -> Sequence[Any]:
        row = connection.execute(self._row).one_or_none()
        if row is None:
            first = {"name": self._name, **_values(self._first, now=0.0)}
            connection.execute(insert_into(connection, rate_limits).values(first).on_conflict_do_nothing())
            row = connection.execute(self._row).one()
        return row


def _row(name: str, *, on_server: bool, server_clock: bool) -> Select[Any]:
    """Lock the row and read it, after the server's time where that counts.

    A turn that a crashing server forgets costs nobody anything, so nobody waits for its disk.
    """
    epoch = cast(extract("epoch", func.clock_timestamp()), Double) if server_clock else null()
    hurry = func.set_config("synchronous_commit", "off", True) if on_server else null()
    return select(epoch, hurry, *_FIELDS).where(rate_limits.c.name == name).with_for_update()


def _values(rate: Rate, now: float) -> dict[str, Any]:
    return {**asdict(rate), "updated_at": datetime.fromtimestamp(now, UTC)}
