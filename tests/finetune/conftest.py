"""The tiny model as a file, and posts for it to learn."""

import importlib.util

import numpy as np
import pytest

from soundalike.encoder.gguf import Gguf
from soundalike.finetune.gguf_file import write_gguf
from tiny_model import tiny_facts, tiny_tensors

SUBJECTS = "coffee garden rocket window market winter bridge guitar number harbour lantern mountain".split()
VERBS = "ship build break paint fix sell test read find lose".split()


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    """What is this small is no quicker with two, and far slower beside another busy process."""
    if importlib.util.find_spec("torch"):
        from soundalike.finetune.engine import torch  # noqa: PLC0415 - where it is installed

        torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory):
    """The tiny model's file."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    write_gguf(path, tiny_facts(), tiny_tensors())
    return path


@pytest.fixture(scope="session")
def tiny(tiny_path):
    """The tiny model's file, opened."""
    return Gguf(tiny_path)


@pytest.fixture(scope="session")
def posts():
    """Forty short posts of one manner, no two of them nearly the same."""
    rng = np.random.default_rng(3)
    return [
        f"we {rng.choice(VERBS)} the {rng.choice(SUBJECTS)} {number}, then {rng.choice(VERBS)} "
        f"every {rng.choice(SUBJECTS)} until {rng.choice(SUBJECTS)}!"
        for number in range(40)
    ]
