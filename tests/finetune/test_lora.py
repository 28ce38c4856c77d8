"""Training an adapter, on a model so small that it takes a second."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs what `make lora` installs")

from soundalike.errors import TooFewPosts
from soundalike.finetune.base import open_base
from soundalike.finetune.checkpoint import load_state
from soundalike.finetune.examples import build_lessons, rarity_of, select_texts, split_texts
from soundalike.finetune.layers import unadapted
from soundalike.finetune.lora import Hands, TrainingStopped, _read_bits, bits_per_character, train_adapter
from soundalike.finetune.recipe import Recipe

RECIPE = Recipe(
    rank=4,
    alpha=8,
    learning_rate=2e-2,
    batch_tokens=600,
    epochs=2,
    patience=9,
    continued=0.5,
    precision="float32",
)


@pytest.fixture(scope="module")
def base(tiny_path):
    """The tiny model, as it is trained."""
    return open_base(tiny_path, device="cpu")


@pytest.fixture(scope="module")
def trained(base, posts):
    """An adapter of the tiny model."""
    return train_adapter(posts, base=base, recipe=RECIPE)


def same(one, other):
    """Whether two adapters are the same numbers."""
    return all(
        np.array_equal(mine, theirs)
        for name in one.weights
        for mine, theirs in zip(one.weights[name], other.weights[name], strict=True)
    )


def test_posts_never_seen_become_likelier(trained):
    """After training the model needs fewer bits for the latest posts, which it did not learn from."""
    assert trained.record.bits_after < 0.8 * trained.record.bits_before


def test_the_record_says_what_was_done(trained):
    """Posts, steps and readings are those of the training; the adapter is that of the best reading."""
    record = trained.record
    assert (record.posts, record.validation_posts) == (34, 6)
    assert record.readings[-1].step == record.steps
    assert record.bits_after == min(reading.bits for reading in record.readings)


def test_the_adapter_gives_the_bits_on_record(trained, base, posts):
    """The weights handed over are those that were read, not those of the last step."""
    learned, validation = split_texts(select_texts(posts))
    found = bits_per_character(validation, base=base, adapter=trained.adapter, rarity=rarity_of(learned))
    assert found == pytest.approx(trained.record.bits_after, abs=1e-6)


def test_the_same_seed_gives_the_same_weights(trained, base, posts):
    """A training can be done again; another seed gives another adapter."""
    assert same(train_adapter(posts, base=base, recipe=RECIPE).adapter, trained.adapter)
    assert not same(train_adapter(posts, base=base, recipe=RECIPE, seed=1).adapter, trained.adapter)


def test_training_ends_when_it_no_longer_helps(base, posts):
    """With far too high a rate nothing gets better: two readings later it is over, and the beginning is kept."""
    recipe = replace(RECIPE, learning_rate=50.0, epochs=20, patience=2, clip=1e9)
    record = train_adapter(posts, base=base, recipe=recipe).record
    assert record.steps < 40
    assert record.bits_after <= record.bits_before


@pytest.mark.slow
def test_a_killed_training_taken_up_gives_the_same_weights(trained, base, posts, tiny_path, tmp_path):
    """A process that is gone in the middle of the work costs what it did since its last checkpoint, nothing else."""
    code = (
        "import os, sys, json; from pathlib import Path;"
        "from soundalike.finetune.lora import *; from soundalike.finetune.base import open_base;"
        "from soundalike.finetune.recipe import Recipe;"
        "gone = lambda progress: progress.step == 7 and os._exit(9);"
        "hands = Hands(on_progress=gone, checkpoint=Path(sys.argv[2]), save_seconds=0, threads=1);"
        "train_adapter(json.loads(sys.argv[3]), base=open_base(Path(sys.argv[1]), device='cpu'),"
        f"recipe={RECIPE!r}, hands=hands)"
    )
    state = tmp_path / "state.npz"
    done = subprocess.run([sys.executable, "-c", code, tiny_path, state, json.dumps(posts)], check=False)
    assert done.returncode == 9
    steps = []
    hands = Hands(on_progress=lambda progress: steps.append(progress.step), checkpoint=state)
    again = train_adapter(posts, base=base, recipe=RECIPE, hands=hands)
    assert steps[0] == 7  # six are on record, as it fell before the seventh was
    assert same(again.adapter, trained.adapter)
    assert again.record.readings[-1].bits == trained.record.readings[-1].bits


@pytest.mark.slow
def test_a_checkpoint_of_another_training_is_not_taken_up(base, posts, tmp_path):
    """Other posts, settings or seeds begin anew."""
    state = tmp_path / "state.npz"
    train_adapter(posts, base=base, recipe=RECIPE, hands=Hands(checkpoint=state, save_seconds=0))
    steps = []
    hands = Hands(on_progress=lambda progress: steps.append(progress.step), checkpoint=state)
    train_adapter(posts, base=base, recipe=RECIPE, seed=5, hands=hands)
    assert steps[0] == 1


@pytest.mark.parametrize("spoiled", [None, b"", b"PK\x03\x04 and no more", b"x" * 1000])
def test_a_spoiled_checkpoint_is_none(tmp_path, spoiled):
    """A disk that lied costs the work, not the training."""
    state = tmp_path / "state.npz"
    if spoiled is not None:
        state.write_bytes(spoiled)
    assert load_state(state, fingerprint="any") is None


@pytest.mark.slow
def test_it_stops_wherever_it_is_asked_to(base, posts):
    """Between any two layers, forward or back: of the calls of one reading and one step each ends the training."""
    asked = []
    with pytest.raises(TrainingStopped):
        train_adapter(
            posts, base=base, recipe=RECIPE,
            hands=Hands(should_stop=lambda: asked.append(1) or len(asked) > 40),
        )  # fmt: skip
    assert len(asked) == 41
    for last in (1, 2, 4, 5, 10, 12, 14):
        asked.clear()
        with pytest.raises(TrainingStopped):
            train_adapter(
                posts, base=base, recipe=RECIPE,
                hands=Hands(should_stop=lambda last=last: asked.append(1) or len(asked) >= last),
            )  # fmt: skip
        assert len(asked) == last


def test_packing_changes_nothing(base, posts):
    """Posts read in one row, with their orders' beginning in common, get the bits each gets by itself."""
    lessons = build_lessons(posts, base.vocabulary, rarity=rarity_of(posts))
    examples = [each for lesson in lessons for each in (lesson.asked, lesson.continued)]
    reader = base.load(__import__("torch").float32)
    together = _read_bits(reader, examples, unadapted, lambda: None)
    alone = [_read_bits(reader, [each], unadapted, lambda: None) * each.chars for each in examples]
    assert together == pytest.approx(sum(alone) / sum(each.chars for each in examples), rel=1e-6)


def test_only_the_last_layers_may_be_adapted(base, posts):
    """With `layers` the first ones stay as they are."""
    adapter = train_adapter(posts, base=base, recipe=replace(RECIPE, layers=1, epochs=1)).adapter
    assert {name.split(".")[2] for name in adapter.weights} == {"2"}


def test_too_few_posts_are_refused(base, posts):
    """Nineteen posts are learned by heart."""
    with pytest.raises(TooFewPosts):
        train_adapter(posts[:19], base=base)


def test_what_waits_does_not_spin():
    """Beside another busy process, spinning threads make a step take ten times as long."""
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_without_torch_it_is_said_how_to_get_it(tmp_path):
    """Where torch is not installed the error names the command that installs it."""
    (tmp_path / "torch.py").write_text("raise ImportError('none here')")
    code = "import soundalike.finetune.lora"
    environment = {"PYTHONPATH": str(tmp_path), "PATH": str(Path(sys.executable).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert "TrainerUnavailable" in done.stderr
    assert "make lora" in done.stderr


def test_bits_of_nothing_are_no_number(base):
    """Where no text is fit to be read there is an error, not a division by zero."""
    with pytest.raises(TooFewPosts):
        bits_per_character(["https://example.org"], base=base, rarity={})
