"""The main job on one page: six steps from a collection to a graded model."""

import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Container as Some
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from soundalike.drafts.prompt import VoicePrompt, build_prompt
from soundalike.drafts.writer import Writer
from soundalike.posts.collection import Collection, Split, hold_out
from soundalike.posts.post import Creator, Post
from soundalike.posts.text import own_text
from soundalike.training import wording
from soundalike.training.grading import grade
from soundalike.training.model import TrainedModel
from soundalike.training.status import Failure, State, Step, TrainingStatus
from soundalike.virality.features import TEXT_FEATURES
from soundalike.virality.patterns import Pattern, find_patterns
from soundalike.voice.background import Background
from soundalike.voice.profile import VoiceProfile, read_voice

_PATTERNS_TOLD = 8  # a prompt with every finding in it is followed in none

Publish = Callable[[TrainingStatus], None]


@dataclass(frozen=True, slots=True)
class TrainingOrder:
    """What to train on. `collected` is all that drafts are checked against; `selected_ids` are the viral posts kept."""

    creator: Creator
    collection: Collection = field(repr=False)
    collected: tuple[Post, ...] = field(repr=False)
    selected_ids: tuple[str, ...]
    name: str
    seed: int = 0
    provenance: dict[str, Any] = field(default_factory=dict)


class Journal:
    """Keeps the status of one training up to date and publishes every change."""

    def __init__(self, status: TrainingStatus, *, now: Callable[[], datetime], publish: Publish) -> None:
        self.status = status
        self._now, self._publish = now, publish

    @contextmanager
    def step(self, step: Step) -> "Iterator[StepNotes]":
        """Run the block as one step; what it notes is shown as its detail."""
        self._show(self.status.begun(step, at=self._now()))
        notes = StepNotes(lambda done, words: self._show(self.status.within(step, done, words)))
        yield notes
        self._show(self.status.done(step, notes.detail, at=self._now()))

    def complete(self, model_id: str) -> None:
        """Tell that the model is kept."""
        self._show(self.status.completed(model_id, at=self._now()))

    def stop(self, failure: Failure) -> None:
        """Tell that the training has failed, or was cancelled."""
        state = State.CANCELLED if failure.code == "cancelled" else State.FAILED
        self._show(self.status.stopped(failure, at=self._now(), state=state))

    def _show(self, status: TrainingStatus) -> None:
        self.status = status
        self._publish(status)


@dataclass(slots=True)
class StepNotes:
    """What a step says while it runs and what it found in the end."""

    tell: Callable[[float, str], None]
    detail: str = ""


def train_model(
    order: TrainingOrder,
    *,
    writer: Writer,
    background: Background,
    journal: Journal,
    save: Callable[[TrainedModel], TrainedModel],
    clock: Callable[[], float] = time.monotonic,
) -> TrainedModel:
    """Prepare, read the voice, find the patterns, train, evaluate, save.

    Raises:
        TooFewPosts: The collection is too small to learn from and to grade on.
        WriterError: The language model failed while drafting for the report card.
    """
    with journal.step(Step.PREPARE) as notes:
        split = hold_out(order.collection, selected_ids=order.selected_ids)
        notes.detail = f"{len(split.seen)} posts to learn from, {len(split.held_out)} held out to grade on"
    with journal.step(Step.VOICE) as notes:
        voice = read_voice(split.seen, background)
        notes.detail = f"{len(voice.distinct_traits)} traits set it apart from {voice.writers} other writers"
    with journal.step(Step.PATTERNS) as notes:
        usual = [post for post in split.seen if post.id not in order.collection.picked]
        patterns = tuple(find_patterns(usual, seed=order.seed))
        notes.detail = wording.patterns(patterns)
    with journal.step(Step.TRAIN) as notes:
        prompt = train_prompt(split, order.selected_ids, voice, patterns)
        size = len(prompt.instructions)
        notes.detail = f"a prompt of {size:,} characters, {len(prompt.posts)} examples to choose from"
    model = TrainedModel(
        username=order.creator.username,
        name=order.name,
        voice=voice,
        patterns=patterns,
        prompt=prompt,
        seen=split.seen,
        held_out=split.held_out,
        collected=order.collected,
        selected_ids=order.selected_ids,
        picked=order.collection.picked,
        provenance=order.provenance,
        seed=order.seed,
        writer=writer,
        background=background,
    )
    with journal.step(Step.EVALUATE) as notes:
        card = grade(model, clock=clock, tell=notes.tell)
        notes.detail = wording.card(card)
    with journal.step(Step.SAVE) as notes:
        saved = save(replace(model, report=card))
        notes.detail = f"kept as @{saved.username} v{saved.version}"
    return saved


def train_prompt(
    split: Split, selected_ids: Some[str], voice: VoiceProfile, patterns: Sequence[Pattern]
) -> VoicePrompt:
    """Write the prompt: traits with their figures, what lifts posts beyond chance, examples with the selected first."""
    best_first = sorted(split.seen, key=lambda post: (post.id not in selected_ids, -post.engagement.total))
    return build_prompt(
        [own_text(post) for post in best_first],
        creator=f"@{best_first[0].username}",
        language=voice.language,
        traits=[wording.trait(trait) for trait in voice.distinct_traits],
        patterns=[wording.pattern(pattern) for pattern in liftable(patterns)],
    )


def liftable(patterns: Sequence[Pattern]) -> list[Pattern]:
    """What a writer can do to lift a post: features of the text that go with more than the usual, the strongest first.

    When to post, or with which picture, is not for the writer of the words.
    """
    in_text = {feature.key for feature in TEXT_FEATURES}
    found = [p for p in patterns if p.above_chance and p.key in in_text and p.effect and p.effect > 1]
    return sorted(found, key=lambda pattern: -(pattern.effect or 0))[:_PATTERNS_TOLD]
