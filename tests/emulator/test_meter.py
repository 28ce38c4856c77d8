"""Rate and credits."""

import pytest

from soundalike.emulator.faults import Faults
from soundalike.emulator.meter import Meter, rate_of


def meter(*toggles):
    """A meter under these toggles."""
    return Meter(Faults.parse(toggles))


def test_the_free_tier_lets_one_request_in_every_five_seconds():
    """A refused request does not make the wait longer."""
    free = meter("tier=free")
    assert [free.admit(now) for now in (0.0, 1.0, 4.0, 5.0)] == [0, 4.0, 1.0, 0]


def test_the_paid_tier_lets_twenty_in_a_second():
    """The twenty-first waits for the first to be a second old."""
    paid = meter()
    assert [paid.admit(n / 100) for n in range(20)] == [0] * 20
    assert paid.admit(0.5) == pytest.approx(0.5)
    assert paid.admit(1.0) == 0


@pytest.mark.parametrize(
    ("balance", "rate"),
    [(999, (1, 5.0)), (1000, (3, 1.0)), (5000, (6, 1.0)), (10_000, (10, 1.0)), (50_000, (20, 1.0))],
)
def test_the_ladder_follows_the_balance(balance, rate):
    """Below the lowest rung the rate is that of the free tier."""
    assert rate_of("balance_ladder", balance) == rate


def test_each_tier_starts_with_its_own_balance():
    """Recharged credits first, then bonus; stated figures come before the tier's."""
    assert meter().balance(0) == (1_000_000, 0)
    assert meter("tier=free").balance(0) == (0, 10_000)
    assert meter("tier=free", "credits.recharge=7").balance(0) == (7, 0)


def test_charges_show_after_the_settlement_delay():
    """Until then the balance is as if nothing was asked."""
    late = meter("credits.recharge=100", "credits.settlement_seconds=30")
    late.charge(60, 10.0)
    assert [late.balance(now) for now in (39.0, 40.0)] == [(100, 0), (40, 0)]


def test_the_bonus_goes_first_and_the_rest_below_zero():
    """Unless the balance stops at zero."""
    toggles = ["credits.bonus=20", "credits.recharge=10"]
    for rest, more in ((-45, []), (0, ["credits.allow_negative=off"])):
        account = meter(*toggles, *more)
        account.charge(75, 0.0)
        assert account.balance(0.0) == (rest, 0)
