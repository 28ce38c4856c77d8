"""Simon Willison's `llm`, its command itself, with a voice among its extra models."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import VOICED

LLM = Path(sys.executable).with_name("llm")
EXTRA = """
- model_id: swyx
  model_name: soundalike/@swyx
  api_base: {url}/v1
  api_key_name: soundalike
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def llm(served, model, tmp_path):
    """Run `llm` as a user would who has added the voice: `llm("-m", "swyx", …) -> (status, out, err)`."""
    (tmp_path / "extra-openai-models.yaml").write_text(EXTRA.format(url=served.url))
    (tmp_path / "keys.json").write_text(json.dumps({"soundalike": served.key}))
    # No plugins: one that lies beside the embedded model's file needs an engine that is not installed.
    env = os.environ | {"LLM_USER_PATH": str(tmp_path), "LLM_LOAD_PLUGINS": ""}

    def run(*arguments):
        done = subprocess.run(
            [LLM, *arguments],
            env=env,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    return run


@pytest.mark.parametrize("options", [[], ["--no-stream"]])
def test_llm_has_a_post_written(llm, options):
    """Streamed and not, with the usage, under a seed and a temperature."""
    status, out, err = llm(
        "-m", "swyx", "-o", "seed", "2", "-o", "temperature", "0.5", "-u", *options, "agents"
    )
    assert (status, out) == (0, out if out in VOICED else "a draft"), err
    assert "input" in err
    assert "output" in err


def test_llm_goes_on_with_a_conversation(llm, model):
    """“make it shorter” brings a shorter one, and the language model is told of the draft before."""
    _, first, _ = llm("-m", "swyx", "agents")
    model.texts = [
        "ship the agents and see",
        "we ship agents btw",
        "agents win in the end, btw",
        "agents, again lol",
    ]
    status, second, err = llm("-c", "make it shorter")
    assert status == 0, err
    assert len(second) <= 0.75 * len(first)
    assert first in model.asked[-1]["messages"][-1]["content"]


def test_llm_tells_what_is_refused(llm):
    """With the sentence of the server, and a status that scripts see."""
    status, _, err = llm("-m", "swyx", "-o", "json_object", "1", "agents")
    assert status == 1
    assert "response_format is not supported here" in err
