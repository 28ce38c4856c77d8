"""What the README tells a newcomer to type at a server does what it says."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import httpx2
import pytest

from conftest import environment
from soundalike.posts.files import load_posts

AT = r"at (http://\S+?)(?: |$|\.$)"
README = (Path(__file__).parents[1] / "README.md").read_text()


@contextmanager
def process(*arguments, env, cwd, says):
    """One of our commands while the block runs; gives what `says` finds in its output, and the process."""
    command = [sys.executable, "-u", "-m", "soundalike", *arguments]
    with (
        (cwd / "stderr.log").open("a") as log,
        subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=log, text=True) as running,
    ):
        try:
            lines = (re.search(says, line) for line in running.stdout)
            yield next(found for found in lines if found)[1], running
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=20)


@pytest.fixture
def served(shared, tmp_path, llm_address):
    """The address of a server with the emulator behind it, and the environment to call it in."""
    env = os.environ | environment(tmp_path, llm_address)
    posts = str(shared / "data/creators/swyx.jsonl")
    with process("emulator", "--posts", posts, "--port", "0", env=env, cwd=tmp_path, says=AT) as (
        emulator,
        _,
    ):
        env |= {"TWITTER_API_BASE_URL": emulator, "TWITTER_API_KEY": "emulator-key"}
        with process("serve", "--port", "0", env=env, cwd=tmp_path, says=AT) as (address, server):
            yield address, env, server


@pytest.mark.slow
def test_a_stream_goes_on_after_the_server_was_killed(served, shared, tmp_path):
    """In the middle of a training the server dies, its worker with it; another on the same port sends the rest."""
    address, env, server = served
    port = address.rpartition(":")[2]
    key = _run(f"{sys.executable} -m soundalike key create --quiet", env, tmp_path).strip()
    with httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        wish = {"creatorUsername": "swyx", "tweets": _posts(shared / "data/creators/swyx.jsonl")}
        events = client.post("/api/train-ai/start-training", json=wish).json()["statusUrl"] + "/events"
        first = list(_ids(client, events, 0, most=4))
        server.kill()
        server.wait()
        with process("serve", "--port", port, env=env, cwd=tmp_path, says=AT):
            rest = list(_ids(client, events, first[-1]))
            status = client.get(events.removesuffix("/events")).json()
    assert status["status"] == "completed"
    assert first + rest == list(range(1, len(first) + len(rest) + 1))


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which("jq") or not shutil.which("curl"), reason="the README's calls use curl and jq"
)
def test_the_three_calls_of_the_readme_train_a_voice(served, tmp_path):
    """Collect, train, follow: typed as printed, but for the address and whose posts the emulator has."""
    address, env, _ = served
    (calls,) = (
        block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "analyze-creator" in block
    )
    calls = calls.replace("http://localhost:3000", address).replace(
        '"username": "levelsio"', '"username": "swyx", "asOf": "2026-09-01"'
    )
    assert calls.count("curl") == 3
    key = _run(f"{sys.executable} -m soundalike key create --quiet", env, tmp_path).strip()
    status = json.loads(_run(calls, env | {"KEY": key}, tmp_path))
    assert (len(status["steps"]), status["trainingId"]) == (
        6,
        json.loads((tmp_path / "training.json").read_text())["trainingId"],
    )
    assert len(json.loads((tmp_path / "analysis.json").read_text())["tweets"]) == 20
    last = calls.rpartition("\n\n")[2]
    end = time.monotonic() + 240
    while (status := json.loads(_run(last, env | {"KEY": key}, tmp_path)))["status"] in {"queued", "running"}:
        assert time.monotonic() < end, status
        time.sleep(0.5)
    assert (status["status"], status["progress"]) == ("completed", 100)


def _posts(file):
    """Whole posts, as start-training takes them."""
    return [
        {
            "id": post.id,
            "text": post.text,
            "createdAt": post.created_at.isoformat(),
            "likeCount": post.engagement.likes,
            "retweetCount": post.engagement.reposts,
        }
        for post in load_posts(file)
    ]


def _ids(client, path, after, most=10_000):
    """Numbers of the events that a stream sends after the one named."""
    with client.stream("GET", path, headers={"Last-Event-ID": str(after)}) as answer:
        numbers = (int(line[4:]) for line in answer.iter_lines() if line.startswith("id: "))
        yield from islice(numbers, most)


def _run(script, env, cwd):
    done = subprocess.run(
        ["bash", "-euc", script], env=env, cwd=cwd, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout
