"""What becomes of something in a file that cannot be read: it is named, and the rest is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, ParamSpec

from soundalike.posts.api.refusals import printable
from soundalike.posts.post import Post

P = ParamSpec("P")

_NAMED: Final = 5
_MOST_RUNNING: Final = 10_000
_LONGEST_REASON: Final = 120  # characters


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was left out: one sentence, fit to be printed."""

    sentence: str

    @classmethod
    def at(cls, place: str, what: str) -> "Fault":
        """`what` is said of `place`; both may quote the file."""
        return cls(f"{printable(place)[:_LONGEST_REASON]} {printable(what)[: 2 * _LONGEST_REASON]}")


Found = Post | Fault
"""What reading a file brings, one after the other."""


class Faults:
    """Faults as they come: the first five by name, the others by number."""

    def __init__(self) -> None:
        self._first: list[str] = []
        self._others = 0

    def add(self, fault: Fault) -> None:
        """Take note of one more."""
        if len(self._first) < _NAMED:
            self._first.append(fault.sentence)
        else:
            self._others += 1

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to tell the owner of the file."""
        rest = (f"{self._others:,} more were left out.",) if self._others else ()
        return (*self._first, *rest)


def found(place: str, read: Callable[P, Post], *args: P.args, **kwargs: P.kwargs) -> Found:
    """What `read` reads, or a fault that names the place."""
    try:
        return read(*args, **kwargs)
    except KeyError as error:
        return Fault.at(place, f"has no {error.args[0]}; it was left out.")
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        return Fault.at(place, f"cannot be read ({str(error)[:_LONGEST_REASON]}); it was left out.")


def until_hopeless(stream: Iterator[Found]) -> Iterator[Found]:
    """Pass on what is found, until so many faults come running that this can be no file of posts."""
    running = 0
    for one in stream:
        yield one
        running = running + 1 if isinstance(one, Fault) else 0
        if running == _MOST_RUNNING:
            yield Fault(f"{running:,} running could not be read; the rest was left out.")
            return
