"""What is deleted by its age, on both databases: the old, all of the old, and nothing but the old."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from soundalike.errors import StorageError
from soundalike.posts.api.planning import Wish, plan, unread
from soundalike.posts.api.stretches import Source, StopReason, Stretch
from soundalike.posts.post import Creator, Post, Window
from soundalike.storage import TrainingSession, fingerprint
from soundalike.storage.posts import put_posts
from soundalike.storage.retention import Purged, Retention
from soundalike.storage.stretches import put_stretch
from soundalike.storage.tables import (
    collected_posts,
    invitations,
    jobs,
    logins,
    read_stretches,
    sign_in_links,
    step_artefacts,
    throttles,
    training_events,
    users,
    workspaces,
)

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
CLARA = UUID("cccccccc-0000-4000-8000-000000000003")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADA = Creator("1", "ada")
SIX_MONTHS = Window(NOW - 180 * DAY, NOW)


def a_post(number):
    """A post written so many days ago."""
    return Post(str(1_000 - number), f"post {number}", NOW - number * DAY, "ada")


def keep(store, *numbers, days_ago, user=ALICE, username="ada", source="api"):
    """Keep posts that were fetched so many days ago."""
    posts = [a_post(number) for number in numbers]
    store.save_posts(user, username, posts, fetched_at=NOW - days_ago * DAY, source=source)


def kept(store, user=ALICE, username="ada"):
    """The ages in days, when written, of the posts there are."""
    return [(NOW - post.created_at).days for post in store.load_posts(user, username)]


def purge(store, days=30):
    """Delete old posts, by every rule there is."""
    found = store.retention
    return sum(found.purge_posts(rule) for rule in found.rules(days=days, now=NOW))


def add(store, table, **values):
    """Add a row."""
    with store.database.writing() as connection:
        connection.execute(insert(table).values(**values))


def count(store, table):
    """How many rows there are."""
    with store.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table))


def add_workspace(store, workspace_id, days):
    """A workspace with a rule of its own."""
    add(store, workspaces, id=workspace_id, name="w", retention_days=days, created_at=NOW)


def add_session(store, *, user=ALICE, days_ago=40, username="Ada", **changes):
    """A training session begun so many days ago."""
    created_at = NOW - days_ago * DAY
    session = TrainingSession(
        id=uuid4(), user_id=user, creator_username=username, created_at=created_at, status="collected"
    )
    store.create_session(replace(session, **changes))
    return session.id


def add_job(store, session_id, status, *, user=ALICE, kind="train"):
    """A job of a session."""
    values = {"session_id": session_id, "kind": kind, "user_id": user, "status": status}
    add(store, jobs, **values, created_at=NOW, order={})


# Posts


def test_what_was_fetched_before_the_rule_goes_and_the_rest_stays(store):
    """A day over is too old, a post fetched again since is not, and the other source counts alike."""
    keep(store, 1, 2, 3, days_ago=31)
    keep(store, 4, days_ago=31, source="file")
    keep(store, 2, days_ago=29)
    keep(store, 5, days_ago=30)
    assert purge(store) == 3
    assert kept(store) == [5, 2]
    assert purge(store) == 0


def test_each_workspace_has_its_own_rule(store):
    """Shorter, longer, none at all with 0, and the default for one without a row or without a number."""
    for user, days in ((BOB, 5), (CLARA, 0), (UUID(int=9), None), (UUID(int=8), 10**9)):
        add_workspace(store, user, days)
    for user in (ALICE, BOB, CLARA, UUID(int=9), UUID(int=8)):
        keep(store, 1, days_ago=6, user=user)
        keep(store, 2, days_ago=400, user=user)
    assert purge(store) == 4
    assert (kept(store), kept(store, BOB), kept(store, CLARA)) == ([1], [], [2, 1])
    assert (kept(store, UUID(int=9)), kept(store, UUID(int=8))) == ([1], [2, 1])


def test_a_default_of_0_keeps_all_but_where_a_workspace_says_otherwise(store):
    """Nothing is deleted behind the back of who switched it off."""
    add_workspace(store, BOB, 5)
    keep(store, 1, days_ago=4_000)
    keep(store, 1, days_ago=6, user=BOB)
    assert purge(store, days=0) == 1
    assert (kept(store), kept(store, BOB)) == ([1], [])


@pytest.mark.parametrize("status", ["queued", "running"])
@pytest.mark.parametrize("kind_of_job", ["collect", "train"])
def test_a_creator_whose_job_is_open_is_left_alone(store, status, kind_of_job):
    """Whatever the case of the name; only in that workspace, and only until the job has ended."""
    add_job(store, add_session(store, username="aDa"), status, kind=kind_of_job)
    for user, username in ((ALICE, "ada"), (ALICE, "bea"), (BOB, "ada")):
        keep(store, 1, days_ago=31, user=user, username=username)
    assert purge(store) == 2
    assert (kept(store), kept(store, ALICE, "bea"), kept(store, BOB)) == ([1], [], [])


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "parked"])
def test_a_job_that_has_ended_holds_nothing_back(store, status):
    """However it ended."""
    add_job(store, add_session(store), status)
    keep(store, 1, days_ago=31)
    assert purge(store) == 1


def test_many_posts_go_in_many_transactions(store):
    """All of them in the end, the latest first, each with the stretch cut short at once."""
    keep(store, *range(1, 9), days_ago=31)
    rule = store.retention.rules(days=30, now=NOW)[0]
    batches = Retention(store.database, posts_at_once=3)._purge_creator(ALICE, "ada", rule.before)
    assert next(batches) == 3
    assert kept(store) == [8, 7, 6, 5, 4]
    assert list(batches) == [3, 2]
    assert kept(store) == []


# Stretches: a stretch says which posts need not be bought again


def read(store, posts, *, days_ago, end=0, reached=180, stop=StopReason.WINDOW_COVERED, **changes):
    """Note a stretch read so many days ago from `end` back to `reached` days ago, with the posts it brought."""
    stretch = Stretch.of(
        "ada", Window(NOW - 180 * DAY, NOW - end * DAY), Source.SEARCH, now=NOW - days_ago * DAY
    )
    stretch = replace(stretch, reached=NOW - reached * DAY, stop=stop, pages=1, **changes)
    with store.database.writing() as connection:
        added = put_stretch(connection, ALICE, stretch)
    keep(store, *posts, days_ago=days_ago)
    return added


def stretches(store):
    """What is noted of how far Ada's posts are read, in days before now."""
    books = store.books(ALICE, None, key=fingerprint("k"), budget_credits=1, now=lambda: NOW)
    return [((NOW - s.end).days, (NOW - s.reached).days) for s in books.stretches("ada")]


