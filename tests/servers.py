"""Servers as users start them: processes of our commands, with the emulator where X would be."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from writing import made_up_posts


@dataclass(frozen=True)
class Served:
    """A server that runs: where, in which environment and folder its commands are run."""

    address: str
    env: dict[str, str]
    folder: Path

    def key(self):
        """A new API key of the user of this machine."""
        command = [sys.executable, "-m", "soundalike", "key", "create", "--quiet"]
        done = subprocess.run(
            command, env=self.env, cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()


@pytest.fixture
def serve(tmp_path, llm_address):
    """Serve with the emulator behind; settings are given by their names."""
    return partial(serve_in, tmp_path, llm_address)


@contextmanager
def serve_in(folder, llm_address, *, no_worker=False, **settings):
    """A server with its data in a folder, and behind it the emulator, which has the posts of one creator."""
    from conftest import environment  # noqa: PLC0415 - which loads this file

    limits = {
        "SOUNDALIKE_JOBS_QUEUED": "100000",
        "SOUNDALIKE_JOBS_DAILY": "100000",
        "TWITTER_API_QPS": "1000",
    }
    env = os.environ | environment(folder, llm_address) | limits | settings
    env.pop("DATABASE_URL", None)
    posts = str(_write_posts(folder / "posts.jsonl"))
    options = ["--no-worker"] if no_worker else []
    with _process("emulator", "--posts", posts, "--port", "0", env=env, cwd=folder) as emulator:
        env |= {"TWITTER_API_BASE_URL": emulator, "TWITTER_API_KEY": "emulator-key"} | settings
        with _process("serve", "--port", "0", *options, env=env, cwd=folder) as address:
            yield Served(address, env, folder)


@contextmanager
def _process(*arguments, env, cwd):
    """One of our commands while the block runs; gives its address."""
    command = [sys.executable, "-u", "-m", "soundalike", *arguments]
    with (
        (cwd / f"{arguments[0]}.log").open("w") as log,
        subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=log, text=True) as running,
    ):
        try:
            found = (re.search(r"at (http://\S+?)(?: |$|\.$)", line) for line in running.stdout)
            yield next(each for each in found if each)[1]
        finally:
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=30)


def _write_posts(file):
    """A file of posts, each tenth of them viral, of the creator whom the description's examples name."""
    with file.open("w") as lines:
        for post in made_up_posts(300, datetime.now(UTC), username="levelsio"):
            row = {"id": post.id, "text": post.text, "created_at": post.created_at.isoformat()}
            likes = 100 * post.engagement.likes  # each tenth has more than 100,000
            counts = {"like_count": likes, "retweet_count": 9, "reply_count": 1, "quote_count": 0}
            kind = {"is_reply": False, "is_retweet": False, "lang": "en", "author": post.username}
            json.dump(row | counts | kind, lines)
            lines.write("\n")
    return file
