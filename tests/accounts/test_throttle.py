import subprocess
import sys

import pytest

from soundalike.accounts.throttle import Throttle
from soundalike.errors import TooManyAttempts
from soundalike.storage import open_store

TRYING = """
import sys
from datetime import UTC, datetime
from soundalike.accounts.throttle import Throttle
from soundalike.errors import TooManyAttempts
from soundalike.storage import open_store

passed = 0
with open_store(sys.argv[1]) as store:
    for _ in range(10):
        try:
            Throttle(store.database).attempt("ada@example.org", None, at=datetime(2026, 11, 22, tzinfo=UTC))
        except TooManyAttempts:
            continue
        passed += 1
print(passed)
"""


def _attempts(throttle, clock, number, *, email="ada@example.org", address="192.0.2.1"):
    """How many of so many attempts are let through."""
    passed = 0
    for _ in range(number):
        try:
            throttle.attempt(email, address, at=clock())
        except TooManyAttempts:
            continue
        passed += 1
    return passed


@pytest.fixture
def throttle(store):
    """Nobody has tried anything yet."""
    return Throttle(store.database)


def test_an_email_may_be_tried_five_times_then_once_a_minute(throttle, clock):
    """Whatever address it comes from; what was refused costs nothing."""
    addresses = [f"198.51.100.{n}" for n in range(30)]
    assert sum(_attempts(throttle, clock, 1, address=address) for address in addresses) == 5
    clock.advance(seconds=59)
    assert _attempts(throttle, clock, 3) == 0
    clock.advance(seconds=1)
    assert _attempts(throttle, clock, 3) == 1


def test_an_address_may_try_twenty_times_then_once_in_ten_seconds(throttle, clock):
    """Whatever emails it tries."""
    emails = [f"user{n}@example.org" for n in range(40)]
    assert sum(_attempts(throttle, clock, 1, email=email) for email in emails) == 20
    clock.advance(seconds=10)
    assert sum(_attempts(throttle, clock, 1, email=f"x{email}") for email in emails) == 1


def test_the_wait_is_told(throttle, clock):
    """To the second."""
    _attempts(throttle, clock, 5)
    clock.advance(seconds=20)
    with pytest.raises(TooManyAttempts) as refused:
        throttle.attempt("ada@example.org", "192.0.2.1", at=clock())
    assert refused.value.retry_after_seconds == pytest.approx(40)


def test_a_network_of_ipv6_counts_as_one_address(throttle, clock):
    """Who has one address there has 2⁶⁴."""
    ours = [f"2001:db8:1:2::{n:x}" for n in range(30)]
    tried = [_attempts(throttle, clock, 1, email=f"{n}@example.org", address=a) for n, a in enumerate(ours)]
    assert sum(tried) == 20
    assert _attempts(throttle, clock, 1, email="new@example.org", address="2001:db8:1:3::1") == 1


@pytest.mark.parametrize("address", [None, "", "testclient", "not an address", "x" * 500])
def test_where_no_address_is_known_all_count_together(throttle, clock, address):
    """A server behind a socket is not left open."""
    emails = [f"user{n}@example.org" for n in range(25)]
    assert sum(_attempts(throttle, clock, 1, email=email, address=address) for email in emails) == 20


@pytest.mark.slow
def test_two_processes_count_together(url, store):
    """Ten tries from each of two processes at once: five pass, as from one."""
    running = [
        subprocess.Popen([sys.executable, "-c", TRYING, url], stdout=subprocess.PIPE, text=True) for _ in "12"
    ]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == 5


def test_two_connections_count_together(url, store, clock):
    """Each process has its own connections; the row is one."""
    with open_store(url) as other:
        throttles = [Throttle(store.database), Throttle(other.database)]
        assert sum(_attempts(throttles[n % 2], clock, 1) for n in range(10)) == 5
