"""Training a voice on what was collected: the six steps, their status kept, the model kept.

The same steps run in two ways: all at once for whoever waits (`train`, the command), or one by one for a job in the
background (`do_step`), where every write is made in the name of whoever is in charge of the job.
"""

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Generic, TypeVar
from uuid import UUID, uuid5

from soundalike.drafts.writer import Writer
from soundalike.errors import ConsentRequired, TooFewPosts, TrainerUnavailable
from soundalike.schemas.training import StatusBody
from soundalike.service.failures import failure_of
from soundalike.service.keeping import parts_of, record_of, renewed, with_edits
from soundalike.service.provenance import provenance
from soundalike.storage import SessionChanges, Store
from soundalike.storage.job_records import Artefact
from soundalike.storage.sessions import SessionChange
from soundalike.training.analysis import Analysis
from soundalike.training.edits import Edits
from soundalike.training.model import TRAINERS, TrainedModel, Trainer
from soundalike.training.status import Step, TrainingStatus
from soundalike.training.steps import Made, Training, TrainingOrder
from soundalike.training.workflow import Journal, Publish, do_step, save_step, train_model
from soundalike.voice.background import Background

Change = TypeVar("Change", bound=SessionChange)

PERMITTED: Final = frozenset({"own", "permission"})
"""On whose word a creator's writing may go into the weights of a model."""


@dataclass(frozen=True)
class Keeper(Generic[Change]):
    """Keeps what becomes of one training, each thing in a transaction that `changing` opens."""

    changing: Callable[[], AbstractContextManager[Change]]
    """Opens a transaction in which the session may be changed; raises where somebody else is in charge by now."""
    now: Callable[[], datetime]
    with_status: Callable[[Change, TrainingStatus], None] = lambda _change, _status: None
    """What else belongs into the transaction of a status."""
    published: Publish = lambda _status: None

    def publish(self, status: TrainingStatus) -> None:
        """Keep a status with its session and as an event, then pass it on."""
        with self.changing() as change:
            publish(change, status, at=self.now())
            self.with_status(change, status)
        self.published(status)

    def recall(self, step: Step, input_hash: str) -> Made | None:
        """What the step made of the same input, if it did."""
        with self.changing() as change:
            kept = change.artefact(step.value)
        return Made(kept.artefact, kept.detail) if kept and kept.input_hash == input_hash else None

    def keep(self, step: Step, input_hash: str, made: Made, seconds: float) -> None:
        """Keep what the step made."""
        artefact = Artefact(step.value, input_hash, made.artefact, made.detail, self.now(), round(seconds, 3))
        with self.changing() as change:
            change.keep(artefact)

    def save(self, model: TrainedModel) -> TrainedModel:
        """Keep the model, under an id that every repetition gives again, with all it needs once posts are deleted.

        What the user changed about the version before holds for this one too, rules and hidden traits alike: a user
        who trains a creator again wants newer posts, not to say everything twice. The report card is the voice's own,
        from before that.
        """
        parts = parts_of(model)  # may take seconds, so before the transaction
        with self.changing() as change:
            session = change.training
            record = record_of(model, session, new_id=uuid5(session.id, "model"), at=self.now())
            if edits := change.edits_before(record):
                record = with_edits(record, Edits.from_json(edits))
            kept = change.save_model(record, parts=parts)
            change.update({"training_prompt": kept.model_prompt, "model_id": kept.id}, at=self.now())
        return renewed(replace(model, id=str(kept.id), version=kept.version), kept)


