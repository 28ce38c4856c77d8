"""What every test may ask for."""

import json
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, islice
from pathlib import Path

import pytest

from soundalike.cli.app import cli, run

sys.path.insert(0, str(Path(__file__).parent))
pytest_plugins = ["databases", "browsers", "servers"]  # found beside this file

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command does; the tests run side by side

# What a model without a voice writes, and what it writes with one: enough of each not to look like a loop.
PLAIN = [
    "The key to long-term success is consistent effort and a willingness to adapt to change.",
    "Innovation drives growth. Embrace new ideas and keep an open mind in everything you do.",
    "In today's fast-paced world, effective communication is more important than ever before.",
    "Teamwork makes the dream work, and collaboration brings out the best in all of us.",
    "Sustainability matters for our planet and for the generations that will follow us.",
]
VOICED = [
    "lol the evals are all wrong again, ship the agent anyway and see who complains",
    "btw every AI engineer i know is quietly moving their infra to something boring",
    "we keep asking for smarter models when what we need is better harness engineering",
    "the latent space pod with the team behind this is going to be so good imo",
    "ok this is the most underrated paper of the month, agents that read their own traces",
]


TRAINING = ["--as-of", "2026-09-01", "--min-engagement", "auto", "--seed", "3", "--yes", "--json"]


@pytest.fixture(scope="session")
def shared():
    """The folder of real posts and API samples beside the project; tests that need it are skipped without it."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("needs the folder `shared` beside the project")
    return folder


class ScriptedModel(BaseHTTPRequestHandler):
    """A chat-completions endpoint whose texts are known: voiced where there are instructions, else plain."""

    def do_POST(self):
        """Answer with as many texts as were asked for, from the place the seed says."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = VOICED if asked["messages"][0]["role"] == "system" else PLAIN
        start = (asked.get("seed") or 0) % len(texts)
        picked = islice(cycle(texts), start, start + (asked.get("n") or 1))
        choices = [
            {"index": i, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            for i, text in enumerate(picked)
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


@contextmanager
def serving(handler):
    """A real HTTP server on loopback while the block runs; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def llm_address():
    """Address of a language model on loopback whose texts are known."""
    with serving(ScriptedModel) as address:
        yield f"{address}/v1"


def environment(folder, llm_address):
    """The settings of a test: data in `folder`, and a language model whose texts are known."""
    return {
        "SOUNDALIKE_DATA_DIR": str(folder / "data"),
        "SOUNDALIKE_LLM": "openai:scripted",
        "OPENAI_BASE_URL": llm_address,
        "OPENAI_API_KEY": "none",
        "COLUMNS": "160",
    }


@pytest.fixture(scope="session")
def trained_once(shared, tmp_path_factory, llm_address):
    """A data folder in which one voice is trained, what the training printed, and its report page."""
    return train_once(tmp_path_factory.mktemp("trained"), shared, llm_address)


def train_once(folder, shared, llm_address):
    """Train @swyx's voice, with its data in a folder and its report page beside; gives what was printed."""
    arguments = ["train", "swyx", "--file", str(shared / "data/creators/swyx.jsonl"), *TRAINING]
    done = subprocess.run(
        [sys.executable, "-m", "soundalike", *arguments, "--html", str(folder / "report.html")],
        env=os.environ | environment(folder, llm_address),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return folder, json.loads(done.stdout), done.stderr


@pytest.fixture
def trained(trained_once, tmp_path):
    """The trained voice's data copied for this test; gives the id of the model."""
    folder, status, _ = trained_once
    shutil.copytree(folder / "data", tmp_path / "data")
    return status["modelId"]


@pytest.fixture
def command(monkeypatch, tmp_path, capsys, llm_address):
    """Run a command as a user would, in a data folder of its own: `command("train", …) -> (status, out, err)`."""
    for name, value in environment(tmp_path, llm_address).items():
        monkeypatch.setenv(name, value)
    for name in ("DATABASE_URL", "TWITTER_API_KEY", "TWITTER_API_BASE_URL", "TWITTER_API_QPS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        status = run(cli, [str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call
