"""Which methods an address knows: routes of one path stand apart, and each would name its own only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path


@dataclass(frozen=True, slots=True)
class Methods:
    """Patterns of paths and the methods each takes."""

    known: tuple[tuple[re.Pattern[str], frozenset[str]], ...]

    @classmethod
    def of(cls, app: FastAPI) -> Self:
        """Read the application's routes."""
        routes = ((route.path, route.methods or ()) for route in iter_route_contexts(app.routes))
        return cls(tuple((_pattern(path), frozenset(methods)) for path, methods in routes if path))

    def at(self, path: str) -> str:
        """The methods of an address, as `Allow` lists them."""
        found: Iterable[str] = {
            method for pattern, methods in self.known if pattern.match(path) for method in methods
        }
        return ", ".join(sorted(found))


def _pattern(path: str) -> re.Pattern[str]:
    return compile_path(path)[0]
