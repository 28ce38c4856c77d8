"""A local stand-in for twitterapi.io: serves any posts under the service's contract, faults included."""

from soundalike.emulator.faults import Chance, Credits, Faults, SearchFaults, ServerFaults
from soundalike.emulator.server import DEFAULT_KEY, Running, running, serve

__all__ = [
    "DEFAULT_KEY",
    "Chance",
    "Credits",
    "Faults",
    "Running",
    "SearchFaults",
    "ServerFaults",
    "running",
    "serve",
]
