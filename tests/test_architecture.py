"""The plan of the house, held: imports point left, nothing heavy loads early, no room is private to nobody."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "soundalike"

# Each layer may import from those before it; rooms of one layer leave each other alone.
LAYERS = [
    {"errors"},
    {"config"},
    {"posts"},
    {"encoder"},
    {"virality", "voice"},
    {"drafts"},
    {"finetune"},
    {"training"},
    {"report"},
    {"exports"},
    {"storage"},
    {"accounts"},
    {"schemas"},
    {"durable"},
    {"service"},
    {"telemetry"},
    {"wiring"},
    {"worker"},
    {"emulator"},
    {"web"},
    {"cli"},
]
RANK = {room: rank for rank, layer in enumerate(LAYERS) for room in layer}
HEAVY = (
    "numpy",
    "sqlalchemy",
    "alembic",
    "httpx2",
    "mcp",
    "fastapi",
    "dbos",
    "structlog",
    "openai",
    "xllamacpp",
    "pandas",
    "pydantic",
    "rich",
    "tiktoken",
    "torch",
    "cryptography",
)


def imports():
    """Every import of one of our modules by another: (importing file, its room, imported room)."""
    for file in sorted(SOURCE.rglob("*.py")):
        room = file.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                parts = name.split(".")
                if parts[0] == "soundalike" and len(parts) > 1:
                    yield file.relative_to(SOURCE), room, parts[1]


def test_imports_point_left():
    """A room imports only rooms that come before it in the plan."""
    wrong = [
        f"{file}: {room} imports {other}"
        for file, room, other in imports()
        if room in RANK and other != room and RANK[other] >= RANK[room]
    ]
    assert not wrong


def test_the_emulator_knows_posts_and_errors_only():
    """The stand-in must not share code with the client it tests."""
    assert {other for _, room, other in imports() if room == "emulator"} <= {"emulator", "posts", "errors"}
    assert not [
        file for file, room, other in imports() if room == "emulator" and str(file).endswith("client.py")
    ]


def test_every_room_has_its_place_in_the_plan():
    """A new room must be given its place before it is used."""
    rooms = {path.name.removesuffix(".py") for path in SOURCE.iterdir() if not path.name.startswith("_")}
    assert rooms - {"py.typed"} <= set(RANK)


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    """The command answers at once because engines, numbers and databases load where they are used."""
    code = (
        "import sys; from soundalike.cli.app import cli, run; run(cli, sys.argv[1:]);"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
