"""Coherence: what the embedded model's states say of a text, and of whose drafts it is asked."""

import numpy as np
import pytest

from soundalike.drafts.coherence import (
    Coherence,
    fit_coherence,
    save_coherence,
    shipped_coherence,
)
from soundalike.encoder.embedded import find_embedded_model, is_embedded


def test_two_clouds_are_told_apart_and_the_odds_are_modest():
    """What was learned holds for points not learned from; a penalty keeps it from being sure."""
    chance = np.random.default_rng(3)
    own, written = (chance.normal(side, 1.0, (300, 20)) for side in (0.4, -0.4))
    found = fit_coherence(own[:200], written[:200])
    right = np.concatenate([found.of_states(own[200:]) > 0, found.of_states(written[200:]) < 0])
    assert right.mean() > 0.9
    assert abs(found.of_states(own).max()) < 20


def test_a_kept_plane_is_the_same_one(tmp_path):
    """Weights and where they are from."""
    plane = Coherence(np.arange(3, dtype=np.float32), 0.5)
    save_coherence(plane, tmp_path / "c.npz", {"fitted_on": "2026-11-23"})
    with np.load(tmp_path / "c.npz") as arrays:
        assert (arrays["weights"].tolist(), float(arrays["intercept"])) == ([0, 1, 2], 0.5)
    assert "2026-11-23" in (tmp_path / "c.json").read_text(encoding="utf-8")


def test_only_drafts_of_the_embedded_model_are_judged():
    """It was fitted on those."""
    assert is_embedded(find_embedded_model().stem)
    assert not is_embedded("ollama:llama3.2")
    assert shipped_coherence().scores([]).shape == (0,)


@pytest.mark.slow
def test_what_people_write_is_told_from_loops_and_broken_sense():
    """Sentences of people stand above what a small model draws when it is lost."""
    meant = [
        "Shipping on a Friday again. What could possibly go wrong?",
        "We rewrote the parser last week and deleted more code than we added.",
        "If you only read one book this year, read the one you keep postponing.",
    ]
    lost = [
        "The thing that is the thing of the thing is the only thing that the thing is to be the thing.",
        "devblog is a devblog that delivers its own devbog that is a devbog that delivers its own devbog",
        "I love being that because of the that we did in that, being that, being that is what I love.",
    ]
    assert min(shipped_coherence().scores(meant)) > max(shipped_coherence().scores(lost))
