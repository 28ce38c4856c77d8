from dataclasses import replace
from datetime import UTC, datetime

import pytest

from soundalike.drafts.writer import CUT_OFF
from soundalike.errors import TooFewPosts, WriterError
from soundalike.posts.collection import hold_out, sort_out
from soundalike.posts.files import load_posts
from soundalike.posts.post import Creator, Window
from soundalike.posts.text import own_text
from soundalike.training.status import State, Step, TrainingStatus
from soundalike.training.steps import TrainingOrder
from soundalike.training.workflow import Journal, train_model
from soundalike.voice.background_file import shipped_background

NOW = datetime(2026, 9, 1, tzinfo=UTC)
WINDOW = Window.months_before(NOW, 6)
PLAIN = [
    "The key to long-term success is consistent effort and a willingness to adapt to change.",
    "Innovation drives growth. Embrace new ideas and keep an open mind in everything you do.",
    "In today's fast-paced world, effective communication is more important than ever before.",
    "Teamwork makes the dream work, and collaboration brings out the best in all of us.",
]


class Actor:
    """A writer that says `voiced` when it is shown a voice, and `plain` when it is not."""

    name, is_small, is_base = "actor", False, False

    def __init__(self, voiced, plain=PLAIN):
        self.voiced, self.plain = voiced, plain
        self.prompts = []

    def write(self, messages, *, count, sampling):
        """Take the texts in turn, from where the seed says."""
        self.prompts.append(messages)
        texts = self.voiced if messages[0].role == "system" else self.plain
        return [texts[(sampling.seed + number) % len(texts)].removesuffix(CUT_OFF) for number in range(count)]

    def close(self):
        """Nothing to close."""


class Broken(Actor):
    """A writer that fails."""

    def write(self, *_, **__):
        """Fail as a server that went away does."""
        raise WriterError("The model has gone away.")


@pytest.fixture(scope="module")
def collection(shared):
    """Swyx's real posts, sorted out."""
    return sort_out(load_posts(shared / "data/creators/swyx.jsonl"), WINDOW)


@pytest.fixture(scope="module")
def selected(collection):
    """Ten posts as if the user had selected them."""
    return tuple(post.id for post in collection.kept[:100:10])


def train(collection, selected, writer, published=None, collected=None):
    """Train with this writer; every status goes to `published`."""
    statuses = [] if published is None else published
    journal = Journal(TrainingStatus("t", NOW), now=lambda: NOW, publish=statuses.append)
    order = TrainingOrder(
        creator=Creator("1", "swyx"),
        collection=collection,
        collected=collection.voice_corpus if collected is None else collected,
        selected_ids=selected,
        name="test",
        seed=5,
    )
    model = train_model(
        order,
        writer=writer,
        background=shipped_background(),
        journal=journal,
        save=lambda trained: trained,
        clock=lambda: 0.0,
    )
    return model, statuses


@pytest.fixture(scope="module")
def graded(collection, selected):
    """A model whose writer says the creator's own later posts when shown the voice."""
    split = hold_out(collection, selected_ids=selected)
    writer = Actor([own_text(post) for post in split.held_out])
    return *train(collection, selected, writer, collected=split.seen), writer


def test_the_six_steps_run_in_order_and_each_says_what_it_found(graded):
    """Whoever waits can follow."""
    _, statuses, _ = graded
    assert [step.state for step in statuses[-1].steps] == [State.COMPLETED] * 6
    assert all(step.detail for step in statuses[-1].steps)
    begun = [s.current.step for s in statuses]
    assert [step for number, step in enumerate(begun) if step not in begun[:number]] == list(Step)


def test_a_writer_that_writes_as_the_creator_closes_the_whole_gap(graded):
    """The creator's own unseen posts, handed in as drafts, reach the ceiling: the card measures what it says."""
    card = graded[0].report
    assert card.gap_closed.low > 0.8
    assert card.gap_closed.high < 1.2


@pytest.mark.slow
def test_a_writer_that_ignores_the_voice_closes_nothing(collection, selected):
    """The same texts with and without the voice are at the floor."""
    card = train(collection, selected, Actor(PLAIN))[0].report
    assert card.gap_closed.value == pytest.approx(0, abs=0.05)


@pytest.mark.slow
def test_copies_are_counted_and_win_nothing(collection, selected):
    """A writer that repeats what it was shown gets no share of the gap for it, and the card says why."""
    split = hold_out(collection, selected_ids=selected)
    card = train(collection, selected, Actor([own_text(post) for post in split.seen]))[0].report
    assert card.novelty.too_close > 0.8 * card.novelty.drafts
    assert card.novelty.longest_shared_words >= 8
    assert card.gap_closed is None
    assert any("copy a collected post" in note for note in card.notes)


def test_nothing_that_was_held_out_is_in_the_prompt_or_in_the_evidence(graded):
    """The report card would mean nothing otherwise."""
    model, _, writer = graded
    held_out = {post.id for post in model.held_out}
    shown = {post_id for trait in model.voice.traits for post_id in (*trait.evidence, *trait.against)}
    shown |= {
        post_id
        for pattern in model.patterns
        for post_id in (*pattern.evidence_for, *pattern.evidence_against)
    }
    assert not held_out & shown
    texts = {own_text(post) for post in model.held_out}
    assert not texts & set(model.prompt.posts)
    asked = "\n".join(message.content for messages in writer.prompts for message in messages)
    assert not any(text in asked for text in texts if len(text) > 40)


def test_selected_posts_are_learned_from(graded, selected):
    """However recent they are."""
    assert {post.id for post in graded[0].selected} == set(selected)


def test_a_failing_writer_fails_the_training_with_its_reason(collection, selected):
    """The step that broke is the first that has the model write."""
    published = []
    with pytest.raises(WriterError, match="gone away"):
        train(collection, selected, Broken([]), published)
    assert published[-1].current.step is Step.TRAIN


def test_too_few_posts_fail_before_anything_is_drafted(collection, selected):
    """A voice is not guessed from thirty posts."""
    few = sort_out(collection.kept[:30], WINDOW)
    writer = Actor(PLAIN)
    with pytest.raises(TooFewPosts):
        train(few, selected, writer)
    assert not writer.prompts


def test_a_graded_model_has_learned_once(graded):
    """What grading took is there for keeping and writing: nothing is learned anew."""
    model = graded[0]
    assert replace(model, name="other").likeness is model.likeness
