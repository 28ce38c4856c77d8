"""The names that notebooks rely on."""

import subprocess
import sys

import pytest

import soundalike


@pytest.mark.parametrize("name", soundalike.__all__)
def test_every_exported_name_is_there(name):
    """What is promised at the top can be used."""
    assert getattr(soundalike, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error():
    """A typing error is told as Python tells it."""
    with pytest.raises(AttributeError, match="no attribute 'tweet'"):
        soundalike.tweet  # noqa: B018


def test_importing_the_package_loads_nothing_heavy():
    """`import soundalike` costs what an empty module costs."""
    code = "import sys, soundalike; print({'numpy', 'sqlalchemy', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
