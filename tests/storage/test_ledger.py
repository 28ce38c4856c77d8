from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from soundalike.posts.api.books import OK
from soundalike.posts.api.stretches import Source, Stretch
from soundalike.posts.api.wire import Balance
from soundalike.posts.post import Post, Window
from soundalike.storage import TrainingSession, fingerprint
from soundalike.storage.database import Database, connect, read_url
from soundalike.storage.spending import MonthSpending, SessionSpending

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """Moves a minute whenever it is asked."""

    def __init__(self, start=NOON):
        self.moment = start - MINUTE

    def __call__(self):
        self.moment += MINUTE
        return self.moment


def books_of(store, session, *, user=ALICE, key="secret", start=NOON):
    """Books without much of a ceiling."""
    return store.books(user, session, key=fingerprint(key), budget_credits=10**6, now=Clock(start))


def keep_page(books, posts):
    """Ask for a page of so many posts."""
    page = [Post(str(number), "text", NOON, "LevelsIO") for number in range(posts)]
    stretch = Stretch.of("LevelsIO", Window(NOON - MINUTE, NOON), Source.SEARCH, now=NOON)
    books.keep(books.reserve("search", 300), 15 * posts, page, stretch)


def test_the_ledger_says_what_was_spent_on_what(store, training):
    """Every session with its creator: requests, posts, credits, when, and what came of the requests."""
    store.create_session(training)
    books = books_of(
        store, training.id
    )  # the books' opening takes a minute, each booking and settling another
    books.settle(books.reserve("profile", 18), 18, OK)
    keep_page(books, 3)
    books.settle(books.reserve("search", 300), 15, "upstream_unavailable")
    books.reserve("search", 300)
    (spending,) = store.ledger(ALICE).sessions
    assert spending == SessionSpending(
        session_id=training.id,
        username="LevelsIO",
        created_at=training.created_at,
        requests=4,
        posts=3,
        credits=18 + 45 + 15 + 300,
        open_requests=1,
        first_at=NOON + MINUTE,
        last_at=NOON + 7 * MINUTE,
        outcomes={"ok": 2, "upstream_unavailable": 1},
    )


def test_what_was_spent_outlasts_what_it_was_spent_on(store, url, training):
    """A forgotten creator's spending stays, without a name anywhere in its rows."""
    store.create_session(training)
    keep_page(books_of(store, training.id), 2)
    store.forget_creator(ALICE, "levelsio")
    (spending,) = store.ledger(ALICE).sessions
    assert (spending.session_id, spending.username, spending.created_at) == (training.id, None, None)
    assert (spending.requests, spending.posts, spending.credits) == (1, 2, 30)
    database = Database(connect(read_url(url)))
    with database.reading() as connection:
        rows = connection.execute(text("SELECT * FROM api_requests")).all()
    database.close()
    assert len(rows) == 1
    assert "levelsio" not in str(rows).lower()


def test_sessions_and_months_come_newest_first(store):
    """A session used again is new again; what belongs to no session is named so."""
    old, new = uuid4(), uuid4()
    for number, session in enumerate((old, new, None, old)):
        keep_page(books_of(store, session, start=NOON + timedelta(days=5 * number)), 1)
    ledger = store.ledger(ALICE)
    assert [spending.session_id for spending in ledger.sessions] == [old, None, new]
    assert ledger.months == (MonthSpending(2026, 12, 2, 2, 30, 0), MonthSpending(2026, 11, 2, 2, 30, 0))


def test_a_month_is_whole_where_only_its_end_was_asked_for(store):
    """Sessions are counted from the moment on, months from the first of the moment's month on."""
    for day in (-30, 0, 1):
        keep_page(books_of(store, None, start=NOON + timedelta(days=day)), 1)
    ledger = store.ledger(ALICE, since=NOON + timedelta(days=1))
    assert [spending.requests for spending in ledger.sessions] == [1]
    assert [(month.month, month.requests) for month in ledger.months] == [(11, 2)]


def test_another_users_spending_is_as_good_as_absent(store):
    """Also where the session is another user's by name."""
    session = uuid4()
    store.create_session(TrainingSession(session, BOB, "swyx", NOON))
    keep_page(books_of(store, session), 1)
    (spending,) = store.ledger(ALICE).sessions
    assert (spending.session_id, spending.username) == (session, None)
    assert store.ledger(BOB).sessions == store.ledger(BOB).months == ()


@pytest.mark.parametrize(("left", "difference"), [(900, 0), (915, -15), (880, 20)])
def test_the_books_are_held_against_the_vendor(store, left, difference):
    """All users' requests of the key count, another key's and free ones do not."""
    key = fingerprint("secret")
    store.note_balance(key, Balance(recharged=1_000, bonus=50), at=NOON)
    for user, posts in ((ALICE, 4), (BOB, 3)):
        keep_page(books_of(store, uuid4(), user=user), posts)
    keep_page(books_of(store, uuid4(), key="another key"), 9)
    evening = NOON + timedelta(hours=8)
    books_of(store, None, start=evening - MINUTE).reserve("balance", 0)
    spent = 1_000 - left
    store.note_balance(key, Balance(recharged=left, bonus=50), at=evening)
    (check,) = store.reconcile(key)
    assert (check.fell, check.booked, check.topped_up) == (spent, 105, False)
    assert check.difference == 105 - spent


def test_a_balance_is_noted_once_a_moment(store):
    """Two processes that note the same do not get in each other's way."""
    key = fingerprint("secret")
    for _ in range(2):
        store.note_balance(key, Balance(1, 2), at=NOON)
    assert store.reconcile(key) == []