def gaps(store):
    """The parts of six months that a collection would buy, in days before now."""
    books = store.books(ALICE, None, key=fingerprint("k"), budget_credits=1, now=lambda: NOW)
    todo = plan(Wish(SIX_MONTHS, max_age=365 * DAY), books.stretches("ada"), ADA, now=NOW)
    return [((NOW - s.end).days, (NOW - s.start).days) for s in todo]


def test_a_stretch_whose_posts_are_gone_goes_too(store):
    """A later collection buys them again, and does not believe it has them."""
    read(store, [1, 100, 180], days_ago=31)
    assert gaps(store) == []
    purge(store)
    assert (stretches(store), gaps(store)) == ([], [(0, 180)])


def test_a_stretch_keeps_the_part_whose_posts_are_kept(store):
    """Read over two days, its later half was fetched first: that is bought again, the earlier half is not."""
    read(store, [1, 50, 90], days_ago=31)
    keep(store, 91, 120, 179, days_ago=30)
    purge(store)
    assert kept(store) == [179, 120, 91]
    assert (stretches(store), gaps(store)) == ([(90, 180)], [(0, 90)])


def test_a_post_that_a_fresh_reading_did_not_bring_cuts_nothing(store):
    """One that was deleted on X since: it is old, but what was read around it is not."""
    keep(store, 60, days_ago=31)
    read(store, [1, 50, 90], days_ago=2)
    assert purge(store) == 1
    assert (kept(store), stretches(store), gaps(store)) == ([90, 50, 1], [(0, 180)], [])