def train(
    session_id: UUID,
    analysis: Analysis,
    *,
    selected_ids: Collection[str] | None = None,
    name: str | None = None,
    seed: int = 0,
    trainer: Trainer = "prompt",
    store: Store,
    user_id: UUID,
    writer: Writer,
    background: Background,
    now: Callable[[], datetime],
    publish: Publish,
    scratch: Path | None = None,
    base: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[TrainingStatus, TrainedModel]:
    """Train on the analysed posts; `selected_ids` are the viral posts kept, all that were offered by default.

    Every change of the status is kept with the training session, then published. A training that was broken off goes
    on at the first step whose input has changed; the training of an adapter in the midst of it, from `scratch`. An
    adapter is of the embedded model, or of the one in the folder `base`.

    Raises:
        TrainerUnavailable: The trainer is not installed.
        TooFewPosts: No viral post was selected, or there is too little to learn from and to grade on.
        WriterError: The language model failed.
    """
    session = store.get_session(user_id, session_id)
    order = TrainingOrder(
        creator=analysis.creator,
        collection=analysis.collection,
        collected=analysis.posts,
        selected_ids=_selected(analysis, selected_ids),
        name=name or default_name(analysis.creator.username, analysis.collection.window.end),
        seed=seed,
        writes=writer.name,
        trainer=trainer,
        base=base,
    )
    store.update_session(user_id, session_id, at=now(), selected_ids=list(order.selected_ids))
    keeper = Keeper(partial(store.changing, user_id, session_id), now, published=publish)
    journal = Journal(TrainingStatus(str(session_id), now()), now=now, publish=keeper.publish)
    try:
        model = train_model(
            replace(order, provenance=provenance(session, order)),
            writer=writer,
            background=background,
            journal=journal,
            save=keeper.save,
            memory=keeper,
            scratch=scratch,
            clock=clock,
        )
    except BaseException as error:
        journal.stop(failure_of(error))  # kept and published with its reason
        raise
    journal.complete(model.id)
    return journal.status, model


def train_step(step: Step, training: Training, keeper: Keeper[Any], status: TrainingStatus) -> None:
    """Do one step of a training in the background; after the last one the training is complete.

    Raises:
        TooFewPosts: The collection is too small to learn from and to grade on.
        WriterError: The language model failed while drafting for the report card.
    """
    journal = Journal(status, now=keeper.now, publish=keeper.publish)
    if step is Step.SAVE:
        journal.complete(save_step(training, journal, keeper.save).id)
    else:
        do_step(training, step, journal, keeper)


def check_trainer(trainer: str, consent: str | None) -> None:
    """Refuse a trainer that is not there, or one of weights without the creator's permission.

    Raises:
        ConsentRequired: The account is not stated to be the user's own, and no permission is.
        TrainerUnavailable: There is no such trainer, or what it needs is not installed.
    """
    if trainer == "prompt":
        return
    if consent not in PERMITTED:
        raise ConsentRequired(
            f"The trainer {trainer} puts a creator’s writing into the weights of a model.",
            hint="State that the account is your own (consent: own), or that the creator permits it (permission).",
        )
    if trainer not in TRAINERS or find_spec("torch") is None:
        raise TrainerUnavailable(
            f"The trainer {trainer} is not installed here.",
            hint="Install it: pip install 'soundalike[lora]'; or use the trainer prompt, which needs nothing more.",
        )


def publish(change: SessionChange, status: TrainingStatus, *, at: datetime) -> None:
    """Keep a status with its session, and as an event for whoever watches."""
    change.update(changes_of(status), at=at)
    change.publish(StatusBody.of(status).as_json(), at=at)


def changes_of(status: TrainingStatus) -> SessionChanges:
    """What a status says, as fields of its session."""
    return {
        "status": status.state.value,
        "progress": status.progress,
        "steps": StatusBody.of(status).as_json()["steps"],
        "completed_at": status.completed_at,
        "error_code": status.error.code if status.error else None,
        "error_message": status.error.message if status.error else None,
    }


def status_of(body: Mapping[str, Any] | None) -> TrainingStatus:
    """The status that was published last, as it was."""
    return StatusBody.model_validate(body).status_again()


def default_name(username: str, end: datetime) -> str:
    """What a model is called unless the user says otherwise."""
    return f"{username}-{end:%Y-%m-%d}"


def _selected(analysis: Analysis, wanted: Collection[str] | None) -> tuple[str, ...]:
    offered = [scored.post.id for scored in analysis.selection.posts]
    selected = tuple(post_id for post_id in offered if wanted is None or post_id in wanted)
    if not selected:
        raise TooFewPosts(
            "No viral post to learn from.",
            found=0,
            needed=1,
            hint=" ".join(analysis.warnings) or "Select at least one post.",
        )
    return selected
