"""What this machine does best, and how much of its memory was taken."""

import re
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from soundalike.finetune.engine import torch
from soundalike.finetune.recipe import Recipe

_STATUS: Final = Path("/proc/self/status")


def choose_precision(recipe: Recipe, device: str) -> str:
    """The recipe's precision, or the quicker of the two here.

    Graphics cards take bfloat16 where they have it; on a processor both multiply a feed-forward matrix of the embedded
    model forth and back, for a hundredth of a second each.
    """
    if recipe.precision != "auto":
        return recipe.precision
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    return min(("float32", "bfloat16"), key=_seconds_of_a_product)


def peak_mb() -> int:
    """The most memory this process has held so far, in megabytes; 0 where the system does not say.

    Linux's `ru_maxrss` counts in whatever the program held that started this one (getrusage(2)), so `VmHWM` goes first.
    """
    with suppress(OSError):
        held = re.search(r"^VmHWM:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
        if held:
            return int(held[1]) // 1_000
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return 0
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(size / (1_000_000 if sys.platform == "darwin" else 1_000))


def _seconds_of_a_product(precision: str) -> float:
    dtype = getattr(torch, precision)
    given = torch.ones((512, 576), dtype=dtype, requires_grad=True)
    matrix = torch.ones((1536, 576), dtype=dtype)
    times = []
    for _ in range(4):
        began = time.perf_counter()
        torch.nn.functional.linear(given, matrix).sum().backward()
        times.append(time.perf_counter() - began)
    return min(times)
