"""A collection that is killed again and again pays nothing twice, and its books agree to the last entry."""

import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from soundalike.posts.post import Window
from soundalike.storage import fingerprint, open_store
from soundalike.storage.database import read_url
from soundalike.storage.tables import api_requests
from soundalike.storage.upgrade import open_database

pytestmark = pytest.mark.slow

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
SESSION = UUID("cccccccc-0000-4000-8000-000000000003")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WINDOW = Window(NOON - timedelta(minutes=1_000_000), NOON)
KILLS = 30
POSTS = 5  # a page
PRICE, MOST = 75, 300

#: Reads a stretch page by page from where the books say it stands; post n was written n minutes before noon.
COLLECTOR = """
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from soundalike.posts.api.stretches import Source, Stretch
from soundalike.posts.post import Post, Window
from soundalike.storage import fingerprint, open_store

url, user, session, noon, posts, price, most = sys.argv[1:]
NOON, POSTS = datetime.fromisoformat(noon), int(posts)
WINDOW = Window(NOON - timedelta(minutes=1_000_000), NOON)


def page(number):
    return [
        Post(str(10**7 - n), f"post {n}", NOON - timedelta(minutes=n), "LevelsIO", author_id="1")
        for n in range(number * POSTS + 1, number * POSTS + POSTS + 1)
    ]


def read_on(books, stretch):
    entry = books.reserve("search", int(most))
    posts = page(stretch.pages)
    reached = replace(
        stretch,
        reached=posts[-1].created_at,
        below_id=posts[-1].id,
        pages=stretch.pages + 1,
        brought=stretch.brought + len(posts),
    )
    return books.keep(entry, int(price), posts, reached)


with open_store(url) as store, store.hold("collect", message="Busy."):
    key = fingerprint("secret")
    books = store.books(
        UUID(user), UUID(session), key=key, budget_credits=10**9, monthly_credits=10**9, now=lambda: datetime.now(UTC)
    )
    begun = books.stretches("levelsio") or [Stretch.of("LevelsIO", WINDOW, Source.SEARCH, now=NOON)]
    print("begun", flush=True)
    stretch = begun[0]
    for _ in count():
        stretch = read_on(books, stretch)
"""


def test_whenever_it_is_killed_the_books_agree(url):
    """Every page noted as read has its posts and its settled entry; at most one entry a kill is open."""
    chance = random.Random(7)
    for _ in range(KILLS):
        _collect_and_kill(url, seconds=chance.uniform(0.0, 0.3))
    with open_store(url) as store:
        key = fingerprint("secret")
        books = store.books(ALICE, SESSION, key=key, budget_credits=10**9, now=lambda: NOON)
        (stretch,) = books.stretches("levelsio")
        posts, bill = books.posts("levelsio", WINDOW), books.bill()
        assert store.count_posts(ALICE, "levelsio") == len(posts)
    settled = _settled_entries(url)

    assert stretch.pages > KILLS
    assert [post.created_at for post in posts[::-1]] == [
        NOON - timedelta(minutes=number) for number in range(1, stretch.pages * POSTS + 1)
    ]
    assert (stretch.reached, stretch.below_id) == (posts[0].created_at, posts[0].id)
    assert (stretch.brought, stretch.stop) == (len(posts), None)
    assert settled == [(PRICE, POSTS, "ok")] * stretch.pages
    assert bill.open_requests <= KILLS
    assert bill.requests == stretch.pages + bill.open_requests
    assert bill.credits == stretch.pages * PRICE + bill.open_requests * MOST


def _collect_and_kill(url, *, seconds):
    facts = [url, ALICE, SESSION, NOON.isoformat(), POSTS, PRICE, MOST]
    command = [sys.executable, "-c", COLLECTOR, *map(str, facts)]
    deadline = time.monotonic() + 10
    while True:  # a server needs a moment to see that the killed one is gone, and to free its lock
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as collector:
            if collector.stdout.readline() == "begun\n":
                with pytest.raises(subprocess.TimeoutExpired):
                    collector.wait(seconds)
                collector.kill()
                return
            assert "Busy" in collector.stderr.read()
            assert time.monotonic() < deadline


def _settled_entries(url):
    table = api_requests.c
    statement = select(table.credits, table.posts, table.outcome).where(table.outcome.is_not(None))
    database = open_database(read_url(url))
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(statement)]
    database.close()
    return rows
