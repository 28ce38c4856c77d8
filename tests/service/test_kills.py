"""Collections killed at random moments, by the real command against the stand-in in a process of its own.

The harness is the benchmark's, which strikes hundreds of times.
"""

import sys
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
KILLS = 12

pytestmark = pytest.mark.slow


@pytest.fixture
def harness(monkeypatch):
    """The modules of the benchmark: what to collect from, and how to kill."""
    monkeypatch.syspath_prepend(str(TESTS.parent / "benchmarks" / "collecting"))
    yield import_module("world"), import_module("kills")
    for name in ("kills", "world"):
        del sys.modules[name]


def test_nothing_is_lost_and_only_what_was_under_way_is_paid_twice(harness, empty_url, tmp_path):
    """Whatever is killed goes on where it was: each page lies in the books before the next is asked for."""
    world, kills = harness
    authors = [world.author(f"struck{number}", 300, seed=KILLS) for number in range(KILLS)]
    todo, empty = kills.orders(authors, seed=KILLS), iter([f"sqlite:///{tmp_path}/undisturbed.db", empty_url])
    with world.service(authors) as service:
        service.misbehave("server.latency_ms=40")
        toll = kills.killed(service, todo, empty.__next__, kills=KILLS, seed=KILLS)
    assert toll.kills == KILLS
    assert toll.under_way
    assert not toll.wrong
    assert toll.paid_twice <= toll.open_requests
    assert not toll.unexplained
    assert not toll.short_runs
    assert not toll.long_runs
