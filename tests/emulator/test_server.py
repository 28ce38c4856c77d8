"""Starting, serving and stopping."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time

import httpx2
import pytest

from soundalike.emulator import Faults, running
from soundalike.errors import SettingsError
from soundalike.posts.rows import post_of, row_of

MINE = "/oapi/my/info"
SERVE = """
import sys
from soundalike.emulator import serve
from soundalike.posts.rows import post_of
import json
serve([post_of(json.loads(sys.argv[1]))], announce=lambda running: print(running.base_url, flush=True))
"""


def test_it_leaves_nothing_behind(posts):
    """No thread, and a port that can be taken again at once, even with a request held back."""
    threads, received = threading.active_count(), threading.Event()
    faults = Faults.parse(["server.timeout=always"])
    with running(posts, faults=faults, clock=lambda: float(not received.set())) as emulator:
        port = int(emulator.base_url.rpartition(":")[2])
        held = threading.Thread(target=ask, args=[emulator])
        held.start()
        assert received.wait(timeout=5)
    held.join(timeout=5)
    assert threading.active_count() == threads
    socket.create_server(("127.0.0.1", port)).close()


def ask(emulator):
    """Ask for the balance with the right key."""
    return httpx2.get(emulator.base_url + MINE, headers={"x-api-key": emulator.key})


def test_it_stops_when_the_block_fails(posts):
    """The error comes through."""
    with pytest.raises(KeyError), running(posts) as emulator:
        raise KeyError
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(emulator.base_url + MINE)


def test_a_taken_port_is_named():
    """What to do is said too."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"{port}.*[Cc]hoose another port"), running([], port=port):
            pass


@pytest.mark.slow
def test_served_until_interrupted(posts):
    """It says where it is, answers, and ends quietly on Ctrl+C."""
    row = json.dumps(row_of(posts[0]))
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, row], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            url = process.stdout.readline().strip()
            assert httpx2.get(url + MINE).status_code == 403
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=10) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


@pytest.mark.slow
def test_twelve_thousand_posts_are_served_in_milliseconds(shared):
    """A whole history loads in a moment, and its pages come fast and complete by stepping with `max_id`."""
    lines = (shared / "data/creators/elonmusk.jsonl").read_text().splitlines()
    posts = [post_of(json.loads(line)) for line in lines]
    found, times = set(), []
    with (
        running(
            posts, faults=Faults.parse(["search.dry_after=0"]), clock=iter(range(10**9)).__next__
        ) as emulator,
        httpx2.Client(base_url=emulator.base_url, headers={"x-api-key": emulator.key}) as client,
    ):
        for page in _pages(client, times):
            found |= {tweet["id"] for tweet in page}
            if len(times) == 60:
                break
    assert len(found) == 1200
    assert sorted(times)[len(times) // 2] < 0.1


def _pages(client, times):
    cursor = ""
    while True:
        start = time.perf_counter()
        params = {"query": "from:elonmusk", "queryType": "Latest", "cursor": cursor}
        page = client.get("/twitter/tweet/advanced_search", params=params).json()
        times.append(time.perf_counter() - start)
        yield page["tweets"]
        cursor = page["next_cursor"]