def test_posts_from_files_cut_nothing(store):
    """Books speak of what was bought."""
    read(store, [1, 90], days_ago=2)
    keep(store, 60, days_ago=31, source="file")
    assert purge(store) == 1
    assert stretches(store) == [(0, 180)]


def test_an_unfinished_stretch_is_not_gone_on_with_when_its_posts_are_gone(store):
    """It would go on below posts that nobody has."""
    below = a_post(90).id
    read(store, [1, 50, 90], days_ago=31, reached=90, stop=None, below_id=below)
    purge(store)
    assert (stretches(store), gaps(store)) == ([], [(0, 180)])


def test_other_creators_and_users_keep_their_stretches(store):
    """A stretch speaks of one creator's posts, kept by one user."""
    read(store, [1, 180], days_ago=31)
    other = Stretch.of("bea", SIX_MONTHS, Source.SEARCH, now=NOW - 31 * DAY)
    with store.database.writing() as connection:
        put_stretch(connection, ALICE, replace(other, reached=NOW - 180 * DAY))
        put_stretch(connection, BOB, replace(other, username="ada", reached=NOW - 180 * DAY))
    purge(store)
    assert count(store, read_stretches) == 2


def test_a_collection_under_way_does_not_vouch_for_what_was_deleted_meanwhile(store):
    """Its next page is settled, but neither posts nor the old reach of its stretch are put back."""
    stretch = read(store, [1, 50], days_ago=31, reached=50, stop=None, below_id=a_post(50).id)
    keep(store, 51, days_ago=29)
    purge(store)
    books = store.books(ALICE, None, key=fingerprint("k"), budget_credits=900, now=lambda: NOW)
    with pytest.raises(StorageError, match="deleted while more of it was being collected"):
        books.keep(books.reserve("search", 300), 15, [a_post(60)], replace(stretch, reached=NOW - 60 * DAY))
    assert kept(store) == [51]


READINGS = st.lists(
    st.tuples(st.integers(20, 45), st.integers(0, 12), st.integers(1, 12)), min_size=1, max_size=4
)


@pytest.mark.slow
@given(readings=READINGS, most=st.integers(1, 4))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_read_when_no_stretch_vouches_for_a_post_that_is_gone(store, readings, most):
    """One post every day; each reading brings all of its days: afterwards what counts as read is kept."""
    with store.database.writing() as connection:
        connection.execute(read_stretches.delete())
        connection.execute(collected_posts.delete())
        for days_ago, end, length in sorted(readings, reverse=True):
            stretch = Stretch.of("ada", Window(NOW - 90 * DAY, NOW - end * DAY), Source.SEARCH, now=NOW)
            reached = NOW - (end + length) * DAY
            fetched_at = NOW - days_ago * DAY
            put_stretch(connection, ALICE, replace(stretch, reached=reached, read_at=fetched_at))
            brought = [a_post(number) for number in range(end + 1, end + length + 1)]
            put_posts(connection, ALICE, "ada", brought, fetched_at=fetched_at, source="api")
    small_steps = Retention(store.database, posts_at_once=most)
    [rule] = small_steps.rules(days=30, now=NOW)
    small_steps.purge_posts(rule)
    books = store.books(ALICE, None, key=fingerprint("k"), budget_credits=1, now=lambda: NOW)
    left = books.stretches("ada")
    missing = unread(Window(NOW - 30 * DAY, NOW), left)
    ages = set(kept(store))
    for number in range(1, 30):
        vouched = not any(NOW - number * DAY in gap for gap in missing)
        assert not vouched or number in ages
    fresh = {day for ago, end, length in readings if ago <= 30 for day in range(end + 1, end + length + 1)}
    assert ages == fresh


# Sessions, steps, events


def texts(store, user, session_id):
    """The texts of the posts under review."""
    return [row.get("text") for row in store.get_session(user, session_id).posts_collected or []]


