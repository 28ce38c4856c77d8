"""Posts made to measure, and the real ones."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from soundalike.posts.post import Engagement, Post
from soundalike.posts.rows import post_of

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def make_post():
    """Make one post: number, likes and whatever else differs from a plain post, one every `hours`."""

    def make(number, likes=10, *, text="A plain sentence.", hours=6, views=None, replies=None, **rest):
        return Post(
            id=str(2_000_000_000_000_000_000 + number),
            text=text,
            created_at=rest.pop("created_at", START + timedelta(hours=hours * number)),
            username="maker",
            engagement=Engagement(likes=likes, replies=replies, views=views),
            **rest,
        )

    return make


@pytest.fixture(scope="session")
def creator(shared):
    """Read a real creator's posts by name."""

    def read(name):
        lines = (shared / "data/creators" / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
        return [post_of(json.loads(line)) for line in lines if line]

    return read
