"""What books on a database promise beyond those of a process."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from soundalike.errors import BudgetExceeded, StorageError
from soundalike.posts.api.books import OK, Bill
from soundalike.posts.api.stretches import Source, Stretch
from soundalike.posts.post import Engagement, Post, Window
from soundalike.storage import TrainingSession, fingerprint, open_store
from soundalike.storage.database import Database, connect, read_url
from soundalike.storage.posts import API, put_posts
from soundalike.storage.stretches import put_stretch

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
SESSION = UUID("cccccccc-0000-4000-8000-000000000003")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = Window(NOON - timedelta(days=1), NOON)
MUCH = 10**9


def books_of(store, *, user=ALICE, session=SESSION, budget=1_000, monthly=None, now=NOON):
    """Books of a collection of Alice's."""
    key = fingerprint("secret")
    limits = {"budget_credits": budget, "monthly_credits": monthly}
    return store.books(user, session, key=key, **limits, now=lambda: now)


def a_post(number, **changes):
    """A post of LevelsIO's on that day."""
    values = {"id": str(number), "text": f"post {number}", "created_at": NOON - timedelta(minutes=number)}
    return Post(username="LevelsIO", **values | changes)


def a_stretch(**changes):
    """A stretch of that day of which nothing is read."""
    return replace(Stretch.of("LevelsIO", DAY, Source.SEARCH, now=NOON), **changes)


def keep_page(books, *posts):
    """Ask for a page and keep it; gives its stretch."""
    return books.keep(books.reserve("search", 300), 15 * len(posts), posts, a_stretch(pages=1))


def test_a_run_goes_on_with_the_books_of_the_one_before(store):
    """What a killed run left open counts at its highest price; its pages, places and key of the stretch are known."""
    first = books_of(store)
    kept = keep_page(first, a_post(1))
    first.reserve("search", 300)
    again = books_of(store, budget=600)
    assert (again.bill(), again.left()) == (Bill(2, 315, 1), 285)
    assert (again.stretches("levelsio"), again.posts("levelsio", DAY)) == ([kept], [a_post(1)])
    with pytest.raises(BudgetExceeded, match=r"the collection's budget of 600 credits; 315 are spent"):
        again.reserve("search", 300)


def test_the_month_is_one_ceiling_over_all_collections(store):
    """Another session's spending counts, another user's and last month's do not."""
    november = datetime(2026, 11, 1, tzinfo=UTC)
    books_of(store, session=uuid4(), now=november - timedelta(microseconds=1)).reserve("search", 700)
    books_of(store, user=BOB).reserve("search", 700)
    books_of(store, session=uuid4(), now=november).reserve("search", 700)
    books = books_of(store, monthly=900)
    assert (books.bill(), books.left()) == (Bill(), 200)
    with pytest.raises(BudgetExceeded, match=r"the month's ceiling of 900 credits; 700 are spent"):
        books.reserve("search", 300)
    books.reserve("search", 200)


def test_a_month_is_a_month_in_utc(store):
    """Where the clock shows another zone, the calendar's edge stays where it is."""
    tokyo = datetime.fromisoformat("2026-12-01T08:59:59+09:00")
    books_of(store, session=uuid4(), now=NOON).reserve("search", 700)
    assert books_of(store, monthly=1_000, now=tokyo).left() == 300
    assert books_of(store, monthly=1_000, now=tokyo + timedelta(seconds=1)).left() == 1_000


def test_processes_never_pass_a_ceiling_together(store, url):
    """Eight collections of one user reserve at once, each over its own connections: four fit into the month."""
    stores = [open_store(url) for _ in range(4)]

    def reserve(number):
        try:
            return books_of(stores[number % 4], session=uuid4(), monthly=1_200).reserve("search", 300)
        except BudgetExceeded:
            return None

    with ThreadPoolExecutor(8) as pool:
        entries = [entry for entry in pool.map(reserve, range(8)) if entry is not None]
    for opened in stores:
        opened.close()
    assert len(set(entries)) == 4
    assert books_of(store, monthly=1_200).left() == 0


def test_requests_of_no_session_have_books_of_their_own(store):
    """An estimate belongs to no collection: its books begin when they are opened, but the month counts."""
    books_of(store, session=None).reserve("profile", 18)
    later = books_of(store, session=None, now=NOON + timedelta(seconds=1), monthly=20)
    assert later.bill() == Bill()
    with pytest.raises(BudgetExceeded, match="month"):
        later.reserve("profile", 18)


def test_a_page_that_cannot_be_put_away_leaves_no_trace(store):
    """Nothing of it is kept: neither price nor posts nor place; the request stays open."""
    books = books_of(store)
    bad = a_post(2, created_at=datetime(2026, 11, 22))  # noqa: DTZ001 - no zone, which no column takes
    with pytest.raises(StorageError, match="no zone"):
        keep_page(books, a_post(1), bad)
    assert (books.bill(), books.stretches("levelsio"), books.posts("levelsio", DAY)) == (
        Bill(1, 300, 1),
        [],
        [],
    )


def test_what_came_from_a_file_was_not_paid_for(store):
    """Posts of a file fill no window; once the API brought one, a file does not make it a file's again."""
    store.save_posts(
        ALICE, "levelsio", [a_post(1), a_post(2)], fetched_at=NOON + timedelta(hours=1), source="file"
    )
    books = books_of(store)
    assert books.posts("levelsio", DAY) == []
    keep_page(books, a_post(2))
    store.save_posts(ALICE, "levelsio", [a_post(2)], fetched_at=NOON + timedelta(hours=2), source="file")
    assert books.posts("levelsio", DAY) == [a_post(2)]


