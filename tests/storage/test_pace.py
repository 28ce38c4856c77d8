"""What every pace promises: the one of a process, and those shared over either database."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from soundalike.errors import StorageError
from soundalike.posts.api.pacing import CAREFUL_SECONDS, LocalPace
from soundalike.storage import open_store
from soundalike.storage.database import read_url
from soundalike.storage.pace import SharedPace
from soundalike.storage.upgrade import open_database


class Time:
    """A clock that only sleeping moves; `oversleep` is by how much the next sleep takes longer."""

    def __init__(self):
        self.seconds, self.oversleep = 1_000.0, 0.0

    def __call__(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds + self.oversleep
        self.oversleep = 0.0


@pytest.fixture(params=["local", "sqlite", "postgresql"])
def kind(request):
    """Where the pace is kept."""
    return request.param


@pytest.fixture
def clock():
    """A clock that only sleeping moves."""
    return Time()


@pytest.fixture
def pace_of(kind, clock, request):
    """Opens a pace by that clock: `pace_of(spacing)`."""
    if kind == "local":
        yield lambda spacing, sleep=clock.sleep: LocalPace(spacing, clock=clock, sleep=sleep)
        return
    database = open_database(read_url(request.getfixturevalue("url")))
    yield lambda spacing, sleep=clock.sleep: SharedPace(
        database, "key", spacing=spacing, clock=clock, sleep=sleep
    )
    database.close()


def turns(pace, clock, count):
    """When the next turns come, in seconds since the beginning."""
    moments = []
    for _ in range(count):
        pace.wait_turn()
        moments.append(clock() - 1_000.0)
    return moments


def test_turns_are_spaced_from_start_to_start(pace_of, clock):
    """The first is at once; time spent elsewhere is not waited for again."""
    pace = pace_of(5.5)
    assert turns(pace, clock, 3) == [0.0, 5.5, 11.0]
    clock.sleep(100)
    assert turns(pace, clock, 2) == [111.0, 116.5]


def test_slowing_down_holds_everybody_back(pace_of, clock):
    """No turn comes before the wait is over, and later ones come half as often."""
    pace = pace_of(1.0)
    pace.wait_turn()
    pace.slow_down(6.0)
    assert turns(pace, clock, 3) == [6.0, 8.0, 10.0]
    assert pace.seconds_between == 2.0


def test_those_refused_together_slow_down_once(pace_of):
    """Four refusals of one second double the spacing once."""
    pace = pace_of(1.0)
    for _ in range(4):
        pace.slow_down(6.0)
    assert pace.seconds_between == 2.0


def test_calm_narrows_the_spacing_again(pace_of, clock):
    """After a hundred turns without a refusal, and never below what is proven."""
    pace = pace_of(1.0)
    pace.slow_down(0.0)
    turns(pace, clock, 100)
    assert pace.seconds_between == pytest.approx(1.6)
    turns(pace, clock, 1_000)
    assert pace.seconds_between == 1.0


def test_a_proven_spacing_holds_at_once(pace_of, clock):
    """The turn already given out comes sooner as well."""
    pace = pace_of(5.5)
    pace.wait_turn()
    pace.prove(0.5)
    assert turns(pace, clock, 3) == [0.5, 1.0, 1.5]


def test_a_late_turn_makes_the_next_ones_later(pace_of, clock):
    """A sleep that lasts too long must not bring two requests close together; 5 ms are let pass."""
    pace = pace_of(1.0)
    pace.wait_turn()
    clock.oversleep = 0.305
    assert turns(pace, clock, 2) == pytest.approx([1.305, 2.3])


def test_a_request_that_arrived_late_moves_the_next_turns_on(pace_of, clock):
    """By as much as it was late, but for 5 ms."""
    pace = pace_of(1.0)
    pace.wait_turn()
    pace.delay(0.305)
    assert turns(pace, clock, 2) == pytest.approx([1.3, 2.3])


def test_threads_never_get_the_same_turn(pace_of):
    """Ten turns taken by five threads are ten different moments."""
    waits = []
    pace = pace_of(1.0, sleep=waits.append)
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: pace.wait_turn(), range(10)))
    assert sorted(waits) == [float(second) for second in range(1, 10)]


class TestShared:
    """What only a shared pace promises."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def kind(self, request):
        """Each database in turn."""
        return request.param

    def test_all_who_know_the_name_share_it(self, url):
        """What one does to the pace, another sees; the spacing is whose who came first, and names are apart."""
        with open_store(url) as one, open_store(url) as other:
            assert one.pace("key", spacing=0.5).seconds_between == 0.5
            one.pace("key", spacing=0.5).prove(0.25)
            assert other.pace("key", spacing=9.0).seconds_between == 0.25
            assert other.pace("other key").seconds_between == CAREFUL_SECONDS

    def test_who_uses_a_name_first_at_the_same_time_shares_it(self, url, clock):
        """Eight processes that all find no row make one, and get eight turns."""
        databases = [open_database(read_url(url)) for _ in range(4)]
        waits = []
        paces = [
            SharedPace(database, "key", spacing=1.0, clock=clock, sleep=waits.append)
            for database in databases * 2
        ]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(SharedPace.wait_turn, paces))
        for database in databases:
            database.close()
        assert sorted(waits) == [float(second) for second in range(1, 8)]

    def test_turns_go_by_real_time(self, url):
        """By the server's clock or this machine's, three turns are two spacings apart."""
        with open_store(url) as store:
            pace = store.pace("key", spacing=0.05)
            began = time.monotonic()
            for _ in range(3):
                pace.wait_turn()
        assert 0.1 <= time.monotonic() - began < 1.0

    def test_a_name_has_room_for_what_it_is_to_hold(self, store):
        """A longer name is refused, not cut short to somebody else's."""
        store.pace("x" * 80).wait_turn()
        with pytest.raises(StorageError, match="at most 80"):
            store.pace("x" * 81).wait_turn()
