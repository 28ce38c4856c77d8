"""What a stand-in bills is nobody's money."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from soundalike.errors import BudgetExceeded
from soundalike.storage import fingerprint
from soundalike.storage.spending import is_stand_in

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REAL = fingerprint("secret")
STAND_IN = fingerprint("secret", stand_in_at="http://127.0.0.1:8765")


def books(store, key):
    """The books of a new collection with this key; 1,000 credits a month."""
    return store.books(ALICE, uuid4(), key=key, budget_credits=10_000, monthly_credits=1_000, now=lambda: NOW)


@pytest.mark.parametrize(("first", "second"), [(REAL, STAND_IN), (STAND_IN, REAL)])
def test_a_month_of_real_requests_and_one_of_a_stand_ins_are_two(store, first, second):
    """Trying things out does not use up what may be spent, nor the other way round."""
    spender = books(store, first)
    spender.settle(spender.reserve("search", 300), 900, "ok")

    with pytest.raises(BudgetExceeded, match="the month's ceiling"):
        books(store, first).reserve("search", 300)
    assert books(store, second).left() == 1_000
    books(store, second).reserve("search", 300)


def test_the_ledger_marks_stand_ins_and_leaves_them_out_of_the_month(store):
    """A session tells whose bill it was; a month is money."""
    for key in (REAL, STAND_IN):
        spender = books(store, key)
        spender.settle(spender.reserve("search", 300), 300, "ok")

    ledger = store.ledger(ALICE)

    assert sorted(session.is_stand_in for session in ledger.sessions) == [False, True]
    assert [month.credits for month in ledger.months] == [300]


def test_a_stand_in_is_told_by_its_address_too():
    """Two emulators with one key have two rates and two balances."""
    other = fingerprint("secret", stand_in_at="http://127.0.0.1:9999")

    assert len({REAL, STAND_IN, other}) == 3
    assert {len(mark) for mark in (REAL, STAND_IN, other)} == {16}
    assert [is_stand_in(mark) for mark in (REAL, STAND_IN, other)] == [False, True, True]
