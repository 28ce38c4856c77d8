"""The main job on one page: six steps from a collection to a graded model."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from soundalike.drafts.writer import Writer
from soundalike.training.model import TrainedModel
from soundalike.training.status import Failure, State, Step, TrainingStatus
from soundalike.training.steps import Made, Training, TrainingOrder
from soundalike.voice.background import Background

Publish = Callable[[TrainingStatus], None]
Save = Callable[[TrainedModel], TrainedModel]


class Memory(Protocol):
    """What earlier runs of a training made: a step whose input has not changed is not done again."""

    def recall(self, step: Step, input_hash: str) -> Made | None:
        """What the step made of the same input, if it did."""

    def keep(self, step: Step, input_hash: str, made: Made, seconds: float) -> None:
        """Remember what the step made, and how long it took."""


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
    save: Save,
    memory: Memory | None = None,
    scratch: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TrainedModel:
    """Prepare, read the voice, find the patterns, train, evaluate, save.

    Raises:
        TooFewPosts: The collection is too small to learn from and to grade on.
        WriterError: The language model failed while drafting for the report card.
    """
    training = Training(order, writer=lambda: writer, background=background, clock=clock, scratch=scratch)
    for step in (Step.PREPARE, Step.VOICE, Step.PATTERNS, Step.TRAIN, Step.EVALUATE):
        do_step(training, step, journal, memory)
    return save_step(training, journal, save)


def do_step(training: Training, step: Step, journal: Journal, memory: Memory | None) -> None:
    """Do one of the first five steps, unless memory has what it made of the same input."""
    with journal.step(step) as notes:
        input_hash = training.input_hash(step) if memory else ""
        if memory and (known := memory.recall(step, input_hash)):
            training.know(step, known)
            notes.detail = known.detail
            return
        began = training.clock()
        made = training.make(step, notes.tell)
        if memory:
            memory.keep(step, input_hash, made, training.clock() - began)
        notes.detail = made.detail


def save_step(training: Training, journal: Journal, save: Save) -> TrainedModel:
    """Keep the graded model."""
    with journal.step(Step.SAVE) as notes:
        saved = save(replace(training.model, report=training.card))
        notes.detail = f"kept as @{saved.username} v{saved.version}"
    return saved
