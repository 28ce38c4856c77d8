"""The catalogue that translators get."""

import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parents[3] / "tools/strings.py"


def test_the_catalogue_is_that_of_the_pages():
    """Every string of templates and Python is in it and in every translation, and none that is in no page any more."""
    done = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
