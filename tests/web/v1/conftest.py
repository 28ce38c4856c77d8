"""A server with a trained voice behind a real socket, and the language model that writes for it."""

import json
import shutil
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from itertools import cycle, islice
from types import SimpleNamespace

import pytest
from openai import OpenAI

from conftest import VOICED, serving
from soundalike.config import Settings
from soundalike.storage import open_store
from soundalike.storage.voices import list_voices
from soundalike.web.app import create_app
from soundalike.web.parts import open_parts
from soundalike.web.server import Server, listen, url_of
from soundalike.wiring import LOCAL_USER, local_name

VOICE = "soundalike/@swyx"


class Model(BaseHTTPRequestHandler):
    """Writes the texts of `texts`, keeps what it was asked in `asked`, and waits for `free` before it answers."""

    texts = VOICED
    asked: list = []  # noqa: RUF012 - one model, whoever asks
    free = threading.Event()

    def do_POST(self):
        """Answer with as many texts as were asked for, from the place the seed says."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(asked)
        assert self.free.wait(30)
        start = asked["seed"] % len(self.texts)
        choices = [
            {"index": at, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            for at, text in enumerate(islice(cycle(self.texts), start, start + asked.get("n", 1)))
        ]
        body = json.dumps(
            {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": choices}
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def model():
    """The language model, as it is before each test: it writes at once, and what it was asked is forgotten."""
    Model.texts = VOICED
    Model.asked.clear()
    Model.free.set()
    yield Model
    Model.free.set()


@pytest.fixture(scope="package")
def served(trained_once, tmp_path_factory):
    """A server with one trained voice, which asks for keys: its `url`, `key`, `parts` and the voice's `workspace`."""
    folder, _, _ = trained_once
    data = tmp_path_factory.mktemp("spoken") / "data"
    shutil.copytree(folder / "data", data)
    with serving(Model) as address:
        settings = Settings(
            _env_file=None,
            soundalike_data_dir=data,
            soundalike_llm="openai:told",
            openai_base_url=f"{address}/v1",
            openai_api_key="none",
        )
        with (
            open_store(settings.store_url) as store,
            open_parts(settings, store) as parts,
            listen("127.0.0.1", 0) as listener,
        ):
            server = Server(create_app(parts), closing=parts.hub.close)
            thread = threading.Thread(target=server.run, args=([listener],))
            thread.start()
            owner = parts.accounts.local_principal(LOCAL_USER, local_name)
            _, key = parts.accounts.keys.create(owner, name="clients")
            url = url_of(listener, "127.0.0.1")
            yield SimpleNamespace(url=url, key=key, parts=parts, workspace=owner.workspace_id)
            Model.free.set()
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture
def sdk(served, model):
    """OpenAI's own client."""
    with OpenAI(base_url=f"{served.url}/v1", api_key=served.key, max_retries=0) as client:
        yield client


@pytest.fixture
def complete(sdk):
    """Have one thing written: `complete("tea", …)`, or `complete([message, …], …)`."""

    def ask(said, **options):
        messages = [{"role": "user", "content": said}] if isinstance(said, str) else said
        return sdk.chat.completions.create(**{"model": VOICE, "messages": messages, "seed": 1} | options)

    return ask


@pytest.fixture
def post(served, model):
    """Send a body that no client would: `post(body) -> answer`, with its bytes as `.text`."""

    def send(body, path="/v1/chat/completions", method="POST", **headers):
        told = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"} | headers
        connection = HTTPConnection(served.url.removeprefix("http://"), timeout=20)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection.request(method, path, data, {name: value for name, value in told.items() if value})
        answer = connection.getresponse()
        found = SimpleNamespace(status=answer.status, headers=answer.headers, text=answer.read().decode())
        connection.close()
        return found

    return send


@pytest.fixture
def kept(served):
    """The drafts of the voice that are kept: `kept() -> [draft, …]`, the newest answer's first."""

    def read():
        (row,) = list_voices(served.parts.store.database, served.workspace)
        return served.parts.store.drafts.page(served.workspace, row.id, limit=200)

    return read


@pytest.fixture
def said():
    """A body that asks for a draft, with what else is given."""

    def body(content="tea", **others):
        return {"model": VOICE, "messages": [{"role": "user", "content": content}], "seed": 1} | others

    return body
