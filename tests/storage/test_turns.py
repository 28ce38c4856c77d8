"""Processes that share one key over a database keep to its rate; `benchmarks/turns.py` measures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TURNS = Path(__file__).parents[2] / "benchmarks" / "turns.py"


@pytest.mark.slow
def test_four_processes_use_a_key_to_its_limit_and_not_beyond(url):
    """At 20 a second, no second sees more than 20 turns; 19.4 are had, less where other tests keep the machine busy."""
    done = subprocess.run([sys.executable, TURNS, url], capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    assert seen["most_in_a_second"] <= 20
    assert seen["per_second"] >= 18
