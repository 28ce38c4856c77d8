"""Clients are one generator call away: the README's commands make them, they type-check, and they reach the server."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NPM = ("openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3", "@types/node@20")
OFFLINE = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED")

pytestmark = pytest.mark.slow


def command_of_readme(name, address):
    """The line of the README that calls a generator, for a server at this address."""
    (line,) = re.findall(rf"^\S+ ({name} .*?)(?:  #.*)?$", (ROOT / "README.md").read_text(), re.MULTILINE)
    return line.replace("http://localhost:3000", address)


def run(command, folder, **env):
    """Run a command that has to succeed, and gives its output."""
    done = subprocess.run(
        command, cwd=folder, env=os.environ | env, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def npm_folder(tmp_path):
    """A folder with the packages installed; skipped where npm or its registry is out of reach."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("needs npm and node")
    folder = tmp_path / "typescript"
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "client", "private": true, "type": "module"}')
    install = ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--save-exact", *NPM]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False, timeout=240)
    if done.returncode and OFFLINE.search(done.stderr):
        pytest.skip("npm's registry cannot be reached, and the packages are not in its cache")
    assert done.returncode == 0, done.stderr
    return folder


def test_a_typescript_client_is_one_call_away(serve, npm_folder):
    """A program that analyses, trains and asks for the status compiles strictly with the types, and does it."""
    with serve() as server:
        told = run(["npx", *command_of_readme("openapi-typescript", server.address).split()], npm_folder)
        assert "warn" not in told.lower()
        shutil.copy(Path(__file__).with_name("client.ts"), npm_folder)
        options = "--strict --module nodenext --target es2022 --types node".split()
        run(["npx", "tsc", "--noEmit", *options, "client.ts"], npm_folder)
        run(["npx", "tsc", *options, "client.ts"], npm_folder)
        status = json.loads(run(["node", "client.js", server.address, server.key(), "levelsio"], npm_folder))
    assert status["status"] in {"queued", "running", "completed"}
    assert len(status["steps"]) == 6


PYTHON_PROGRAM = """
import sys
from soundalike_client import AuthenticatedClient, Client
from soundalike_client.api.models import list_models
from soundalike_client.api.operations import get_health
from soundalike_client.models import AliveBody, ModelsBody

address, key = sys.argv[1:]
alive = get_health.sync(client=Client(base_url=address))
assert isinstance(alive, AliveBody) and alive.status == "ok", alive
models = list_models.sync(client=AuthenticatedClient(base_url=address, token=key))
assert isinstance(models, ModelsBody) and models.models == [], models
print("done")
"""


def test_a_python_client_is_one_call_away(serve, tmp_path):
    """The package is made without a warning, is typed, has every operation, and reaches the server."""
    beside = Path(sys.executable).parent
    path = f"{beside}{os.pathsep}{os.environ['PATH']}"  # as uvx has it: the generator formats with ruff
    folder = tmp_path / "python"
    folder.mkdir()
    with serve() as server:
        command = command_of_readme("openapi-python-client", server.address).split()
        told = run([beside / command[0], *command[1:]], folder, PATH=path)
        assert told.startswith("Generating")
        assert not re.search("warning|skip|error", told, re.IGNORECASE), told
        (package,) = folder.glob("*/soundalike_client")
        made = {file.stem for file in package.glob("api/*/*.py")} - {"__init__"}
        document = json.loads(run([sys.executable, "-c", FETCH, f"{server.address}/openapi.json"], folder))
        assert len(made) == sum(len(item) for item in document["paths"].values())
        program = package.parent / "program.py"
        program.write_text(PYTHON_PROGRAM)
        types = [sys.executable, "-m", "mypy", "--cache-dir", tmp_path / "mypy", "--strict-equality"]
        run([*types, "soundalike_client", "program.py"], package.parent)
        assert run([sys.executable, program, server.address, server.key()], package.parent) == "done\n"


FETCH = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
