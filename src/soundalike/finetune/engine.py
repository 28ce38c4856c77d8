"""The one place that loads torch: what trains asks here for it, and nothing else in the package needs it."""

import os

from soundalike.errors import TrainerUnavailable

# Read when torch is loaded. Threads that wait by spinning take ten times as long beside another busy process.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Rows differ in length, and for each length oneDNN keeps some forty prepared products of a megabyte: 45 MB a step until
# it has a thousand. One step's are enough.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")

try:
    import torch as torch  # noqa: PLC0414 - handed on
except ImportError as error:
    raise TrainerUnavailable(
        "Training an adapter needs torch, which is not installed.",
        hint="Install it: `pip install 'soundalike[lora]'`, or `make lora` in a clone; or choose --trainer prompt.",
    ) from error
