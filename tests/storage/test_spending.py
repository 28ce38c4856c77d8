from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from soundalike.storage.spending import SETTLING, Charge, Snapshot, month_of, reconcile

START = datetime(2026, 11, 22, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def at(seconds):
    """So many seconds after the beginning."""
    return START + timedelta(seconds=seconds)


def charge(sent, answered, credits_):
    """A request sent and answered at those seconds."""
    return Charge(at(sent), at(answered), credits_)


#: Requests: when sent, how long they took, what they cost, and how late the charge shows.
REQUESTS = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, 30), st.integers(1, 300), st.integers(0, 60)), max_size=25
)
BALANCES = st.lists(st.integers(0, 2_200), max_size=12, unique=True)


def snapshots_of(requests, moments, *, topped_up_at=None):
    """What the vendor would have said at those seconds."""
    shows = [(sent + took + late, cost) for sent, took, cost, late in requests]
    return [
        Snapshot(
            at(moment),
            recharged=100_000 + (5_000 if topped_up_at is not None and moment >= topped_up_at else 0),
            bonus=10_000 - sum(cost for shown, cost in shows if shown <= moment),
        )
        for moment in moments
    ]


def charges_of(requests):
    """What the books say of those requests."""
    return [charge(sent, sent + took, cost) for sent, took, cost, _ in requests]


@given(REQUESTS, BALANCES)
def test_exact_books_agree_with_a_vendor_who_charges_late(requests, moments):
    """However requests and balances lie, no difference is found where there is none."""
    checks = reconcile(snapshots_of(requests, moments), charges_of(requests))
    assert [check.difference for check in checks] == [0] * len(checks)


@given(REQUESTS, BALANCES)
def test_every_check_begins_where_the_last_one_ended(requests, moments):
    """What is booked between the first and the last settled balance is checked, each request once."""
    charges = charges_of(requests)
    checks = reconcile(snapshots_of(requests, moments), charges)
    assert all(before.end == after.start for before, after in pairwise(checks))
    if checks:
        first, last = checks[0].start.at, checks[-1].end.at
        between = [charge.credits for charge in charges if first < charge.at <= last]
        assert sum(check.booked for check in checks) == sum(between)


@given(REQUESTS, BALANCES)
def test_only_settled_balances_are_compared(requests, moments):
    """None is taken while a request was under way, or within a minute after; all others are."""
    charges, snapshots = charges_of(requests), snapshots_of(requests, moments)
    settled = [
        snapshot
        for snapshot in sorted(snapshots, key=lambda snapshot: snapshot.at)
        if all(charge.at > snapshot.at or charge.answered_at + SETTLING <= snapshot.at for charge in charges)
    ]
    checks = reconcile(snapshots, charges)
    assert [(check.start, check.end) for check in checks] == list(pairwise(settled))


@given(REQUESTS, BALANCES, st.integers(1, 2_200))
def test_a_top_up_is_said_and_not_counted(requests, moments, topped_up_at):
    """Exactly the check during which a purse rose has no difference."""
    snapshots = snapshots_of(requests, moments, topped_up_at=topped_up_at)
    for check in reconcile(snapshots, charges_of(requests)):
        within = check.start.at < at(topped_up_at) <= check.end.at
        assert (check.topped_up, check.difference) == ((True, None) if within else (False, 0))


def test_a_top_up_between_unsettled_balances_is_seen():
    """A balance that cannot be compared still shows that a purse rose."""
    snapshots = [Snapshot(at(0), 100, 0), Snapshot(at(11), 500, 0), Snapshot(at(500), 90, 0)]
    (check,) = reconcile(snapshots, [charge(10, 10, 400)])
    assert check.topped_up


def test_the_difference_says_who_counted_more():
    """Booked too much is on the safe side and positive, charged too much is negative."""
    for fell, difference in ((300, 0), (285, 15), (330, -30)):
        snapshots = [Snapshot(at(0), 1_000, 0), Snapshot(at(500), 1_000 - fell, 0)]
        (check,) = reconcile(snapshots, [charge(10, 20, 300)])
        assert (check.fell, check.difference) == (fell, difference)


def test_an_answer_under_way_makes_a_balance_unsettled():
    """Sixty seconds count from the answer on, not from the request."""
    snapshots = [Snapshot(at(0), 1_000, 0), Snapshot(at(100), 700, 0)]
    assert reconcile(snapshots, [charge(10, 41, 300)]) == []
    assert len(reconcile(snapshots, [charge(10, 40, 300)])) == 1


def test_a_month_begins_at_its_first_midnight_in_utc():
    """Whatever zone the moment is in."""
    moment = datetime.fromisoformat("2026-12-01T08:59:59+09:00")
    assert month_of(moment) == datetime(2026, 11, 1, tzinfo=UTC)
    assert month_of(moment + SECOND) == datetime(2026, 12, 1, tzinfo=UTC)
