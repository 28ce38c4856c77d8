"""The furnished studio that the tests look at, for what measures its pages."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PROJECT = Path(__file__).parents[1]
SHARED = PROJECT.parent / "shared"
sys.path.append(str(PROJECT / "tests"))


@contextmanager
def furnished() -> Iterator[Any]:
    """A studio in which everything has happened once, while the block runs; half a minute goes by before it stands."""
    from conftest import ScriptedModel, serving, train_once  # noqa: PLC0415 - found by the lines above
    from furnished import house  # noqa: PLC0415

    if not SHARED.is_dir():
        raise SystemExit(
            "A furnished studio needs the folder `shared` beside the project; or give an address."
        )
    with TemporaryDirectory() as folder, serving(ScriptedModel) as model:
        trained, home = Path(folder, "trained"), Path(folder, "home")
        trained.mkdir(), home.mkdir()
        with house(home, train_once(trained, SHARED, f"{model}/v1"), f"{model}/v1") as found:
            yield found
