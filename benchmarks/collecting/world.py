"""What the benchmarks of collecting run on: made-up creators, the stand-in in a process of its own, a clock to turn."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx2
import psycopg
from psycopg import sql
from sqlalchemy import make_url

from soundalike.config import Settings, read_settings
from soundalike.emulator import DEFAULT_KEY
from soundalike.emulator.app import Asked
from soundalike.posts.post import Engagement, Post, Window, last_id_before
from soundalike.posts.rows import row_of

SEARCH: Final = "/twitter/tweet/advanced_search"
TIMELINE: Final = "/twitter/user/last_tweets"
RICH: Final = "credits.recharge=1000000000"  # a key that no benchmark empties
UNLIMITED: Final = 10**9  # credits: a ceiling that no benchmark reaches

_LOG_LENGTH = 10_000  # requests that the stand-in remembers
_EDGE = timedelta(hours=1)  # no posts at the ends of a window, which move with the clock by seconds
_ADDRESSES = re.compile(r"at (http://\S+) \(toggles at (http://\S+)/faults\)")
_WORDS = "the kiln was slow to cool so we read about glazes and ate what was left of the bread again".split()


def told(post: Post) -> tuple[str, ...]:
    """What of a post has to arrive unchanged."""
    return (post.id, post.text, str(post.created_at), str(post.engagement))


def refusals(log: Iterable[Asked]) -> int:
    """How many requests came too fast."""
    return sum(asked.status == HTTPStatus.TOO_MANY_REQUESTS for asked in log)


@dataclass(frozen=True, slots=True)
class Author:
    """A made-up creator who posts at one pace in four half-years: `past` is the second, `present` the last of them."""

    username: str
    posts: tuple[Post, ...]
    past: Window
    present: Window

    def within(self, window: Window) -> set[Post]:
        """The posts of a window."""
        return {post for post in self.posts if post.created_at in window}


@dataclass(frozen=True, slots=True)
class Service:
    """A stand-in that runs in a process of its own."""

    base_url: str
    control: httpx2.Client

    def misbehave(self, *faults: str) -> None:
        """Begin anew with these faults and a key that is rich."""
        toggles = dict(fault.split("=", 1) for fault in (RICH, *faults))
        self.control.put("/faults", json=toggles).raise_for_status()

    def log(self, since: float) -> list[Asked]:
        """What was asked since a moment."""
        rows = self.control.get("/requests", params={"since": since}).raise_for_status().json()
        if len(rows) >= _LOG_LENGTH:
            raise SystemExit("the stand-in does not remember all that was asked: measure less at a time")
        return [Asked(**row) for row in rows]

    def settings(self, database_url: str) -> Settings:
        """The settings of a user of it, with ceilings that no benchmark reaches."""
        return read_settings(
            twitter_api_key=DEFAULT_KEY,
            twitter_api_base_url=self.base_url,
            twitter_api_budget_credits=UNLIMITED,
            twitter_api_monthly_credits=UNLIMITED,
            database_url=database_url,
        )

    def analyze(self, username: str, as_of: datetime, database_url: str) -> tuple[list[str], dict[str, str]]:
        """The command that collects a creator, and its environment."""
        settings = {
            "TWITTER_API_KEY": DEFAULT_KEY,
            "TWITTER_API_BASE_URL": self.base_url,
            "TWITTER_API_QPS": "auto",
            "TWITTER_API_BUDGET_CREDITS": str(UNLIMITED),
            "TWITTER_API_MONTHLY_CREDITS": str(UNLIMITED),
            "DATABASE_URL": database_url,
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "soundalike", "analyze", username, "--as-of", as_of.isoformat()]
        return [*command, "--json", "--yes"], os.environ | settings


class Clock:
    """A clock that stands still but for those who sleep by it."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        """What it shows."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.now += seconds


def author(username: str, a_window: int, *, seed: int, now: datetime | None = None) -> Author:
    """Make up a creator with that many posts in each half-year up to now."""
    chance = random.Random(f"{username} {seed}")  # noqa: S311 - no secret
    present = Window.months_before((now or datetime.now(UTC)).replace(microsecond=0), 6)
    windows = [present, present.before(), present.before().before(), present.before().before().before()]
    own_id = str(int(last_id_before(windows[-1].start)) + 1 + chance.randrange(2**22))
    posts = [
        _post(username, own_id, moment, chance)
        for window in windows
        for moment in _moments(window, a_window, chance)
    ]
    return Author(username, tuple(posts), past=windows[2], present=present)


def _moments(window: Window, number: int, chance: random.Random) -> Iterable[int]:
    """Different milliseconds, so that no two ids are the same."""
    first, last = (round(edge.timestamp() * 1000) for edge in (window.start + _EDGE, window.end - _EDGE))
    return chance.sample(range(first, last), number)


def _post(username: str, own_id: str, millisecond: int, chance: random.Random) -> Post:
    moment = datetime.fromtimestamp(millisecond / 1000, UTC)
    identity = str(int(last_id_before(moment)) + 1 + chance.randrange(2**22))
    words = " ".join(chance.choices(_WORDS, k=chance.randint(6, 30)))
    likes = int(chance.lognormvariate(7, 1.5))
    counts = Engagement(likes, likes // 8, likes // 20, likes // 50, likes * 60, likes // 30)
    return Post(
        id=identity,
        text=f"{words} {identity[-9:]}",
        created_at=moment.replace(microsecond=0),
        username=username,
        engagement=counts,
        author_id=own_id,
        lang="en",
    )


@contextmanager
def service(authors: Sequence[Author]) -> Iterator[Service]:
    """Serve the authors' posts while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "posts.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            lines.writelines(f"{json.dumps(row_of(post))}\n" for one in authors for post in one.posts)
        command = [sys.executable, "-m", "soundalike", "emulator", "--posts", str(file), "--port", "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                found = _ADDRESSES.search(process.stdout.readline() if process.stdout else "")
                if found is None:
                    raise SystemExit("the stand-in does not start")
                with httpx2.Client(base_url=found[2], timeout=60) as control:
                    yield Service(found[1], control)
            finally:
                process.terminate()


@contextmanager
def databases(server: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases that are dropped in the end: in a folder, or on the PostgreSQL server if one is named."""
    names: list[str] = []

    def on_server() -> str:
        names.append(f"soundalike_bench_{uuid4().hex}")
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(names[-1])))
        return make_url(server).set(database=names[-1]).render_as_string(hide_password=False)

    with tempfile.TemporaryDirectory() as folder:
        try:
            yield on_server if server else lambda: f"sqlite:///{folder}/{uuid4().hex}/soundalike.db"
        finally:
            for name in names:
                with psycopg.connect(server, autocommit=True) as admin:
                    admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