def test_texts_under_review_go_ids_and_figures_stay(store):
    """Of sessions as old as the rule says; newer ones, and those with an open job, keep theirs."""
    row = {"id": "1", "text": "hello", "likeCount": 5, "viralScore": 90.5, "viewCount": None}
    old, new, busy, empty = (
        add_session(store, days_ago=days, posts_collected=posts)
        for days, posts in ((31, [row, row]), (29, [row]), (31, [row]), (31, None))
    )
    add_job(store, busy, "running")
    [rule] = store.retention.rules(days=30, now=NOW)
    assert store.retention.purge_sessions(rule) == 1
    bare = {"id": "1", "likeCount": 5, "viralScore": 90.5, "viewCount": None}
    assert store.get_session(ALICE, old).posts_collected == [bare, bare]
    assert (texts(store, ALICE, new), texts(store, ALICE, busy)) == (["hello"], ["hello"])
    assert store.get_session(ALICE, empty).posts_collected is None
    assert store.retention.purge_sessions(rule) == 0


def test_all_old_sessions_are_gone_through(store):
    """However many there are."""
    ids = [add_session(store, posts_collected=[{"id": "1", "text": "x"}]) for _ in range(5)]
    [rule] = store.retention.rules(days=30, now=NOW)
    assert Retention(store.database, sessions_at_once=2).purge_sessions(rule) == 5
    assert [texts(store, ALICE, session_id) for session_id in ids] == [[None]] * 5


def add_traces(store, session_id, *days_ago):
    """A status and what a step made, for each of these days."""
    for number, days in enumerate(days_ago, start=1):
        at = NOW - days * DAY
        add(store, training_events, session_id=session_id, number=number, at=at, body={"progress": number})
        made = {"input_hash": "h", "artefact": {}, "detail": "", "seconds": 1.0}
        add(store, step_artefacts, session_id=session_id, step=f"s{number}", made_at=at, **made)


def test_traces_of_an_old_training_go_its_last_status_stays(store):
    """Whoever asks for it still learns how it ended; a training that went on since the rule's day keeps all."""
    old, new, busy = (add_session(store, event_number=3) for _ in range(3))
    add_traces(store, old, 40, 35, 31)
    add_traces(store, new, 40, 35, 29)
    add_traces(store, busy, 40, 35, 31)
    add_job(store, busy, "queued")
    add_job(store, old, "completed")
    [rule] = store.retention.rules(days=30, now=NOW)
    purged = store.retention.purge_traces(rule)
    assert (purged.artefacts, purged.events) == (3, 2)
    assert store.jobs.read_status(ALICE, old) == {"progress": 3}
    assert [event.number for event in store.jobs.read_events(ALICE, old)] == [3]
    assert [event.number for event in store.jobs.read_events(ALICE, new)] == [1, 2, 3]
    assert count(store, step_artefacts) == 6
    assert store.retention.purge_traces(rule) == Purged()


def test_traces_of_a_workspace_go_by_its_own_rule(store):
    """As its posts do."""
    add_workspace(store, BOB, 0)
    for user in (ALICE, BOB):
        add_traces(store, add_session(store, user=user, event_number=2), 40, 39)
    purged = [store.retention.purge_traces(rule) for rule in store.retention.rules(days=30, now=NOW)]
    assert sum(each.artefacts for each in purged) == 2
    assert count(store, training_events) == 3


def test_what_has_expired_goes_what_has_not_stays(store):
    """Logins, links, invitations and throttles."""
    person = uuid4()
    add(store, users, id=person, email="a@b.c", name="", created_at=NOW)
    add_workspace(store, ALICE, None)
    for name, expires_at in (("old", NOW - DAY), ("new", NOW + DAY)):
        times = {"created_at": NOW - 9 * DAY, "expires_at": expires_at, "token_hash": name}
        add(store, logins, **times, user_id=person, workspace_id=ALICE, seen_at=NOW, user_agent="")
        add(store, sign_in_links, **times, user_id=person)
        add(store, invitations, **times, id=uuid4(), workspace_id=ALICE, email="e", role="member")
        add(store, throttles, name=name, arrives=expires_at.timestamp())
    purged = store.retention.purge_expired(before=NOW)
    assert purged == Purged(logins=1, links=1, invitations=1, throttles=1)
    assert [count(store, table) for table in (logins, sign_in_links, invitations, throttles)] == [1] * 4
