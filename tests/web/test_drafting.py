import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from soundalike.web.drafting import Bench, Kept
from soundalike.web.problems import Refused


@pytest.fixture
def gate():
    """Something to wait for."""
    opened = threading.Event()
    yield opened
    opened.set()


def test_only_so_many_wait_and_the_rest_are_refused(gate):
    """Refused at once, not after a while."""
    bench = Bench(at_once=1, waiting=2)
    with ThreadPoolExecutor(3) as pool:
        served = [pool.submit(bench.run, gate.wait) for _ in range(3)]
        while bench.has_room:
            threading.Event().wait(0.001)
        with pytest.raises(Refused) as refused:
            bench.run(lambda: 1)
        gate.set()
        assert all(each.result() for each in served)
    assert refused.value.kind.code == "drafting_busy"
    assert bench.run(lambda: 1) == 1
    bench.close()


def test_nobody_waits_for_ever(gate):
    """What takes too long is told; it keeps its place until it is done, so that nothing piles up."""
    bench = Bench(at_once=1, waiting=0, seconds=0.05)
    with pytest.raises(Refused) as refused:
        bench.run(gate.wait)
    assert refused.value.kind.code == "drafting_timeout"
    with pytest.raises(Refused):
        bench.run(lambda: 1)
    gate.set()
    bench.close()


def test_what_fails_fails_for_whoever_asked():
    """With its own error, be it one of running out of time."""
    bench = Bench()

    def fail():
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        bench.run(fail)
    bench.close()


def test_a_thing_is_made_once_however_many_ask():
    """All wait for the one that makes it."""
    kept, made = Kept(), []
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: kept.get("key", lambda: made.append(1) or len(made)), range(50)))
    assert (got, made) == ([1] * 50, [1])


def test_what_could_not_be_made_is_tried_again():
    """A failure is not kept."""
    kept = Kept()
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 // 0)
    assert kept.get("key", lambda: 2) == 2


def test_the_oldest_goes_first_and_nothing_stays_for_ever():
    """So many things, so long."""
    moment = [0.0]
    kept = Kept(most=2, seconds=10, clock=lambda: moment[0])
    assert [kept.get(key, lambda: moment[0]) for key in "abac"] == [0.0] * 4
    moment[0] = 5.0
    assert (kept.get("a", lambda: moment[0]), kept.get("b", lambda: moment[0])) == (0.0, 5.0)
    moment[0] = 10.5
    assert kept.get("a", lambda: moment[0]) == 10.5
    kept.clear()
    moment[0] = 11.0
    assert kept.get("a", lambda: moment[0]) == 11.0
