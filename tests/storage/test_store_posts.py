import json
import re
import time
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soundalike import storage
from soundalike.posts.post import Engagement, Post, Window
from soundalike.posts.rows import post_of
from soundalike.storage import TrainingSession

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
BOB = UUID("bbbbbbbb-0000-4000-8000-000000000002")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

COUNTS = [field.name for field in fields(Engagement)]
ENGAGEMENTS = st.builds(Engagement, **dict.fromkeys(COUNTS, st.none() | st.integers(0, 2**53 - 1)))


def _post(number, **changes):
    values = {"id": str(number), "text": f"post {number}", "created_at": NOON + timedelta(hours=number)}
    return Post(username="LevelsIO", **values | changes)


def _save(store, posts, *, user=ALICE, fetched_at=NOON):
    store.save_posts(user, "LevelsIO", posts, fetched_at=fetched_at, source="api")


def test_posts_come_back_as_they_were_oldest_first(store):
    """Every field of a post is read as it was written, under the username in any case."""
    rich = _post(
        2,
        engagement=Engagement(likes=10, reposts=2, views=900),
        lang="en",
        is_quote=True,
        media_links=("https://t.co/x",),
        author_id="7",
    )
    _save(store, [rich, _post(1)])
    assert store.load_posts(ALICE, "levelsio") == [_post(1), rich]


def test_a_window_takes_its_start_and_leaves_its_end(store):
    """Loading and counting agree with the window's own rule."""
    _save(store, [_post(number) for number in range(5)])
    window = Window(NOON + timedelta(hours=1), NOON + timedelta(hours=3))
    assert store.load_posts(ALICE, "levelsio", window) == [_post(1), _post(2)]
    assert (store.count_posts(ALICE, "LEVELSIO", window), store.count_posts(ALICE, "levelsio")) == (2, 5)


def test_the_newest_counts_win(store):
    """A later fetch replaces a post, an earlier one that arrives late does not."""
    fresh, stale = (_post(1, engagement=Engagement(likes=likes)) for likes in (50, 10))
    _save(store, [stale])
    _save(store, [fresh], fetched_at=NOON + timedelta(minutes=5))
    _save(store, [stale], fetched_at=NOON + timedelta(minutes=1))
    assert store.load_posts(ALICE, "levelsio") == [fresh]


def test_what_is_known_is_never_lost_to_what_is_not(store):
    """A source that does not state a count or a mark leaves the older one; the same whichever comes first."""
    rich = _post(
        1, engagement=Engagement(likes=10, views=900), lang="ja", is_quote=True, text="すぐ “ship” 🚀\\n"
    )
    poor = _post(1, engagement=Engagement(likes=50, reposts=2), has_media=True, text="すぐ “ship” 🚀\\n")
    both = replace(rich, engagement=Engagement(likes=50, reposts=2, views=900), has_media=True)
    later = NOON + timedelta(minutes=5)
    for user, first, second in ((ALICE, (rich, NOON), (poor, later)), (BOB, (poor, later), (rich, NOON))):
        for post, fetched_at in (first, second):
            _save(store, [post], user=user, fetched_at=fetched_at)
        assert store.load_posts(user, "levelsio") == [both]


