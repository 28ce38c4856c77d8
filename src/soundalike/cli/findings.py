"""What a look at an installation found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from soundalike.errors import SoundalikeError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its name, how it is, and what to do about it."""

    name: str
    state: Literal["ok", "note", "bad"]
    words: str
    remedy: str = ""


def attempt(name: str, examine: Callable[[], Finding]) -> Finding:
    """Examine; an error of ours is a finding with its remedy."""
    try:
        return examine()
    except SoundalikeError as error:
        return Finding(name, "bad", error.message, error.hint)
    except OSError as error:
        return Finding(name, "bad", f"{error.strerror or error}.", "Check the path and its permissions.")
