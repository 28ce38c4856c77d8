"""A training of weights as the main job does it: step by step, kept, written with, graded."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

pytest.importorskip("torch", reason="torch is not installed: make lora")

from soundalike.drafts.writer import open_writer
from soundalike.posts.collection import sort_out
from soundalike.posts.post import Creator, Window
from soundalike.training.status import Step, TrainingStatus
from soundalike.training.steps import TrainingOrder
from soundalike.training.workflow import Journal, train_model
from soundalike.voice.background_file import shipped_background
from writing import made_up_posts

pytestmark = pytest.mark.slow

NOW = datetime(2026, 9, 1, tzinfo=UTC)
POSTS = made_up_posts(80, NOW)
ORDER = TrainingOrder(
    creator=Creator("42", "ada"),
    collection=sort_out(POSTS, Window.months_before(NOW, 6)),
    collected=tuple(POSTS),
    selected_ids=tuple(post.id for post in POSTS[5:60:10]),
    name="test",
    seed=3,
    writes="embedded",
    trainer="lora",
    grading_seconds=0.0,
)


@pytest.fixture(scope="module")
def told():
    """What was shown while it trained."""
    return []


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    """The embedded model."""
    writer = open_writer("embedded", data_dir=tmp_path_factory.mktemp("data"))
    yield writer
    writer.close()


@pytest.fixture(scope="module")
def model(embedded, told, tmp_path_factory):
    """A voice trained into an adapter of the embedded model."""
    journal = Journal(TrainingStatus("", NOW), now=lambda: NOW, publish=told.append)
    scratch = tmp_path_factory.mktemp("checkpoints")
    trained = train_model(
        ORDER,
        writer=embedded,
        background=shipped_background(),
        journal=journal,
        save=lambda model: model,
        scratch=scratch,
    )
    assert not list(scratch.iterdir())
    return trained


def test_an_adapter_predicts_posts_it_never_saw_better_than_its_base(model):
    """The card says by how much, and the provenance how it was trained."""
    assert model.trainer == "lora"
    assert model.report.bits.after < model.report.bits.before
    record = model.provenance["tuning"]
    assert record["bits_after"] < record["bits_before"]
    assert record["posts"] + record["validation_posts"] <= len(model.seen)


def test_progress_is_shown_step_by_step(model, told):
    """With what is gained so far."""
    shown = [step.detail for status in told for step in status.steps if step.step is Step.TRAIN]
    assert any("bits a character" in detail and "of" in detail for detail in shown if detail)


def test_drafts_are_written_with_the_adapter(model):
    """The same seed without it gives other texts; with it, the same again."""
    first, again = (model.write("small ships", n=2, seed=5) for _ in range(2))
    assert [draft.text for draft in first] == [draft.text for draft in again]
    assert first
    plain = replace(model, adapter=None, adapter_file=None).write("small ships", n=2, seed=5)
    assert {draft.text for draft in first}.isdisjoint(draft.text for draft in plain)


def test_the_engines_file_is_made_once(model):
    """A voice that is renewed, as for every request, takes it along."""
    assert replace(model, name="renewed").adapter_file is model.adapter_file
