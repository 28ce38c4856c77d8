"""Figures for Prometheus: what this process does, and, read at scrape time, how the whole fleet stands.

No label holds what a caller can choose: methods, routes and statuses come from short lists, all else is `other`.
"""

import platform
import time
from collections.abc import Callable, Iterator
from typing import Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from soundalike.storage.fleet import Fleet
from soundalike.telemetry.lately import Lately

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
"""What `Metrics.text` is in."""

UNKNOWN_ROUTE: Final = "unknown"

_METHODS: Final = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
_MOST_ROUTES: Final = (
    400  # an application has fewer; a mount whose path holds a parameter could have any number
)
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The figures of this process, in a registry of their own; `read_fleet` is asked every 5 s at most."""

    def __init__(
        self,
        *,
        version: str,
        read_fleet: Callable[[], Fleet] | None = None,
        clock: Callable[[], float] = time.monotonic,
        patience_seconds: float = 2.0,
    ) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._requests = self._counter("http_requests", "Requests answered.", "method", "route", "status")
        self._durations = Histogram(
            "soundalike_http_request_duration_seconds",
            "Time from a request to the end of its answer; event streams, which last, are left out.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._streams = Gauge(
            "soundalike_event_streams_open", "Event streams being sent.", registry=self.registry
        )
        self._drafts = self._counter("drafts", "Drafts written.")
        self._routes: set[str] = {UNKNOWN_ROUTE}
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._say_build(version)
        ProcessCollector(namespace="soundalike", registry=self.registry)
        if read_fleet:
            lately = Lately(read_fleet, patience_seconds=patience_seconds, clock=clock)
            self.registry.register(_FleetCollector(lately))

    def count_request(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """Count an answered request; `seconds` is None for an event stream."""
        key = (
            known_method(method),
            self._known_route(route),
            status // 100 if 100 <= status < 600 else 5,  # noqa: PLR2004 - HTTP's own classes
        )
        count, duration = self._children.get(key) or self._new_children(key)
        count.inc()
        if seconds is not None:
            duration.observe(seconds)

    def count_stream(self, change: Literal[1, -1]) -> None:
        """Count an event stream as begun or ended."""
        self._streams.inc(change)

    def count_drafts(self, count: int) -> None:
        """Count drafts that were written."""
        self._drafts.inc(count)

    def text(self) -> bytes:
        """All figures in Prometheus's text format, of type `CONTENT_TYPE`."""
        return generate_latest(self.registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"soundalike_{name}", words, labels, registry=self.registry)

    def _known_route(self, route: str) -> str:
        if route in self._routes:
            return route
        if len(self._routes) >= _MOST_ROUTES:
            return "other"
        self._routes.add(route)
        return route

    def _new_children(self, key: tuple[str, str, int]) -> tuple[Counter, Histogram]:
        labels = (key[0], key[1], f"{key[2]}xx")
        children = (self._requests.labels(*labels), self._durations.labels(*labels))
        self._children[key] = children
        return children

    def _say_build(self, version: str) -> None:
        build = Gauge(
            "soundalike_build_info", "What runs here.", ("version", "python"), registry=self.registry
        )
        build.labels(version, platform.python_version()).set(1)


def known_method(method: str) -> str:
    """The method if it is one of HTTP's usual ones, else `other`."""
    return method if method in _METHODS else "other"


class _FleetCollector(Collector):
    """What the database says, of late; when it does not answer, what it said last, and how old that is."""

    def __init__(self, lately: Lately[Fleet]) -> None:
        self._lately = lately

    def describe(self) -> Iterator[Metric]:
        """Name nothing: naming would mean asking the database while the process starts."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Read the fleet and tell it."""
        fleet, age = self._lately.get()
        yield GaugeMetricFamily(
            "soundalike_fleet_up", "Whether the figures of the fleet are fresh.", value=self._lately.is_fresh
        )
        if fleet is None or age is None:
            return
        yield GaugeMetricFamily("soundalike_fleet_age_seconds", "Age of the figures of the fleet.", value=age)
        yield from _tell(fleet)


def _tell(fleet: Fleet) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("soundalike_jobs", "Jobs kept.", labels=("kind", "status"))
    for labels, count in fleet.jobs.items():
        jobs.add_metric(labels, count)
    yield jobs
    ages = GaugeMetricFamily(
        "soundalike_queue_age_seconds", "How long the first in the queue has waited.", labels=("kind",)
    )
    for kind, seconds in fleet.queue_age_seconds.items():
        ages.add_metric((kind,), seconds)
    yield ages
    yield GaugeMetricFamily("soundalike_workers_alive", "Workers with a lease.", value=fleet.workers_alive)
    yield CounterMetricFamily(
        "soundalike_api_credits_spent", "Credits spent at the tweets API.", value=fleet.credits_spent
    )
    steps = SummaryMetricFamily(
        "soundalike_step_duration_seconds", "Time that steps of kept trainings took.", labels=("step",)
    )
    for step, (count, seconds) in fleet.steps.items():
        steps.add_metric((step,), count_value=count, sum_value=seconds)
    yield steps
