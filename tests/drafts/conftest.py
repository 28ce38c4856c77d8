"""Writers and posts for the tests of drafts."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, islice

import pytest

from soundalike.drafts.llama import LlamaWriter
from soundalike.drafts.writer import CUT_OFF
from soundalike.encoder.embedded import find_embedded_model
from soundalike.errors import PromptTooLong, WriterError
from soundalike.posts.post import Post
from soundalike.posts.rows import post_of


class ScriptedWriter:
    """Writes the texts it was given, the one at `seed + i` for text `i`; keeps every order it got."""

    def __init__(
        self, texts=("A first text.", "A second text."), *, is_small=True, is_base=False, most_words=1_000
    ):
        self.name = "scripted"
        self.is_small, self.is_base = is_small, is_base
        self.orders = []
        self._texts = texts
        self._most_words = most_words
        self._open = True

    def write(self, messages, *, count, sampling):
        if not self._open:
            raise WriterError("The scripted writer has been closed.")
        length = sum(len(message.content.split()) for message in messages)
        if length > self._most_words:
            raise PromptTooLong("Too long.", tokens=length, limit=self._most_words)
        self.orders.append((messages, sampling))
        start = sampling.seed % len(self._texts)
        return [self._cut(text, sampling) for text in islice(cycle(self._texts), start, start + count)]

    def _cut(self, text, sampling):
        tokens = text.split(" ")
        kept = " ".join(tokens[: sampling.max_tokens])
        return kept if len(tokens) <= sampling.max_tokens else kept + CUT_OFF

    def close(self):
        self._open = False


@pytest.fixture(scope="session")
def scripted():
    """The class of writers that say what they are told to."""
    return ScriptedWriter


@pytest.fixture(scope="session")
def embedded():
    """The embedded language model, loaded once."""
    writer = LlamaWriter(find_embedded_model())
    yield writer
    writer.close()


@pytest.fixture(scope="session")
def make_posts():
    """Turns texts into posts, a day apart, with ids 1, 2, …."""

    def make(texts):
        first = datetime(2026, 1, 1, tzinfo=UTC)
        return [
            Post(id=str(number), text=text, created_at=first + timedelta(days=number), username="ada")
            for number, text in enumerate(texts, start=1)
        ]

    return make


@pytest.fixture(scope="session")
def obama(shared):
    """The posts of one creator."""
    lines = (shared / "data/creators/BarackObama.jsonl").read_text(encoding="utf-8").splitlines()
    return [post_of(json.loads(line)) for line in lines]


@pytest.fixture(scope="session")
def serve():
    """Runs a real HTTP server on loopback around a function (handler) -> None; gives its address."""

    @contextmanager
    def serving(answer):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                answer(self)

            do_GET = do_HEAD = do_POST = handle_any  # noqa: N815 - names the server looks for

            def log_message(self, *_):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()

    return serving


@pytest.fixture(scope="session")
def respond():
    """Sends one whole answer."""

    def send(handler, status, body=b"", **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), str(value))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return send
