"""The API held to its own description by requests that nobody thought of, sent to a real server over HTTP."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from writing import made_up_posts

CONFIGURATION = Path(__file__).parents[2] / "schemathesis.toml"
SEED = 20261122  # the same requests each time, as far as answers are the same
NAMED = """
[[operations]]
include-operation-id-regex = "^({operations})$"
parameters = {{ "path.{name}" = "{value}" }}
"""
LOOKED_AT = {
    "trainingSessionId": "getSession",
    "trainingId": "getTrainingStatus|streamTrainingStatus|cancelTraining|retryTraining",
    "modelId": "getModel|exportModel|writeDrafts|listDrafts|exportPreferences",
    "model": "getVoiceModel",
}

# Nobody is asked for a key there, so that nobody can be refused for having none.
UNASKED = ["--exclude-checks", "ignored_auth"]

pytestmark = pytest.mark.slow


@pytest.fixture
def find_faults(tmp_path):
    """Run schemathesis against a server; fails with what it found. `ids` are of things that are there."""

    def run(address, *options, ids=None):
        configuration = tmp_path / "schemathesis.toml"
        named = [NAMED.format(name=name, value=ids[name], operations=LOOKED_AT[name]) for name in ids or ()]
        configuration.write_text(CONFIGURATION.read_text() + "".join(named))
        command = ["run", f"{address}/openapi.json", "--checks", "all", "--continue-on-failure", "--no-color"]
        command += ["--phases", "examples,coverage,fuzzing,stateful"]
        command += ["--seed", str(SEED), "--generation-database", "none", "-H", "Prefer: wait=2", *options]
        done = subprocess.run(
            [Path(sys.executable).with_name("schemathesis"), "--config-file", configuration, *command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        (tmp_path / "found.log").write_text(done.stdout)
        assert done.returncode == 0, done.stdout[-20_000:] + done.stderr

    return run


def train(address, headers):
    """Train a model of a creator whom no example names; gives the ids that come of it."""

    def ask(path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{address}{path}", data, headers | {"Content-Type": "application/json"})
        with urlopen(request, timeout=20) as answer:
            return json.load(answer)

    posts = [
        {
            "id": post.id,
            "text": post.text,
            "createdAt": post.created_at.isoformat(),
            "likeCount": post.engagement.likes,
        }
        for post in made_up_posts(120, datetime.now(UTC))
    ]
    begun = ask("/api/train-ai/start-training", {"creatorUsername": "potter", "tweets": posts})
    end = time.monotonic() + 120
    while (status := ask(begun["statusUrl"]))["status"] in {"queued", "running"}:
        assert time.monotonic() < end, status
        time.sleep(0.2)
    training = begun["trainingId"]  # a training goes by the id of its session
    return {
        "trainingSessionId": training,
        "trainingId": training,
        "modelId": status["modelId"],
        "model": "soundalike/@potter",
    }


def test_with_a_key_every_answer_is_a_documented_one(serve, find_faults):
    """Nothing breaks, nothing invalid is taken, nothing valid is refused, nothing is open that says it is not."""
    with serve() as server:
        key = f"Bearer {server.key()}"
        ids = train(server.address, {"Authorization": key})
        find_faults(server.address, "-H", f"Authorization: {key}", ids=ids)


def test_in_person_every_answer_is_a_documented_one(serve, find_faults):
    """The user of this machine may also do what no key may: members, invitations, keys, workspaces."""
    with serve(SOUNDALIKE_AUTH="off") as server:
        find_faults(
            server.address, "-H", "Sec-Fetch-Site: same-origin", *UNASKED, ids=train(server.address, {})
        )


def test_without_credentials_every_answer_is_a_documented_one(serve, find_faults):
    """Mostly that somebody has to sign in."""
    with serve() as server:
        find_faults(server.address)
