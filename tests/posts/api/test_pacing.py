"""Requests keep their distance."""

import threading

import pytest

from soundalike.posts.api.pacing import (
    CAREFUL_SECONDS,
    Latency,
    LocalPace,
    Rate,
    spacing_for,
    spacing_of,
    wait_after_refusal,
)
from soundalike.posts.api.wire import Balance


class Time:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds


def pace_of(spacing):
    """A pace and its clock."""
    time = Time()
    return LocalPace(spacing, clock=time, sleep=time.sleep), time


def turns(pace, time, count):
    """The moments of the next turns."""
    moments = []
    for _ in range(count):
        pace.wait_turn()
        moments.append(time())
    return moments


def test_turns_are_spaced_from_start_to_start():
    """The first is at once; time spent elsewhere is not waited for again."""
    pace, time = pace_of(5.5)

    assert turns(pace, time, 3) == [0.0, 5.5, 11.0]
    time.sleep(100)
    assert turns(pace, time, 2) == [111.0, 116.5]


def test_slowing_down_holds_everybody_back_and_lasts_a_while():
    """The next turn waits, and the fifty after it come half as often."""
    pace, time = pace_of(1.0)
    pace.wait_turn()

    pace.slow_down(6.0)

    assert turns(pace, time, 3) == [6.0, 8.0, 10.0]


def test_spacing_never_grows_beyond_every_known_limit():
    """However often the service refuses, six seconds are enough."""
    pace, _ = pace_of(0.05)
    for _ in range(20):
        pace.slow_down(0.0)
        assert pace.seconds_between <= 6.0

    assert pace.seconds_between == 6.0


def test_those_who_are_refused_together_slow_down_once():
    """Ten requests under way are refused for one and the same haste."""
    pace, _ = pace_of(0.05)
    for _ in range(10):
        pace.slow_down(6.0)

    assert pace.seconds_between == 0.1


def test_calm_brings_the_proven_pace_back():
    """After a hundred turns without a refusal the spacing narrows step by step to what was proven, not beyond."""
    rate = Rate(0.05, 0.05).slow_down(0.0, 6.0)
    seen = set()
    for _ in range(1_000):
        rate, _ = rate.take_turn(0.0)
        seen.add(round(rate.spacing, 4))

    assert max(seen) == 0.1
    assert min(seen) == rate.spacing == 0.05


def test_every_refusal_doubles_the_patience():
    """What was refused twice is not tried again soon."""
    once = Rate(0.05, 0.05).slow_down(0.0, 0.0)
    twice = once.slow_down(1.0, 0.0)

    assert (once.patience, twice.patience) == (100, 200)


def test_what_was_refused_is_not_proven_by_a_balance():
    """The ladder of balances has been wrong; calm alone narrows the spacing again."""
    pace, _ = pace_of(1.0)
    pace.slow_down(0.0)

    pace.prove(0.5)

    assert pace.seconds_between == 2.0


def test_a_proof_counts_at_once_and_both_ways():
    """A balance that sinks proves less."""
    pace, time = pace_of(5.5)
    pace.wait_turn()

    pace.prove(0.05)
    assert turns(pace, time, 2) == pytest.approx([0.05, 0.1])
    pace.prove(0.3)
    assert pace.seconds_between == 0.3


def test_a_late_turn_moves_the_next_ones():
    """Twenty turns after a late one would otherwise share a second with it."""
    assert Rate(0.05, 0.05, next_turn=9.0).delay(0.105).next_turn == pytest.approx(9.1)
    assert Rate(0.05, 0.05, next_turn=9.0).delay(0.004).next_turn == 9.0


def test_an_exchange_that_took_strangely_long_may_have_arrived_late():
    """A stall of a tenth of a second counts where exchanges take 10 ms, and not where they take half a second."""
    quick, slow = Latency(0, 0), Latency(0, 0)
    for number in range(40):
        quick, slow = quick.after(0.01 + number % 2 * 0.002), slow.after(0.5 + number % 2 * 0.3)

    assert quick.excess(0.11) == pytest.approx(0.1, abs=0.002)
    assert (quick.excess(0.012), slow.excess(0.9), Latency(0.7, 0.0).excess(5.0)) == (0.0, 0.0, 0.0)
    assert quick.excess(5.0) == 0.2


def test_a_clock_that_was_set_back_does_not_hold_everybody_for_hours():
    """A turn farther off than any wait is a turn of another clock."""
    assert Rate(1.0, 1.0, next_turn=10_000.0).take_turn(50.0)[1] == 50.0


@pytest.mark.parametrize(("per_second", "spacing"), [(0.2, 5.5), (20, 0.0515)])
def test_turns_are_spaced_a_little_wider_than_the_limit(per_second, spacing):
    """Arrival wavers: by a tenth where a turn lasts seconds, by 3 % where twenty share one."""
    assert spacing_of(per_second) == pytest.approx(spacing)


def test_threads_share_one_pace():
    """Ten turns taken by five threads are ten different moments."""
    slots = []
    pace = LocalPace(1.0, clock=lambda: 0.0, sleep=slots.append)
    threads = [threading.Thread(target=lambda: [pace.wait_turn() for _ in range(2)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(slots) == [float(second) for second in range(1, 10)]


@pytest.mark.parametrize(
    ("recharged", "bonus", "per_second"),
    [
        (0, 60_000, None),
        (999, 0, None),
        (-1_482, 0, None),
        (1, 999, 3),
        (5_000, 0, 6),
        (10_000, 0, 10),
        (50_000, 0, 20),
    ],
)
def test_the_balance_tells_the_pace(recharged, bonus, per_second):
    """Bonus credits alone prove nothing."""
    expected = spacing_of(per_second) if per_second else CAREFUL_SECONDS

    assert spacing_for(Balance(recharged, bonus)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("refusals", "wish", "chance", "seconds"),
    [
        (1, None, 0.0, 6.0),
        (2, None, 0.0, 12.0),
        (9, None, 0.0, 60.0),
        (1, 40.0, 0.0, 40.0),
        (1, None, 0.5, 6.75),
    ],
)
def test_waits_after_refusals_double_up_to_a_minute(refusals, wish, chance, seconds):
    """The service's own wish counts where it is longer; chance spreads callers."""
    assert wait_after_refusal(refusals, wish, chance) == seconds