@given(first=ENGAGEMENTS, second=ENGAGEMENTS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_count_is_the_newest_that_is_known(store, first, second):
    """Zero is a count, and unknown is none."""
    user = uuid4()
    for minute, counts in enumerate((first, second)):
        _save(store, [_post(1, engagement=counts)], user=user, fetched_at=NOON + timedelta(minutes=minute))
    (kept,) = store.load_posts(user, "levelsio")
    for name in COUNTS:
        old, new = getattr(first, name), getattr(second, name)
        assert getattr(kept.engagement, name) == (old if new is None else new)


def test_a_post_given_twice_is_kept_once(store):
    """Within one batch the last of a kind counts; an empty batch is none."""
    _save(store, [_post(1, text="first"), _post(1)])
    _save(store, [])
    assert store.load_posts(ALICE, "levelsio") == [_post(1)]


def test_hostile_text_is_stored_alike(store):
    """NUL characters and half emoji do not stop a collection."""
    _save(store, [_post(1, text="a\0b \ud83d"), _post(2, text="'; DROP TABLE collected_posts; --")])
    assert [post.text for post in store.load_posts(ALICE, "levelsio")] == [
        "ab \ufffd",
        "'; DROP TABLE collected_posts; --",
    ]


def test_another_users_posts_are_as_good_as_absent(store):
    """Two users who collect the same creator keep apart."""
    _save(store, [_post(1)])
    _save(store, [_post(1, text="mine")], user=BOB)
    assert store.load_posts(ALICE, "levelsio") == [_post(1)]
    assert store.count_posts(uuid4(), "levelsio") == 0


@pytest.mark.parametrize(
    ("others", "left"),
    [([], 0), ([("levelsio", ALICE)], 1), ([("swyx", ALICE)], 0), ([("levelsio", BOB)], 0)],
)
def test_purging_takes_the_posts_with_the_last_session(store, others, left):
    """Posts stay only while another session of the same user and creator needs them."""
    training = TrainingSession(uuid4(), ALICE, "LevelsIO", NOON)
    store.create_session(training)
    for username, user in others:
        store.create_session(TrainingSession(uuid4(), user, username, NOON))
    _save(store, [_post(1)])
    _save(store, [_post(1)], user=BOB)
    store.purge_session(ALICE, training.id)
    assert store.count_posts(ALICE, "levelsio") == left
    assert store.count_posts(BOB, "levelsio") == 1


def test_forgetting_a_creator_counts_the_posts(store):
    """What was deleted is said, and only this creator's is."""
    _save(store, [_post(1), _post(2)])
    store.save_posts(ALICE, "swyx", [_post(3)], fetched_at=NOON, source="file")
    assert store.forget_creator(ALICE, "LevelsIO").posts == 2
    assert store.count_posts(ALICE, "swyx") == 1


def test_posts_are_deleted_in_one_place_only():
    """In the file that deletes with them how far they were read."""
    found = {
        file.name: re.findall(
            r"delete\(\s*(collected_posts|read_stretches)", file.read_text(encoding="utf-8")
        )
        for file in Path(storage.__file__).parent.rglob("*.py")
    }
    assert {name: set(tables) for name, tables in found.items() if tables} == {
        "posts.py": {"collected_posts", "read_stretches"}
    }


@pytest.mark.slow
def test_twelve_thousand_real_posts_take_seconds(store, shared):
    """A long collection is saved, saved again and loaded without a long wait, and comes back whole."""
    lines = (shared / "data/creators/elonmusk.jsonl").read_text(encoding="utf-8").splitlines()
    posts = sorted((post_of(json.loads(line)) for line in lines), key=lambda post: (post.created_at, post.id))
    began = time.perf_counter()
    for minute in range(2):
        _save(store, posts, fetched_at=NOON + timedelta(minutes=minute))
    assert store.load_posts(ALICE, "levelsio") == posts
    assert time.perf_counter() - began < 20


def test_a_file_never_overrules_what_was_paid_for(store):
    """An archive taken in today may be years old; it adds what is unknown, such as its language, and no more."""
    bought = Post("1", "words", NOON, "levels", engagement=Engagement(likes=9_000, replies=70))
    older = Post("1", "words", NOON, "levels", engagement=Engagement(likes=12), lang="en")
    store.save_posts(ALICE, "levels", [bought], fetched_at=NOON, source="api")

    store.save_posts(ALICE, "levels", [older], fetched_at=NOON + timedelta(days=1), source="file")

    (kept,) = store.load_posts(ALICE, "levels")
    assert (kept.engagement.likes, kept.engagement.replies, kept.lang) == (9_000, 70, "en")
