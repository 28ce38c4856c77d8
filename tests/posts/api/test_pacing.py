"""Requests keep their distance."""

import threading

import pytest

from soundalike.posts.api.pacing import CAREFUL_SECONDS, LocalPace, spacing_for, wait_after_refusal
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


def test_slowing_down_holds_everybody_back_and_lasts():
    """The next turn waits, and later ones come half as often."""
    pace, time = pace_of(1.0)
    pace.wait_turn()

    pace.slow_down(6.0)

    assert turns(pace, time, 3) == [6.0, 8.0, 10.0]


def test_spacing_never_grows_beyond_every_known_limit():
    """However often the service refuses, six seconds are enough."""
    pace, _ = pace_of(0.05)
    for _ in range(20):
        pace.slow_down(0.0)

    assert pace.seconds_between == 6.0


def test_speeding_up_never_returns_to_what_was_too_fast():
    """A spacing once refused is not tried again."""
    pace, _ = pace_of(1.0)
    pace.slow_down(0.0)

    pace.speed_up(0.5)
    assert pace.seconds_between == 2.0
    pace.speed_up(1.5)
    assert pace.seconds_between == 1.5


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
    """Bonus credits alone prove nothing; three quarters of a proven limit are used."""
    expected = 1 / (0.75 * per_second) if per_second else CAREFUL_SECONDS

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
