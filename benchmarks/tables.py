"""Figures as a table for people and as one line of JSON for programs."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any


def show(title: str, rows: Sequence[Any]) -> None:
    """Print dataclasses of one kind: a table, a column a field, and then all as JSON."""
    names = [field.name for field in fields(rows[0])]
    cells = [[_cell(getattr(row, name)) for name in names] for row in rows]
    columns = list(zip([name.replace("_", " ") for name in names], *cells, strict=True))
    print(f"\n{title} (load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs)\n")
    for line in zip(*map(_aligned, columns), strict=True):
        print("  ".join(line).rstrip())
    print(f"\n{json.dumps([asdict(row) for row in rows])}", flush=True)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _aligned(column: Sequence[str]) -> list[str]:
    """A column of figures to the right, one of words to the left."""
    width, is_figure = max(map(len, column)), all(cell[0].isdigit() or cell[0] == "-" for cell in column[1:])
    return [cell.rjust(width) if is_figure else cell.ljust(width) for cell in column]
