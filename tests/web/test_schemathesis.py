"""The API held to its own description by requests that nobody thought of, sent to a real server over HTTP."""

import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parents[2] / "schemathesis.toml"
EXAMPLES = 20  # of each operation and kind
SEED = 20261122

# Nobody is asked for a key there, so that nobody can be refused for having none.
UNASKED = ["--exclude-checks", "ignored_auth"]

pytestmark = pytest.mark.slow


@pytest.fixture
def find_faults(tmp_path):
    """Run schemathesis against a server; fails with what it found."""

    def run(address, *options):
        command = ["run", f"{address}/openapi.json", "--checks", "all", "--continue-on-failure", "--no-color"]
        command += ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES)]
        command += ["--seed", str(SEED), "--generation-database", "none", "-H", "Prefer: wait=2", *options]
        done = subprocess.run(
            [Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIGURATION, *command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        Path("/tmp/sc.log").open("a").write(done.stdout)
        assert done.returncode == 0, done.stdout[-20_000:] + done.stderr

    return run


def test_with_a_key_every_answer_is_a_documented_one(serve, find_faults):
    """Nothing breaks, nothing invalid is taken, nothing valid is refused, nothing is open that says it is not."""
    with serve() as server:
        find_faults(server.address, "-H", f"Authorization: Bearer {server.key()}")


def test_in_person_every_answer_is_a_documented_one(serve, find_faults):
    """The user of this machine may also do what no key may: members, invitations, keys, workspaces."""
    with serve(SOUNDALIKE_AUTH="off") as server:
        find_faults(server.address, "-H", "Sec-Fetch-Site: same-origin", *UNASKED)


def test_without_credentials_every_answer_is_a_documented_one(serve, find_faults):
    """Mostly that somebody has to sign in."""
    with serve() as server:
        find_faults(server.address)
