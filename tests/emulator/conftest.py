"""A stand-in per test file with a clock that makes no request wait, and ways to ask it."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx2
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from soundalike.emulator import Faults, running
from soundalike.posts.post import Engagement, Post, last_id_before

START = datetime(2024, 1, 1, 12, tzinfo=UTC)


def post_at(minutes, text="Nothing to see here.", *, username="Ann_Writes", **more):
    """A post some minutes after START, with the id that time gives."""
    moment = START + timedelta(minutes=minutes)
    identity = str(int(last_id_before(moment)) + 1 + sum(username.encode()))
    engagement = more.pop("engagement", Engagement(likes=minutes, reposts=1, replies=0, views=100 * minutes))
    return Post(identity, text, moment, username, engagement=engagement, **more)


@pytest.fixture(scope="module")
def make_post():
    """Makes a post: `make_post(minutes, text, username=…)`."""
    return post_at


@pytest.fixture(scope="module")
def posts():
    """Sixty-five posts of Ann (5 replies, 5 reposts, a quote) and three of Bob."""
    ann = [post_at(n, f"Thought {n} about glaze #kiln https://t.co/abc{n}") for n in range(54)]
    replies = [post_at(60 + n, f"@bob yes, {n} of them", is_reply=True) for n in range(5)]
    reposts = [post_at(70 + n, f"RT @carol: {'word ' * 40}{n}", is_repost=True) for n in range(5)]
    quote = post_at(80, "This matches 🔥 @bob", is_quote=True, lang="en")
    bob = [post_at(n * 10, f"Bob says {n}", username="bob", author_id="42") for n in range(3)]
    return [*ann, *replies, *reposts, quote, *bob]


@pytest.fixture(scope="module")
def stand_in(posts):
    """A running stand-in whose clock jumps a minute at every look, so that only tests of the rate meet the rate."""
    ticks = count(int(START.timestamp()) + 7200, 60)
    with running(posts, clock=lambda: float(next(ticks))) as emulator:
        yield emulator


@pytest.fixture
def ask(stand_in):
    """Asks with the right key and the given toggles: `ask(path, *toggles, **params)`; toggles stay until changed."""
    stand_in.set_faults(Faults())
    with httpx2.Client(base_url=stand_in.base_url, headers={"x-api-key": stand_in.key}) as client:

        def send(path, *toggles, **params):
            if toggles:
                stand_in.set_faults(Faults.parse(toggles))
            return client.get(path, params=params)

        yield send


@pytest.fixture
def timeline(ask):
    """Pages Ann's timeline to its end: the pages, as parsed."""

    def walk(**params):
        return list(_walk(ask, "/twitter/user/last_tweets", {"userName": "ann_writes", **params}))

    return walk


@pytest.fixture
def search(ask):
    """Pages a search to its end, at most thirty pages."""

    def walk(query, **params):
        return list(
            _walk(ask, "/twitter/tweet/advanced_search", {"query": query, "queryType": "Latest", **params})
        )

    return walk


def _walk(ask, path, params):
    cursor = ""
    for _ in range(30):
        page = ask(path, **params, cursor=cursor).json()
        yield page
        cursor = page["next_cursor"]
        if not page["has_next_page"] or not cursor:
            return


@pytest.fixture(scope="session")
def validate(shared):
    """Holds a reply against one of the contract's schemas: `validate("tweet", body)`."""
    folder = shared / "design/tweets_api/schemas"
    schemas = {path.name.split(".")[0]: json.loads(path.read_text()) for path in folder.glob("*.schema.json")}
    resources = [(schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()]
    registry = Registry().with_resources(resources).crawl()
    validators = {name: Draft202012Validator(schema, registry=registry) for name, schema in schemas.items()}
    return lambda name, body: validators[name].validate(body)


@pytest.fixture(scope="session")
def example(shared):
    """Loads one of the contract's examples by name."""
    return lambda name: json.loads((shared / f"design/tweets_api/examples/{name}.json").read_text())