def test_the_books_tell_when_posts_were_fetched(store):
    """A page is as fresh as the moment at which it was kept."""
    keep_page(books_of(store), a_post(1, engagement=Engagement(likes=5)))
    stale = a_post(1, engagement=Engagement(likes=3))
    store.save_posts(ALICE, "levelsio", [stale], fetched_at=NOON - timedelta(seconds=1), source="file")
    assert store.load_posts(ALICE, "levelsio")[0].engagement.likes == 5


def test_another_users_books_are_closed(store):
    """Nobody sees what another read or settles what another asked."""
    books = books_of(store)
    keep_page(books, a_post(1))
    entry = books.reserve("search", 300)
    others = books_of(store, user=BOB)
    assert (others.bill(), others.stretches("levelsio"), others.posts("levelsio", DAY)) == (Bill(), [], [])
    with pytest.raises(StorageError, match=f"no request {entry}"):
        others.settle(entry, 0, OK)
    assert books.bill().open_requests == 1


def test_another_users_stretch_is_not_read_on(store):
    """A key that is somebody else's, or another creator's, is as good as none."""
    kept = keep_page(books_of(store), a_post(1))
    for user, username in ((BOB, "LevelsIO"), (ALICE, "swyx")):
        others = books_of(store, user=user, session=uuid4())
        with pytest.raises(StorageError, match="deleted"):
            others.keep(others.reserve("search", 300), 15, [], replace(kept, username=username, pages=9))
    assert books_of(store).stretches("levelsio") == [kept]


def _forget(store):
    store.forget_creator(ALICE, "levelsio")


def _purge(store):
    training = TrainingSession(SESSION, ALICE, "LevelsIO", NOON)
    store.create_session(training)
    store.purge_session(ALICE, training.id)


@pytest.mark.parametrize("delete", [_forget, _purge])
def test_how_far_a_creator_was_read_goes_with_the_posts(store, delete):
    """Or a later collection would believe that it has them; another user's and another creator's stay."""
    keep_page(books_of(store), a_post(1))
    theirs = keep_page(books_of(store, user=BOB), a_post(1))
    books = books_of(store)
    swyx = books.keep(books.reserve("search", 300), 15, [], a_stretch(username="swyx"))
    delete(store)
    assert (books.stretches("levelsio"), books.posts("levelsio", DAY)) == ([], [])
    assert (books.stretches("swyx"), books_of(store, user=BOB).stretches("levelsio")) == ([swyx], [theirs])


def test_posts_stay_with_how_far_they_were_read(store):
    """Purging one of two sessions deletes neither."""
    trainings = [TrainingSession(uuid4(), ALICE, "LevelsIO", NOON) for _ in range(2)]
    for training in trainings:
        store.create_session(training)
    kept = keep_page(books_of(store), a_post(1))
    store.purge_session(ALICE, trainings[0].id)
    assert (books_of(store).stretches("levelsio"), store.count_posts(ALICE, "levelsio")) == ([kept], 1)


def test_what_is_forgotten_while_it_is_read_stays_forgotten(store):
    """The page under way is paid for and not put away, and its key never comes to mean another stretch."""
    books = books_of(store)
    kept = keep_page(books, a_post(1))
    entry = books.reserve("search", 300)
    store.forget_creator(ALICE, "levelsio")
    other = books.keep(books.reserve("search", 300), 15, [a_post(3)], a_stretch(pages=8))
    with pytest.raises(StorageError, match="@LevelsIO has been deleted"):
        books.keep(entry, 30, [a_post(2)], replace(kept, pages=2))
    assert books.bill() == Bill(3, 60, 0)
    assert (books.stretches("levelsio"), books.posts("levelsio", DAY)) == ([other], [a_post(3)])


def test_forgetting_waits_for_a_page_that_is_being_kept(store, url):
    """Or it would see neither the page's posts nor its stretch, and both would stay."""
    database = Database(connect(read_url(url)))
    forgetting = threading.Thread(target=store.forget_creator, args=(ALICE, "LEVELSIO"))
    with database.writing() as connection:
        put_posts(connection, ALICE, "LevelsIO", [a_post(1)], fetched_at=NOON, source=API)
        put_stretch(connection, ALICE, a_stretch(pages=1))
        forgetting.start()
        forgetting.join(0.3)
    forgetting.join()
    database.close()
    books = books_of(store)
    assert (books.stretches("levelsio"), books.posts("levelsio", DAY)) == ([], [])


def test_a_stretch_of_another_version_is_understood(store, url):
    """A field that the row lacks is at its default, one that is not known here is passed over."""
    keep_page(books_of(store), a_post(1))
    place = '{"username": "LevelsIO", "pages": 4, "somethingNew": 1}'
    database = Database(connect(read_url(url)))
    with database.writing() as connection:
        connection.execute(
            text(f"UPDATE read_stretches SET place = '{place}'").execution_options(no_parameters=True)
        )
    database.close()
    (stretch,) = books_of(store).stretches("levelsio")
    assert (stretch.pages, stretch.cursors, stretch.below_id) == (4, (), None)


def test_keys_are_told_apart_and_not_given_away():
    """A fingerprint fits its column, is the same for the same key, and holds none of it."""
    key = "new1_0123456789abcdef"
    assert fingerprint(key) == fingerprint(f" {key}\n") != fingerprint(key[:-1])
    assert len(fingerprint(key)) == 16
    assert not any(key[start : start + 5] in fingerprint(key) for start in range(len(key) - 4))
