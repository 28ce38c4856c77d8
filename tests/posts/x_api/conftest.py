"""A stand-in for X's API v2 on loopback, with its paging, its limits and its refusals, and tweepy that talks to it."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from requests.adapters import HTTPAdapter

from soundalike.posts.post import Window
from soundalike.posts.x_api.connection import Bounded, open_client
from soundalike.posts.x_api.source import XApiSource

TOKEN = "AAAA%2Fsecret"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
ACCOUNT = "1105107392787386383"
PROFILE = {
    "id": ACCOUNT,
    "username": "Example_Creator",
    "name": "Example\u202e Creator",
    "protected": False,
    "public_metrics": {"followers_count": 9, "following_count": 3, "tweet_count": 250, "listed_count": 0},
    "profile_image_url": "https://pbs.twimg.com/a.jpg",
    "pinned_tweet_id": "2123094285078233224",
}


def v2_post(number, *, hours=1, author=ACCOUNT, **fields):
    """A post of API v2, written `number` times `hours` before now."""
    written = NOW - timedelta(hours=hours * number)
    return {
        "id": str(2_123_000_000_000_000_000 - number),
        "text": f"Post number {number}",
        "created_at": f"{written:%Y-%m-%dT%H:%M:%S}.000Z",
        "author_id": author,
        "public_metrics": {"like_count": number, "retweet_count": 1, "reply_count": 2, "quote_count": 0},
        **fields,
    }


class XStandIn(ThreadingHTTPServer):
    """What X answers; `scripted` answers, as (status, body, headers), come first."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.posts, self.profile = [], dict(PROFILE)
        self.depth, self.may_search = 3200, True
        self.asked, self.scripted = [], []

    @property
    def paths(self):
        """The endpoints asked, in order."""
        return [path for path, _ in self.asked]

    def answer(self, path, query):
        """Status and body for a request."""
        if path.startswith("/2/users/by/username/") or path == f"/2/users/{ACCOUNT}":
            return 200, {"data": self.profile}
        if path == "/2/tweets/search/all":
            if not self.may_search:
                return 403, {
                    "title": "Client Forbidden",
                    "detail": "When authenticating requests, you must use an App that is attached to a Project.",
                    "reason": "client-not-enrolled",
                    "type": "https://api.twitter.com/2/problems/client-forbidden",
                }
            return 200, self.page(self.posts, query, query.get("next_token"))
        if path == f"/2/users/{ACCOUNT}/tweets":
            return 200, self.page(self.posts[: self.depth], query, query.get("pagination_token"))
        return 404, {"title": "Not Found", "type": "about:blank"}

    def page(self, posts, query, token):
        """A page of the posts between the times asked for, newest first."""
        start, end = (query.get(name, limit) for name, limit in (("start_time", "0"), ("end_time", "9")))
        inside = [post for post in posts if start <= post["created_at"].replace(".000Z", "Z") < end]
        at, size = int(token or 0), int(query["max_results"])
        shown = inside[at : at + size]
        meta = {"result_count": len(shown)}
        if at + size < len(inside):
            meta["next_token"] = str(at + size)
        return {"data": shown, "meta": meta} if shown else {"meta": meta}


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        """Answer what is scripted, else as X would."""
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.server.asked.append((url.path, query))
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.reply(401, {"title": "Unauthorized", "type": "about:blank", "status": 401})
        elif self.server.scripted:
            self.reply(*self.server.scripted.pop(0))
        else:
            self.reply(*self.server.answer(url.path, query))

    def reply(self, status, body, headers=None):
        """Send a body: JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


class ToLoopback(HTTPAdapter):
    """Carries requests for X to the stand-in."""

    def __init__(self, address):
        super().__init__()
        self.address = address

    def send(self, request, *args, **kwargs):
        request.url = request.url.replace("https://api.twitter.com", self.address)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def x():
    """The stand-in, serving."""
    with XStandIn() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def client(x):
    """Tweepy, talking to the stand-in."""
    made = open_client(TOKEN)
    made.session.mount("https://api.twitter.com", Bounded(ToLoopback(f"http://127.0.0.1:{x.server_port}")))
    yield made
    made.session.close()


class Time:
    """Time that only sleeping moves."""

    def __init__(self):
        self.slept = []

    def now(self):
        return NOW + timedelta(seconds=sum(self.slept))

    def sleep(self, seconds):
        self.slept.append(seconds)


@pytest.fixture
def clock():
    """Time that only sleeping moves."""
    return Time()


@pytest.fixture
def source(client, clock):
    """Make a source: `source(most_posts=…)`."""

    def make(**settings):
        return XApiSource(client, now=clock.now, clock=lambda: 0.0, sleep=clock.sleep, **settings)

    return make


@pytest.fixture
def days():
    """A window that ends now: `days(30)`."""
    return lambda number: Window(NOW - timedelta(days=number), NOW)


@pytest.fixture
def post():
    """Make a post of API v2."""
    return v2_post
