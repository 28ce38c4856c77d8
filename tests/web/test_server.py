import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from soundalike.errors import SettingsError
from soundalike.web.companion import Companion
from soundalike.web.server import is_loopback, listen, url_of


@contextmanager
def served(folder, *arguments, **environment):
    """`soundalike serve` in a process of its own; gives where it is, the link it printed, and the process."""
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "soundalike", "serve", "--port", "0", *arguments],
        env=os.environ | {"SOUNDALIKE_DATA_DIR": str(folder / "data")} | environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        told = process.stdout.readline()
        found = re.search(r"http://\S+?:\d+", told)
        assert found, told + (folder / "log").read_text()
        told += process.stdout.readline()
        link = re.search(r"http://\S+/auth/link/\S+", told)
        yield SimpleNamespace(url=found[0], link=link and link[0], process=process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        log.close()


@contextmanager
def signed_in(server):
    """A browser that used the link."""
    own_page = {"Origin": server.url}
    with httpx2.Client(base_url=server.url, headers=own_page, follow_redirects=True, timeout=90) as browser:
        assert browser.get(server.link).status_code == 200
        yield browser


def alive(pid):
    """Whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_says_where_it_is_lets_its_owner_in_and_ends_in_good_order(tmp_path, number):
    """One link, once; then a signal ends it with status 0, though a browser keeps its connection open."""
    with served(tmp_path, "--no-worker") as server, signed_in(server) as browser:
        assert "Sign out" in browser.get("/").text
        assert browser.get(server.link).status_code == 401
        assert "server" not in browser.get("/healthz").headers
        began = time.monotonic()
        server.process.send_signal(number)
        assert server.process.wait(20) == 0
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_a_server_that_asks_nobody_is_not_opened_to_others(command, monkeypatch, host):
    """Whoever reaches it could do everything."""
    monkeypatch.setenv("SOUNDALIKE_AUTH", "off")
    status, _, err = command("serve", "--host", host)
    assert status == 1
    assert "SOUNDALIKE_AUTH" in err


def test_a_port_that_is_taken_is_named(command):
    """With the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, _, err = command("serve", "--port", taken.getsockname()[1], "--no-worker")
    assert status == 1
    assert "--port" in err


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")]
)
def test_the_address_shown_is_one_a_browser_can_open(host, shown):
    """With the port that was really taken."""
    with listen(host, 0) as listener:
        assert url_of(listener, host) == f"http://{shown}:{listener.getsockname()[1]}"


def test_an_address_of_another_machine_is_refused():
    """In a sentence."""
    with pytest.raises(SettingsError, match="cannot listen"):
        listen("192.0.2.1", 0)


def test_loopback_is_known_by_name_and_number():
    """Both families."""
    assert [is_loopback(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST")] == [
        True
    ] * 5
    assert [is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "localhost.example.org", "")] == [
        False
    ] * 5


SLEEPER = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def test_a_companion_ends_with_its_server(sse):
    """Its standard input is closed, which asks it to end."""
    with Companion(SLEEPER) as companion:
        sse.until(lambda: companion.pid)
        pid = companion.pid
        assert alive(pid)
    assert not alive(pid)


def test_a_companion_that_dies_is_replaced(sse):
    """By another process, after a pause."""
    with Companion(SLEEPER, first_pause_seconds=0.01) as companion:
        sse.until(lambda: companion.pid)
        first = companion.pid
        os.kill(first, signal.SIGKILL)
        sse.until(lambda: companion.pid != first)
        assert alive(companion.pid)


def test_a_companion_that_will_not_end_is_killed(sse):
    """After so long."""
    stubborn = [sys.executable, "-c", "import time; time.sleep(600)"]
    with Companion(stubborn, end_seconds=0.1) as companion:
        sse.until(lambda: companion.pid)
        pid = companion.pid
    assert not alive(pid)


@pytest.mark.slow
def test_the_whole_way_over_rest(shared, tmp_path, llm_address, sse):
    """Analyse, review, train, watch, write, forget: with the server's own worker, against the stand-in."""
    file = shared / "data/creators/swyx.jsonl"
    emulator = subprocess.Popen(
        [sys.executable, "-m", "soundalike", "emulator", "--posts", str(file), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = re.search(r"http://\S+:\d+", emulator.stdout.readline())[0]
        language_model = {
            "SOUNDALIKE_LLM": "openai:scripted",
            "OPENAI_BASE_URL": llm_address,
            "OPENAI_API_KEY": "none",
        }
        api = {"TWITTER_API_KEY": "emulator-key", "TWITTER_API_BASE_URL": address, "TWITTER_API_QPS": "100"}
        with served(tmp_path, **language_model, **api) as server, signed_in(server) as browser:
            _go_the_whole_way(browser, sse)
    finally:
        emulator.kill()
        emulator.wait()
        emulator.stdout.close()


def _go_the_whole_way(browser, sse):
    asked = {"username": "swyx", "asOf": "2026-09-01", "minEngagement": "auto", "consent": "research"}
    answer = browser.post("/api/train-ai/analyze-creator", json=asked, headers={"Prefer": "wait=60"})
    assert answer.status_code == 200, answer.text
    session = answer.json()
    assert session["stats"]["collected"] > 200
    assert browser.post("/api/train-ai/estimate", json={"username": "swyx"}).json()["posts"][1] >= 0
    wish = {
        "creatorUsername": "swyx",
        "trainingSessionId": session["trainingSessionId"],
        "tweets": session["tweets"],
    }
    begun = browser.post("/api/train-ai/start-training", json=wish)
    assert begun.status_code == 202, begun.text
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    base = str(browser.base_url).rstrip("/")
    with sse.open(base, f"{begun.json()['statusUrl']}/events", cookie) as stream:
        events = sse.read(stream)
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    last = events[-1][2]
    assert last["status"] == "completed", json.dumps(last)
    assert browser.get(session["statusUrl"]).json()["status"] == "collected"
    drafts = browser.post(f"/api/train-ai/models/{last['modelId']}/drafts", json={"brief": "agents"}).json()
    assert len(drafts["drafts"]) == 3
    gone = browser.delete("/api/train-ai/creators/swyx").json()
    assert gone["models"] == 1
    assert gone["posts"] > 200
